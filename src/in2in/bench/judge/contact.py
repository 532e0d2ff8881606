"""Whether recorded touches are made, by the joints that the record names."""

import numpy as np

from in2in.bench.people.truth import Touch
from in2in.motion.signals import Array, Signals, limbs
from in2in.motion.skeleton import INDEX

PALMS_MEET = 0.15
"""Metres between two palms that are taken as touching: generated hands miss each other by centimetres."""

ON_BODY = 0.28
"""Metres from a palm to a joint inside the trunk that it lies on: the joint is up to 20 cm below the skin's places."""

FOOT_ON_HAND = 0.3
"""Metres from a toe to the palm that stops the foot, which meets the sole."""


def _point(s: Signals, person: int, joint: str) -> Array:
    """[T, 3] metres, a joint, or the palm for a wrist."""
    if joint.endswith("wrist"):
        return s.palms[person, limbs("wrist").index(INDEX[joint])]
    return s.at(joint)[person]


def _reach(touch: Touch) -> float:
    names = (touch.first[1], touch.second[1])
    if touch.of_hands():
        return PALMS_MEET
    return FOOT_ON_HAND if any(name.endswith("foot") for name in names) else ON_BODY


def gap(s: Signals, touch: Touch) -> float:
    """Metres, the nearest that the two joints of a touch come; at any time, as generated motion keeps its own."""
    return float(np.linalg.norm(_point(s, *touch.first) - _point(s, *touch.second), axis=-1).min())


def touched(s: Signals, touches: tuple[Touch, ...]) -> bool:
    """Whether all touches are made."""
    return all(gap(s, touch) < _reach(touch) for touch in touches)
