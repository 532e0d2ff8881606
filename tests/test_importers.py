"""HumanML3D and files of joint positions to data sets, against made-up motion that is known at every instant."""

import csv
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import roma
import torch
import yaml
from conftest import Cli
from hydra.utils import instantiate
from torch import Tensor

from in2in.cli.entry import conf_dir
from in2in.cli.prepare import read_joint_map
from in2in.data.cache import MotionCache
from in2in.data.layout import read_motion, read_split, read_texts
from in2in.importers.derived_joints import RULES, derive
from in2in.importers.import_check import check_motion
from in2in.importers.joint_readers import read_bandai_namco, read_sbu_kinect
from in2in.importers.positions import motion_from_positions
from in2in.importers.posture import Posture, decide, posture, turned
from in2in.importers.text_tables import read_text_table
from in2in.motion.representation import RawMotion
from in2in.motion.skeleton import BONE_LENGTHS, INDEX, JOINTS, bone_lengths, forward_kinematics, tpose_offsets

MAPS = sorted(path.stem for path in (conf_dir() / "prepare" / "joints").glob("*.yaml"))


def person(seconds: Tensor, seed: int = 0, place: float = 0.0) -> Tensor:
    """[T, 22, 3] of somebody who sways on the spot, feet near the floor, at any instants [T]."""
    generator = torch.Generator().manual_seed(seed)
    phase, size = (torch.rand(21, 3, generator=generator, dtype=torch.float64) for _ in range(2))
    size[[INDEX[f"{side}_{joint}"] - 1 for side in ("left", "right") for joint in ("hip", "knee", "ankle")]] *= 0.1
    local = roma.rotvec_to_rotmat(0.5 * size * torch.sin(6 * phase + 3 * seconds[:, None, None]))
    root = roma.rotvec_to_rotmat(torch.tensor([0.0, 1.0, 0.0]).double() * (0.3 * seconds[:, None] + place))
    hips = torch.stack([place + 0.1 * seconds.sin(), 0.97 + 0 * seconds, 0.1 * seconds.cos()], dim=-1)
    return forward_kinematics(local, root, hips, tpose_offsets(torch.tensor(BONE_LENGTHS).double()))


def sway(frames: int, fps: float, persons: int = 1) -> Tensor:
    """[P, T, 22, 3] metres, y up."""
    seconds = torch.arange(frames, dtype=torch.float64) / fps
    return torch.stack([person(seconds, seed, 1.2 * seed) for seed in range(persons)])


def on_floor(joints: Tensor) -> Tensor:
    return joints - torch.tensor([0.0, 1.0, 0.0]) * joints[..., 1].min()


def one_line(err: str, words: str) -> None:
    lines = [line for line in err.splitlines() if "in2in-prepare:" in line]
    assert len(lines) == 1, err
    assert re.search(words, lines[0]), lines[0]
    assert "Traceback" not in err


# HumanML3D


@pytest.fixture
def humanml3d(tmp_path: Path) -> Path:
    folder = tmp_path / "HumanML3D"
    for name in ("new_joints", "texts"):
        (folder / name).mkdir(parents=True)
    for clip in ("000000", "000001", "000002", "M000000"):
        np.save(folder / "new_joints" / f"{clip}.npy", on_floor(sway(101, 20))[0].numpy().astype(np.float32))
        (folder / "texts" / f"{clip}.txt").write_text("a man sways.#a/DET man/NOUN sway/VERB#0.0#0.0\n")
    with (folder / "texts" / "000001.txt").open("a") as file:
        file.write("he sways again#x/Y#nan#nan\nhe turns#x/Y#1.0#3.0\nhe stops#x/Y#4.8#5.0\nhe spins#x/Y#1.0#3.0\n")
    (folder / "train.txt").write_text("000000\n000001\nM000000\n")
    (folder / "val.txt").write_text("000002\n")
    return folder


def humanml3d_arguments(folder: Path, *more: str) -> list[str]:
    out = folder.parent / "out"
    return ["source=humanml3d", f"humanml3d_dir={folder}", f"out={out}", "processes=1", *more]


def test_humanml3d_becomes_single_persons_at_30_frames_a_second(humanml3d: Path, cli: Cli) -> None:
    finished = cli("prepare", *humanml3d_arguments(humanml3d))
    assert finished.code == 0, finished.err
    assert "left out 1 of 5 clips" in finished.out  # 0.2 s
    out = humanml3d.parent / "out"
    assert MotionCache(out).persons == 1
    assert read_split(out, "train") == ["000000", "000001", "000001_1"]
    assert read_split(out, "val") == ["000002"]
    whole = read_motion(out, "000001")
    torch.testing.assert_close(whole.joints.double(), on_floor(sway(151, 30)), atol=1e-3, rtol=0)
    check = check_motion(whole, sway(101, 20), 20)
    assert check.shared is not None
    assert check.shared < 1e-3
    assert check.posed < 1e-3
    assert check.standing == 1.0
    part = read_motion(out, "000001_1")
    torch.testing.assert_close(part.joints, whole.joints[:, 30:91])
    torch.testing.assert_close(part.rotations, whole.rotations[:, 30:91])


def test_humanml3d_captions_go_with_their_range(humanml3d: Path, cli: Cli) -> None:
    assert cli("prepare", *humanml3d_arguments(humanml3d, "mirrored=true", "processes=2")).code == 0
    out = humanml3d.parent / "out"
    assert read_split(out, "train") == ["000000", "000001", "000001_1", "M000000"]
    texts = {clip: read_texts(out, clip) for clip in ("000001", "000001_1")}
    assert texts["000001"].interaction == ("a man sways.", "he sways again")
    assert texts["000001_1"].interaction == ("he turns", "he spins")
    assert all(own.individuals == (own.interaction,) for own in texts.values())


def edit(folder: Path, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    np.save(folder / name, change(np.load(folder / name)))


def with_nan(joints: np.ndarray) -> np.ndarray:
    joints[..., 7, 4, 1] = np.nan
    return joints


def left_out_rows(out: Path) -> list[dict[str, str]]:
    with open(out / "left_out.tsv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


BAD_CLIPS = {
    "separator": (lambda f, c: (f / f"texts/{c}.txt").write_text("no\n"), r"{}.txt:1 has 0 '#', expected caption#"),
    "seconds": (lambda f, c: (f / f"texts/{c}.txt").write_text("a#b#zero#1\n"), "{}.txt:1: .*'zero'.* in seconds"),
    "blank": (lambda f, c: (f / f"texts/{c}.txt").write_text("\n"), "{}.txt holds no caption"),
    "binary": (lambda f, c: (f / f"texts/{c}.txt").write_bytes(b"a\0b#c#0#0\n"), "{}.txt holds NUL bytes"),
    "untold": (lambda f, c: (f / f"texts/{c}.txt").unlink(), "{}.txt is missing"),
    "missing": (lambda f, c: (f / f"new_joints/{c}.npy").unlink(), "{}.npy is missing"),
    "text": (lambda f, c: (f / f"new_joints/{c}.npy").write_text("x"), "{}.npy cannot be read"),
    "nan": (lambda f, c: edit(f, f"new_joints/{c}.npy", with_nan), "{}.npy: frame 7, person 1, left_knee is NaN"),
    "joints": (lambda f, c: edit(f, f"new_joints/{c}.npy", lambda x: x[:, :21]), r"has shape \[101, 21, 3\], expected"),
    "unit": (lambda f, c: edit(f, f"new_joints/{c}.npy", lambda x: 100 * x), "a leg is 82.1 m long"),
    "frame": (lambda f, c: edit(f, f"new_joints/{c}.npy", lambda x: x[:1]), "{}.npy has 1 frames"),
    "short": (lambda f, c: edit(f, f"new_joints/{c}.npy", lambda x: x[:9]), "{}.npy has 13 frames at 30 a second"),
    "strings": (lambda f, c: edit(f, f"new_joints/{c}.npy", lambda x: x.astype(str)), "holds <U.*, expected numbers"),
}


def test_bad_clips_of_humanml3d_are_left_out_and_listed(humanml3d: Path, cli: Cli) -> None:
    for clip, (damage, _) in BAD_CLIPS.items():
        for name in ("new_joints/{}.npy", "texts/{}.txt"):
            shutil.copy(humanml3d / name.format("000000"), humanml3d / name.format(clip))
        damage(humanml3d, clip)
    with (humanml3d / "val.txt").open("a") as file:
        file.write("\n".join(BAD_CLIPS))
    finished = cli("prepare", *humanml3d_arguments(humanml3d, "max_left_out=0.8"))
    assert finished.code == 0, finished.err
    out = humanml3d.parent / "out"
    assert f"left out {len(BAD_CLIPS) + 1} of {len(BAD_CLIPS) + 5} clips" in finished.out
    assert sorted(MotionCache(out).clips) == ["000000", "000001", "000001_1", "000002"]
    rows = {row["clip"]: row["reason"] for row in left_out_rows(out)}
    assert rows.keys() == {*BAD_CLIPS, "000001_2"}
    for clip, (_, words) in BAD_CLIPS.items():
        assert re.search(words.replace("{}", clip), rows[clip])


def test_too_much_that_cannot_be_used_is_an_error(humanml3d: Path, cli: Cli) -> None:
    edit(humanml3d, "new_joints/000002.npy", with_nan)
    finished = cli("prepare", *humanml3d_arguments(humanml3d, "max_left_out=0.3"))
    assert finished.code != 0
    one_line(finished.err, r"2 of 5 clips cannot be used, more than max_left_out=0.3 allows, .*000002.npy: frame 7")
    assert [path.name for path in humanml3d.parent.iterdir()] == ["HumanML3D"]


@pytest.mark.parametrize(
    ("damage", "options", "words"),
    [
        (lambda f: (f / "train.txt").unlink(), [], "train.txt is missing: is humanml3d_dir="),
        (lambda f: (f / "train.txt").write_text("\n"), [], "train.txt names no clip"),
        (lambda f: [path.unlink() for path in f.glob("new_joints/*")], [], "none of 3 clips .*000000.npy is missing"),
        (lambda f: every(f, lambda x: 7 * x), [], "a leg of 5.75 is a person's in no known unit"),
        (lambda f: None, ["unit=0.01"], "a leg is 0.00821 m long, .* is the unit right"),
        (lambda f: None, ["up=w"], "up=w must be auto or one of"),
        (lambda f: None, ["max_left_out=2"], "max_left_out=2 must be a share"),
    ],
)
def test_bad_humanml3d_gets_one_line_and_leaves_nothing(
    humanml3d: Path, cli: Cli, damage, options: list[str], words: str
) -> None:
    damage(humanml3d)
    finished = cli("prepare", *humanml3d_arguments(humanml3d, *options))
    assert finished.code != 0
    one_line(finished.err, words)
    assert [path.name for path in humanml3d.parent.iterdir()] == ["HumanML3D"]


def every(folder: Path, change: Callable[[np.ndarray], np.ndarray]) -> None:
    for path in (folder / "new_joints").iterdir():
        edit(folder / "new_joints", path.name, change)


def lying(joints: np.ndarray) -> np.ndarray:
    """On the back, where the same person stood with y up."""
    x, y, z = np.moveaxis(joints, -1, 0)
    return np.stack([x, 0.2 - z, y], axis=-1)


def test_who_lies_is_imported_as_lying(humanml3d: Path, cli: Cli) -> None:
    """In files with byte order marks and Windows' ends of lines."""
    edit(humanml3d, "new_joints/000001.npy", lying)
    for path in humanml3d.rglob("*.txt"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    finished = cli("prepare", *humanml3d_arguments(humanml3d))
    assert finished.code == 0, finished.err
    motion = read_motion(humanml3d.parent / "out", "000001")
    expected = torch.from_numpy(lying(on_floor(sway(151, 30)).numpy()))
    torch.testing.assert_close(motion.joints.double(), on_floor(expected), atol=1e-3, rtol=0)


UPS = {
    "y": lambda x: x,
    "z": lambda x: np.stack([x[..., 0], -x[..., 2], x[..., 1]], axis=-1),
    "x": lambda x: np.stack([x[..., 1], -x[..., 0], x[..., 2]], axis=-1),
    "-y": lambda x: x * [1, -1, -1],
    "-z": lambda x: np.stack([x[..., 0], x[..., 2], -x[..., 1]], axis=-1),
    "-x": lambda x: np.stack([-x[..., 1], x[..., 0], x[..., 2]], axis=-1),
}
"""Joints whose y is up, turned so that another axis is."""


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_of_whom_one_lies_the_other_tells_what_is_up(order: tuple[int, int]) -> None:
    both = sway(20, 20, persons=2).numpy()
    both[1] = lying(both[1])
    assert decide([posture(torch.from_numpy(both[list(order)]))], "x", None, None, "auto")[1] == ("x", "y", "z")


@pytest.mark.parametrize("up", UPS)
@pytest.mark.parametrize("given", [False, True])
def test_the_axis_that_is_up_is_decided_over_the_set_or_given(up: str, given: bool) -> None:
    standing = sway(20, 20)
    poses = standing.numpy(), standing.numpy(), lying(standing.numpy())
    seen = [posture(torch.from_numpy(UPS[up](pose))) for pose in poses]
    unit, axes = decide([seen[2]] if given else seen, "x", None, None, up if given else "auto")
    assert unit == 1.0
    back = turned(torch.from_numpy(UPS[up](standing.numpy())), axes)
    torch.testing.assert_close(back[..., 1], standing[..., 1])
    assert np.linalg.det(turned(torch.eye(3).double(), axes)) == pytest.approx(1.0), "turned, not mirrored"


def test_where_all_lie_y_is_taken_to_be_up(capsys: pytest.CaptureFixture[str]) -> None:
    seen = [Posture(0.8, torch.tensor([trunk])) for trunk in ([0.58, 0.3, 0.58], [-0.58, -0.3, -0.58], [0.1, 0.1, 0.2])]
    assert decide(seen, "x", 1.0, None, "auto") == (1.0, ("x", "y", "z"))
    assert "y is taken to point up, though nobody is upright along any axis" in capsys.readouterr().out
    assert decide(seen, "x", 1.0, ("x", "z", "-y"), "auto") == (1.0, ("x", "z", "-y"))


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (lambda x: 100 * UPS["z"](x), [], ["lengths are taken to be in centimetres", "z is taken to point up"]),
        (lambda x: UPS["z"](x) / 0.05644, ["unit=0.05644", "up=z"], []),
    ],
)
def test_humanml3d_of_another_unit_and_other_axes(
    humanml3d: Path, cli: Cli, change: Callable[[np.ndarray], np.ndarray], options: list[str], said: list[str]
) -> None:
    every(humanml3d, change)
    finished = cli("prepare", *humanml3d_arguments(humanml3d, *options))
    assert finished.code == 0, finished.err
    assert [words for words in said if words not in finished.out] == []
    motion = read_motion(humanml3d.parent / "out", "000000")
    torch.testing.assert_close(motion.joints.double(), on_floor(sway(151, 30)), atol=1e-3, rtol=0)


@pytest.mark.skipif("IN2IN_HUMANML3D_SAMPLES" not in os.environ, reason="needs real clips of HumanML3D")
@pytest.mark.parametrize("clip", ["000000", "012314"])
def test_real_clips_of_humanml3d(clip: str) -> None:
    folder = Path(os.environ["IN2IN_HUMANML3D_SAMPLES"])
    joints = torch.from_numpy(np.load(folder / f"new_joints_{clip}.npy"))[None]
    motion = motion_from_positions(joints, 20)
    assert len(motion) == (len(joints[0]) - 1) * 3 // 2 + 1
    assert check_motion(motion, joints, 20).passed


# Files of joints

NAMES = [f"joint {name}" for name in reversed(JOINTS)]
"""What a made-up source calls our joints, in its order."""


def as_source(joints: Tensor) -> np.ndarray:
    """Our joints as the made-up source has them: reversed, centimetres, z up."""
    x, y, z = joints.flip(-2).unbind(-1)
    return (100 * torch.stack([x, -z, y], dim=-1)).numpy().astype(np.float32)


def own_map(**changes: object) -> dict:
    joints = {name: f"joint {name}" for name in JOINTS}
    return {"joints": joints, "unit": 0.01, "axes": ["x", "z", "-y"], "fps": 60, "names": NAMES, **changes}


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    for take in range(5):
        np.save(tmp_path / f"take{take}.npy", as_source(sway(121, 60, persons=2)))
    (tmp_path / "map.yaml").write_text(yaml.safe_dump(own_map()))
    lines = [f"take{take}\tthey sway {take}\tone sways\tone turns\n" for take in range(5)]
    (tmp_path / "texts.tsv").write_text("".join(lines))
    return tmp_path


def pair_arguments(folder: Path, *more: str) -> list[str]:
    """Without files=."""
    return [argument for argument in joints_arguments(folder, *more) if not argument.startswith("files=")]


def joints_arguments(folder: Path, *more: str) -> list[str]:
    files = [f"files={folder}/take*.np[yz]", f"map={folder}/map.yaml", f"texts={folder}/texts.tsv"]
    return ["source=joints", *files, f"out={folder}/out", "processes=1", "val_share=0.2", "test_share=0.2", *more]


def test_pairs_of_another_skeleton(pairs: Path, cli: Cli) -> None:
    finished = cli("prepare", *joints_arguments(pairs))
    assert finished.code == 0, finished.err
    assert "all of these: 5 of 5 clips" in finished.out
    out = pairs / "out"
    splits = {name: read_split(out, name) for name in ("train", "val", "test")}
    assert [len(clips) for clips in splits.values()] == [3, 1, 1]
    assert sorted(clip for clips in splits.values() for clip in clips) == [f"take{take}" for take in range(5)]
    motion = read_motion(out, "take3")
    torch.testing.assert_close(motion.joints.double(), on_floor(sway(61, 30, persons=2)), atol=1e-4, rtol=0)
    texts = read_texts(out, "take3")
    assert texts.interaction == ("they sway 3",)
    assert texts.individuals == (("one sways",), ("one turns",))


def test_one_of_two_persons(pairs: Path, cli: Cli) -> None:
    (pairs / "map.yaml").write_text(yaml.safe_dump(own_map(persons=[1])))
    assert cli("prepare", *joints_arguments(pairs)).code == 0
    motion = read_motion(pairs / "out", "take0")
    torch.testing.assert_close(motion.joints.double(), on_floor(sway(61, 30, persons=2)[1:]), atol=1e-4, rtol=0)
    assert read_texts(pairs / "out", "take0").individuals == (("they sway 0",),)


def change_map(**changes: object) -> Callable[[Path], object]:
    return lambda folder: (folder / "map.yaml").write_text(yaml.safe_dump(own_map(**changes)))


def joints_but(*names: str, **more: object) -> dict:
    return {name: place for name, place in own_map()["joints"].items() if name not in names} | more


def as_npz(folder: Path, take: str, **arrays: Any) -> None:
    """A take as an .npz file with other arrays, too; None leaves one out."""
    arrays = {"joints": np.load(folder / f"{take}.npy"), **arrays}
    (folder / f"{take}.npy").unlink()
    np.savez(
        folder / f"{take}.npz", allow_pickle=True, **{name: own for name, own in arrays.items() if own is not None}
    )


BAD_TAKES = {
    "rate": (lambda f, t: as_npz(f, t, fps=30), "{}.npz has 30 frames a second, .*map.yaml says 60"),
    "rates": (lambda f, t: as_npz(f, t, fps=[60, 30]), "{}.npz has nan frames a second"),
    "flat": (lambda f, t: as_npz(f, t, joints=np.zeros((9, 22, 2))), r"{}.npz holds float64 of shape \[9, 22, 2\]"),
    "unnamed": (lambda f, t: as_npz(f, t, joints=None, points=np.zeros(3)), "no array named joints, it has points"),
    "objects": (
        lambda f, t: as_npz(f, t, names=np.array(NAMES, dtype=object)),
        "names cannot be read .*Python objects",
    ),
    "strings": (lambda f, t: edit(f, f"{t}.npy", lambda x: x.astype(str)), "{}.npy: it holds <U.*, expected numbers"),
    "alone": (lambda f, t: edit(f, f"{t}.npy", lambda x: x[0]), "{}.npy has 1 persons, most takes 2"),
    "crowd": (lambda f, t: edit(f, f"{t}.npy", lambda x: x[[0, 1, 0]]), "{}.npy has 3 persons: choose one or two"),
    "frame": (lambda f, t: edit(f, f"{t}.npy", lambda x: x[:, :1]), "{} has 1 frames"),
    "short": (lambda f, t: edit(f, f"{t}.npy", lambda x: x[:, :9]), "{} has 5 frames at 30 a second, 15 are needed"),
    "empty": (lambda f, t: edit(f, f"{t}.npy", lambda x: x[:, :0]), r"{}.npy holds float32 of shape \[2, 0, 22, 3\]"),
    "nan": (lambda f, t: edit(f, f"{t}.npy", with_nan), "take nan: frame 7, person 1, right_shoulder is NaN"),
    "text": (lambda f, t: (f / f"{t}.npy").write_text("x"), "{}.npy cannot be read"),
    "untold": (lambda f, t: None, "texts.tsv has no line for the take untold"),
}


def test_bad_takes_are_left_out_and_listed(pairs: Path, cli: Cli) -> None:
    for take, (damage, _) in BAD_TAKES.items():
        shutil.copy(pairs / "take0.npy", pairs / f"{take}.npy")
        damage(pairs, take)
    with (pairs / "texts.tsv").open("a") as file:
        file.write("".join(f"{take}\tthey sway\n" for take in BAD_TAKES if take != "untold"))
    given = [f"files={pairs}/*.np[yz]", "max_left_out=0.75", "val_share=0", "test_share=0"]
    finished = cli("prepare", *joints_arguments(pairs, *given))
    assert finished.code == 0, finished.err
    assert f"left out {len(BAD_TAKES)} of {len(BAD_TAKES) + 5} takes" in finished.out
    assert read_split(pairs / "out", "train") == [f"take{take}" for take in range(5)]
    rows = {row["clip"]: row["reason"] for row in left_out_rows(pairs / "out")}
    assert rows.keys() == set(BAD_TAKES)
    for take, (_, words) in BAD_TAKES.items():
        assert re.search(words.replace("{}", take), rows[take])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (change_map(joints=joints_but("left_knee")), "map.yaml lacks left_knee"),
        (change_map(joints=joints_but(left_kneee="x")), "'left_kneee' is none of our joints"),
        (change_map(joints=joints_but(left_knee="knee")), "left_knee is 'knee', which .*take0.npy lacks"),
        (change_map(joints=joints_but("head"), derived=["head"]), "head cannot be derived"),
        (change_map(joints=joints_but("neck"), derived=["neck", "pelvis"]), "pelvis is both in joints and in derived"),
        (change_map(joints=joints_but(head=["joint neck", 0.5])), r"\['joint neck', 0.5\] is neither"),
        (change_map(axes=["x", "y", "y"]), "must be x, y and z"),
        (change_map(axes=["x", "y", "z"]), "the neck is not above the pelvis .* axes"),
        (change_map(unit=1), "a leg is 82.1 m long, .* unit"),
        (change_map(rate=30), "rate is not an option of .*JointMap"),
        (change_map(names=NAMES[1:]), "22 joints, but 21 names"),
        (change_map(names=[]), "does not name its joints"),
        (change_map(fps=None), "take0.npy does not say its rate"),
        (change_map(fps=0), "take0.npy has 0 frames a second"),
        (change_map(persons=[2]), "no person 2 in .*take0.npy"),
        (lambda f: (f / "texts.tsv").write_text("take0\tthey sway\n"), "texts.tsv has no line for the take take1"),
        (lambda f: (f / "map.yaml").write_text("joints: [a"), "map.yaml cannot be read as yaml"),
        (lambda f: (f / "map.yaml").write_text("fps: 30"), "map.yaml names no joints"),
        (lambda f: (f / "map.yaml").unlink(), "map.yaml is no file: .* or one of .*sbu_kinect"),
        (lambda f: [path.unlink() for path in f.glob("take*")], "files=.* matches no file"),
    ],
)
def test_bad_joint_files_get_one_line_and_leave_nothing(pairs: Path, cli: Cli, damage, words: str) -> None:
    damage(pairs)
    before = sorted(path.name for path in pairs.iterdir())
    finished = cli("prepare", *joints_arguments(pairs))
    assert finished.code != 0
    one_line(finished.err, words)
    assert sorted(path.name for path in pairs.iterdir()) == before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["person2=b*"], "give files=GLOB, or person1=GLOB and person2=GLOB"),
        (["person1=a*"], "give files=GLOB, or person1=GLOB and person2=GLOB"),
        (["unit=fathom"], "unit=fathom is neither"),
        (["up=w"], "up=w must be auto or one of"),
        (["max_left_out=-1"], "max_left_out=-1 must be a share"),
        (["val_share=0.7", "test_share=0.7"], "must leave takes to train on"),
    ],
)
def test_bad_options_of_joint_files_get_one_line(pairs: Path, cli: Cli, given: list[str], words: str) -> None:
    finished = cli("prepare", *joints_arguments(pairs, *given))
    assert finished.code != 0
    one_line(finished.err, words)


def test_what_neither_files_nor_map_say_is_told_from_all_takes(pairs: Path, cli: Cli) -> None:
    """Two persons who lie in one of five takes; arrays for what is one number; rates that differ."""
    change_map(unit=None, axes=None, fps=None, names=[])(pairs)
    for take in range(5):
        as_npz(pairs, f"take{take}", names=np.array(NAMES), fps=np.array([60]))
    joints = np.load(pairs / "take1.npz")["joints"]
    lies = np.stack([joints[..., 0], joints[..., 2], 20 - joints[..., 1]], axis=-1)
    np.savez(pairs / "take1.npz", joints=lies, names=[name.encode() for name in NAMES], fps=60)
    np.savez(pairs / "take2.npz", joints=as_source(sway(61, 30, persons=2)), names=NAMES, fps="30")
    finished = cli("prepare", *joints_arguments(pairs))
    assert finished.code == 0, finished.err
    assert "lengths are taken to be in centimetres" in finished.out
    assert "z is taken to point up" in finished.out
    for take in ("take0", "take2"):
        motion = read_motion(pairs / "out", take)
        torch.testing.assert_close(motion.joints.double(), on_floor(sway(61, 30, persons=2)), atol=1e-4, rtol=0)
    joints = read_motion(pairs / "out", "take1").joints
    rise = (joints[:, :, INDEX["neck"]] - joints[:, :, INDEX["pelvis"]])[..., 1]
    assert rise.abs().max() < 0.3, "who lies is not stood up"


@pytest.mark.parametrize("fps", [None, 0.0, [60, 30]])
def test_the_rate_may_be_given(pairs: Path, cli: Cli, fps: object) -> None:
    for take in range(5):
        as_npz(pairs, f"take{take}", **({} if fps is None else {"fps": fps}))
    change_map(fps=None)(pairs)
    assert cli("prepare", *joints_arguments(pairs, "fps=60")).code == 0
    assert len(read_motion(pairs / "out", "take3")) == 61


def test_takes_of_one_name_are_called_by_their_folders(pairs: Path, cli: Cli) -> None:
    for folder, size in (("monday", 1.0), ("tuesday", 0.9)):
        (pairs / folder).mkdir()
        np.save(pairs / folder / "a.npy", size * as_source(sway(121, 60, persons=2)))
    given = [f"files={pairs}/*day/a.npy", "val_share=0", "test_share=0"]
    (pairs / "texts.tsv").write_text("a\tthey sway\n")
    refused = cli("prepare", *joints_arguments(pairs, *given))
    one_line(refused.err, "no line for the take monday__a .several takes are called a")
    (pairs / "texts.tsv").write_text("monday__a\tthey sway\ntuesday__a\tthey bow\n")
    assert cli("prepare", *joints_arguments(pairs, *given)).code == 0
    out = pairs / "out"
    assert read_split(out, "train") == ["monday__a", "tuesday__a"]
    tall = [read_motion(out, clip).joints[0, 0, :, 1].max() for clip in ("monday__a", "tuesday__a")]
    assert tall[1] / tall[0] == pytest.approx(0.9, abs=0.01)


def test_two_files_of_one_person_each_are_a_pair(pairs: Path, cli: Cli) -> None:
    """The second names its joints in another order and has two frames more."""
    order = list(reversed(range(22)))
    for take in range(2):
        joints = as_source(sway(121, 60, persons=2))
        np.savez(pairs / f"a{take}.npz", joints=joints[0, :119], names=NAMES)
        np.savez(pairs / f"b{take}.npz", joints=joints[1][:, order], names=[NAMES[k] for k in order])
    (pairs / "texts.tsv").write_text("a0\tthey sway\tone sways\tone turns\na1\tthey bow\n")
    given = [f"person1={pairs}/a*", f"person2={pairs}/b*", "val_share=0", "test_share=0"]
    finished = cli("prepare", *pair_arguments(pairs, *given))
    assert finished.code == 0, finished.err
    motion = read_motion(pairs / "out", "a0")
    torch.testing.assert_close(motion.joints.double(), on_floor(sway(60, 30, persons=2)), atol=1e-3, rtol=0)
    assert read_texts(pairs / "out", "a0").individuals == (("one sways",), ("one turns",))


def alone(folder: Path, name: str, joints: np.ndarray, **arrays: Any) -> None:
    np.savez(folder / name, joints=joints, **{"names": NAMES, **arrays})


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda f, x: alone(f, "b0.npz", x), "b0.npz has 2 persons: give files="),
        (lambda f, x: alone(f, "b0.npz", x[1, :80]), "a0.npz has 121 frames and .*b0.npz 80: they are no pair"),
        (lambda f, x: alone(f, "b0.npz", x[1], fps=30), "a0.npz has 60 frames a second, .*b0.npz 30|says 60"),
        (lambda f, x: alone(f, "b0.npz", x[1], names=[*NAMES[1:], "tail"]), "name different joints"),
        (lambda f, x: alone(f, "b1.npz", x[1]), "person1=.* matches 1 files, person2=.* 2"),
    ],
)
def test_files_that_are_no_pair_get_one_line(pairs: Path, cli: Cli, damage, words: str) -> None:
    joints = as_source(sway(121, 60, persons=2))
    alone(pairs, "a0.npz", joints[0])
    alone(pairs, "b0.npz", joints[1])
    damage(pairs, joints)
    finished = cli("prepare", *pair_arguments(pairs, f"person1={pairs}/a*", f"person2={pairs}/b*"))
    assert finished.code != 0
    one_line(finished.err, words)


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
    lengths = bone_lengths(rigid.joints[0])
    assert (lengths - lengths[0]).abs().max() < 1e-5
    keep = [joint for joint in range(22) if joint != INDEX["left_wrist"]]
    torch.testing.assert_close(rigid.joints[:, :, keep], wobbly.joints[:, :, keep], atol=5e-3, rtol=0)


def test_the_check_fails_on_what_is_wrong() -> None:
    joints = sway(61, 30)
    good = motion_from_positions(joints, 30)
    assert check_motion(good, joints).passed
    stacked = good.rotations.unflatten(-1, (3, 2)).transpose(-1, -2).flatten(-2)  # HumanML3D's layout
    assert check_motion(RawMotion(good.joints, stacked)).posed > 0.1
    assert check_motion(RawMotion(good.joints + 0.3, good.rotations)).standing == 0
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
    torch.testing.assert_close(motion.joints[:, :, keep], on_floor(sway(90, 30))[:, :, keep].float(), atol=1e-3, rtol=0)


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
    assert motion.joints.shape == (2, 39, 22, 3)
    truth = sway(39, 30, 2)
    arms = [INDEX[f"{side}_{name}"] for side in ("left", "right") for name in ("shoulder", "elbow", "wrist")]
    apart = motion.joints[:, :, arms].double() - truth[:, :, arms]
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
