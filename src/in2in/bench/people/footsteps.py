"""The footstep planner: where each foot stands and when, so that planted feet are fixed to the floor."""

from dataclasses import dataclass, field
from math import ceil

import numpy as np

from in2in.bench.people.body import LEFT, SIGN, TOE_HEIGHT, Body
from in2in.bench.people.curves import Array, bump, smooth, trapezoid
from in2in.bench.people.limbs import about_x, about_y, apply
from in2in.motion.skeleton import SIDES

LARGEST_TURN = 0.8
"""Radians that the body turns in one step at most."""

ROLLING = 0.45
"""Share of a step, in long steps, in which the heel comes up before the toe leaves the floor."""

AHEAD = 0.42
"""Share of a foot's time on the floor after which the body is right above it."""


@dataclass(frozen=True)
class Walk:
    """A stretch of time in which the feet step, one after the other.

    Attributes:
        start, end: seconds.
        step: seconds from one foot's lift to the other's, about.
        airborne: the share of a step in which the foot moves; above 1 both feet are off the floor at times.
        first: the foot that begins.
        lift: height of the swinging toe, metres.
        roll: how far the heel comes up, radians.
        longest: how far the body goes in one step at most, as a share of the leg's length.
    """

    start: float
    end: float
    step: float = 0.5
    airborne: float = 0.8
    first: str = LEFT
    lift: float = 0.035
    roll: float = 0.62
    longest: float = 0.85


@dataclass
class Foot:
    """One foot over T frames.

    Attributes:
        toe: [T, 3] metres, the toe joint.
        yaw: [T] radians about y.
        pitch: [T] radians, positive with the heel up.
        planted: [T], True while all of it stands still.
        carrying: [T], 1 while the toe is on the floor, 0 in the air.
    """

    toe: Array
    yaw: Array
    pitch: Array
    planted: np.ndarray
    carrying: Array

    def rotation(self) -> Array:
        """[T, 3, 3] in the world."""
        return about_y(self.yaw) @ about_x(self.pitch)

    def ankle(self, offset: Array) -> Array:
        """[T, 3] metres, given the toe's offset from the ankle in the T-pose."""
        return self.toe - apply(self.rotation(), offset)

    def support(self) -> Array:
        """[T] from 0 to 1: how much it can carry, changing smoothly."""
        return smooth(self.carrying, 2.5)


@dataclass
class Ground:
    """What the feet follow.

    Attributes:
        time: [T] seconds.
        path: [T, 2] metres (x, z), where the body is.
        facing: [T] radians, unwrapped.
        width: metres from the midline to each foot.
        toe_out: radians.
        walks: in order of time, not overlapping.
    """

    time: Array
    path: Array
    facing: Array
    width: float
    toe_out: float
    walks: list[Walk] = field(default_factory=list)

    def home(self, body: Body, side: str, when: float) -> tuple[Array, float]:
        """Toe [3] and yaw of a foot that stands under the body at a time."""
        x, z = (float(np.interp(when, self.time, self.path[:, k])) for k in (0, 1))
        facing = float(np.interp(when, self.time, self.facing))
        toe = body.offset(f"{side}_foot") + np.array([SIGN[side] * self.width, 0.0, -0.045])
        toe = apply(about_y(facing), toe) + np.array([x, 0.0, z])
        toe[1] = TOE_HEIGHT
        return toe, facing + SIGN[side] * self.toe_out

    def steps(self, walk: Walk, leg: float) -> int:
        """How many steps a walk takes."""
        during = (self.time >= walk.start) & (self.time <= walk.end)
        turn = np.abs(np.diff(self.facing[during])).sum()
        moved = np.linalg.norm(np.diff(self.path[during], axis=0), axis=1)
        speed = (moved / np.diff(self.time[during])).max(initial=0.0)
        seconds = walk.end - walk.start
        fewest = speed * seconds / (walk.longest * leg)
        return max(2, round(seconds / walk.step), ceil(turn / LARGEST_TURN), ceil(fewest))


def plan(ground: Ground, body: Body) -> dict[str, Foot]:
    """Both feet, by side: standing at home, and swinging to the next home in every step."""
    return {side: _plan_foot(ground, body, side) for side in SIDES}


def _plan_foot(ground: Ground, body: Body, side: str) -> Foot:
    frames = len(ground.time)
    toe, yaw = ground.home(body, side, float(ground.time[0]))
    foot = Foot(
        np.tile(toe, (frames, 1)), np.full(frames, yaw), np.zeros(frames), np.ones(frames, dtype=bool), np.ones(frames)
    )
    for walk in ground.walks:
        count = ground.steps(walk, body.leg)
        step = (walk.end - walk.start) / count
        for k in range(0 if side == walk.first else 1, count, 2):
            lift = walk.start + k * step
            land = min(lift + walk.airborne * step, walk.end)
            following = lift + 2 * step
            middle = land + AHEAD * (following - land) if k + 2 < count else (land + walk.end) / 2
            _swing(foot, ground, walk, lift, land, *ground.home(body, side, middle), body)
    return foot


def _swing(
    foot: Foot, ground: Ground, walk: Walk, lift: float, land: float, toe: Array, yaw: float, body: Body
) -> None:
    """Move the foot from where it stands to a new place, for this and all later frames."""
    u = (ground.time - lift) / (land - lift)
    share = trapezoid(u)
    start, turn = foot.toe[-1].copy(), yaw - foot.yaw[-1]
    stride = float(np.linalg.norm(toe - start))
    reach = min(stride / (0.6 * body.leg), 1.5)
    roll = ROLLING / walk.airborne * min(0.4 + 0.6 * reach, 1.0)
    heel = (u + roll) / (0.8 + roll)
    heel_up = walk.roll * min(0.4 + 0.6 * reach, 1.3) * bump(heel)
    toes_up = 0.28 * min(reach, 1.0) * bump((u - 0.5) / 0.5) * _goes_forward(toe - start, yaw)
    foot.toe += share[:, None] * (toe - start)
    foot.yaw += share * turn
    foot.pitch += heel_up - toes_up
    foot.toe[:, 1] += walk.lift * (0.5 + 0.5 * reach) * bump(u) + body.length("left_foot") * np.sin(toes_up)
    foot.planted[(heel > 0.0) & (u < 1.0)] = False
    foot.carrying[(u > 0.0) & (u < 1.0)] = 0.0


def _goes_forward(way: Array, yaw: float) -> float:
    """1 for a step ahead, 0 for one to the side or back."""
    length = float(np.linalg.norm(way))
    return max(0.0, float(way[0] * np.sin(yaw) + way[2] * np.cos(yaw)) / length) if length > 1e-6 else 0.0
