"""Which of the two persons starts, or does what the kind is named after."""

from collections.abc import Callable

import numpy as np

from in2in.motion.representation import FPS
from in2in.motion.signals import Array, Signals

BEGUN = 0.3
"""Share of a movement after which it counts as begun: clear of what arms and heads do anyway."""

SET_OFF = 0.25
"""Metres gone by somebody who has set off."""

LONGEST_DELAY = 1.0
"""Seconds by which one may copy the other."""


def onset(course: Array) -> float:
    """Frame, between frames too, at which a course [T] rises for its highest peak: the last time that it is below."""
    peak = int(course.argmax())
    lowest = float(course[: peak + 1].min())
    level = lowest + BEGUN * (float(course[peak]) - lowest)
    below = np.flatnonzero(course[: peak + 1] < level)
    if not len(below):
        return 0.0
    last = int(below[-1])
    return last + float((level - course[last]) / max(course[last + 1] - course[last], 1e-9))


def first_onset(course: Array) -> float:
    """Frame at which a course [T] first gets to a share of its highest peak."""
    level = float(course.min()) + BEGUN * float(course.max() - course.min())
    return float((course >= level).argmax())


def _lifting_arm(s: Signals, person: int) -> Array:
    """[T], the lift of the arm that is lifted further."""
    return s.lifted[person, int(s.lifted[person].max(-1).argmax())]


def _lifts_first(s: Signals) -> int:
    return int(np.argmin([onset(_lifting_arm(s, person)) for person in range(2)]))


def _opens_first(s: Signals) -> int:
    return int(np.argmin([onset(s.lifted[person].mean(0)) for person in range(2)]))


def _moves_first(s: Signals) -> int:
    """The one whose arm is ahead in time where the courses of both are most alike."""
    course = []
    for person in range(2):
        side = int(s.lifted[person].max(-1).argmax())
        course.append(np.diff(s.from_shoulder[person, side], axis=0))
    frames = len(course[0])
    delays = range(-round(LONGEST_DELAY * FPS), round(LONGEST_DELAY * FPS) + 1)
    alike = [
        (course[0][max(-d, 0) : frames - max(d, 0)] * course[1][max(d, 0) : frames - max(-d, 0)]).sum() for d in delays
    ]
    return 0 if delays[int(np.argmax(alike))] >= 0 else 1


def _reaches_chest(s: Signals) -> int:
    return int(s.palm_to("spine3").max(1).min(-1).argmin())


def _reaches_shoulder(s: Signals) -> int:
    return int(np.minimum(s.palm_to("left_shoulder"), s.palm_to("right_shoulder")).min(axis=(1, 2)).argmin())


def _strikes(s: Signals) -> int:
    return int((s.from_shoulder[..., 0] / s.arm[..., None]).max(axis=(1, 2)).argmax())


def _kicks(s: Signals) -> int:
    return int(s.ankles.max(axis=(1, 2)).argmax())


def _points(s: Signals) -> int:
    return int(s.lifted.max(1).mean(-1).argmax())


def _gives(s: Signals) -> int:
    """The one whose hands are full at first, and empty at last."""
    edge = max(s.joints.shape[1] // 15, 2)
    first, last = s.lifted[..., :edge].mean(-1).max(1), s.lifted[..., -edge:].mean(-1).max(1)
    return int((first - last).argmax())


def _walks_up(s: Signals) -> int:
    return int(s.closing.sum(-1).argmax())


def _behind(s: Signals) -> int:
    return int(s.facing.mean(-1).argmax())


def _in_front(s: Signals) -> int:
    return 1 - _behind(s)


def _sets_off_first(s: Signals) -> int:
    way = np.linalg.norm(s.spot - s.spot[:, :1], axis=-1)
    return int(np.argmin([np.interp(SET_OFF, np.maximum.accumulate(w), np.arange(len(w))) for w in way]))


def _turns_first(s: Signals) -> int:
    turned = np.abs(s.heading - s.heading[:, :1])
    return int(np.argmin([first_onset(turn) for turn in turned]))


def _bows_first(s: Signals) -> int:
    return int(np.argmin([onset(lean) for lean in s.lean]))


STARTS: dict[str, Callable[[Signals], int]] = {
    "handshake": _lifts_first,
    "high five": _lifts_first,
    "wave": _lifts_first,
    "circle dance": _opens_first,
    "hug": _opens_first,
    "mirror arms": _moves_first,
    "push": _reaches_chest,
    "pat on the shoulder": _reaches_shoulder,
    "punch and dodge": _strikes,
    "kick and block": _kicks,
    "point": _points,
    "hand over": _gives,
    "approach": _walks_up,
    "chase": _behind,
    "lead by the hand": _in_front,
    "walk side by side": _sets_off_first,
    "walk apart": _turns_first,
    "bow": _bows_first,
}
"""For each kind, how to tell person 0 or 1 as the one who starts."""
