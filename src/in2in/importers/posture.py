"""Unit and axes of a source of joint positions: decided over all of its clips, since one person may lie or crawl."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.importers.axes import UP, turned
from in2in.importers.positions import LEG, leg_length
from in2in.importers.units import TOLD, unit_of_legs
from in2in.motion.skeleton import INDEX

Clip = TypeVar("Clip")

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


def postures(read: Callable[[Clip], Tensor], clips: Sequence[Clip]) -> list[Posture]:
    """Of those of the clips, evenly spread, that can be read; the others are told of when their turn comes.

    Args:
        read: the joints of a clip, as `posture` takes them.
        clips: all that there are.
    """
    seen = []
    for clip in clips[:: max(1, -(-len(clips) // ENOUGH))]:
        with suppress(InputError):
            seen.append(posture(read(clip)))
    return seen


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
        name, unit = unit_of_legs(_leg(seen), TOLD, LEG, f"{what}: ")
        print(f"{what}: the unit is taken to be the {name}, as legs are {_leg(seen):.3g} long (unit= overrules)")
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
