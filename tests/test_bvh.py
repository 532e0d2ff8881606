"""BVH pairs to a data set, against pybvh's own positions and files written here."""

import math
import re
from pathlib import Path

import numpy as np
import pybvh
import pytest
import roma
import torch
from bvh_files import read_bvh
from conftest import Cli
from omegaconf import OmegaConf

from in2in.cli.entry import conf_dir
from in2in.data.layout import read_motion, read_split, read_texts
from in2in.errors import InputError
from in2in.importers.text_tables import read_text_table
from in2in.motion.rotations import matrix_from_6d
from in2in.motion.skeleton import (
    BONE_LENGTHS,
    PARENTS,
    bone_lengths,
    forward_kinematics,
    local_offsets,
    tpose_offsets,
)

SKELETONS = OmegaConf.load(conf_dir() / "prepare" / "source" / "bvh.yaml")["source"]["skeletons"]

TREE = (
    ("hip", None, (0, 0, 0)),
    ("abdomen", "hip", (0, 20.7, -0.7)),
    ("chest", "abdomen", (0, 11.7, -0.5)),
    ("neck", "chest", (0, 22.2, -2.2)),
    ("head", "neck", (-0.2, 7.1, 1.2)),
    *(
        (f"{s}{name}", parent.replace("?", s), (x if s == "l" else -x, y, z))
        for s in "lr"
        for name, parent, (x, y, z) in (
            ("Collar", "chest", (2.7, 19.3, -4.9)),
            ("Shldr", "?Collar", (8.8, -2.0, 1.5)),
            ("ForeArm", "?Shldr", (28.2, -1.7, 0.5)),
            ("Hand", "?ForeArm", (22.6, 0.8, 7.1)),
            ("Thigh", "hip", (8.8, 2.6, -1.0)),
            ("Shin", "?Thigh", (0, -36.8, 0.7)),
            ("Foot", "?Shin", (-0.7, -45.1, -5.1)),
        )
    ),
)


def bvh_text(frames: int = 121, fps: float = 60.0, drop: str = "", seed: int = 0) -> str:
    """A walk on the spot of a skeleton like those of optical capture, in centimetres."""
    children: dict[str | None, list] = {}
    for joint in TREE:
        children.setdefault(joint[1], []).append(joint)
    order: list[str] = []

    def write(name: str, offset: tuple, depth: int) -> str:
        order.append(name)
        pad = "  " * depth
        inner = "".join(write(child, o, depth + 1) for child, _, o in children.get(name, []) if child != drop)
        if not inner:
            inner = f"{pad}  End Site\n{pad}  {{\n{pad}    OFFSET 0 -3.7 12.1\n{pad}  }}\n"
        channels = "6 Xposition Yposition Zposition" if depth == 0 else "3"
        kind = "ROOT" if depth == 0 else "JOINT"
        place = " ".join(str(number) for number in offset)
        head = f"{pad}  OFFSET {place}\n{pad}  CHANNELS {channels} Zrotation Xrotation Yrotation\n"
        return f"{pad}{kind} {name}\n{pad}{{\n{head}{inner}{pad}}}\n"

    hierarchy = write("hip", (0, 0, 0), 0)
    rng = np.random.default_rng(seed)
    phase, size = rng.uniform(0, 6, (len(order), 3)), rng.uniform(5, 25, (len(order), 3))
    size[0] = (3, 3, 40)
    lines = []
    for frame in range(frames):
        angles = size * np.sin(phase + 2 * np.pi * frame / fps)
        root = (30 * seed + 5 * np.sin(frame / fps), 85.0, 2 * frame / fps)
        lines.append(" ".join(f"{value:.6f}" for value in (*root, *angles.flatten())))
    return f"HIERARCHY\n{hierarchy}MOTION\nFrames: {frames}\nFrame Time: {1 / fps:.8f}\n" + "\n".join(lines) + "\n"


@pytest.fixture
def takes(tmp_path: Path) -> Path:
    for take in range(2):
        (tmp_path / f"a{take}.bvh").write_text(bvh_text(seed=take))
        (tmp_path / f"b{take}.bvh").write_text(bvh_text(seed=take + 5))
    (tmp_path / "texts.tsv").write_text("a0\tthey dance\tone leads\tone follows\na1_000\tthey turn\na1_001 they stop\n")
    return tmp_path


def test_positions_are_the_files_in_metres_at_30_frames_a_second(takes: Path) -> None:
    motion = read_bvh(takes / "a0.bvh", SKELETONS)
    file = pybvh.read_bvh_file(takes / "a0.bvh")
    expected = file.node_positions()[::2]
    assert motion.unit == "centimetre"
    assert motion.joints.shape == (61, 22, 3)
    for ours, theirs in ((0, "hip"), (3, "abdomen"), (9, "chest"), (15, "head"), (20, "lHand"), (11, "EndSiterFoot")):
        np.testing.assert_allclose(motion.joints[:, ours], expected[:, file.node_index[theirs]] / 100, atol=1e-4)


def test_rotations_pose_the_file_s_bones(takes: Path) -> None:
    """Forward kinematics on the clip's own offsets gives the positions back, root rotation taken from the file."""
    motion = read_bvh(takes / "a0.bvh", SKELETONS)
    file = pybvh.read_bvh_file(takes / "a0.bvh")
    joints, local = motion.joints.double(), matrix_from_6d(motion.rotations.double())
    pelvis = torch.from_numpy(file.to_rotmat()[1][::2, 0])
    rest, tpose = file.rest_pose_positions(), torch.zeros(22, 3)
    for joint in range(1, 22):
        tpose[joint] = tpose[PARENTS[joint]] + tpose_offsets(torch.tensor(BONE_LENGTHS))[joint]
    # the trunk of the file's rest pose leans by another angle than our T-pose's
    lean = [math.atan2(neck[2], neck[1]) for neck in (rest[file.node_index["neck"]], tpose[12].tolist())]
    pelvis = pelvis @ roma.rotvec_to_rotmat(torch.tensor([lean[0] - lean[1], 0, 0], dtype=torch.float64))
    offsets = local_offsets(joints, local, pelvis)
    posed = forward_kinematics(local, pelvis, joints[:, 0], offsets.expand(len(joints), 22, 3))
    torch.testing.assert_close(posed, joints, atol=1e-4, rtol=0)


def test_rest_pose_has_the_rotations_of_our_t_pose(takes: Path) -> None:
    still = bvh_text(frames=2).split("MOTION")[0] + "MOTION\nFrames: 20\nFrame Time: 0.0333333\n"
    zeros = " ".join(["0 85 0"] + ["0"] * 3 * len(TREE))
    (takes / "rest.bvh").write_text(still + "\n".join([zeros] * 20) + "\n")
    motion = read_bvh(takes / "rest.bvh", SKELETONS)
    local = matrix_from_6d(motion.rotations[0])
    offsets = tpose_offsets(bone_lengths(motion.joints[0]))
    posed = forward_kinematics(local, torch.eye(3), motion.joints[0, 0], offsets)
    limbs = [(4, 7), (5, 8), (16, 18), (17, 19), (18, 20), (19, 21)]
    for parent, joint in limbs:
        bone, ours = (x[joint] - x[parent] for x in (motion.joints[0], posed))
        assert torch.rad2deg(torch.acos(torch.cosine_similarity(bone, ours, dim=0).clamp(max=1))) < 10


def test_half_the_header_rate_doubles_the_time(takes: Path) -> None:
    assert len(read_bvh(takes / "a0.bvh", SKELETONS, fps=30).joints) == 121
    between = read_bvh(takes / "a0.bvh", SKELETONS, fps=15)
    assert len(between.joints) == 241
    torch.testing.assert_close(between.joints[1], (between.joints[0] + between.joints[2]) / 2, atol=1e-5, rtol=0)


def arguments(takes: Path, *more: str) -> list[str]:
    files = [f"person1={takes}/a*.bvh", f"person2={takes}/b*.bvh", f"texts={takes}/texts.tsv"]
    shares = ["clip_seconds=1", "val_share=0.5", "test_share=0"]
    return ["source=bvh", *files, *shares, f"out={takes}/out", "max_left_out=0", *more]


def test_a_data_set_of_pairs(takes: Path, cli: Cli) -> None:
    assert cli("prepare", *arguments(takes)).code == 0
    out = takes / "out"
    assert read_split(out, "train") == ["a0_000", "a0_001"]
    assert read_split(out, "val") == ["a1_000", "a1_001"]
    motion = read_motion(out, "a0_001")
    assert len(motion) == 31
    whole = [read_bvh(takes / f"{person}0.bvh", SKELETONS).joints for person in "ab"]
    torch.testing.assert_close(torch.from_numpy(motion.joints), torch.stack(whole)[:, 30:61], atol=1e-6, rtol=0)
    assert read_texts(out, "a0_000").individuals == (("one leads",), ("one follows",))
    assert read_texts(out, "a1_001").interaction == ("they stop",)
    assert (out / "cache" / "stats.npz").is_file()


@pytest.mark.parametrize(
    ("damage", "more", "words"),
    [
        (lambda t: (t / "b1.bvh").unlink(), [], "matches 2 files, .* 1: they are paired"),
        (lambda t: None, ["person1=nothing*.bvh"], "person1=nothing.*matches no file"),
        (lambda t: (t / "a1.bvh").write_text("no motion here"), [], "a1.bvh cannot be read as BVH"),
        (lambda t: (t / "a1.bvh").write_text(bvh_text(drop="lForeArm")), [], "it lacks lForeArm, lHand"),
        (lambda t: (t / "a1.bvh").write_text(bvh_text(frames=400)), [], "are they of one take"),
        (lambda t: (t / "texts.tsv").write_text("a0\tdance\n"), [], "no line for the clip a1_000"),
        (lambda t: (t / "texts.tsv").write_text("a0\n"), [], "texts.tsv:1 has no text"),
        (lambda t: (t / "texts.tsv").unlink(), [], "texts.tsv is not a file"),
        (lambda t: None, ["clip_seconds=60"], "too short for a clip of 60 s"),
        (lambda t: None, ["val_share=1"], "must leave takes to train on"),
        (lambda t: None, ["clip_seconds=long"], "clip_seconds='long'"),
        (lambda t: (t / "out").mkdir() or (t / "out" / "x").touch(), [], "out=.*exists already"),
    ],
)
def test_bad_input_gets_one_line_and_leaves_nothing(takes: Path, cli: Cli, damage, more, words: str) -> None:
    damage(takes)
    before = sorted(path.name for path in takes.iterdir())
    finished = cli("prepare", *arguments(takes, *more))
    assert finished.code != 0
    last = [line for line in finished.err.splitlines() if "in2in-prepare:" in line]
    assert len(last) == 1
    assert re.search(words, last[0])
    assert "Traceback" not in finished.err
    assert sorted(path.name for path in takes.iterdir()) == before


def test_texts_by_line(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("a\tone\ta1\ta2\n\na\ttwo\n")
    texts = read_text_table(tmp_path / "t.tsv")["a"]
    assert texts.interaction == ("one", "two")
    assert texts.individuals == (("a1", ""), ("a2", ""))
    (tmp_path / "t.tsv").write_text("a\t1\t2\t3\t4\n")
    with pytest.raises(InputError, match="has 4 texts"):
        read_text_table(tmp_path / "t.tsv")
