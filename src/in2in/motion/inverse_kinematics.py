"""Joint positions to rotations: what `skeleton.forward_kinematics` would pose as these joints.

Positions do not say how a limb is turned about its own axis. A joint with one child turns as little as it can relative
to its parent; pelvis and chest, which have three, are fitted to them (Kabsch). A joint at the end of a chain does not
turn. Every frame is solved alone by formulas that are smooth unless a bone folds straight back on its parent's, which
no body does, so the rotations are as continuous in time as the joints.
"""

import roma
import torch
from torch import Tensor

from in2in.motion.rotations import shortest_turn
from in2in.motion.skeleton import CHILDREN, NUM_JOINTS, PARENTS, bone_lengths, tpose_offsets


def inverse_kinematics(joints: Tensor) -> tuple[Tensor, Tensor]:
    """Rotations relative to our T-pose, on the clip's own bone lengths.

    Args:
        joints: [..., T, 22, 3] metres.

    Returns:
        The local rotations [..., T, 21, 3, 3] of all joints but the pelvis, and the pelvis' rotation in the world
        [..., T, 3, 3]: the first two arguments of `skeleton.forward_kinematics`.
    """
    lengths = bone_lengths(joints).median(dim=-2, keepdim=True).values
    rest = tpose_offsets(lengths).expand_as(joints)
    root = _fit(CHILDREN[0], rest, joints)
    world = [root]
    for joint in range(1, NUM_JOINTS):
        parent, children = world[PARENTS[joint]], CHILDREN[joint]
        if len(children) > 1:
            world.append(_fit(children, rest, joints))
        elif children:
            carried = (parent @ rest[..., children[0], :, None]).squeeze(-1)
            world.append(shortest_turn(carried, joints[..., children[0], :] - joints[..., joint, :]) @ parent)
        else:
            world.append(parent)
    stacked = torch.stack(world, dim=-3)
    return stacked[..., list(PARENTS[1:]), :, :].transpose(-1, -2) @ stacked[..., 1:, :, :], root


def fit_rotation(rest: Tensor, bones: Tensor) -> Tensor:
    """The rotation [..., 3, 3] that best turns vectors [..., K, 3] onto others (Kabsch); long ones count more."""
    if torch.compiler.is_exporting():
        return fit_rotation_by_squares(rest, bones)
    # roma keeps a table of its first call, which as an inference tensor would stop all later gradients
    gradients = torch.is_grad_enabled()
    with torch.inference_mode(False), torch.set_grad_enabled(gradients):
        rotation = roma.special_procrustes(bones.transpose(-1, -2) @ rest)
    assert isinstance(rotation, Tensor)
    return rotation


def fit_rotation_by_squares(rest: Tensor, bones: Tensor) -> Tensor:
    """`fit_rotation` by products alone, for exported graphs, which have no decompositions of matrices.

    The best rotation's quaternion q is the eigenvector of Horn's 4 x 4 matrix with the largest eigenvalue; that matrix,
    shifted to have no negative one and squared again and again, becomes a multiple of q q^T.
    """
    m = rest.transpose(-1, -2) @ bones
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = (row.unbind(-1) for row in m.unbind(-2))
    w, x, y, z = xx + yy + zz, xx - yy - zz, yy - xx - zz, zz - xx - yy
    rows = (w, yz - zy, zx - xz, xy - yx), (yz - zy, x, xy + yx, zx + xz)
    rows += (zx - xz, xy + yx, y, yz + zy), (xy - yx, zx + xz, yz + zy, z)
    n = torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)
    n = n + n.square().sum(dim=(-1, -2), keepdim=True).sqrt() * torch.eye(4)
    for _ in range(16):
        n = n / n.diagonal(dim1=-1, dim2=-2).sum(dim=-1)[..., None, None]
        n = n @ n
    n = n / n.diagonal(dim1=-1, dim2=-2).sum(dim=-1)[..., None, None]
    (_ww, wx, wy, wz), (_, xx, xy, xz), (_, _, yy, yz), (*_, zz) = (row.unbind(-1) for row in n.unbind(-2))
    turn = (1 - 2 * (yy + zz), 2 * (xy - wz), 2 * (xz + wy)), (2 * (xy + wz), 1 - 2 * (xx + zz), 2 * (yz - wx))
    turn += ((2 * (xz - wy), 2 * (yz + wx), 1 - 2 * (xx + yy)),)
    return torch.stack([torch.stack(row, dim=-1) for row in turn], dim=-2)


def _fit(children: tuple[int, ...], rest: Tensor, joints: Tensor) -> Tensor:
    """How a joint of several children is turned: [..., 3, 3]."""
    bones = joints[..., list(children), :] - joints[..., [PARENTS[child] for child in children], :]
    return fit_rotation(rest[..., list(children), :], bones)
