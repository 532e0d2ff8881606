"""Walks in words."""

from in2in.bench.people.phrases.phrase import Phrases

APPROACH = Phrases(
    together=(
        "{a} {adv}walks up to {b}, who stands still",
        "{a} {adv}approaches {b}, who waits",
        "{a} {adv}comes closer while {b} stays where they are",
        "{a} {adv}heads towards {b}, who does not walk",
        "{b} waits while {a} {adv}walks up",
        "{b} stands and watches as {a} {adv}approaches",
        "{a} {adv}crosses the space to {b} and stops in front of them",
        "{a} {adv}strolls over to {b}, who keeps standing",
    ),
    starter=(
        "{a} {adv}walks forward and stops",
        "{a} {adv}approaches and comes to a halt",
        "{a} {adv}comes closer on foot and stands still",
        "{a} {adv}strolls ahead, then stops",
        "{a} {adv}walks up to somebody",
        "{a} {adv}heads over to somebody and halts",
    ),
    partner=(
        "{a} stands and waits",
        "{a} stays in place, watching",
        "{a} keeps standing and looks at somebody who comes",
        "{a} remains where they are and waits",
        "{a} waits without walking",
        "{a} stands still and watches somebody arrive",
    ),
)

WALK_APART = Phrases(
    together=(
        "{a} {adv}turns around and walks away, then {b} leaves too",
        "{a} {adv}turns away first and they walk apart, {b} leaving last",
        "{a} {adv}walks off and {b} goes the opposite way a moment later",
        "{a} is the first to {adv}turn and leave, and {b} walks away after that",
        "{b} walks away after {a} has {adv}turned and gone",
        "{b} leaves last; {a} {adv}turns and walks off first",
        "two people part: {a} {adv}turns and goes first, {b} follows in the opposite direction",
        "they separate, {a} {adv}walking off first and {b} afterwards",
    ),
    starter=(
        "{a} {adv}turns around first and walks away",
        "{a} {adv}turns and is the first to go",
        "{a} {adv}turns away and walks off before anyone else",
        "{a} {adv}leaves first, turning around and walking off",
        "{a} {adv}faces about and walks away early",
        "{a} {adv}makes the first move to leave and walks off",
    ),
    partner=(
        "{a} waits, then {adv}turns and walks away",
        "{a} stands for a moment before {adv}walking away",
        "{a} {adv}turns around last and walks off",
        "{a} {adv}leaves second, turning around and walking off",
        "{a} stays a moment, then {adv}turns around and goes",
        "{a} {adv}walks away only after somebody else has gone",
    ),
)
