"""Rotations from positions, against forward kinematics, closed forms and two real people."""

import math

import pytest
import roma
import torch
from tensors import joints_of
from torch import Tensor

from in2in.motion.inverse_kinematics import inverse_kinematics
from in2in.motion.motion import Motion
from in2in.motion.skeleton import (
    BONE_LENGTHS,
    INDEX,
    JOINTS,
    PARENTS,
    bone_lengths,
    forward_kinematics,
    local_offsets,
    tpose_offsets,
)

OFFSETS = tpose_offsets(torch.tensor(BONE_LENGTHS, dtype=torch.float64))
UNIT = torch.eye(3, dtype=torch.float64)


def random_rotations(*shape: int, largest: float = math.pi) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    axis = torch.nn.functional.normalize(torch.randn(*shape, 3, generator=generator, dtype=torch.float64), dim=-1)
    return roma.rotvec_to_rotmat(axis * largest * torch.rand(*shape, 1, generator=generator, dtype=torch.float64))


def posed(local: Tensor, root: Tensor = UNIT) -> Tensor:
    """[T, 22, 3] of a person of ordinary bones."""
    frames = len(local)
    return forward_kinematics(local, root.expand(frames, 3, 3), torch.ones(frames, 3).double(), OFFSETS)


def with_turned(joint: str, rotations: Tensor) -> Tensor:
    """Local rotations [T, 21, 3, 3] of the T-pose but for one joint."""
    local = UNIT.repeat(len(rotations), 21, 1, 1)
    local[:, INDEX[joint] - 1] = rotations
    return local


def test_the_t_pose_turns_nothing() -> None:
    local, root = inverse_kinematics(posed(UNIT.expand(3, 21, 3, 3)))
    torch.testing.assert_close(local, UNIT.expand_as(local), atol=1e-7, rtol=0)
    torch.testing.assert_close(root, UNIT.expand_as(root), atol=1e-7, rtol=0)


def test_forward_kinematics_gives_any_pose_back() -> None:
    joints = posed(random_rotations(50, 21), random_rotations(50))
    joints = torch.stack([joints, 1.1 * joints + 1])  # two people
    local, root = inverse_kinematics(joints)
    assert local.shape == (2, 50, 21, 3, 3)
    assert roma.is_rotation_matrix(local, 1e-9)
    offsets = tpose_offsets(bone_lengths(joints))
    torch.testing.assert_close(forward_kinematics(local, root, joints[..., 0, :], offsets), joints, atol=1e-6, rtol=0)


def test_turning_the_whole_person_turns_the_pelvis_alone() -> None:
    joints, turn = posed(random_rotations(20, 21, largest=1.0)), random_rotations(1)[0]
    local, root = inverse_kinematics(joints)
    local_turned, root_turned = inverse_kinematics(joints @ turn.T)
    torch.testing.assert_close(local_turned, local, atol=1e-7, rtol=0)
    torch.testing.assert_close(root_turned, turn @ root, atol=1e-7, rtol=0)


@pytest.mark.parametrize("joint", ["left_elbow", "right_knee", "spine1", "left_collar"])
def test_a_bend_across_the_bone_is_found_and_a_twist_along_it_is_not(joint: str) -> None:
    child = PARENTS.index(INDEX[joint])
    bone = torch.nn.functional.normalize(OFFSETS[child], dim=0)
    across = torch.nn.functional.normalize(torch.linalg.cross(bone, UNIT[1] + UNIT[2]), dim=0)
    angles = torch.linspace(0, 2.5, 30, dtype=torch.float64)[:, None]
    bend, twist = roma.rotvec_to_rotmat(across * angles), roma.rotvec_to_rotmat(bone * angles)
    local, _ = inverse_kinematics(posed(with_turned(joint, bend @ twist)))
    torch.testing.assert_close(local[:, INDEX[joint] - 1], bend, atol=1e-6, rtol=0)


@pytest.mark.parametrize("joint", ["pelvis", "spine3"])
def test_a_twist_of_the_trunk_is_found(joint: str) -> None:
    turns = roma.rotvec_to_rotmat(UNIT[1] * torch.linspace(-1.2, 1.2, 9, dtype=torch.float64)[:, None])
    if joint == "pelvis":
        _, found = inverse_kinematics(posed(UNIT.expand(9, 21, 3, 3), turns))
    else:
        found = inverse_kinematics(posed(with_turned(joint, turns)))[0][:, INDEX[joint] - 1]
    torch.testing.assert_close(found, turns, atol=1e-7, rtol=0)


def test_rotations_move_as_little_as_the_bones_do() -> None:
    """A whole body that moves at up to 4 rad/s: no joint turns by more than a few such steps in a frame."""
    time = torch.arange(120, dtype=torch.float64)[:, None, None] / 30
    generator = torch.Generator().manual_seed(1)
    phase = 6 * torch.rand(21, 3, generator=generator, dtype=torch.float64)
    local = roma.rotvec_to_rotmat(0.6 * torch.sin(phase + 4 * time))
    found, _ = inverse_kinematics(posed(local))
    given = roma.rotmat_geodesic_distance(local[1:], local[:-1]).max()
    assert roma.rotmat_geodesic_distance(found[1:], found[:-1]).max() < 3 * given


def test_a_bone_folded_back_and_a_bone_of_no_length_still_have_rotations() -> None:
    joints = posed(UNIT.expand(2, 21, 3, 3)).clone()
    elbow, wrist = INDEX["left_elbow"], INDEX["left_wrist"]
    local, _ = inverse_kinematics(joints)
    bone = joints[:, wrist] - joints[:, elbow]
    joints[:, wrist] = joints[:, elbow] - bone
    joints[:, INDEX["head"]] = joints[:, INDEX["neck"]]
    folded, _ = inverse_kinematics(joints)
    assert roma.is_rotation_matrix(folded, 1e-9)
    torch.testing.assert_close((folded[:, elbow - 1] @ bone[..., None]).squeeze(-1), -bone, atol=1e-6, rtol=0)
    changed = [JOINTS[k + 1] for k in range(21) if not torch.allclose(folded[:, k], local[:, k], atol=1e-6)]
    assert set(changed) <= {"left_elbow", "left_wrist", "neck", "head"}


def test_two_real_people_are_posed_within_two_centimetres(raw: Motion) -> None:
    joints = joints_of(raw).double()
    local, root = inverse_kinematics(joints)
    for person in range(2):
        lengths = bone_lengths(joints[person]).median(dim=0).values
        own = local_offsets(joints[person], local[person], root[person])
        for offsets in (own, tpose_offsets(lengths)):
            again = forward_kinematics(local[person], root[person], joints[person, :, 0], offsets)
            assert (again - joints[person]).norm(dim=-1).max() < 0.02
