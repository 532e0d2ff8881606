"""A person's body: bone lengths, and the few measures that choreography needs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from in2in.bench.people.curves import Array
from in2in.motion.skeleton import BONE_LENGTHS, INDEX, MIRROR, PALM, SIDES, tpose_offsets

LEFT, RIGHT = SIDES
SIGN = {LEFT: 1.0, RIGHT: -1.0}
"""Where a side lies along x for somebody who looks along +z."""

TOE_HEIGHT = 0.02
"""Height of the toe joint of a foot that stands on the floor, in metres."""

LEG_JOINTS = [joint for joint, name in enumerate(INDEX) if any(part in name for part in ("knee", "ankle", "foot"))]
ARM_JOINTS = [joint for joint, name in enumerate(INDEX) if "elbow" in name or "wrist" in name]


def other(side: str) -> str:
    """The opposite side."""
    return RIGHT if side == LEFT else LEFT


@dataclass(frozen=True)
class Body:
    """Bone lengths of one person.

    Attributes:
        offsets: [22, 3] metres, each joint from its parent in the T-pose.
    """

    offsets: Array

    @classmethod
    def of_size(cls, overall: float, legs: float = 1.0, arms: float = 1.0) -> "Body":
        """The neutral body scaled: all bones, then the legs' and the arms' once more."""
        lengths = np.array(BONE_LENGTHS)
        lengths = (lengths + lengths[list(MIRROR)]) / 2 * overall
        lengths[LEG_JOINTS] *= legs
        lengths[ARM_JOINTS] *= arms
        return cls(tpose_offsets(torch.from_numpy(lengths)).numpy())

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "Body":
        """A random adult."""
        overall, legs, arms = rng.normal(1.0, (0.045, 0.02, 0.02))
        return cls.of_size(*np.clip([overall, legs, arms], 0.9, 1.1))

    def offset(self, name: str) -> Array:
        """[3] metres, the joint from its parent in the T-pose."""
        return self.offsets[INDEX[name]]

    def length(self, name: str) -> float:
        """Metres from the joint to its parent."""
        return float(np.linalg.norm(self.offset(name)))

    @cached_property
    def leg(self) -> float:
        """Hip to ankle with a straight knee, metres."""
        return self.length("left_knee") + self.length("left_ankle")

    @cached_property
    def arm(self) -> float:
        """Shoulder to palm with a straight elbow, metres."""
        return self.length("left_elbow") + self.length("left_wrist") + PALM

    @cached_property
    def ankle_height(self) -> float:
        """Height of the ankle of a foot that stands on the floor, metres."""
        return TOE_HEIGHT - float(self.offset("left_foot")[1])

    @cached_property
    def stature(self) -> float:
        """Height of the head joint when standing straight, metres."""
        spine = ("spine1", "spine2", "spine3", "neck", "head")
        trunk = sum(float(self.offset(name)[1]) for name in spine)
        return self.ankle_height + self.leg - float(self.offset("left_hip")[1]) + trunk
