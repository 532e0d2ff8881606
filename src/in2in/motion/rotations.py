"""Rotations as this project stores them; everything else about rotations is roma's.

roma's quaternions are (x, y, z, w). Headings are angles about +y: 0 looks along +z, positive turns towards +x.
"""

import roma
import torch
from torch import Tensor

from in2in.motion.skeleton import LEFT_HIP, RIGHT_HIP


def matrix_to_6d(matrix: Tensor) -> Tensor:
    """First two columns, row by row: (R00, R01, R10, R11, R20, R21). [..., 3, 3] -> [..., 6]."""
    return matrix[..., :, :2].flatten(-2)


def matrix_from_6d(six: Tensor) -> Tensor:
    """Nearest rotation by Gram-Schmidt on the two columns. [..., 6] -> [..., 3, 3]."""
    return roma.special_gramschmidt(six.unflatten(-1, (3, 2)))


def heading(joints: Tensor) -> Tensor:
    """Angle about +y in which the hips face: forward = up x (right hip - left hip).

    Args:
        joints: [..., 22, 3] metres.

    Returns:
        [...] radians, 0 along +z.
    """
    across = joints[..., RIGHT_HIP, :] - joints[..., LEFT_HIP, :]
    return torch.atan2(across[..., 2], -across[..., 0])


def rotate_about_y(vectors: Tensor, angle: Tensor) -> Tensor:
    """Turn vectors [..., 3] by angle [...] radians about +y; the leading dimensions broadcast."""
    sin, cos = torch.sin(angle), torch.cos(angle)
    x, y, z = vectors.unbind(-1)
    return torch.stack([cos * x + sin * z, y.expand_as(cos * x), cos * z - sin * x], dim=-1)


def shortest_turn(start: Tensor, end: Tensor) -> Tensor:
    """The rotation by the smallest angle that takes the direction of one vector to another's.

    Args:
        start: [..., 3] of any length.
        end: [..., 3] of any length; where one of the two is zero, nothing is turned.

    Returns:
        [..., 3, 3].
    """
    start, end = torch.nn.functional.normalize(start, dim=-1), torch.nn.functional.normalize(end, dim=-1)
    axis, cosine = torch.linalg.cross(start, end), (start * end).sum(dim=-1, keepdim=True)
    sine = axis.norm(dim=-1, keepdim=True)
    # Opposite directions have no shortest way: any axis across will do.
    basis = torch.eye(3).to(start)[start.abs().argmin(dim=-1)]
    across = torch.linalg.cross(start, basis)
    axis = torch.where((sine < 1e-9) & (cosine < 0), across, axis)
    return roma.rotvec_to_rotmat(torch.nn.functional.normalize(axis, dim=-1) * torch.atan2(sine, cosine))
