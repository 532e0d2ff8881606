"""Push, punch and kick in words."""

from in2in.bench.people.phrases.phrase import Phrases

PUSH = Phrases(
    together=(
        "{a} {go}{adv}pushes {b}, who staggers back",
        "{a} {go}{adv}shoves {b} in the chest with both hands",
        "{a} {go}{adv}pushes {b} away with both hands",
        "{a} {go}{adv}gives {b} a push and makes the victim stumble backwards",
        "{b} is {adv}pushed by {a} and stumbles backwards",
        "{b} gets {adv}shoved by {a} and takes steps back",
        "{a} {go}{adv}puts both hands on the chest of {b} and pushes hard",
        "{b} staggers back because {a} {adv}shoves with both arms",
    ),
    starter=(
        "{a} {go}{adv}pushes forward with both hands",
        "{a} {go}{adv}shoves somebody with both arms",
        "{a} {go}{adv}thrusts both hands forward into a push",
        "{a} {go}{adv}gives a push with both palms",
        "{a} {go}{adv}stretches both arms out to push",
        "{a} {go}{adv}leans in and shoves with both hands",
    ),
    partner=(
        "{a} is {tempo}pushed and staggers backwards",
        "{a} gets {tempo}shoved and stumbles back",
        "{a} is {tempo}pushed in the chest and takes steps back",
        "{a} {adv}stumbles backwards after a shove",
        "{a} {adv}loses balance and steps back when pushed",
        "{a} is {tempo}driven back by a push",
    ),
)

PUNCH = Phrases(
    together=(
        "{a} {go}{adv}throws a punch with the {hand} fist and {b} dodges it",
        "{a} {go}{adv}punches with the {hand} hand but {b} gets out of the way",
        "{a} {go}{adv}strikes at the head of {b} with the {hand} fist and misses",
        "{a} {go}{adv}swings the {hand} fist at {b}, who evades it",
        "{b} dodges the punch that {a} {adv}throws with the {hand} hand",
        "{b} avoids the {hand} fist with which {a} {adv}strikes",
        "they fight: {a} {adv}punches with the {hand} arm, {b} dodges",
        "in a fight {a} {adv}hits out with the {hand} fist while {b} slips away from it",
    ),
    starter=(
        "{a} {go}{adv}throws a punch with the {hand} fist",
        "{a} {go}{adv}punches with the {hand} hand",
        "{a} {go}{adv}strikes out with the {hand} fist",
        "{a} {go}{adv}raises the fists and hits with the {hand} one",
        "{a} {go}{adv}boxes with the {hand} hand",
        "{a} {go}{adv}lands no hit with a punch of the {hand} arm",
    ),
    partner=(
        "{a} {adv}dodges a punch",
        "{a} raises the fists and {adv}dodges a blow",
        "{a} {adv}moves the head out of the way of a fist",
        "{a} {adv}evades a strike to the head",
        "{a} {adv}gets out of the way of a punch",
        "{a} {adv}avoids being hit",
    ),
)

KICK = Phrases(
    together=(
        "{a} {go}{adv}kicks with the {hand} leg and {b} blocks it with both hands",
        "{a} {go}{adv}kicks forward with the {hand} foot, which {b} stops with the hands",
        "{a} {go}{adv}lifts the {hand} leg and kicks at {b}, who blocks",
        "{a} {go}{adv}attacks {b} with a kick of the {hand} leg that is blocked",
        "{b} blocks the kick that {a} {adv}gives with the {hand} leg",
        "{b} uses both hands to stop the {hand} foot with which {a} {adv}kicks",
        "they fight: {a} {adv}kicks with the {hand} leg, {b} blocks",
        "{b} fends off the {hand} leg when {a} {adv}kicks",
    ),
    starter=(
        "{a} {go}{adv}kicks forward with the {hand} leg",
        "{a} {go}{adv}lifts the {hand} leg and kicks",
        "{a} {go}{adv}gives a kick with the {hand} foot",
        "{a} {go}{adv}thrusts the {hand} foot forward while standing on one leg",
        "{a} {go}{adv}attacks with the {hand} leg",
        "{a} {go}{adv}raises the {hand} knee and kicks out",
    ),
    partner=(
        "{a} {adv}blocks a kick with both hands",
        "{a} {adv}pushes both hands down to stop a foot",
        "{a} {adv}fends off a kick",
        "{a} {adv}defends against a leg with both arms",
        "{a} {adv}stops a kick with the hands",
        "{a} {adv}lowers both hands to block an attack",
    ),
)
