"""Which hand or leg does it, and to which side both go."""

import numpy as np

from in2in.motion.signals import Array, Signals
from in2in.motion.skeleton import SIDES

MEETING = ("handshake", "high five", "hand over", "lead by the hand")
"""Kinds in which a hand of one meets a hand of the other."""

AROUND = 0.05
"""Metres; frames in which the palms are that near to their nearest count."""


def _activity(s: Signals, kind: str, limb: str) -> Array:
    """[2, 2] for each person and side, how much it does what the kind asks of it."""
    if limb == "leg":
        return s.ankles.max(-1)
    if kind in MEETING:
        nearest = s.palm_gaps.min(axis=(0, 1))
        frames = nearest < nearest.min() + AROUND
        gaps = s.palm_gaps[..., frames].mean(-1)
        return -np.stack([gaps.min(1), gaps.min(0)])
    if kind == "pat on the shoulder":
        return -np.minimum(s.palm_to("left_shoulder"), s.palm_to("right_shoulder")).min(-1)
    if kind == "punch and dodge":
        return s.from_shoulder[..., 0].max(-1) / s.arm
    return s.lifted.mean(-1)


def acting_sides(s: Signals, kind: str, limb: str) -> tuple[str, str]:
    """For each person the side, left or right, that acts in this kind with its hands or legs."""
    one, two = _activity(s, kind, limb).argmax(-1)
    return SIDES[one], SIDES[two]


def way(s: Signals) -> str:
    """The side of their own to which both go: left or right."""
    aside = float((s.velocity * s.left).sum(-1).sum())
    return SIDES[0] if aside > 0 else SIDES[1]
