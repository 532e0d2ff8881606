"""Hug, hand over and pat on the shoulder in words."""

from in2in.bench.people.phrases.phrase import Phrases

HUG = Phrases(
    together=(
        "{a} {go}{adv}opens both arms and hugs {b}, who hugs back",
        "{a} {go}{adv}embraces {b} with both arms",
        "{a} {go}{adv}gives {b} a hug",
        "{a} {go}{adv}spreads the arms first, then they hug, {b} answering the embrace",
        "{b} is {adv}hugged by {a} and hugs back",
        "{b} returns the hug for which {a} {adv}opens the arms",
        "two people hug; {a} {adv}opens the arms first and {b} joins in",
        "they hold each other in a hug that {a} {adv}begins and {b} returns",
    ),
    starter=(
        "{a} {go}{adv}opens the arms first and hugs",
        "{a} {go}{adv}spreads both arms to begin a hug",
        "{a} {go}{adv}starts an embrace with both arms",
        "{a} {go}{adv}stretches both arms out wide first, then holds somebody tight",
        "{a} {go}{adv}makes the first move and gives a hug",
        "{a} {go}{adv}puts both arms around somebody, being the first to do so",
    ),
    partner=(
        "{a} {adv}hugs back with both arms",
        "{a} {adv}returns a hug",
        "{a} {adv}answers an embrace by closing the arms too",
        "{a} is hugged and {adv}puts both arms around the other in return",
        "{a} {adv}accepts a hug and holds on",
        "{a} {adv}joins a hug that was offered",
    ),
)

HAND_OVER = Phrases(
    together=(
        "{a} {go}{adv}hands something over with the {hand} hand and {b} takes it with the {other_hand} hand",
        "{a} {go}{adv}gives {b} an object with the {hand} hand, which is taken with the {other_hand} one",
        "{a} {go}{adv}passes a small thing from the {hand} hand to the {other_hand} hand of {b}",
        "{a} {go}{adv}holds out an object in the {hand} hand; {b} picks it with the {other_hand} hand",
        "{b} takes with the {other_hand} hand what {a} {adv}offers in the {hand} hand",
        "{b} receives something in the {other_hand} hand, {adv}given by the {hand} hand of {a}",
        "something changes hands: {a} {adv}gives it with the {hand} hand, {b} takes it with the {other_hand}",
        "an object goes over from {a}, who {adv}offers it in the {hand} hand, to the {other_hand} hand of {b}",
    ),
    starter=(
        "{a} {go}{adv}hands something over with the {hand} hand",
        "{a} {go}{adv}gives an object away with the {hand} hand",
        "{a} {go}{adv}passes on what the {hand} hand holds",
        "{a} {go}{adv}holds out an object in the {hand} hand until it is taken",
        "{a} {go}{adv}offers something in the {hand} hand",
        "{a} {go}{adv}stretches out the {hand} hand to give something",
    ),
    partner=(
        "{a} {go}{adv}takes something with the {hand} hand",
        "{a} {go}{adv}receives an object in the {hand} hand",
        "{a} {go}{adv}grabs what is offered with the {hand} hand and keeps it",
        "{a} {go}{adv}reaches out with the {hand} hand to take something",
        "{a} {go}{adv}accepts an object, using the {hand} hand",
        "{a} {go}{adv}lifts the {hand} hand to get what is given",
    ),
)

PAT = Phrases(
    together=(
        "{a} {go}{adv}pats {b} on the shoulder with the {hand} hand",
        "{a} {go}{adv}puts the {hand} hand on the shoulder of {b} and pats it",
        "{a} {go}{adv}taps {b} on the shoulder using the {hand} hand",
        "{a} {go}{adv}claps {b} on the shoulder a few times with the {hand} hand",
        "{b} gets {adv}patted on the shoulder by the {hand} hand of {a}",
        "{b} stands still and is {adv}patted on the shoulder by {a} with the {hand} hand",
        "{a} {go}{adv}reaches for the shoulder of {b} with the {hand} hand and gives it some pats",
        "{a} {go}{adv}comforts {b} by patting a shoulder with the {hand} hand",
    ),
    starter=(
        "{a} {go}{adv}pats somebody on the shoulder with the {hand} hand",
        "{a} {go}{adv}puts the {hand} hand on a shoulder and pats it",
        "{a} {go}{adv}taps a shoulder with the {hand} hand",
        "{a} {go}{adv}reaches out with the {hand} hand to pat a shoulder",
        "{a} {go}{adv}gives some pats with the {hand} hand",
        "{a} {go}{adv}lifts the {hand} hand and claps it on a shoulder a few times",
    ),
    partner=(
        "{a} is {tempo}patted on the shoulder",
        "{a} stands and gets {tempo}patted on the shoulder",
        "{a} {go}stands still and receives some pats on the shoulder",
        "{a} {go}lets somebody touch a shoulder",
        "{a} is {tempo}tapped on the shoulder and stays in place",
        "{a} stays and accepts a pat on the shoulder",
    ),
)
