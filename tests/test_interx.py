"""Inter-X's layout, from files made here of a real clip: the same people come out, whatever the axes and the body."""

import csv
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import roma
import torch
from conftest import Cli
from tensors import joints_of, rotations_of

from in2in.data.layout import read_motion, read_split, read_texts
from in2in.motion.inverse_kinematics import inverse_kinematics
from in2in.motion.motion import Motion
from in2in.motion.rotations import matrix_from_6d, matrix_to_6d
from in2in.motion.skeleton import BONE_LENGTHS, PARENTS, bone_lengths, forward_kinematics, tpose_offsets

FRAMES = 40
CLIP = "G001T000A000R000"
Z_UP = torch.tensor([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]]).double()
"""Our axes to those of a source whose z is up."""


def posed(raw: Motion, person: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Local rotations, root rotation and root place of a person of a real clip, at 30 frames a second."""
    joints = joints_of(raw)[person, :FRAMES].double()
    _, root = inverse_kinematics(joints)
    return matrix_from_6d(rotations_of(raw)[person, :FRAMES].double()), root, joints[:, 0]


def write_interx(folder: Path, raw: Motion, world: torch.Tensor, gender: str = "neutral") -> Path:
    """One clip at 120 frames a second: each of ours, and three others after it that must not be read."""
    for person in range(2):
        local, root, place = posed(raw, person)
        arrays = {
            "pose_body": roma.rotmat_to_rotvec(local),
            "root_orient": roma.rotmat_to_rotvec(world @ root),
            "trans": place @ world.T,
        }
        path = folder / "motions" / CLIP / f"P{person + 1}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        spread = {}
        for name, values in arrays.items():
            wrong = np.full((FRAMES, 4, *values.shape[1:]), 0.3)
            wrong[:, 0] = values.numpy()
            spread[name] = wrong.reshape(-1, *values.shape[1:])[: 4 * FRAMES - 3]
        hands = {f"pose_{side}hand": np.zeros((4 * FRAMES - 3, 15, 3)) for side in "lr"}
        np.savez(path, **spread, **hands, betas=np.array([[2.0] + [0.0] * 9]), gender=np.array(gender))
    for name, ids in (("train", f"{CLIP}\n"), ("val", ""), ("test", "")):
        path = folder / "splits" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(ids)
    (folder / "texts").mkdir()
    (folder / "texts" / f"{CLIP}.txt").write_text("Two people walk.\nThey walk past each other.\n")
    return folder


@pytest.fixture
def source(tmp_path: Path, raw: Motion) -> Path:
    return write_interx(tmp_path / "interx", raw, torch.eye(3).double())


def expected(raw: Motion, offsets: torch.Tensor) -> torch.Tensor:
    """Both persons' joints on given bones, the lowest on y = 0: [2, T, 22, 3]."""
    people = []
    for person in range(2):
        local, root, place = posed(raw, person)
        people.append(forward_kinematics(local, root, place, offsets.expand(FRAMES, -1, -1)))
    joints = torch.stack(people)
    joints[..., 1] -= joints[..., 1].min()
    return joints


def test_a_real_clip_comes_back_on_neutral_bones(cli: Cli, source: Path, tmp_path: Path, raw: Motion) -> None:
    finished = cli("prepare", "source=interx", f"interx_dir={source}", f"out={tmp_path / 'out'}", "processes=1")
    assert finished.code == 0, finished.err
    motion = read_motion(tmp_path / "out", CLIP)
    neutral = tpose_offsets(torch.tensor(BONE_LENGTHS).double())
    np.testing.assert_allclose(motion.joints, expected(raw, neutral), atol=1e-4)
    turns = matrix_to_6d(torch.stack([posed(raw, person)[0] for person in range(2)]))
    np.testing.assert_allclose(motion.rotations, turns, atol=1e-4)
    own = bone_lengths(torch.from_numpy(motion.joints))
    np.testing.assert_allclose(own, torch.tensor(BONE_LENGTHS).expand_as(own), atol=1e-4)
    apart = joints_of(raw)[0, :FRAMES, 0] - joints_of(raw)[1, :FRAMES, 0]
    np.testing.assert_allclose(motion.joints[0, :, 0] - motion.joints[1, :, 0], apart, atol=1e-4)
    assert read_split(tmp_path / "out", "train") == [CLIP]
    assert read_texts(tmp_path / "out", CLIP).interaction == ("Two people walk.", "They walk past each other.")
    assert "bones of the neutral body" in finished.out


def test_axes_make_no_difference(cli: Cli, source: Path, tmp_path: Path, raw: Motion) -> None:
    turned = write_interx(tmp_path / "turned", raw, Z_UP)
    given = [(source, []), (turned, ["axes=[x,z,-y]"]), (turned, []), (turned, ["up=z"])]
    for number, (folder, axes) in enumerate(given):
        out = f"out={tmp_path / f'out{number}'}"
        finished = cli("prepare", "source=interx", f"interx_dir={folder}", out, "processes=1", *axes)
        assert finished.code == 0, finished.err
    one, *others = (read_motion(tmp_path / f"out{number}", CLIP) for number in range(len(given)))
    for other in others:
        np.testing.assert_allclose(one.joints, other.joints, atol=1e-5)
        np.testing.assert_allclose(one.rotations, other.rotations, atol=1e-5)
    chosen = [f"interx_dir={turned}", f"out={tmp_path / 'wrong'}", "processes=1", "axes=[x,y,z]"]
    wrong = cli("prepare", "source=interx", *chosen)
    assert "the neck is not above the pelvis along y but along the source's z: are the axes right?" in wrong.err
    assert not (tmp_path / "wrong").exists()


def rest_vertices() -> np.ndarray:
    """The joints of the T-pose, then 33 others."""
    offsets = tpose_offsets(torch.tensor(BONE_LENGTHS).double())
    rest = torch.zeros(22, 3).double()
    for joint in range(1, 22):
        rest[joint] = rest[PARENTS[joint]] + offsets[joint]
    return np.concatenate([rest.numpy(), np.zeros((33, 3))])


def copied(source: Path, clip: str) -> Path:
    """Another clip, the same as the one that is there, in the training split."""
    shutil.copytree(source / "motions" / CLIP, source / "motions" / clip)
    shutil.copy(source / "texts" / f"{CLIP}.txt", source / "texts" / f"{clip}.txt")
    with (source / "splits" / "train.txt").open("a") as file:
        file.write(f"{clip}\n")
    return source / "motions" / clip / "P2.npz"


def changed(path: Path, **arrays: Any) -> None:
    np.savez(path, allow_pickle=True, **{**np.load(path), **arrays})


def cut(path: Path, frames: int) -> None:
    arrays = np.load(path)
    changed(path, **{name: arrays[name][:frames] for name in ("pose_body", "root_orient", "trans")})


BAD = {
    "half": (lambda path: cut(path, 80), "clip half of .*: 40 and 20 frames"),
    "nan": (lambda path: changed(path, trans=np.full((157, 3), np.nan)), "nan/P2.npz: trans holds NaN"),
    "missing": (lambda path: path.unlink(), "missing/P2.npz is missing"),
    "broken": (lambda path: path.write_bytes(path.read_bytes()[:999]), "broken/P2.npz cannot be read|P2.npz: "),
    "single": (
        lambda path: changed(path, trans=np.float32(1)),
        "pose_body has shape .157, 21, 3., expected .1, 21, 3.",
    ),
    "complex": (lambda path: changed(path, pose_body=np.zeros((157, 63), complex)), "pose_body holds complex128"),
    "objects": (lambda path: changed(path, betas=np.array([None])), "betas cannot be read .*Python objects"),
    "untold": (lambda path: (path.parents[2] / "texts" / "untold.txt").unlink(), "untold.txt is missing"),
}


def test_bad_clips_are_left_out_and_those_off_by_a_frame_are_cut(cli: Cli, source: Path, tmp_path: Path) -> None:
    for clip, (damage, _) in BAD.items():
        damage(copied(source, clip))
    cut(copied(source, "almost"), 150)
    changed(copied(source, "two"), gender=np.array(["male", "female"]))
    changed(copied(source, "bytes"), gender=np.array([b"male", b"male"]), betas=np.zeros((1, 1, 16)))
    texts = source / "texts" / "bytes.txt"
    texts.write_bytes(b"\xef\xbb\xbfZo\xc3\xab bows.\r\nThey bow.\x0c\r\n")
    given = [f"interx_dir={source}", f"out={tmp_path / 'out'}", "processes=1", "max_left_out=0.8"]
    finished = cli("prepare", "source=interx", *given)
    assert finished.code == 0, finished.err
    assert f"left out {len(BAD)} of {len(BAD) + 4} clips" in finished.out
    assert "1 clips are as long as the shorter of their persons, such as almost: 40 and 38 frames" in finished.out
    assert read_split(tmp_path / "out", "train") == [CLIP, "almost", "two", "bytes"]
    assert len(read_motion(tmp_path / "out", "almost")) == 38
    assert read_texts(tmp_path / "out", "bytes").interaction == ("Zoë bows.", "They bow.")
    with open(tmp_path / "out" / "left_out.tsv", encoding="utf-8", newline="") as file:
        reasons = {row["clip"]: row["reason"] for row in csv.DictReader(file, delimiter="\t")}
    assert reasons.keys() == set(BAD)
    for clip, (_, words) in BAD.items():
        assert re.search(words, reasons[clip])


def test_a_model_that_is_missing_is_no_fault_of_the_clips(cli: Cli, source: Path, tmp_path: Path) -> None:
    changed(copied(source, "female"), gender=np.array("female"))
    (tmp_path / "model").mkdir()
    np.savez(
        tmp_path / "model" / "SMPLX_NEUTRAL.npz",
        v_template=rest_vertices(),
        shapedirs=np.zeros((55, 3, 2)),
        J_regressor=np.eye(55),
    )
    given = [f"interx_dir={source}", f"body_model={tmp_path / 'model'}", f"out={tmp_path / 'out'}", "processes=1"]
    finished = cli("prepare", "source=interx", *given)
    assert finished.code == 1
    assert "SMPLX_FEMALE.npz is missing" in finished.err
    assert "max_left_out" not in finished.err
    for told, words in ((["male", "female"], r"gender is .\['male', 'female'\]"), ("../../x", "gender is '../../x'")):
        changed(source / "motions" / "female" / "P2.npz", gender=np.array(told))
        again = cli("prepare", "source=interx", *given)
        assert re.search(words, (tmp_path / "out" / "left_out.tsv").read_text()), again.err
        shutil.rmtree(tmp_path / "out")


def test_the_body_model_gives_everybody_their_own_bones(cli: Cli, tmp_path: Path, raw: Motion) -> None:
    """A model whose vertices are its joints; the first shape parameter makes it larger by a tenth."""
    source = write_interx(tmp_path / "interx", raw, torch.eye(3).double(), gender="female")
    offsets = tpose_offsets(torch.tensor(BONE_LENGTHS).double())
    vertices = rest_vertices()
    shapes = np.zeros((55, 3, 12))
    shapes[:, :, 0] = 0.05 * vertices
    (tmp_path / "model").mkdir()
    np.savez(tmp_path / "model" / "SMPLX_FEMALE.npz", v_template=vertices, shapedirs=shapes, J_regressor=np.eye(55))
    given = ["source=interx", f"interx_dir={source}", f"body_model={tmp_path / 'model'}", "processes=1"]
    finished = cli("prepare", *given, f"out={tmp_path / 'out'}")
    assert finished.code == 0, finished.err
    motion = read_motion(tmp_path / "out", CLIP)
    np.testing.assert_allclose(motion.joints, expected(raw, offsets * 1.1), atol=1e-4)


def _without(name: str):
    def damage(folder: Path) -> None:
        path = folder / "motions" / CLIP / "P2.npz"
        with np.load(path) as file:
            kept = {key: value for key, value in file.items() if key != name}
        np.savez(path, **kept)

    return damage


def _change(name: str, change):
    def damage(folder: Path) -> None:
        path = folder / "motions" / CLIP / "P2.npz"
        with np.load(path) as file:
            arrays = dict(file)
        np.savez(path, **{**arrays, name: change(arrays[name])})

    return damage


@pytest.mark.parametrize(
    ("damage", "options", "words"),
    [
        (lambda folder: (folder / "motions" / CLIP / "P2.npz").unlink(), [], "P2.npz is missing"),
        (lambda folder: (folder / "motions" / CLIP / "P2.npz").write_text("no"), [], "P2.npz cannot be read as .npz"),
        (_without("trans"), [], "P2.npz holds no trans"),
        (
            _change("pose_body", lambda pose: pose[:, :20]),
            [],
            "pose_body has shape [157, 20, 3], expected",
        ),
        (_change("root_orient", lambda pose: pose * np.nan), [], "root_orient holds NaN"),
        (_change("trans", lambda place: place[:9]), [], "expected [9, 21, 3]"),
        (lambda folder: (folder / "texts" / f"{CLIP}.txt").unlink(), [], f"texts/{CLIP}.txt is missing"),
        (lambda folder: (folder / "texts" / f"{CLIP}.txt").write_text("\n"), [], f"{CLIP}.txt holds no text"),
        (lambda folder: shutil.rmtree(folder / "splits"), [], "splits/train.txt is missing: is interx_dir="),
        (lambda folder: (folder / "splits" / "train.txt").write_text(""), [], "train.txt names no clip"),
        (lambda _: None, ["fps=0"], "fps=0 is no motion's rate"),
        (lambda _: None, ["fps=1200"], "has 4 frames at 30 a second: is fps=1200 right?"),
        (lambda _: None, ["axes=[x,x,z]"], "must be x, y and z, each once"),
        (lambda _: None, ["axes=[x,z,y]"], "would mirror the motion"),
        (lambda _: None, ["body_model=nowhere"], "body_model=nowhere is not a folder"),
        (lambda _: None, ["body_model=."], "SMPLX_NEUTRAL.npz is missing"),
        (lambda _: None, ["fps=fast"], "fps='fast'"),
    ],
)
def test_bad_input_gets_one_line(
    cli: Cli, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage, options: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    damage(source)
    before = sorted(tmp_path.rglob("*"))
    finished = cli("prepare", "source=interx", "interx_dir=interx", "out=out", "processes=1", *options)
    assert finished.code == 1
    [line] = [line for line in finished.err.splitlines() if line.startswith("in2in-prepare: ")]
    assert words in line
    assert sorted(tmp_path.rglob("*")) == before
