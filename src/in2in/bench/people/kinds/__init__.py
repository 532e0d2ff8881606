"""The kinds of interaction, in the order in which clips take turns."""

from in2in.bench.people.kinds.closeness import hand_over, hug, pat
from in2in.bench.people.kinds.force import kick, punch, push
from in2in.bench.people.kinds.gestures import mirror_arms, point
from in2in.bench.people.kinds.greetings import bow, handshake, high_five, wave
from in2in.bench.people.kinds.kind import Kind
from in2in.bench.people.kinds.together import chase, circle_dance, lead_by_hand, side_by_side
from in2in.bench.people.kinds.walking import approach, walk_apart

KINDS: tuple[Kind, ...] = (
    Kind("handshake", handshake, handed=True),
    Kind("push", push),
    Kind("wave", wave, handed=True),
    Kind("walk apart", walk_apart),
    Kind("high five", high_five, handed=True),
    Kind("bow", bow),
    Kind("kick and block", kick, handed=True),
    Kind("approach", approach),
    Kind("hand over", hand_over, handed=True),
    Kind("hug", hug),
    Kind("punch and dodge", punch, handed=True),
    Kind("chase", chase),
    Kind("point", point, handed=True),
    Kind("walk side by side", side_by_side),
    Kind("lead by the hand", lead_by_hand, handed=True),
    Kind("circle dance", circle_dance, handed=True),
    Kind("mirror arms", mirror_arms, handed=True),
    Kind("pat on the shoulder", pat, handed=True),
)

HANDED: tuple[bool, ...] = tuple(kind.handed for kind in KINDS)

__all__ = ["HANDED", "KINDS", "Kind"]
