"""Known sources of joint positions and their maps, joints that are derived, and the check of what was imported."""

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Cli
from hydra.utils import instantiate
from sources import on_floor, sway
from tensors import joints_of, rotations_of

from in2in.cli.entry import conf_dir
from in2in.cli.prepare import read_joint_map
from in2in.data.layout import read_motion, read_split, read_texts
from in2in.importers.derived_joints import RULES, derive
from in2in.importers.import_check import check_motion
from in2in.importers.joint_readers import read_bandai_namco, read_sbu_kinect
from in2in.importers.positions import motion_from_positions
from in2in.importers.text_tables import read_text_table
from in2in.motion.motion import Motion
from in2in.motion.skeleton import BONE_LENGTHS, INDEX, JOINTS, bone_lengths, forward_kinematics, tpose_offsets

MAPS = sorted(path.stem for path in (conf_dir() / "prepare" / "joints").glob("*.yaml"))


def test_rules_derive_the_joints_of_the_t_pose() -> None:
    unit = torch.eye(3)
    pose = forward_kinematics(unit.expand(21, 3, 3), unit, torch.zeros(3), tpose_offsets(torch.tensor(BONE_LENGTHS)))
    given = {name: pose[INDEX[name]] for name in JOINTS if name not in RULES}
    derived = derive(given, RULES, "map.yaml")
    for name in RULES:
        error = float((derived[name] - pose[INDEX[name]]).norm())
        assert error < (0.05 if name.endswith("foot") else 0.03), name
    bent = given | {"left_ankle": given["left_knee"] + torch.tensor([0.0, 0.0, -0.43])}  # shin level, to the back
    toe = derive(bent, ["left_foot"], "map.yaml")["left_foot"] - bent["left_ankle"]
    assert toe[1] < -0.1


def test_bones_that_stretch_are_made_rigid_where_the_map_says_so() -> None:
    stretched = sway(61, 15)
    stretched[:, :, INDEX["left_wrist"]] += 0.05 * torch.sin(torch.arange(61.0))[:, None]
    wobbly, rigid = (motion_from_positions(stretched, 15, rigid) for rigid in (False, True))
    assert not check_motion(wobbly).passed
    assert check_motion(rigid).posed < 1e-4
    lengths = bone_lengths(joints_of(rigid)[0])
    assert (lengths - lengths[0]).abs().max() < 1e-5
    keep = [joint for joint in range(22) if joint != INDEX["left_wrist"]]
    torch.testing.assert_close(joints_of(rigid)[:, :, keep], joints_of(wobbly)[:, :, keep], atol=5e-3, rtol=0)


def test_the_check_fails_on_what_is_wrong() -> None:
    joints = sway(61, 30)
    good = motion_from_positions(joints, 30)
    assert check_motion(good, joints).passed
    stacked = rotations_of(good).unflatten(-1, (3, 2)).transpose(-1, -2).flatten(-2)  # HumanML3D's layout
    assert check_motion(Motion.from_tensors(joints_of(good), stacked)).posed > 0.1
    assert check_motion(Motion.from_tensors(joints_of(good) + 0.3, rotations_of(good))).standing == 0
    late = check_motion(good, joints.roll(5, dims=1)).shared
    assert late is not None
    assert late > 0.05


# Bundled maps


@pytest.mark.parametrize("name", MAPS)
def test_every_bundled_map_can_be_used(name: str) -> None:
    joint_map = instantiate(read_joint_map(name))
    assert set(joint_map.joints) | set(joint_map.derived) == set(JOINTS)
    assert read_text_table(Path(joint_map.texts))


def test_bandai_namco(tmp_path: Path, cli: Cli) -> None:
    names = [
        *("Hips", "Spine", "Chest", "Neck", "Head"),
        *(f"{name}_{side}" for side in "LR" for name in ("Shoulder", "UpperArm", "LowerArm", "Hand")),
        *(f"{name}_{side}" for side in "LR" for name in ("UpperLeg", "LowerLeg", "Foot", "Toes")),
    ]
    ours = [
        *("pelvis", "spine1", "spine3", "neck", "head"),
        *(f"{s}_{name}" for s in ("left", "right") for name in ("collar", "shoulder", "elbow", "wrist")),
        *(f"{s}_{name}" for s in ("left", "right") for name in ("hip", "knee", "ankle", "foot")),
    ]
    joints = sway(90, 30)[0][:, [INDEX[name] for name in ours]].numpy()
    steps = np.round(np.concatenate([joints, joints + 5]) / 0.00025).astype(np.int64)  # the second beyond 16 bits
    packed = np.diff(steps, axis=0, prepend=0).astype(np.int16)
    clips = ["dataset-1_bow_angry_001", "dataset-2_walk-turn-left_normal_002"]
    file = tmp_path / "packed.npz"
    np.savez(file, joints_delta=packed, scale=0.00025, offsets=[0, 90, 180], clips=clips, names=names, fps=30)
    first = next(read_bandai_namco(file))
    np.testing.assert_allclose(first.joints[0], joints, atol=2e-4)
    arguments = ["source=joints", "map=bandai_namco", f"files={file}", f"out={tmp_path}/out"]
    assert cli("prepare", *arguments, "processes=1", "val_share=0", "test_share=0").code == 0
    assert read_split(tmp_path / "out", "train") == clips
    assert read_texts(tmp_path / "out", clips[0]).interaction == ("a person bows angrily",)
    assert read_texts(tmp_path / "out", clips[1]).interaction == ("a person walks and turns left in a normal way",)
    motion = read_motion(tmp_path / "out", clips[0])
    keep = [INDEX[name] for name in JOINTS if name not in ("spine1", "spine2")]
    torch.testing.assert_close(
        joints_of(motion)[:, :, keep], on_floor(sway(90, 30))[:, :, keep].float(), atol=1e-3, rtol=0
    )


def sbu_lines(frames: int) -> list[str]:
    """Two people who stand and sway, in the coordinates of a depth picture."""
    of = {
        "left_foot": "left_ankle",
        "right_foot": "right_ankle",
        "left_hand": "left_wrist",
        "right_hand": "right_wrist",
    }
    sides = [f"{side}_{name}" for side in ("left", "right") for name in ("shoulder", "elbow", "hand")]
    legs = [f"{side}_{name}" for side in ("left", "right") for name in ("hip", "knee", "foot")]
    names = ["head", "neck", "spine3", *sides, *legs]
    x, y, z = (1000 * sway(frames, 15, 2)[:, :, [INDEX[of.get(name, name)] for name in names]]).unbind(-1)
    picture = torch.stack([(1280 - x) / 2560, (960 - y) / 1920, z / 1280], dim=-1).transpose(0, 1).flatten(1)
    return [",".join(f"{value:.6f}" for value in (7 + k, *row.tolist())) for k, row in enumerate(picture)]


@pytest.fixture
def sbu(tmp_path: Path) -> Path:
    for actors in ("s01s02", "s03s04"):
        for action in ("03", "06"):
            file = tmp_path / "SBU" / actors / action / "001" / "skeleton_pos.txt"
            file.parent.mkdir(parents=True)
            file.write_text("\n".join(sbu_lines(20)) + "\n")
    return tmp_path


def test_sbu_kinect(sbu: Path, cli: Cli) -> None:
    arguments = ["source=joints", "map=sbu_kinect", f"files={sbu}/SBU/**/skeleton_pos.txt", f"out={sbu}/out"]
    finished = cli("prepare", *arguments, "processes=1", "val_share=0.5", "test_share=0")
    assert finished.code == 0, finished.err
    splits = [read_split(sbu / "out", name) for name in ("train", "val")]
    assert [{clip.split("_")[0] for clip in clips} for clips in splits] in (
        [{"s01s02"}, {"s03s04"}],
        [{"s03s04"}, {"s01s02"}],
    )
    assert read_texts(sbu / "out", "s03s04_06_001").interaction == ("two people hug each other",)
    motion = read_motion(sbu / "out", "s01s02_03_001")
    assert joints_of(motion).shape == (2, 39, 22, 3)
    truth = sway(39, 30, 2)
    arms = [INDEX[f"{side}_{name}"] for side in ("left", "right") for name in ("shoulder", "elbow", "wrist")]
    apart = joints_of(motion)[:, :, arms].double() - truth[:, :, arms]
    assert (apart - apart.mean(dim=(0, 1, 2))).abs().max() < 0.03  # at another height: the toes are derived


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda lines: lines[3].rsplit(",", 1)[0], "skeleton_pos.txt:4 has 90 numbers, expected 91"),
        (lambda lines: lines[3] + "x", "skeleton_pos.txt:4 is not a line of numbers"),
        (lambda lines: lines[4], "skeleton_pos.txt:4 is frame 11 after 9"),
    ],
)
def test_bad_sbu_files_get_one_line(sbu: Path, damage, words: str) -> None:
    file = sbu / "SBU" / "s01s02" / "03" / "001" / "skeleton_pos.txt"
    lines = sbu_lines(6)
    lines[3] = damage(lines)
    file.write_text("\n".join(lines))
    with pytest.raises(ValueError, match=words):
        list(read_sbu_kinect(file))
