"""Units, axes and rest poses of BVH files, and what is no motion or lacks joints."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bvh_files import Style, assert_same, bvh, figure, read
from scipy.spatial.transform import Rotation

from in2in.importers.bvh.rest import quarter_turns


@pytest.mark.parametrize("unit", [1.0, 0.01, 0.001, 0.0254, 0.05644])
def test_units(tmp_path: Path, unit: float) -> None:
    assert_same(read(tmp_path, bvh(figure().scaled(0.01 / unit))), read(tmp_path, bvh(figure())))


UP = {"y": np.eye(3), "z": np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]), "-y": np.diag([1.0, -1, -1])}


def test_rest_pose_and_motion_with_z_up(tmp_path: Path) -> None:
    assert_same(read(tmp_path, bvh(figure().turned(UP["z"]))), read(tmp_path, bvh(figure())))


@pytest.mark.parametrize("number", [3, 8, 14, 23])
def test_rest_pose_in_other_axes_than_the_motion(tmp_path: Path, number: int) -> None:
    own = figure()
    frames = np.repeat(quarter_turns()[number].numpy()[None], 22, axis=0)
    assert_same(read(tmp_path, bvh(own.reframed(frames))), read(tmp_path, bvh(own)))


def test_rest_pose_that_lies_askew(tmp_path: Path) -> None:
    own = figure()
    frames = np.repeat(Rotation.from_rotvec([1.0, -0.7, 1.9]).as_matrix()[None], 22, axis=0)
    assert_same(read(tmp_path, bvh(own.reframed(frames))), read(tmp_path, bvh(own)))


@pytest.mark.parametrize("degrees", [20.0, 45.0, 80.0])
def test_rest_pose_with_lowered_arms(tmp_path: Path, degrees: float) -> None:
    """An A-pose, or arms that hang."""
    own = figure()
    frames = np.repeat(np.eye(3)[None], 22, axis=0)
    for number, name in enumerate(own.names):
        if name.endswith(("Arm", "Hand")):
            sign = 1 if name.startswith("Left") else -1
            frames[number] = Rotation.from_euler("z", sign * degrees, degrees=True).as_matrix()
    assert_same(read(tmp_path, bvh(own.reframed(frames))), read(tmp_path, bvh(own)))


@pytest.mark.parametrize("seed", range(4))
def test_every_joint_with_axes_of_its_own(tmp_path: Path, seed: int) -> None:
    """Quarter turns by chance; the rest pose poses nobody."""
    own = figure(seed=seed)
    frames = quarter_turns()[np.random.default_rng(seed).integers(0, 24, 22)].numpy()
    assert_same(read(tmp_path, bvh(own.reframed(frames))), read(tmp_path, bvh(own)))


def test_every_joint_with_any_frame_and_a_t_pose_first(tmp_path: Path) -> None:
    own = figure()
    frames = Rotation.random(22, np.random.default_rng(0)).as_matrix()
    posed = own.still().before(own)
    reframed = read(tmp_path, bvh(posed.reframed(frames)))
    plain = read(tmp_path, bvh(posed))
    assert reframed.start == plain.start == 1
    np.testing.assert_allclose(reframed.joints, plain.joints, atol=2e-4)
    np.testing.assert_allclose(reframed.rotations, plain.rotations, atol=0.01)


@pytest.mark.parametrize(("first", "rate"), [(1, 30), (3, 30), (1, 120)])
def test_a_rest_pose_that_is_no_motion_is_left_out(tmp_path: Path, first: int, rate: int) -> None:
    own = figure()
    replaced = own.still(first).before(replace(own, root=own.root[first:], local=own.local[first:]))
    read_at = [read(tmp_path, bvh(one), fps=rate) for one in (own, replaced)]
    assert read_at[1].start == -(-first * 30 // rate)
    assert_same(read_at[1], read_at[0])


def test_a_t_pose_that_is_moved_out_of_stays(tmp_path: Path) -> None:
    own = figure()
    part = np.linspace(0, 1, 15)[:, None]
    turns = Rotation.from_matrix(own.local[0]).as_rotvec()
    slow = Rotation.from_rotvec((part[:, None] * turns[None]).reshape(-1, 3)).as_matrix().reshape(15, 22, 3, 3)
    begins = replace(own, root=np.repeat(own.root[:1], 15, axis=0), local=slow)
    assert read(tmp_path, bvh(begins.before(own))).start == 0


def test_missing_toes_and_spines_are_derived(tmp_path: Path) -> None:
    own = figure()
    plain = read(tmp_path, bvh(own))
    toes = read(tmp_path, bvh(own.without("LeftToeBase", "RightToeBase"), style=Style(ends=False)))
    others = [joint for joint in range(22) if joint not in (10, 11)]
    np.testing.assert_allclose(toes.joints[:, others], plain.joints[:, others], atol=2e-4)
    np.testing.assert_allclose(toes.joints[:, [10, 11]], plain.joints[:, [10, 11]], atol=0.03)
