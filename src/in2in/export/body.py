"""What people look like outside the page: a mannequin of tapered limbs around the joints, in the page's colours."""

from typing import NamedTuple

import numpy as np

from in2in.motion.skeleton import INDEX, JOINTS


class Limb(NamedTuple):
    """A tapered capsule between two points.

    Attributes:
        start, end: places in `POINTS`.
        radius_start, radius_end: metres.
        tint: how much lighter (towards white, positive) or darker than the person's colour.
    """

    start: int
    end: int
    radius_start: float
    radius_end: float
    tint: float


COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""One for each person: Okabe and Ito's, which colour-blind people can tell apart."""

SOLE = 0.03
"""Metres from the toe joint of a foot that stands down to the floor."""

SIDES = ("left", "right")

ADDED = ("skull", *(f"{side}_{part}" for side in SIDES for part in ("hand", "heel", "toes")))
"""Points that are no joints, after the 22 joints."""

POINTS = (*JOINTS, *ADDED)

SKIN, SHIRT, TROUSERS, SHOES = 0.45, 0.0, -0.32, -0.7
_TRUNK = (
    ("pelvis", "spine3", 0.095, 0.11, SHIRT),
    ("spine3", "neck", 0.112, 0.06, SHIRT),
    ("neck", "head", 0.055, 0.055, SKIN),
    ("head", "skull", 0.075, 0.1, SKIN),
    ("left_hip", "right_hip", 0.102, 0.102, TROUSERS),
)

_SIDE = (
    ("spine3", "?_collar", 0.11, 0.078, SHIRT),
    ("?_hip", "?_collar", 0.08, 0.078, SHIRT),
    ("?_collar", "?_shoulder", 0.076, 0.06, SHIRT),
    ("?_shoulder", "?_elbow", 0.058, 0.043, SHIRT),
    ("?_elbow", "?_wrist", 0.039, 0.03, SKIN),
    ("?_wrist", "?_hand", 0.032, 0.036, SKIN),
    ("?_hip", "?_knee", 0.09, 0.056, TROUSERS),
    ("?_knee", "?_ankle", 0.058, 0.04, TROUSERS),
    ("?_ankle", "?_heel", 0.042, 0.035, SHOES),
    ("?_heel", "?_foot", 0.036, 0.034, SHOES),
    ("?_foot", "?_toes", 0.034, 0.028, SHOES),
)

_NAMED = (*_TRUNK, *((a.replace("?", s), b.replace("?", s), *shape) for s in SIDES for a, b, *shape in _SIDE))

LIMBS = tuple(Limb(POINTS.index(a), POINTS.index(b), *shape) for a, b, *shape in _NAMED)


def body_points(joints: np.ndarray) -> np.ndarray:
    """The joints with the points of `ADDED` behind them.

    Args:
        joints: [..., 22, 3] metres.

    Returns:
        [..., 29, 3] metres.
    """
    place = {name: joints[..., number, :] for name, number in INDEX.items()}
    added = [place["head"] + 0.1 * _unit(place["head"] - place["neck"])]
    for side in SIDES:
        wrist, ankle, toe = (place[f"{side}_{part}"] for part in ("wrist", "ankle", "foot"))
        down, forward = _unit(ankle - place[f"{side}_knee"]), toe - ankle
        level = _unit(forward - (forward * down).sum(axis=-1, keepdims=True) * down)
        heel = ankle + 0.05 * down - 0.045 * level
        hand = wrist + 0.1 * _unit(wrist - place[f"{side}_elbow"])
        added += [hand, heel, toe + 0.06 * _unit(toe - heel)]
    return np.concatenate([joints, np.stack(added, axis=-2)], axis=-2)


def rgb(person: int, tint: float = SHIRT) -> np.ndarray:
    """A person's colour, tinted: [3] from 0 to 255."""
    text = COLOURS[person % len(COLOURS)].removeprefix("#")
    colour = np.array([int(text[place : place + 2], 16) for place in (0, 2, 4)], dtype=np.float32)
    other = 255.0 if tint > 0 else 18.0
    return colour + abs(tint) * (other - colour)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
