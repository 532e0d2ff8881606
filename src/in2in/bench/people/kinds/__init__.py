"""The kinds of interaction, in the order in which clips take turns."""

from in2in.bench.people.kinds.closeness import hand_over, hug, pat
from in2in.bench.people.kinds.force import kick, punch, push
from in2in.bench.people.kinds.gestures import mirror_arms, point
from in2in.bench.people.kinds.greetings import bow, handshake, high_five, wave
from in2in.bench.people.kinds.kind import Kind
from in2in.bench.people.kinds.together import chase, circle_dance, lead_by_hand, side_by_side
from in2in.bench.people.kinds.walking import approach, walk_apart
from in2in.bench.people.phrases import closeness, force, gestures, greetings, together, walking

KINDS: tuple[Kind, ...] = (
    Kind("handshake", handshake, greetings.HANDSHAKE, handed=True),
    Kind("push", push, force.PUSH),
    Kind("wave", wave, greetings.WAVE, handed=True),
    Kind("walk apart", walk_apart, walking.WALK_APART),
    Kind("high five", high_five, greetings.HIGH_FIVE, handed=True),
    Kind("bow", bow, greetings.BOW),
    Kind("kick and block", kick, force.KICK, handed=True),
    Kind("approach", approach, walking.APPROACH),
    Kind("hand over", hand_over, closeness.HAND_OVER, handed=True),
    Kind("hug", hug, closeness.HUG),
    Kind("punch and dodge", punch, force.PUNCH, handed=True),
    Kind("chase", chase, together.CHASE),
    Kind("point", point, gestures.POINT, handed=True),
    Kind("walk side by side", side_by_side, together.SIDE_BY_SIDE),
    Kind("lead by the hand", lead_by_hand, together.LEAD_BY_HAND, handed=True),
    Kind("circle dance", circle_dance, together.CIRCLE_DANCE, handed=True),
    Kind("mirror arms", mirror_arms, gestures.MIRROR_ARMS, handed=True),
    Kind("pat on the shoulder", pat, closeness.PAT, handed=True),
)

HANDED: tuple[bool, ...] = tuple(kind.handed for kind in KINDS)

__all__ = ["HANDED", "KINDS", "Kind"]
