"""HumanML3D and files of joint positions to data sets, against made-up motion that is known at every instant."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Cli
from sources import edit, left_out_rows, on_floor, one_line, sway, with_nan
from tensors import joints_of, rotations_of

from in2in.data.cache import MotionCache
from in2in.data.layout import read_motion, read_split, read_texts
from in2in.importers.axes import turned
from in2in.importers.import_check import check_motion
from in2in.importers.positions import motion_from_positions
from in2in.importers.posture import Posture, decide, posture

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
    torch.testing.assert_close(joints_of(whole).double(), on_floor(sway(151, 30)), atol=1e-3, rtol=0)
    check = check_motion(whole, sway(101, 20), 20)
    assert check.shared is not None
    assert check.shared < 1e-3
    assert check.posed < 1e-3
    assert check.standing == 1.0
    part = read_motion(out, "000001_1")
    torch.testing.assert_close(joints_of(part), joints_of(whole)[:, 30:91])
    torch.testing.assert_close(rotations_of(part), rotations_of(whole)[:, 30:91])


def test_humanml3d_captions_go_with_their_range(humanml3d: Path, cli: Cli) -> None:
    assert cli("prepare", *humanml3d_arguments(humanml3d, "mirrored=true", "processes=2")).code == 0
    out = humanml3d.parent / "out"
    assert read_split(out, "train") == ["000000", "000001", "000001_1", "M000000"]
    texts = {clip: read_texts(out, clip) for clip in ("000001", "000001_1")}
    assert texts["000001"].interaction == ("a man sways.", "he sways again")
    assert texts["000001_1"].interaction == ("he turns", "he spins")
    assert all(own.individuals == (own.interaction,) for own in texts.values())


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
    torch.testing.assert_close(joints_of(motion).double(), on_floor(expected), atol=1e-3, rtol=0)


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
        (lambda x: 100 * UPS["z"](x), [], ["the unit is taken to be the centimetre", "z is taken to point up"]),
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
    torch.testing.assert_close(joints_of(motion).double(), on_floor(sway(151, 30)), atol=1e-3, rtol=0)


@pytest.mark.skipif("IN2IN_HUMANML3D_SAMPLES" not in os.environ, reason="needs real clips of HumanML3D")
@pytest.mark.parametrize("clip", ["000000", "012314"])
def test_real_clips_of_humanml3d(clip: str) -> None:
    folder = Path(os.environ["IN2IN_HUMANML3D_SAMPLES"])
    joints = torch.from_numpy(np.load(folder / f"new_joints_{clip}.npy"))[None]
    motion = motion_from_positions(joints, 20)
    assert len(motion) == (len(joints[0]) - 1) * 3 // 2 + 1
    assert check_motion(motion, joints, 20).passed
