"""The 22 SMPL body joints, their tree, their T-pose and forward kinematics."""

from itertools import pairwise

import torch
from torch import Tensor

JOINTS = (
    *("pelvis", "left_hip", "right_hip", "spine1", "left_knee", "right_knee", "spine2"),
    *("left_ankle", "right_ankle", "spine3", "left_foot", "right_foot", "neck"),
    *("left_collar", "right_collar", "head", "left_shoulder", "right_shoulder"),
    *("left_elbow", "right_elbow", "left_wrist", "right_wrist"),
)

INDEX = {name: joint for joint, name in enumerate(JOINTS)}

NUM_JOINTS = 22

PARENTS = (-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19)

CHILDREN = tuple(tuple(child for child, parent in enumerate(PARENTS) if parent == joint) for joint in range(NUM_JOINTS))

CHAINS = (
    (0, 2, 5, 8, 11),
    (0, 1, 4, 7, 10),
    (0, 3, 6, 9, 12, 15),
    (9, 14, 17, 19, 21),
    (9, 13, 16, 18, 20),
)

BONES = tuple((parent, joint) for chain in CHAINS for parent, joint in pairwise(chain))
"""(parent, child) of the 21 bones, in the order of the chains."""

MIRROR = (0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20)
"""For every joint, the joint on the other side of the body."""

FEET = (7, 10, 8, 11)
"""Left ankle, left toe, right ankle, right toe: the order of the contact features."""

LEFT_HIP, RIGHT_HIP = 1, 2

SIDES = ("left", "right")

PALM = 0.08
"""Metres from the wrist to the middle of the palm, which lies on the line of the forearm."""

BONE_LENGTHS = (
    *(0.0, 0.107, 0.107, 0.132, 0.392, 0.392, 0.143, 0.429, 0.429, 0.057, 0.146),
    *(0.146, 0.219, 0.140, 0.140, 0.103, 0.127, 0.127, 0.260, 0.260, 0.268, 0.268),
)
"""Metres, each joint's bone to its parent, on SMPL's neutral body (measured on a real clip; both sides alike)."""

TPOSE_DIRECTIONS = (
    (0, 0, 0),
    *((0.06, -0.09, -0.01), (-0.06, -0.09, -0.01), (0, 0.13, -0.03)),
    *((0.04, -0.39, 0), (-0.04, -0.39, 0), (0, 0.14, 0.03)),
    *((-0.02, -0.42, -0.04), (0.02, -0.42, -0.04), (0, 0.06, 0)),
    *((0.04, -0.06, 0.13), (-0.04, -0.06, 0.13), (0, 0.21, -0.03)),
    *((0.08, 0.11, -0.02), (-0.08, 0.11, -0.02), (0, 0.09, 0.05)),
    *((0.12, 0.05, -0.01), (-0.12, 0.05, -0.01)),
    *((0.26, -0.01, -0.03), (-0.26, -0.01, -0.03)),
    *((0.27, 0.01, -0.01), (-0.27, 0.01, -0.01)),
)
"""Where each joint lies from its parent in the T-pose that all rotations are relative to: facing +z, y up, arms
sideways. SMPL's rest pose to the centimetre, made symmetric; only the directions count."""


def tpose_offsets(lengths: Tensor) -> Tensor:
    """Offsets of a person in the T-pose: the T-pose's directions at the person's own bone lengths.

    Args:
        lengths: [..., 22] metres, one for each joint's bone to its parent (the pelvis' is ignored).

    Returns:
        [..., 22, 3] metres; the pelvis' offset is zero.
    """
    directions = torch.nn.functional.normalize(torch.tensor(TPOSE_DIRECTIONS).to(lengths), dim=-1)
    return directions * lengths[..., None]


def t_pose(offsets: Tensor | None = None) -> Tensor:
    """The joints of a person in the T-pose with the pelvis at the origin, [22, 3] metres, float64.

    Args:
        offsets: [22, 3] of each joint from its parent; SMPL's neutral body's if not given.
    """
    offsets = tpose_offsets(torch.tensor(BONE_LENGTHS, dtype=torch.float64)) if offsets is None else offsets
    still = torch.eye(3).to(offsets)
    return forward_kinematics(still.expand(NUM_JOINTS - 1, 3, 3), still, torch.zeros(3).to(offsets), offsets)


def bone_lengths(joints: Tensor) -> Tensor:
    """Length of every joint's bone to its parent, the pelvis' being 0.

    Args:
        joints: [..., 22, 3] metres.

    Returns:
        [..., 22] metres.
    """
    parents = torch.tensor(PARENTS[1:], device=joints.device)
    lengths = (joints[..., 1:, :] - joints[..., parents, :]).norm(dim=-1)
    return torch.cat([torch.zeros_like(lengths[..., :1]), lengths], dim=-1)


def forward_kinematics(
    local_rotations: Tensor, root_rotation: Tensor, root_position: Tensor, offsets: Tensor
) -> Tensor:
    """Joint positions of a posed skeleton.

    Args:
        local_rotations: [..., 21, 3, 3], the rotation of joint k + 1 relative to its parent's.
        root_rotation: [..., 3, 3], of the pelvis in the world.
        root_position: [..., 3] metres, of the pelvis.
        offsets: [..., 22, 3] metres, each joint from its parent in the rest pose.

    Returns:
        [..., 22, 3] metres.
    """
    rotations, positions = [root_rotation], [root_position]
    for joint in range(1, NUM_JOINTS):
        parent = PARENTS[joint]
        step = rotations[parent] @ offsets[..., joint, :, None]
        positions.append(positions[parent] + step.squeeze(-1))
        rotations.append(rotations[parent] @ local_rotations[..., joint - 1, :, :])
    return torch.stack(positions, dim=-2)


def local_offsets(joints: Tensor, local_rotations: Tensor, root_rotation: Tensor) -> Tensor:
    """Rest offsets that best explain a clip: each bone seen from its parent's frame, averaged over the frames.

    Args:
        joints: [T, 22, 3] metres.
        local_rotations: [T, 21, 3, 3].
        root_rotation: [T, 3, 3].

    Returns:
        [22, 3] metres; the pelvis' offset is zero.
    """
    rotations, offsets = [root_rotation], [joints.new_zeros(3)]
    for joint in range(1, NUM_JOINTS):
        parent = PARENTS[joint]
        bone = (joints[:, joint] - joints[:, parent])[..., None]
        offsets.append((rotations[parent].transpose(-1, -2) @ bone).squeeze(-1).mean(dim=0))
        rotations.append(rotations[parent] @ local_rotations[:, joint - 1])
    return torch.stack(offsets)
