"""The axes of a source: which of them points up, and the turn from them to ours."""

from collections.abc import Sequence

import torch
from torch import Tensor

from in2in.errors import InputError

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


def check_up(up: str) -> None:
    """One line about an axis that is none."""
    if up != "auto" and up not in UP:
        raise InputError(f"up={up} must be auto or one of {', '.join(UP)}")


def check_axes(axes: Sequence[str], named: str = "axes=") -> None:
    """One line about axes that are not x, y and z; `named` begins it."""
    if sorted(axis.lstrip("-") for axis in axes) != ["x", "y", "z"]:
        raise InputError(f"{named}{list(axes)} must be x, y and z, each once, with or without a -")


def turned(points: Tensor, axes: Sequence[str]) -> Tensor:
    """Points [..., 3] with our axes, of a source whose axes these are."""
    columns = ["xyz".index(axis.lstrip("-")) for axis in axes]
    return points[..., columns] * points.new_tensor([-1.0 if axis.startswith("-") else 1.0 for axis in axes])


def along(points: Tensor, axis: str) -> Tensor:
    """How far points [..., 3] are along an axis: [...]."""
    return turned(points, UP[axis])[..., 1]


def rotation(axes: Sequence[str]) -> Tensor:
    """The rotation [3, 3] that takes a source's axes to ours, float64; an error where they would mirror."""
    check_axes(axes)
    turn = turned(torch.eye(3, dtype=torch.float64), axes).T
    if torch.linalg.det(turn) < 0:
        raise InputError(f"axes={list(axes)} would mirror the motion: change one sign")
    return turn
