"""Places to reach for and to look at."""

from collections.abc import Sequence

import numpy as np

from in2in.bench.people.body import SIGN
from in2in.bench.people.curves import Array
from in2in.bench.people.figure import Figure, Place
from in2in.bench.people.limbs import apply, unit

Measure = float | Array
"""A number, or one for each frame [T]."""

STRETCHED = 0.94
"""Share of an arm's length from the shoulder to the palm when somebody points."""


def own(person: int, side: str, out: Measure, up: Measure, ahead: Measure) -> Place:
    """Somewhere before the person: from the shoulder, in arm lengths, in the chest's frame kept upright."""

    def place(figures: Sequence[Figure]) -> Array:
        figure = figures[person]
        offset = np.stack(np.broadcast_arrays(SIGN[side] * np.asarray(out), up, ahead), axis=-1)
        return figure.shoulder(side) + apply(figure.upright_chest(0.5), figure.body.arm * offset)

    return place


def on(person: int, joint: str, across: float = 0.0, up: float = 0.0, ahead: float = 0.0) -> Place:
    """At a joint of the trunk, moved by metres in that joint's frame; across is to the person's left."""

    def place(figures: Sequence[Figure]) -> Array:
        figure = figures[person]
        return figure.at(joint) + apply(figure.frame(joint), np.array([across, up, ahead]))

    return place


def face(person: int) -> Place:
    """The person's face, about where the head is above the chest."""
    return on(person, "spine3", up=0.34, ahead=0.04)


def fixed(point: Array) -> Place:
    """A point [3] or [T, 3] of the world, metres."""

    def place(figures: Sequence[Figure]) -> Array:
        return np.broadcast_to(point, figures[0].at("pelvis").shape)

    return place


def moved(place: Place, offset: Array) -> Place:
    """Another place, moved by an offset [3] or [T, 3] of the world, metres."""
    return lambda figures: place(figures) + offset


def frozen(place: Place, frame: int) -> Place:
    """Where a place is in one frame, for all frames."""
    return lambda figures: np.broadcast_to(place(figures)[frame], place(figures).shape)


def towards(person: int, side: str, point: Array) -> Place:
    """Where the palm is when the arm, `STRETCHED`, points to a point [3] of the world."""

    def place(figures: Sequence[Figure]) -> Array:
        shoulder = figures[person].shoulder(side)
        return shoulder + STRETCHED * figures[person].body.arm * unit(point - shoulder)

    return place


def between(sides: tuple[str, str], share: float = 0.5, up: float = 0.0) -> Place:
    """On the line from the first person's shoulder to the second's, `up` metres above it."""

    def place(figures: Sequence[Figure]) -> Array:
        first, second = (figure.shoulder(side) for figure, side in zip(figures, sides, strict=True))
        return first + share * (second - first) + np.array([0.0, up, 0.0])

    return place


def hand_in_hand(sides: tuple[str, str], stretch: float = 0.88) -> Place:
    """Below the middle of the line between the two shoulders, where both arms hang stretched by a share."""

    def place(figures: Sequence[Figure]) -> Array:
        first, second = (figure.shoulder(side) for figure, side in zip(figures, sides, strict=True))
        reach = stretch * min(figure.body.arm for figure in figures)
        half = np.linalg.norm(second - first, axis=-1) / 2
        drop = np.sqrt(np.maximum(reach**2 - half**2, 0.1**2))
        return (first + second) / 2 - drop[:, None] * np.array([0.0, 1.0, 0.0])

    return place
