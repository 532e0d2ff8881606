"""Who walks up to the other, and how the two face each other."""

import numpy as np

from in2in.motion.signals import Signals

CAME_CLOSER = 0.2
"""Metres towards the other from which on somebody has walked up."""

MET = (
    *("handshake", "push", "wave", "high five", "bow", "kick and block", "approach", "hand over"),
    *("punch and dodge", "point", "mirror arms", "pat on the shoulder"),
)
"""Kinds in which people walk up to each other or stand, and go nowhere else before."""

FACING = 0.6
"""Cosine of the angle between a heading and the way to the other, from which on somebody faces the other."""


def walked_up(s: Signals) -> tuple[bool, bool]:
    """For each person, whether it comes closer to where the other is at first."""
    gone = ((s.spot - s.spot[:, :1]) * s.towards[:, :1]).sum(-1).max(-1)
    return bool(gone[0] > CAME_CLOSER), bool(gone[1] > CAME_CLOSER)


def faces_rightly(s: Signals, kind: str, starter: int) -> bool:
    """Whether the two stand to each other as the kind asks for."""
    lead, follow = s.facing[starter], s.facing[1 - starter]
    match kind:
        case "walk apart":
            return bool(s.facing[:, :3].mean() > FACING and s.facing[:, -3:].mean() < -FACING)
        case "chase":
            return bool(np.median(lead) > FACING and np.median(follow) < -FACING)
        case "lead by the hand":
            return bool(np.median(lead) < -0.3 and np.median(follow) > 0.3)
        case "walk side by side":
            alike = np.cos(s.heading[0] - s.heading[1])
            return bool(np.median(alike) > FACING and np.median(np.abs(s.facing)) < FACING)
        case "point" | "approach":
            # One of them turns: only who points or comes has to face the other.
            return bool(np.quantile(lead, 0.7) > FACING)
    return bool(np.median(lead) > FACING and np.median(follow) > FACING)
