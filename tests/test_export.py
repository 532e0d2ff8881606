"""Motion in other programs' formats, read back by other people's readers."""

import csv
from pathlib import Path

import numpy as np
import pybvh
import pytest
import torch
from scipy.spatial.transform import Rotation
from takes import as_take, pushed
from tensors import joints_of, rotations_of

from in2in.bench.people import generate
from in2in.data.layout import read_motion
from in2in.errors import InputError
from in2in.export.bvh import bvh_text, euler_zxy, write_bvh
from in2in.export.formats import fitting_error
from in2in.export.smpl import write_smpl
from in2in.export.table import write_table
from in2in.motion.motion import Motion
from in2in.motion.rig import Rig
from in2in.motion.rotations import matrix_from_6d, rotate_about_y, shortest_turn
from in2in.motion.skeleton import JOINTS, PARENTS, local_offsets, tpose_offsets
from in2in.motion.texts import Texts

SALSA = Path("data/salsa")


@pytest.fixture(scope="module")
def take() -> Motion:
    return pushed()


@pytest.fixture(scope="module")
def drifting(take: Motion) -> Motion:
    """Bones that change their length and rotations that hardly fit, as a network makes them."""
    rng = np.random.default_rng(0)
    slow = np.cumsum(rng.normal(0, 0.004, take.joints.shape), axis=1).astype(np.float32)
    assert take.rotations is not None
    rotations = take.rotations + rng.normal(0, 0.1, take.rotations.shape).astype(np.float32)
    return Motion(take.joints + slow, rotations, texts=Texts.single("drifting"))


def read_bvh_joints(path: Path) -> tuple[np.ndarray, pybvh.Bvh]:
    file = pybvh.read_bvh_file(path)
    places = file.node_positions()
    return np.stack([places[:, file.node_index[name]] for name in JOINTS], axis=1), file


@pytest.mark.parametrize("kind", ["handshake", "push", "hug"])
def test_bvh_gives_the_joints_back(kind: str, tmp_path: Path) -> None:
    take = as_take(generate(3, 0, kind).motion)
    paths = write_bvh(tmp_path / "x", take)
    assert [path.name for path in paths] == ["x_person1.bvh", "x_person2.bvh"]
    for path, joints in zip(paths, take.joints, strict=True):
        read, file = read_bvh_joints(path)
        np.testing.assert_allclose(read / 100, joints, atol=1e-4)
        assert 1 / file.frame_time == pytest.approx(30, abs=1e-4)


def test_bvh_rests_in_the_t_pose_with_the_person_s_bones(take: Motion, tmp_path: Path) -> None:
    for path, joints in zip(write_bvh(tmp_path / "x", take), take.joints, strict=True):
        file = pybvh.read_bvh_file(path)
        rest = np.stack([file.rest_pose_positions()[file.node_index[name]] for name in JOINTS])
        lengths = np.linalg.norm(joints[0, 1:] - joints[0, list(PARENTS[1:])], axis=-1)
        expected = tpose_offsets(torch.tensor([0.0, *lengths])).numpy()
        np.testing.assert_allclose((rest[1:] - rest[list(PARENTS[1:])]) / 100, expected[1:], atol=1e-3)


def test_bvh_gives_real_dancers_of_another_skeleton_back(tmp_path: Path) -> None:
    if not SALSA.is_dir():
        pytest.skip("needs data/salsa, which docs/salsa.md makes")
    clip = next((SALSA / "motions_processed" / "person1").glob("*.npy")).stem
    take = as_take(read_motion(SALSA, clip))
    for path, joints in zip(write_bvh(tmp_path / "x", take), take.joints, strict=True):
        np.testing.assert_allclose(read_bvh_joints(path)[0] / 100, joints, atol=0.01)


def test_fit_recovers_exact_rotations_and_does_not_care_where_people_stand(take: Motion) -> None:
    assert take.rotations is not None
    for joints, rotations, rig in zip(take.joints, take.rotations, take.rigs, strict=True):
        given = matrix_from_6d(torch.from_numpy(rotations).double())
        torch.testing.assert_close(rig.local_rotations, given, atol=1e-4, rtol=0)
        turned = rotate_about_y(torch.from_numpy(joints), torch.tensor(1.0)) + torch.tensor([3.0, 0.0, -2.0])
        again = Rig.fit(turned, torch.from_numpy(rotations))
        torch.testing.assert_close(again.offsets, rig.offsets, atol=1e-5, rtol=0)
        torch.testing.assert_close(again.local_rotations, rig.local_rotations, atol=1e-4, rtol=0)


def test_a_body_of_another_shape_keeps_its_rotations() -> None:
    """Hips beside the pelvis, not below it, and a longer chest, as in optical capture."""
    motion = generate(1, 0).motion
    local = matrix_from_6d(rotations_of(motion)[0].double())
    rig = Rig.fit(joints_of(motion)[0], rotations_of(motion)[0])
    offsets = rig.offsets.clone()
    offsets[1], offsets[2] = torch.tensor([0.09, 0.02, -0.02]), torch.tensor([-0.09, 0.02, -0.02])
    offsets[12], offsets[3] = torch.tensor([0.0, 0.2, 0.06]), torch.tensor([0.0, 0.16, 0.03])
    other = Rig(offsets, rig.root_position, rig.root_rotation, local)
    found = Rig.fit(other.joints(), rotations_of(motion)[0])
    torch.testing.assert_close(found.joints(), other.joints(), atol=1e-4, rtol=0)
    torch.testing.assert_close(found.local_rotations, local, atol=1e-3, rtol=0)
    torch.testing.assert_close(found.root_rotation, rig.root_rotation, atol=1e-3, rtol=0)


def test_drifting_bones_are_followed_and_the_error_is_told(drifting: Motion, tmp_path: Path) -> None:
    read = np.stack([read_bvh_joints(path)[0] for path in write_bvh(tmp_path / "x", drifting)]) / 100
    off = np.linalg.norm(read - drifting.joints, axis=-1) * 100
    mean, largest = fitting_error(drifting)
    assert (off.mean(), off.max()) == (pytest.approx(mean, abs=1e-3), pytest.approx(largest, abs=1e-3))
    assert 0.1 < mean < 3


def test_euler_angles_do_not_jump() -> None:
    """A joint that turns round and round, past the places where Euler angles are ambiguous."""
    turns = np.linspace(0, 4 * np.pi, 200)
    for axis in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0.6, 0.64, 0.48)):
        matrices = Rotation.from_rotvec(turns[:, None] * axis).as_matrix()
        angles = euler_zxy(matrices[:, None])[:, 0]
        np.testing.assert_allclose(Rotation.from_euler("ZXY", angles, degrees=True).as_matrix(), matrices, atol=1e-9)
        if axis != (0.6, 0.64, 0.48):
            assert np.abs(np.diff(angles, axis=0)).max() < 5


def test_shortest_turn_knows_the_opposite_direction() -> None:
    start = torch.tensor([[0.0, 1.0, 0.0], [0.0, 2.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).double()
    end = torch.tensor([[0.0, -3.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 4.0], [0.0, 0.0, 0.0]]).double()
    turn = shortest_turn(start, end)
    torch.testing.assert_close(torch.linalg.det(turn), torch.ones(4).double())
    moved = torch.nn.functional.normalize((turn @ start[..., None]).squeeze(-1), dim=-1)
    torch.testing.assert_close(moved[:3], torch.nn.functional.normalize(end, dim=-1)[:3], atol=1e-9, rtol=0)
    torch.testing.assert_close(turn[3], torch.eye(3).double())


def smplh_joints(path: Path, joints: np.ndarray, rotations: np.ndarray) -> np.ndarray:
    """The joints that an AMASS file gives on the bones of a clip, y up, with scipy alone."""
    data = np.load(path)
    frames = len(data["poses"])
    local = Rotation.from_rotvec(data["poses"].reshape(-1, 3)).as_matrix().reshape(frames, 52, 3, 3)
    up = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])
    root = torch.from_numpy(up @ local[:, 0])
    body = torch.from_numpy(local[:, 1:22])
    offsets = local_offsets(torch.from_numpy(joints).double(), body, root).numpy()
    place, world = [(data["trans"] + data["rest_pelvis"]) @ up.T], [root.numpy()]
    for joint in range(1, 22):
        parent = PARENTS[joint]
        place.append(place[parent] + world[parent] @ offsets[joint])
        world.append(world[parent] @ local[:, joint])
    return np.stack(place, axis=1)


def test_smplh_rotations_pose_the_clip_s_own_bones(take: Motion, tmp_path: Path) -> None:
    assert take.rotations is not None
    paths = write_smpl(tmp_path / "x", take)
    for path, joints, rotations in zip(paths, take.joints, take.rotations, strict=True):
        np.testing.assert_allclose(smplh_joints(path, joints, rotations), joints, atol=1e-3)
        data = np.load(path)
        assert {key: data[key].shape for key in ("poses", "trans", "betas", "dmpls")} == {
            "poses": (40, 156),
            "trans": (40, 3),
            "betas": (16,),
            "dmpls": (40, 8),
        }
        assert (float(data["mocap_framerate"]), str(data["gender"])) == (30.0, "neutral")
        assert not data["betas"].any()
        assert not data["poses"][:, 66:].any()
        assert "betas are zeros" in str(data["note"])


def test_the_table_is_the_joints(take: Motion, tmp_path: Path) -> None:
    write_table(tmp_path / "x.csv", take)
    rows = list(csv.DictReader((tmp_path / "x.csv").open()))
    assert len(rows) == 80
    row = rows[40 + 30]
    assert (row["person"], row["frame"], row["seconds"]) == ("2", "30", "1.0000")
    read = [float(row[f"left_wrist_{axis}"]) for axis in "xyz"]
    np.testing.assert_allclose(read, take.joints[1, 30, JOINTS.index("left_wrist")], atol=1e-6)


def test_an_unfinished_file_is_never_left(take: Motion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise KeyboardInterrupt

    (tmp_path / "x_person1.bvh").write_text("from before")
    monkeypatch.setattr("in2in.export.bvh.bvh_text", broken)
    with pytest.raises(KeyboardInterrupt):
        write_bvh(tmp_path / "x", take)
    assert [path.name for path in tmp_path.iterdir()] == ["x_person1.bvh"]
    assert (tmp_path / "x_person1.bvh").read_text() == "from before"


def test_a_take_without_rotations_has_no_bvh(take: Motion, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no rotations"):
        write_bvh(tmp_path / "x", Motion(take.joints, texts=Texts.single("bare")))
    assert take.rotations is not None
    with pytest.raises(InputError, match="hold no rotations"):
        write_bvh(tmp_path / "x", Motion(take.joints, np.zeros_like(take.rotations), texts=Texts.single("zeros")))
    assert not list(tmp_path.iterdir())


def test_every_file_of_bvh_text_is_plain(take: Motion) -> None:
    lines = bvh_text(take.rigs[0], 25).splitlines()
    assert lines[0] == "HIERARCHY"
    assert "Frames: 40" in lines
    assert "Frame Time: 0.0400000000" in lines
    assert all(len(line.split()) == 3 + 3 * 22 for line in lines[lines.index("Frame Time: 0.0400000000") + 1 :])
