"""Pointing and mirrored arms in words."""

from in2in.bench.people.phrases.phrase import Phrases

POINT = Phrases(
    together=(
        "{a} {go}{adv}points at something with the {hand} hand and {b} turns to look at it",
        "{a} {go}{adv}points into the distance with the {hand} arm, and {b} looks there",
        "{a} {go}{adv}shows {b} something by pointing with the {hand} hand",
        "{a} {go}{adv}raises the {hand} arm to point somewhere; {b} follows with the eyes",
        "{b} turns to see what {a} {adv}points at with the {hand} hand",
        "{b} looks where the {hand} arm of {a} {adv}points",
        "something is shown to {b} by {a}, who {adv}points with the {hand} hand",
        "{a} {go}{adv}stretches the {hand} arm out to point, which makes {b} turn and look",
    ),
    starter=(
        "{a} {go}{adv}points at something with the {hand} hand",
        "{a} {go}{adv}points into the distance with the {hand} arm",
        "{a} {go}{adv}raises the {hand} arm to point somewhere",
        "{a} {go}{adv}stretches out the {hand} arm to show something",
        "{a} {go}{adv}shows a direction with the {hand} hand",
        "{a} {go}{adv}lifts the {hand} hand and points",
    ),
    partner=(
        "{a} {go}{adv}turns to look at something that is shown",
        "{a} {go}{adv}looks in the direction that is shown",
        "{a} {go}{adv}turns the head and the body to see something",
        "{a} {go}{adv}follows a pointing hand with the eyes and turns",
        "{a} {go}{adv}looks to where somebody points",
        "{a} {go}{adv}turns towards what is shown",
    ),
)

MIRROR_ARMS = Phrases(
    together=(
        "{a} {go}{adv}moves the {hand} arm about and {b} mirrors it with the {other_hand} arm",
        "{a} {go}{adv}takes poses with the {hand} arm, which {b} copies with the {other_hand} arm like a mirror",
        "{a} {go}{adv}raises and turns the {hand} arm while {b} imitates it with the {other_hand} one",
        "{a} {go}{adv}leads with the {hand} arm; {b} is the mirror image and uses the {other_hand} arm",
        "{b} mirrors with the {other_hand} arm what {a} {adv}does with the {hand} arm",
        "{b} imitates the {hand} arm of {a}, who {adv}moves it, with the {other_hand} arm",
        "they play mirror: {a} {adv}moves the {hand} arm, {b} the {other_hand} arm",
        "like in a mirror, {b} follows with the {other_hand} arm as {a} {adv}moves the {hand} arm",
    ),
    starter=(
        "{a} {go}{adv}moves the {hand} arm from pose to pose",
        "{a} {go}{adv}takes several poses with the {hand} arm, leading",
        "{a} {go}{adv}shows movements of the {hand} arm first",
        "{a} {go}{adv}raises and turns the {hand} arm for others to copy",
        "{a} {go}{adv}leads a mirror game with the {hand} arm",
        "{a} {go}{adv}goes ahead in moving the {hand} arm about",
    ),
    partner=(
        "{a} {go}{adv}copies arm movements with the {hand} arm",
        "{a} {go}{adv}mirrors poses with the {hand} arm",
        "{a} {go}{adv}imitates what is shown, using the {hand} arm",
        "{a} {go}{adv}follows like a mirror image with the {hand} arm",
        "{a} {go}{adv}moves the {hand} arm a little later, copying",
        "{a} {go}{adv}repeats movements with the {hand} arm",
    ),
)
