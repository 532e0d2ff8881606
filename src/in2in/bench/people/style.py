"""Manners of moving: how a posture and a walk are coloured by a mood."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """One manner; angles in radians, everything else a factor of the neutral manner.

    Attributes:
        name: as in the truth.
        slump: the spine's bend forward (negative: chest out).
        nod: the head's bend down.
        arm_swing: how far the arms swing in walking.
        bounce: how much the body goes up and down.
        reach: how far gestures go.
        stance: the width between the feet.
        crouch: how far the pelvis is lowered in standing, metres.
        spread: how far the arms hang from the body.
    """

    name: str
    slump: float = 0.03
    nod: float = 0.0
    arm_swing: float = 1.0
    bounce: float = 1.0
    reach: float = 1.0
    stance: float = 1.0
    crouch: float = 0.0
    spread: float = 1.0


STYLES = (
    Style("neutral"),
    Style("tired", slump=0.3, nod=0.28, arm_swing=0.5, bounce=0.7, reach=0.85, crouch=0.012, spread=0.8),
    Style("proud", slump=-0.14, nod=-0.13, arm_swing=1.35, bounce=1.1, reach=1.08, stance=1.15, spread=1.5),
    Style("cheerful", slump=-0.02, nod=-0.05, arm_swing=1.5, bounce=2.2, reach=1.12, spread=1.2),
    Style("shy", slump=0.16, nod=0.32, arm_swing=0.45, bounce=0.8, reach=0.8, stance=0.75, spread=0.55),
)
