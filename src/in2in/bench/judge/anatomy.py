"""Angles at the joints, read off positions alone, beside what a healthy adult's joints do.

Only what positions tell is measured: bones have no twist. Angles are in degrees, about 0 in upright standing with
hanging arms.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from in2in.motion.signals import Array, unit
from in2in.motion.skeleton import INDEX, SIDES, TPOSE_DIRECTIONS


@dataclass(frozen=True)
class Range:
    """What a joint does in one direction, degrees.

    Attributes:
        angle: as in `joint_angles`.
        least, most: of an adult, with the 10 degrees by which skeletons differ in where their joints lie.
    """

    angle: str
    least: float
    most: float


RANGES_OF_MOTION = (
    Range("elbow bent", 0.0, 160.0),
    Range("knee bent", -10.0, 150.0),
    Range("hip forward", -40.0, 130.0),
    Range("hip outward", -40.0, 55.0),
    Range("ankle up", -60.0, 40.0),
    Range("arm backward", -180.0, 70.0),
    Range("arm inward", -180.0, 55.0),
    Range("trunk forward", -40.0, 90.0),
    Range("trunk sideways", -45.0, 45.0),
    Range("trunk turned", -55.0, 55.0),
    Range("head forward", -60.0, 70.0),
    Range("head sideways", -55.0, 55.0),
)
"""Normal ranges of the American Academy of Orthopaedic Surgeons (Greene and Heckman, 1994), widened by 10 degrees:
elbow 0-150, knee 0-140, hip -30-120 and -30-45, ankle -50-30, shoulder extension 60 and adduction past the midline 45,
trunk -30-80, 35 aside and 45 round, neck 50 back, 60 ahead, 45 aside. The trunk's are of pelvis to neck."""


TRUNK = ("spine1", "spine2", "spine3", "neck")
"""The bones from pelvis to neck, by the joints that they end at."""


def _rest(*names: str) -> tuple[Array, ...]:
    """Bones of the T-pose, by the joints that they end at."""
    return tuple(np.array(TPOSE_DIRECTIONS[INDEX[name]], dtype=np.float64) for name in names)


def _leaning(upper: tuple[str, ...], lower: tuple[str, ...]) -> float:
    """Degrees by which some bones lean forward of others in the T-pose, which counts as 0."""
    one, two = (np.sum(_rest(*names), axis=0) for names in (upper, lower))
    return float(np.degrees(np.arctan2(one[2], one[1]) - np.arctan2(two[2], two[1])))


def _angle(one: Array, two: Array) -> Array:
    return np.degrees(np.arccos(np.clip((unit(one) * unit(two)).sum(-1), -1.0, 1.0)))


def _frame(across: Array, up: Array) -> tuple[Array, Array, Array]:
    """Unit vectors left, up and ahead of a part of the trunk, from its left-right line and its spine."""
    left = unit(across)
    up = unit(up - (up * left).sum(-1, keepdims=True) * left)
    return left, up, np.cross(left, up)


def _towards(vector: Array, axis: Array, down: Array) -> Array:
    """Degrees by which a vector leaves the direction `down` towards `axis`."""
    return np.degrees(np.arctan2((vector * axis).sum(-1), (vector * down).sum(-1)))


def joint_angles(joints: Array) -> dict[str, Array]:
    """All angles of `RANGES_OF_MOTION`, [N, ...] with the sides stacked in front, from joints [..., 22, 3] metres."""

    def at(name: str) -> Array:
        return joints[..., INDEX[name], :]

    hips, shoulders = at("left_hip") - at("right_hip"), at("left_shoulder") - at("right_shoulder")
    left, up, ahead = _frame(hips, at("spine1") - at("pelvis"))
    chest_left, chest_up, chest_ahead = _frame(shoulders, at("neck") - at("spine2"))
    found: dict[str, list[Array]] = {limit.angle: [] for limit in RANGES_OF_MOTION}
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        upper, fore = at(f"{side}_elbow") - at(f"{side}_shoulder"), at(f"{side}_wrist") - at(f"{side}_elbow")
        thigh, shin = at(f"{side}_knee") - at(f"{side}_hip"), at(f"{side}_ankle") - at(f"{side}_knee")
        foot = at(f"{side}_foot") - at(f"{side}_ankle")
        # A knee bends as the ankle does the other way round: a shin that goes to the foot's side bends the wrong way.
        wrong = (np.cross(thigh, shin) * np.cross(shin, foot)).sum(-1) > 0
        bent = _angle(thigh, shin)
        found["elbow bent"].append(_angle(upper, fore))
        found["knee bent"].append(np.where(wrong, -bent, bent))
        found["hip forward"].append(_towards(thigh, ahead, -up))
        across = np.degrees(np.arcsin(np.clip((unit(thigh) * sign * left).sum(-1), -1.0, 1.0)))
        found["hip outward"].append(across)
        found["ankle up"].append(_angle(*_rest("left_foot", "left_ankle")) - _angle(foot, shin))
        behind = -np.degrees(np.arcsin(np.clip((unit(upper) * chest_ahead).sum(-1), -1.0, 1.0)))
        inward = -np.degrees(np.arcsin(np.clip((unit(upper) * sign * chest_left).sum(-1), -1.0, 1.0)))
        found["arm backward"].append(behind)
        found["arm inward"].append(inward)
    trunk, head = at("neck") - at("pelvis"), at("head") - at("neck")
    found["trunk forward"].append(_towards(trunk, ahead, up) - _leaning(TRUNK, ("spine1",)))
    found["trunk sideways"].append(_towards(trunk, left, up))
    found["trunk turned"].append(_towards(shoulders, np.cross(up, left), left))
    found["head forward"].append(_towards(head, chest_ahead, chest_up) - _leaning(("head",), ("spine3", "neck")))
    found["head sideways"].append(_towards(head, chest_left, chest_up))
    return {name: np.stack(values) for name, values in found.items()}


@dataclass(frozen=True)
class Reached:
    """What many frames do at one joint.

    Attributes:
        limit: the range that it is asked of.
        least, middle, most: the 0.1 %, 50 % and 99.9 % quantiles, degrees.
        outside: share of all frames outside the range.
    """

    limit: Range
    least: float
    middle: float
    most: float
    outside: float


def reached(clips: Iterable[Array]) -> tuple[Reached, ...]:
    """The angles of many clips' joints [P, T, 22, 3] beside the ranges, in their order."""
    angles = [joint_angles(joints) for joints in clips]
    found = []
    for limit in RANGES_OF_MOTION:
        values = np.concatenate([angle[limit.angle].ravel() for angle in angles])
        outside = float(((values < limit.least) | (values > limit.most)).mean())
        least, middle, most = (float(q) for q in np.quantile(values, (0.001, 0.5, 0.999)))
        found.append(Reached(limit, least, middle, most, outside))
    return tuple(found)
