"""Rotations about the axes and the two-bone inverse kinematics of arms and legs."""

from dataclasses import dataclass

import numpy as np

from in2in.bench.people.curves import Array

FARTHEST = 0.9995
"""How straight a limb may get, as a share of its length."""


def _about(axis: int, angle: Array | float) -> Array:
    angle = np.asarray(angle, dtype=np.float64)
    a, b = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.zeros((*angle.shape, 3, 3))
    matrix[..., axis, axis] = 1.0
    matrix[..., a, a] = matrix[..., b, b] = np.cos(angle)
    matrix[..., b, a] = np.sin(angle)
    matrix[..., a, b] = -matrix[..., b, a]
    return matrix


def about_x(angle: Array | float) -> Array:
    """Rotation [..., 3, 3] about x: forward pitch of somebody who looks along +z."""
    return _about(0, angle)


def about_y(angle: Array | float) -> Array:
    """Rotation [..., 3, 3] about y: a turn to the left of somebody who looks along +z."""
    return _about(1, angle)


def about_z(angle: Array | float) -> Array:
    """Rotation [..., 3, 3] about z: a tilt to the right of somebody who looks along +z."""
    return _about(2, angle)


def apply(rotation: Array, vector: Array) -> Array:
    """Rotate vectors [..., 3] by matrices [..., 3, 3]."""
    return np.einsum("...ij,...j->...i", rotation, vector)


def inverse(rotation: Array) -> Array:
    """The inverse rotations, [..., 3, 3]."""
    return np.swapaxes(rotation, -1, -2)


def unit(vector: Array) -> Array:
    """Vectors [..., 3] at length 1."""
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-9)


def frame(along: Array, hinge: Array) -> Array:
    """[..., 3, 3] with the unit vector `along` as first column and `hinge`, made perpendicular, as second."""
    hinge = unit(hinge - (hinge * along).sum(-1, keepdims=True) * along)
    return np.stack([along, hinge, np.cross(along, hinge)], axis=-1)


@dataclass(frozen=True)
class Limb:
    """A bent limb over T frames.

    Attributes:
        upper: [T, 3, 3], world rotation of the upper bone relative to the T-pose.
        lower: [T, 3, 3], world rotation of the lower bone relative to the T-pose.
        end: [T, 3] metres, where the limb's end really is (the target, unless it is out of reach).
    """

    upper: Array
    lower: Array
    end: Array


def bend(root: Array, target: Array, pole: Array, upper: Array, lower: Array, hinge: Array, tip: float = 0.0) -> Limb:
    """Bend two bones so that the limb's end lies on the target and its middle joint points along the pole.

    Args:
        root: [T, 3] metres, where the limb starts.
        target: [T, 3] metres.
        pole: [T, 3], the side to which elbow or knee goes.
        upper: [3] metres, the upper bone in the T-pose.
        lower: [3] metres, the lower bone in the T-pose.
        hinge: [3], the axis in the T-pose about which the lower bone bends.
        tip: metres by which the limb's end lies beyond the lower bone, on its line.
    """
    first, second = float(np.linalg.norm(upper)), float(np.linalg.norm(lower)) + tip
    direction = unit(target - root)
    distance = np.linalg.norm(target - root, axis=-1, keepdims=True)
    distance = np.clip(distance, abs(first - second) + 0.05, FARTHEST * (first + second))
    side = unit(pole - (pole * direction).sum(-1, keepdims=True) * direction)
    along = (distance**2 + first**2 - second**2) / (2 * distance)
    middle = direction * along + side * np.sqrt(np.maximum(first**2 - along**2, 0.0))
    axis = np.cross(side, direction)
    upper_world = frame(unit(middle), axis) @ frame(unit(upper), hinge).T
    lower_world = frame(unit(direction * distance - middle), axis) @ frame(unit(lower), hinge).T
    return Limb(upper_world, lower_world, root + direction * distance)
