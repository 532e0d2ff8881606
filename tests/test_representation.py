"""The 262 features against published numbers, and the symmetries that they must have."""

import numpy as np
import pytest
import torch
from conftest import GOLDEN
from tensors import joints_of, rotations_of

from in2in.data.layout import to_y_up, to_z_up
from in2in.motion.motion import Motion
from in2in.motion.normalizer import Normalizer
from in2in.motion.representation import POSITIONS, canonicalise, decode_joints, encode, mirror
from in2in.motion.rotations import heading, matrix_from_6d, matrix_to_6d, rotate_about_y
from in2in.motion.skeleton import (
    BONE_LENGTHS,
    MIRROR,
    PARENTS,
    TPOSE_DIRECTIONS,
    bone_lengths,
    forward_kinematics,
    tpose_offsets,
)


@pytest.mark.parametrize("mirrored", [False, True])
def test_features_equal_the_published_ones(raw: Motion, mirrored: bool) -> None:
    golden = np.load(GOLDEN / "interhuman_item.npz")
    motion = mirror(raw) if mirrored else raw
    features = encode(canonicalise(motion, shared_floor=False))
    for person in (1, 2):
        expected = torch.from_numpy(golden[f"{'mirrored' if mirrored else 'plain'}_person{person}"])
        torch.testing.assert_close(features[person - 1], expected, atol=1e-5, rtol=0)


def test_canonical_frame(raw: Motion) -> None:
    joints = joints_of(canonicalise(raw))
    torch.testing.assert_close(joints[0, 0, 0, [0, 2]], torch.zeros(2), atol=1e-6, rtol=0)
    torch.testing.assert_close(heading(joints[0, 0]), torch.tensor(0.0), atol=1e-5, rtol=0)
    assert joints[..., 1].min() == 0
    # a rigid motion of the scene changes nothing, and distances between the persons are kept
    moved = Motion.from_tensors(
        rotate_about_y(joints_of(raw), torch.tensor(2.0)) + torch.tensor([3.0, 0.5, -7.0]), rotations_of(raw)
    )
    torch.testing.assert_close(joints_of(canonicalise(moved)), joints, atol=2e-5, rtol=0)
    before = (joints_of(raw)[0] - joints_of(raw)[1]).norm(dim=-1)
    torch.testing.assert_close((joints[0] - joints[1]).norm(dim=-1), before, atol=1e-5, rtol=0)


def test_shared_floor_keeps_a_lifted_person_lifted(raw: Motion) -> None:
    joints = joints_of(raw).clone()
    joints[1, ..., 1] += 0.5
    lifted = Motion.from_tensors(joints, rotations_of(raw))
    floors = [joints_of(canonicalise(own))[..., 1].amin(dim=(1, 2)) for own in (lifted, raw)]
    apart = floors[0] - floors[1]
    torch.testing.assert_close(apart[1] - apart[0], torch.tensor(0.5), atol=1e-5, rtol=0)
    assert joints_of(canonicalise(lifted, shared_floor=False))[..., 1].amin(dim=(1, 2)).tolist() == [0, 0]


def test_mirroring_twice_is_nothing_and_mirrors_the_joints(raw: Motion) -> None:
    twice = mirror(mirror(raw))
    torch.testing.assert_close(joints_of(twice), joints_of(raw))
    torch.testing.assert_close(rotations_of(twice), rotations_of(raw))
    assert all(MIRROR[MIRROR[joint]] == joint for joint in range(22))


def test_mirrored_rotations_pose_the_mirrored_skeleton(raw: Motion) -> None:
    offsets = tpose_offsets(torch.tensor(BONE_LENGTHS))
    frames = rotations_of(raw)[0]
    root, origin = torch.eye(3).expand(len(frames), 3, 3), torch.zeros(len(frames), 3)

    def pose(rotations: torch.Tensor) -> torch.Tensor:
        return forward_kinematics(matrix_from_6d(rotations), root, origin, offsets.expand(len(frames), 22, 3))

    expected = pose(frames)[:, list(MIRROR)] * torch.tensor([-1.0, 1, 1])
    torch.testing.assert_close(pose(rotations_of(mirror(raw))[0]), expected, atol=1e-5, rtol=0)


def test_features_give_the_joints_back(raw: Motion) -> None:
    canonical = canonicalise(raw)
    features = encode(canonical)
    torch.testing.assert_close(decode_joints(features), joints_of(canonical)[:, :-1])
    ahead = features[:, :-1, POSITIONS] + features[:, :-1, 66:132]
    torch.testing.assert_close(ahead, features[:, 1:, POSITIONS], atol=1e-6, rtol=0)


def test_six_numbers_are_the_first_two_columns_row_by_row() -> None:
    turn = torch.linalg.qr(torch.randn(3, 3, generator=torch.Generator().manual_seed(0)))[0]
    turn = turn * torch.det(turn)
    assert matrix_to_6d(turn).tolist() == [turn[i, j].item() for i in range(3) for j in range(2)]
    torch.testing.assert_close(matrix_from_6d(matrix_to_6d(turn)), turn, atol=1e-6, rtol=0)


def test_t_pose_is_symmetric_and_forward_kinematics_keeps_bones() -> None:
    directions = torch.tensor(TPOSE_DIRECTIONS)
    torch.testing.assert_close(directions[list(MIRROR)] * torch.tensor([-1.0, 1, 1]), directions)
    lengths = torch.tensor(BONE_LENGTHS)
    local = torch.linalg.qr(torch.randn(21, 3, 3, generator=torch.Generator().manual_seed(1)))[0]
    local = local * torch.det(local)[:, None, None]
    posed = forward_kinematics(local, torch.eye(3), torch.zeros(3), tpose_offsets(lengths))
    torch.testing.assert_close(bone_lengths(posed), lengths, atol=1e-6, rtol=0)
    assert all(parent < joint for joint, parent in enumerate(PARENTS))


def test_heading_is_left_handed_nowhere() -> None:
    """Someone whose right hip is at -x looks along +z; turned by +90 degrees about y, along +x."""
    joints = torch.zeros(22, 3)
    joints[1, 0], joints[2, 0] = 0.1, -0.1
    assert heading(joints) == 0
    turned = rotate_about_y(joints, torch.tensor(torch.pi / 2))
    torch.testing.assert_close(heading(turned), torch.tensor(torch.pi / 2))
    forward = rotate_about_y(torch.tensor([0.0, 0, 1]), torch.tensor(torch.pi / 2))
    torch.testing.assert_close(forward, torch.tensor([1.0, 0, 0]), atol=1e-6, rtol=0)


def test_axes_of_the_raw_files() -> None:
    points = torch.tensor([[1.0, 2.0, 3.0]])
    assert to_y_up(points).tolist() == [[1, 3, -2]]
    torch.testing.assert_close(to_z_up(to_y_up(points)), points)


def test_normalizer_fits_what_numpy_computes() -> None:
    x = torch.randn(3, 50, 262, generator=torch.Generator().manual_seed(0)) * 3 + 1
    x[..., 7] = 2.5
    fitted = Normalizer.fit(iter(x))
    flat = x.reshape(-1, 262).numpy()
    np.testing.assert_allclose(fitted.mean, flat.mean(0), rtol=1e-4, atol=1e-5)
    deviation = flat.std(0)
    deviation[7] = 1.0  # a constant feature is only centred
    np.testing.assert_allclose(fitted.std, deviation, rtol=1e-4)
    torch.testing.assert_close(fitted.denormalize(fitted.normalize(x)), x, atol=1e-5, rtol=1e-5)
