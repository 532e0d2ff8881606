"""What may be asked of a scene beside its text. Each constraint says how far joints are from what it asks.

Persons are 1 and 2, frames count from 0 at 30 a second, places are in metres (y up, the floor at y = 0), directions are
degrees about the vertical: 0 faces +z, 90 faces +x.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Protocol

import numpy as np
import torch
from pydantic import ConfigDict, Field, InstanceOf
from pydantic.json_schema import SkipJsonSchema
from scipy.interpolate import PchipInterpolator
from torch import Tensor
from torch.nn.functional import normalize

from in2in.motion.motion import Motion
from in2in.motion.skeleton import INDEX, LEFT_HIP, PALM, RIGHT_HIP

Person = Annotated[int, Field(ge=1, le=2)]
Frame = Annotated[int, Field(ge=0)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Place = tuple[Number, Number, Number]
Source = Path | SkipJsonSchema[InstanceOf[Motion]]
"""A sample's file, NNN.npz, or in Python the motion itself."""

STRICT = ConfigDict(extra="forbid")

SKIN = 0.05
"""Metres from a joint to the skin, where a hand that touches it rests."""

ARM = 0.3
"""Metres at which a wrong direction is measured, so that it compares with a wrong place."""

RESTS = 0.003
"""Metres a frame; slower than this nobody goes anywhere."""


class Constraint(Protocol):
    """Something that is asked of the joints."""

    def gaps(self, joints: Tensor) -> Tensor:
        """How far joints [P, T, 22, 3] in metres are from what is asked: vectors [K, n] in metres."""
        ...

    def frames(self) -> tuple[int, ...]:
        """The frames that are spoken of."""
        ...


@dataclass(frozen=True)
class Keyframe:
    """Joints of a person at given places in one frame.

    Attributes:
        person: 1 or 2.
        frame: when.
        joints: places by the joints' names, such as right_wrist.
    """

    person: Person
    frame: Frame
    joints: dict[str, Place]
    __pydantic_config__ = STRICT

    def gaps(self, joints: Tensor) -> Tensor:
        """See `Constraint`."""
        named = [INDEX[name] for name in self.joints]
        return joints[self.person - 1, self.frame, named] - joints.new_tensor(list(self.joints.values()))

    def frames(self) -> tuple[int, ...]:
        """See `Constraint`."""
        return (self.frame,)


@dataclass(frozen=True)
class Pose:
    """A person's whole body in one frame as it is in a recorded or generated motion, at the place that it has there.

    Attributes:
        person: 1 or 2.
        frame: when.
        file: the motion.
        of: whose pose, the person's number in the motion.
        at: the frame in the motion.
    """

    person: Person
    frame: Frame
    file: Source
    of: Annotated[int, Field(ge=1)] = 1
    at: Frame = 0
    __pydantic_config__ = STRICT

    def joints(self) -> np.ndarray:
        """What is asked for, [22, 3] metres."""
        return motion_of(self.file).joints[self.of - 1, self.at]

    def gaps(self, joints: Tensor) -> Tensor:
        """See `Constraint`."""
        return joints[self.person - 1, self.frame] - joints.new_tensor(self.joints())

    def frames(self) -> tuple[int, ...]:
        """See `Constraint`."""
        return (self.frame,)


@dataclass(frozen=True)
class Route:
    """Where the pelvis of a person goes over the floor, from the first point's frame to the last's.

    Attributes:
        person: 1 or 2.
        points: (frame, x, z) each, two or more; between them the path is a smooth curve.
        along: the person faces where it goes.
    """

    person: Person
    points: Annotated[tuple[tuple[Frame, Number, Number], ...], Field(min_length=2)]
    along: bool = False
    __pydantic_config__ = STRICT

    def frames(self) -> tuple[int, ...]:
        """See `Constraint`."""
        return tuple(range(self.points[0][0], self.points[-1][0] + 1))

    def places(self) -> np.ndarray:
        """x and z for each of its frames."""
        points = np.asarray(self.points)
        return PchipInterpolator(points[:, 0], points[:, 1:])(self.frames())

    def directions(self) -> np.ndarray:
        """Degrees in which it goes, for each of its frames; where it rests, as before (or, at first, as after)."""
        step = np.gradient(self.places(), axis=0)
        angle = np.degrees(np.arctan2(step[:, 0], step[:, 1]))
        going = np.flatnonzero(np.linalg.norm(step, axis=-1) > RESTS)
        if len(going) == 0:
            return np.zeros(len(step))
        last = np.maximum.accumulate(np.where(np.isin(np.arange(len(step)), going), np.arange(len(step)), going[0]))
        return angle[last]

    def gaps(self, joints: Tensor) -> Tensor:
        """See `Constraint`."""
        own = joints[self.person - 1, list(self.frames())]
        gaps = own[:, 0, [0, 2]] - joints.new_tensor(self.places())
        return torch.cat([gaps, turned(own, self.directions())]) if self.along else gaps


@dataclass(frozen=True)
class Facing:
    """In which direction a person's hips face, from the first turn's frame to the last's.

    Attributes:
        person: 1 or 2.
        turns: (frame, degrees) each; between them the person turns evenly, from -170 to 170 by way of 0.
    """

    person: Person
    turns: Annotated[tuple[tuple[Frame, Number], ...], Field(min_length=1)]
    __pydantic_config__ = STRICT

    def frames(self) -> tuple[int, ...]:
        """See `Constraint`."""
        return tuple(range(self.turns[0][0], self.turns[-1][0] + 1))

    def directions(self) -> np.ndarray:
        """Degrees for each of its frames."""
        return np.interp(self.frames(), *np.asarray(self.turns, dtype=float).T)

    def gaps(self, joints: Tensor) -> Tensor:
        """See `Constraint`."""
        return turned(joints[self.person - 1, list(self.frames())], self.directions())


@dataclass(frozen=True)
class Touch:
    """The palm of a hand at a point, or on a joint of the other person, over an interval of frames.

    Attributes:
        person: 1 or 2.
        hand: left or right.
        first, last: its frames, the last included.
        point: where; or
        joint: of the other person; wrists stand for palms.
    """

    person: Person
    hand: Literal["left", "right"]
    first: Frame
    last: Frame
    point: Place | None = None
    joint: str | None = None
    __pydantic_config__ = STRICT

    def frames(self) -> tuple[int, ...]:
        """See `Constraint`."""
        return tuple(range(self.first, self.last + 1))

    def gaps(self, joints: Tensor) -> Tensor:
        """See `Constraint`; on a joint the palm rests on the skin."""
        when = list(self.frames())
        own = palm(joints[self.person - 1, when], self.hand)
        if self.joint is None:
            return own - joints.new_tensor(self.point)
        other = joints[2 - self.person, when]
        if self.joint.endswith("wrist"):
            return own - palm(other, self.joint.removesuffix("_wrist"))
        gap = own - other[:, INDEX[self.joint]]
        return gap - SKIN * normalize(gap, dim=-1, eps=1e-3)


def turned(joints: Tensor, degrees: np.ndarray) -> Tensor:
    """How far the hips of joints [K, 22, 3] face from directions [K]: [K, 2], as metres at `ARM`."""
    across = joints[:, RIGHT_HIP] - joints[:, LEFT_HIP]
    ahead = normalize(torch.stack([across[:, 2], -across[:, 0]], dim=-1), dim=-1, eps=1e-4)
    wanted = np.radians(degrees)
    return ARM * (ahead - joints.new_tensor(np.stack([np.sin(wanted), np.cos(wanted)], axis=-1)))


def palm(joints: Tensor, side: str) -> Tensor:
    """The middle of a palm [..., 3], on the line of the forearm; of joints [..., 22, 3] in metres."""
    wrist, elbow = (joints[..., INDEX[f"{side}_{name}"], :] for name in ("wrist", "elbow"))
    return wrist + PALM * normalize(wrist - elbow, dim=-1, eps=1e-3)


@dataclass(frozen=True)
class Given:
    """A person whose motion is known, from frame 0 to the last.

    Attributes:
        person: 1 or 2.
        file: the motion.
        of: the person's number in the motion.
        start: the frame of the motion that becomes frame 0.
    """

    person: Person
    file: Source
    of: Annotated[int, Field(ge=1)] = 1
    start: Frame = 0
    __pydantic_config__ = STRICT

    def motion(self, frames: int) -> Motion:
        """That person alone, `frames` from `start` on."""
        return motion_of(self.file).only(self.of - 1).crop(self.start, frames)


@dataclass(frozen=True)
class Loop:
    """The last frame leads into the first: both persons end as and where they began, as fast."""

    def gaps(self, joints: Tensor) -> Tensor:
        """See `Constraint`."""
        away = joints[:, -1] - joints[:, 0]
        faster = joints[:, -1] - joints[:, -2] - joints[:, 1] + joints[:, 0]
        return torch.cat([away.flatten(0, 1), faster.flatten(0, 1)])

    def frames(self) -> tuple[int, ...]:
        """See `Constraint`."""
        return ()


def motion_of(source: Path | Motion) -> Motion:
    """The motion of a source."""
    return source if isinstance(source, Motion) else _read(source)


@lru_cache(maxsize=8)
def _read(path: Path) -> Motion:
    return Motion.load(path)
