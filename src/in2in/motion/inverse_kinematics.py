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
from in2in.motion.skeleton import NUM_JOINTS, PARENTS, bone_lengths, tpose_offsets


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
    root = _fit(_children(0), rest, joints)
    world = [root]
    for joint in range(1, NUM_JOINTS):
        parent, children = world[PARENTS[joint]], _children(joint)
        if len(children) > 1:
            world.append(_fit(children, rest, joints))
        elif children:
            carried = (parent @ rest[..., children[0], :, None]).squeeze(-1)
            world.append(shortest_turn(carried, joints[..., children[0], :] - joints[..., joint, :]) @ parent)
        else:
            world.append(parent)
    stacked = torch.stack(world, dim=-3)
    return stacked[..., list(PARENTS[1:]), :, :].transpose(-1, -2) @ stacked[..., 1:, :, :], root


def _children(joint: int) -> list[int]:
    return [child for child, parent in enumerate(PARENTS) if parent == joint]


def fit_rotation(rest: Tensor, bones: Tensor) -> Tensor:
    """The rotation [..., 3, 3] that best turns vectors [..., K, 3] onto others (Kabsch); long ones count more."""
    rotation = roma.special_procrustes(bones.transpose(-1, -2) @ rest)
    assert isinstance(rotation, Tensor)
    return rotation


def _fit(children: list[int], rest: Tensor, joints: Tensor) -> Tensor:
    """How a joint of several children is turned: [..., 3, 3]."""
    bones = joints[..., children, :] - joints[..., [PARENTS[child] for child in children], :]
    return fit_rotation(rest[..., children, :], bones)
