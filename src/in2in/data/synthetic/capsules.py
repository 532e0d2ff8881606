"""Bodies as capsules around their bones, and how deep two of them lie in each other."""

import numpy as np

from in2in.data.synthetic.curves import Array
from in2in.motion.skeleton import INDEX, JOINTS, PARENTS

THICKNESS = (
    ("hip", 0.08),
    ("knee", 0.07),
    ("ankle", 0.05),
    ("foot", 0.035),
    ("spine", 0.11),
    ("neck", 0.06),
    ("head", 0.09),
    ("collar", 0.06),
    ("shoulder", 0.06),
    ("elbow", 0.045),
    ("wrist", 0.035),
)
"""Radius in metres of the bone that ends at a joint whose name holds the word."""

RADII = np.array([next(radius for word, radius in THICKNESS if word in name) for name in JOINTS[1:]])

TRUNK = [INDEX[name] - 1 for name in ("spine1", "spine2", "spine3", "neck", "head")]
FOREARMS = [INDEX[name] - 1 for name in ("left_wrist", "right_wrist")]


def _segments(joints: Array) -> tuple[Array, Array]:
    """Start and end of the 21 bones, [T, 21, 3] each."""
    return joints[:, list(PARENTS[1:])], joints[:, 1:]


def _distance(p: Array, q: Array, r: Array, s: Array) -> Array:
    """Distance between the segments pq and rs, [...]; each [..., 3] (Ericson, Real-Time Collision Detection, 5.1.9)."""
    one, two, offset = q - p, s - r, p - r
    a, e, f = (one**2).sum(-1) + 1e-12, (two**2).sum(-1) + 1e-12, (two * offset).sum(-1)
    b, c = (one * two).sum(-1), (one * offset).sum(-1)
    along = np.clip((b * f - c * e) / np.maximum(a * e - b**2, 1e-12), 0.0, 1.0)
    other = (b * along + f) / e
    along = np.where(other < 0.0, -c / a, np.where(other > 1.0, (b - c) / a, along))
    along, other = np.clip(along, 0.0, 1.0), np.clip(other, 0.0, 1.0)
    return np.linalg.norm(p + along[..., None] * one - r - other[..., None] * two, axis=-1)


def _depth(one: Array, two: Array, bones_one: list[int], bones_two: list[int]) -> Array:
    p, q = (end[:, bones_one, None] for end in _segments(one))
    r, s = (end[:, None, bones_two] for end in _segments(two))
    return RADII[bones_one, None] + RADII[bones_two] - _distance(p, q, r, s)


def penetration(one: Array, two: Array) -> Array:
    """How deep any bone of one body lies in any of the other's.

    Args:
        one, two: [T, 22, 3] metres.

    Returns:
        [T, 21, 21] metres, negative where there is room between them.
    """
    bones = list(range(len(RADII)))
    return _depth(one, two, bones, bones)


def arms_in_trunk(joints: Array) -> Array:
    """How deep the forearms of a body lie in its own trunk and head: [T, 2, 5] metres."""
    return _depth(joints, joints, FOREARMS, TRUNK)
