"""What is read off two moving bodies before anything is judged: palms, headings, lean, speeds, the way to each other.

P = 2 persons, S = 2 sides (left, right), T frames. All measures are relative to the bodies or to each other, so that
neither the place in the world nor its direction counts; lengths are put to those of an adult of average size.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from in2in.errors import InputError
from in2in.motion.representation import FPS
from in2in.motion.skeleton import BONE_LENGTHS, INDEX, NUM_JOINTS, PALM, PARENTS, SIDES

Array = NDArray[np.float64]

SMOOTHING = 2.0
"""Frames, the deviation of the Gaussian over time: generated joints tremble by centimetres from frame to frame."""

SHORTEST = 15
"""Frames; in less than half a second nothing can be judged."""


def limbs(name: str) -> list[int]:
    """The left and the right joint of this name."""
    return [INDEX[f"{side}_{name}"] for side in SIDES]


def unit(vectors: Array) -> Array:
    """Vectors [..., n] at length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def _average_size(joints: Array) -> Array:
    """Joints [2, T, 22, 3] with the mean length of all bones of both persons put to the average body's."""
    bones = np.linalg.norm(joints[:, :, 1:] - joints[:, :, list(PARENTS[1:])], axis=-1)
    return joints * (np.mean(BONE_LENGTHS[1:]) / max(float(np.median(bones, axis=1).mean()), 1e-3))


@dataclass(frozen=True)
class Signals:
    """The course of the measures of one motion.

    Attributes:
        joints: [2, T, 22, 3] metres, smoothed and of average size.
    """

    joints: Array

    @classmethod
    def of(cls, joints: Tensor) -> "Signals":
        """Read joints [2, T, 22, 3] in metres, y up, 30 frames a second."""
        if joints.shape[0] != 2 or joints.shape[2:] != (NUM_JOINTS, 3):
            raise InputError(f"two persons' joints [2, T, {NUM_JOINTS}, 3] can be judged, not {list(joints.shape)}")
        if joints.shape[1] < SHORTEST:
            raise InputError(f"a motion of {joints.shape[1]} frames is too short to judge: {SHORTEST} are needed")
        if not joints.isfinite().all():
            raise InputError("a motion holds NaN or infinity and cannot be judged")
        values = joints.detach().cpu().double().numpy()
        return cls(gaussian_filter1d(_average_size(values), SMOOTHING, axis=1, mode="nearest"))

    def at(self, name: str) -> Array:
        """A joint [2, T, 3]."""
        return self.joints[:, :, INDEX[name]]

    def sides(self, name: str) -> Array:
        """A left and a right joint [2, 2, T, 3]: person, side."""
        return self.joints[:, :, limbs(name)].swapaxes(1, 2)

    @cached_property
    def palms(self) -> Array:
        """[2, 2, T, 3] metres, the middles of the palms, on the lines of the forearms."""
        wrist = self.sides("wrist")
        return wrist + PALM * unit(wrist - self.sides("elbow"))

    @cached_property
    def from_shoulder(self) -> Array:
        """[2, 2, T, 3] metres from the shoulder to the palm: ahead, up, and outwards to the palm's own side."""
        offset = self.palms - self.sides("shoulder")
        ahead, left = self.ahead[:, None], self.left[:, None]
        outwards = (offset[..., [0, 2]] * left).sum(-1) * np.array([1.0, -1.0])[:, None]
        return np.stack([(offset[..., [0, 2]] * ahead).sum(-1), offset[..., 1], outwards], axis=-1)

    @cached_property
    def arm(self) -> Array:
        """[2, 2] metres, each arm's length from shoulder to palm."""
        shoulder, elbow, palm = self.sides("shoulder"), self.sides("elbow"), self.palms
        upper, lower = (np.median(np.linalg.norm(v, axis=-1), axis=-1) for v in (elbow - shoulder, palm - elbow))
        return upper + lower

    @cached_property
    def lifted(self) -> Array:
        """[2, 2, T], how far each arm is from hanging straight, 0 to 2 arm lengths."""
        down = np.stack([np.zeros_like(self.arm), -self.arm, np.zeros_like(self.arm)], axis=-1)[:, :, None]
        away = self.palms - self.sides("shoulder") - down
        return np.linalg.norm(away, axis=-1) / self.arm[:, :, None]

    @cached_property
    def left(self) -> Array:
        """[2, T, 2], unit vector over the floor to each person's left, by hips and shoulders together."""
        across = self.sides("hip")[:, 0] - self.sides("hip")[:, 1]
        across = unit(across) + unit(self.sides("shoulder")[:, 0] - self.sides("shoulder")[:, 1])
        return unit(across[..., [0, 2]])

    @cached_property
    def ahead(self) -> Array:
        """[2, T, 2], unit vector over the floor in which each person faces."""
        return np.stack([-self.left[..., 1], self.left[..., 0]], axis=-1)

    @cached_property
    def heading(self) -> Array:
        """[2, T] radians about +y, unwrapped."""
        return np.unwrap(np.arctan2(self.ahead[..., 0], self.ahead[..., 1]), axis=-1)

    @cached_property
    def spot(self) -> Array:
        """[2, T, 2] metres, where each person is on the floor."""
        return gaussian_filter1d(self.at("pelvis")[..., [0, 2]], 2 * SMOOTHING, axis=1, mode="nearest")

    @cached_property
    def velocity(self) -> Array:
        """[2, T, 2] metres a second over the floor."""
        return np.gradient(self.spot, axis=1) * FPS

    @cached_property
    def speed(self) -> Array:
        """[2, T] metres a second over the floor."""
        return np.linalg.norm(self.velocity, axis=-1)

    @cached_property
    def apart(self) -> Array:
        """[T] metres between the two on the floor."""
        return np.linalg.norm(self.spot[0] - self.spot[1], axis=-1)

    @cached_property
    def towards(self) -> Array:
        """[2, T, 2], unit vector over the floor from each person to the other."""
        way = unit(self.spot[1] - self.spot[0])
        return np.stack([way, -way])

    @cached_property
    def facing(self) -> Array:
        """[2, T], 1 where a person faces the other, 0 side-on, -1 with the back."""
        return (self.ahead * self.towards).sum(-1)

    @cached_property
    def closing(self) -> Array:
        """[2, T] metres a second of each person towards the other."""
        return (self.velocity * self.towards).sum(-1)

    @cached_property
    def lean(self) -> Array:
        """[2, T] radians by which the trunk, pelvis to neck, leans ahead of the person."""
        trunk = self.at("neck") - self.at("pelvis")
        return np.arctan2((trunk[..., [0, 2]] * self.ahead).sum(-1), trunk[..., 1])

    @cached_property
    def tilt(self) -> Array:
        """[2, T] radians by which the trunk leans to the person's left."""
        trunk = self.at("neck") - self.at("pelvis")
        return np.arctan2((trunk[..., [0, 2]] * self.left).sum(-1), trunk[..., 1])

    @cached_property
    def ankles(self) -> Array:
        """[2, 2, T] metres, height of the ankles above the lowest that either person's get."""
        height = self.sides("ankle")[..., 1]
        return height - height.min()

    @cached_property
    def palm_gaps(self) -> Array:
        """[2, 2, T] metres from each palm of person 1 to each palm of person 2."""
        return np.linalg.norm(self.palms[0][:, None] - self.palms[1][None], axis=-1)

    def palm_to(self, name: str) -> Array:
        """[2, 2, T] metres from each person's palms to a joint of the other."""
        return np.linalg.norm(self.palms - self.at(name)[::-1, None], axis=-1)
