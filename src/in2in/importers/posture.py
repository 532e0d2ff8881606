"""Unit and axes of a source of joint positions: decided over all of its clips, since one person may lie or crawl."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.importers.positions import LEG, leg_length
from in2in.motion.skeleton import INDEX

UNITS = {"metres": 1.0, "centimetres": 0.01, "inches": 0.0254, "millimetres": 0.001}

GROWN = 0.82
"""Metres from hip to ankle of a grown-up: tells the unit."""

UP = {
    "y": ("x", "y", "z"),
    "z": ("x", "z", "-y"),
    "-y": ("x", "-y", "-z"),
    "x": ("-y", "x", "z"),
    "-z": ("x", "-z", "y"),
    "-x": ("y", "-x", "z"),
}
"""For each axis that may point up, the source's axes that are our x, y (up) and z: turned, never mirrored.

The likely ones come first: of two persons of whom one lies, the other tells.
"""

UPRIGHT = 0.6
"""Cosine of the angle to an axis within which a person is upright along it."""

LEANING = 0.4
"""The same for the middle of all persons, where none is upright."""

ENOUGH = 500
"""Clips that are looked at, spread over the set; the middle of more is the same."""


@dataclass(frozen=True)
class Posture:
    """How the persons of a clip are, in the source's unit and axes.

    Attributes:
        leg: length from hip to ankle.
        trunks: [P, 3] direction from pelvis to neck of each, the middle of all frames.
    """

    leg: float
    trunks: Tensor


def posture(joints: Tensor) -> Posture:
    """Of joints [P, T, 22, 3], as the source has them; not finite where they are not."""
    trunk = torch.nn.functional.normalize(joints[:, :, INDEX["neck"]] - joints[:, :, INDEX["pelvis"]], dim=-1)
    return Posture(leg_length(joints), trunk.nanmedian(dim=1).values)


def spread(items: Sequence) -> Sequence:
    """As many of the items as are looked at, evenly spread."""
    return items[:: max(1, -(-len(items) // ENOUGH))]


def decide(
    seen: Sequence[Posture], what: str, unit: float | None, axes: Sequence[str] | None, up: str
) -> tuple[float, Sequence[str]]:
    """Metres of the unit, and the source's axes that are our x, y (up) and z; what was not given is told.

    Args:
        seen: of the clips of the source, at least one.
        what: names the source in messages.
        unit: in metres, if it is given.
        axes: if they are given; an error if most people are upright along another one.
        up: the axis that points up, a key of `UP`, whatever people do; "auto" if it is not given.
    """
    if unit is None:
        name, unit = _find_unit(seen, what)
        print(f"{what}: lengths are taken to be in {name}, as legs are {_leg(seen):.3g} long (unit= overrules)")
    elif not LEG[0] < (leg := _leg(seen) * unit) < LEG[1]:
        raise InputError(f"{what}: a leg is {leg:.3g} m long, a person's is {LEG[0]} to {LEG[1]} m: is the unit right?")
    if up != "auto":
        return unit, UP[up]
    found = _find_up(seen)
    if axes is not None:
        if found not in (None, axes[1]):
            raise InputError(
                f"{what}: the neck is not above the pelvis along y but along the source's {found}: are the axes "
                f"right? (up={axes[1]} overrules)"
            )
        return unit, axes
    why = "as most people are upright along it" if found else "though nobody is upright along any axis"
    print(f"{what}: {found or 'y'} is taken to point up, {why} (up= overrules)")
    return unit, UP[found or "y"]


def turned(points: Tensor, axes: Sequence[str]) -> Tensor:
    """Points [..., 3] with our axes, of a source whose axes these are."""
    columns = ["xyz".index(axis.lstrip("-")) for axis in axes]
    return points[..., columns] * points.new_tensor([-1.0 if axis.startswith("-") else 1.0 for axis in axes])


def _find_unit(seen: Sequence[Posture], what: str) -> tuple[str, float]:
    """The unit in which the legs of most people have about the length of a leg."""
    leg = _leg(seen)
    name = min(UNITS, key=lambda unit: abs(math.log(max(leg * UNITS[unit], 1e-9) / GROWN)))
    if not LEG[0] < leg * UNITS[name] < LEG[1]:
        raise InputError(
            f"{what}: a leg of {leg:.3g} is a person's in no known unit ({', '.join(UNITS)}): give unit=, in metres"
        )
    return name, UNITS[name]


def _find_up(seen: Sequence[Posture]) -> str | None:
    """The axis, a key of `UP`, along which most people are upright; None if nobody is along any."""
    trunks = torch.cat([own.trunks for own in seen]).double()
    mainly = trunks.abs().amax(dim=-1)
    heights = {up: turned(trunks, axes)[:, 1] for up, axes in UP.items()}
    upright = {up: int(((height > UPRIGHT) & (height == mainly)).sum()) for up, height in heights.items()}
    most = max(upright, key=lambda up: upright[up])  # of as many, the first
    if upright[most]:
        return most
    leaning = {up: float(height.nanmedian()) for up, height in heights.items()}
    most = max(leaning, key=lambda up: leaning[up])
    return most if leaning[most] > LEANING else None


def _leg(seen: Sequence[Posture]) -> float:
    """The middle of all clips' legs."""
    return float(torch.tensor([own.leg for own in seen]).nanmedian())
