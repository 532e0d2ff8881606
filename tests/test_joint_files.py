"""Files of joint positions to data sets, against made-up motion that is known at every instant."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from conftest import Cli
from sources import edit, left_out_rows, on_floor, one_line, sway, with_nan
from tensors import joints_of
from torch import Tensor

from in2in.data.layout import read_motion, read_split, read_texts
from in2in.motion.skeleton import INDEX, JOINTS

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
    torch.testing.assert_close(joints_of(motion).double(), on_floor(sway(61, 30, persons=2)), atol=1e-4, rtol=0)
    texts = read_texts(out, "take3")
    assert texts.interaction == ("they sway 3",)
    assert texts.individuals == (("one sways",), ("one turns",))


def test_one_of_two_persons(pairs: Path, cli: Cli) -> None:
    (pairs / "map.yaml").write_text(yaml.safe_dump(own_map(persons=[1])))
    assert cli("prepare", *joints_arguments(pairs)).code == 0
    motion = read_motion(pairs / "out", "take0")
    torch.testing.assert_close(joints_of(motion).double(), on_floor(sway(61, 30, persons=2)[1:]), atol=1e-4, rtol=0)
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
        (change_map(fps=1e-9), "take0.npy has 1e-09 frames a second"),
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
    assert "the unit is taken to be the centimetre" in finished.out
    assert "z is taken to point up" in finished.out
    for take in ("take0", "take2"):
        motion = read_motion(pairs / "out", take)
        torch.testing.assert_close(joints_of(motion).double(), on_floor(sway(61, 30, persons=2)), atol=1e-4, rtol=0)
    joints = joints_of(read_motion(pairs / "out", "take1"))
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
    tall = [joints_of(read_motion(out, clip))[0, 0, :, 1].max() for clip in ("monday__a", "tuesday__a")]
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
    torch.testing.assert_close(joints_of(motion).double(), on_floor(sway(60, 30, persons=2)), atol=1e-3, rtol=0)
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
