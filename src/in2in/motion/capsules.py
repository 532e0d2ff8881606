"""Bodies as capsules around their 21 bones, and how deep two of them lie in each other."""

import torch
from torch import Tensor

from in2in.motion.skeleton import JOINTS, PARENTS

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

RADII = tuple(next(radius for word, radius in THICKNESS if word in name) for name in JOINTS[1:])
"""Radius in metres of each bone, in the order of the joints that the bones end at."""

BONES = tuple(range(len(RADII)))


def segment_distance(p: Tensor, q: Tensor, r: Tensor, s: Tensor) -> Tensor:
    """Distance between the segments pq and rs (Ericson, Real-Time Collision Detection, 5.1.9).

    Args:
        p: [..., 3] one end of the first segment; the leading dimensions of all four broadcast.
        q: [..., 3] its other end.
        r: [..., 3] one end of the second segment.
        s: [..., 3] its other end.

    Returns:
        [...], in the unit of the points.
    """
    one, two, offset = q - p, s - r, p - r
    a, e = one.square().sum(-1) + 1e-12, two.square().sum(-1) + 1e-12
    b, c, f = (one * two).sum(-1), (one * offset).sum(-1), (two * offset).sum(-1)
    # Where they are parallel any place along the first will do.
    along = ((b * f - c * e) / (a * e - b.square()).clamp(min=1e-12)).clamp(0.0, 1.0)
    other = (b * along + f) / e
    along = torch.where(other < 0.0, -c / a, torch.where(other > 1.0, (b - c) / a, along)).clamp(0.0, 1.0)
    other = other.clamp(0.0, 1.0)
    return (p + along[..., None] * one - r - other[..., None] * two).norm(dim=-1)


def penetration(
    one: Tensor, two: Tensor, bones_one: tuple[int, ...] = BONES, bones_two: tuple[int, ...] = BONES
) -> Tensor:
    """How deep each bone of one body lies in each of the other's.

    Args:
        one: [..., 22, 3] metres.
        two: [..., 22, 3] metres.
        bones_one: which n bones of the one; bone k ends at joint k + 1.
        bones_two: which m bones of the other.

    Returns:
        [..., n, m] metres, negative where there is room between them.
    """
    ends_one, ends_two = [bone + 1 for bone in bones_one], [bone + 1 for bone in bones_two]
    p, q = one[..., [PARENTS[end] for end in ends_one], None, :], one[..., ends_one, None, :]
    r, s = two[..., None, [PARENTS[end] for end in ends_two], :], two[..., None, ends_two, :]
    radii = one.new_tensor(RADII)
    return radii[list(bones_one), None] + radii[list(bones_two)] - segment_distance(p, q, r, s)
