"""Sets of BVH files: what is told from all together, what can be given, and what is left out."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from bvh_files import Figure, Style, bvh, figure
from scipy.spatial.transform import Rotation

from in2in.cli.entry import conf_dir
from in2in.data.layout import count_persons, read_motion, read_split, read_texts
from in2in.errors import InputError
from in2in.importers.bvh.pairs import BvhPairs
from in2in.motion.skeleton import INDEX

SKELETONS = yaml.safe_load((conf_dir() / "prepare" / "source" / "bvh.yaml").read_text())["source"]["skeletons"]

Z_UP = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


def write(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def prepare(folder: Path, texts: str, **options: Any) -> Path:
    """The data set of a folder's a*.bvh and b*.bvh."""
    (folder / "texts.tsv").write_text(texts)
    out = folder / f"out{len(list(folder.glob('out*')))}"
    given = {"person1": f"{folder}/a*.bvh", "person2": f"{folder}/b*.bvh", "clip_seconds": 1, "val_share": 0}
    BvhPairs(**{"texts": f"{folder}/texts.tsv", "skeletons": SKELETONS, "test_share": 0, **given, **options})(out)
    return out


def pairs(count: int = 1, change: Callable[[Figure], Figure] = lambda own: own) -> dict[str, str]:
    return {
        f"{letter}{take}.bvh": bvh(change(figure(seed=seed + take)))
        for letter, seed in (("a", 0), ("b", 50))
        for take in range(count)
    }


def lying(own: Figure) -> Figure:
    """On the back with the head along +z: as upright as somebody whose axes are wrong."""
    local = own.local.copy()
    turn = Rotation.from_euler("x", 90, degrees=True).as_matrix()
    local[:, 0] = turn @ Rotation.from_euler("y", 20, degrees=True).as_matrix() @ np.eye(3)
    return replace(own, local=local, root=own.root * [0.1, 0, 0.3] + [0, 12, 0])


def test_people_who_lie_do_not_turn_the_axes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither among others nor alone: then their rest pose and the floor tell."""
    for number, who in enumerate((["a0", "b0"], ["a0", "b0", "a1", "b1"])):
        texts = pairs(2 + number)
        texts |= {f"{name}.bvh": bvh(lying(figure())) for name in who}
        out = prepare(write(tmp_path / str(number), texts), "a0\tone\na1\ttwo\na2\tthree\n")
        assert "up: y" in capsys.readouterr().out
        motion = read_motion(out, "a0_000")
        np.testing.assert_allclose(motion.joints[0, 0, INDEX["pelvis"], 1], 0.12, atol=1e-4)
    only = prepare(write(tmp_path / "only", pairs(1, lying)), "a0\tone\n")
    assert read_motion(only, "a0_000").joints[..., 1].max() < 0.6


@pytest.mark.parametrize("up", ["auto", "z"])
def test_z_is_up_for_all(tmp_path: Path, up: str) -> None:
    plain = read_motion(prepare(write(tmp_path / "y", pairs(2)), "a0\tone\na1\ttwo\n"), "a1_000")
    out = prepare(write(tmp_path / "z", pairs(2, lambda own: own.turned(Z_UP))), "a0\tone\na1\ttwo\n", up=up)
    motion = read_motion(out, "a1_000")
    np.testing.assert_allclose(motion.joints, plain.joints, atol=2e-4)
    np.testing.assert_allclose(motion.rotations, plain.rotations, atol=0.01)


def test_given_axes_and_units_overrule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, pairs())
    plain = read_motion(prepare(folder, "a0\tone\n"), "a0_000").joints
    half = read_motion(prepare(folder, "a0\tone\n", unit=0.005), "a0_000").joints
    np.testing.assert_allclose(half, plain / 2, atol=2e-4)
    named = read_motion(prepare(folder, "a0\tone\n", unit="centimetre"), "a0_000").joints
    np.testing.assert_array_equal(named, plain)
    turned = read_motion(prepare(folder, "a0\tone\n", up="z"), "a0_000").joints
    np.testing.assert_allclose(turned, plain[..., [0, 2, 1]] * np.array([1, 1, -1]), atol=2e-4)
    said = capsys.readouterr().out
    assert "unit: centimetre, in which legs are 0.82 m long" in said
    assert "unit: 0.005 m, as given" in said
    assert "up: z, as given" in said
    assert "skeleton: motionbuilder (2 people)" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"unit": "ell"}, "unit=ell is neither"),
        ({"unit": -1}, "unit=-1 is neither"),
        ({"up": "w"}, "up=w must be"),
        ({"fps": 0}, "fps=0 is no motion's rate"),
        ({"fps": 1e-9}, "fps=1e-09 is no motion's rate"),
        ({"fps": float("nan")}, "fps=nan is no motion's rate"),
        ({"skeleton": "nobody"}, "skeleton=nobody is neither"),
        ({"skeleton": "daz"}, "of the nearest, daz, it lacks"),
        ({"clip_seconds": 0.2}, "clip_seconds=0.2 is too short"),
        ({"clip_seconds": float("nan")}, "clip_seconds=nan and first_second=0 must be"),
        ({"first_second": -5}, "first_second=-5 must be"),
        ({"clips_per_take": 0}, "clips_per_take=0 must be 1 or more"),
        ({"max_left_out": 2}, "max_left_out=2"),
    ],
)
def test_wrong_options_get_one_line(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        prepare(write(tmp_path, pairs()), "a0\tone\n", **options)
    assert "\n" not in str(caught.value)


def test_a_skeleton_of_ones_own(tmp_path: Path) -> None:
    """Names that mean nothing, described in a file."""
    own = figure()
    strange = {name: f"bone{number}" for number, name in enumerate(own.names)}
    texts = pairs(1, lambda one: one.renamed(strange))
    ours = ("pelvis", "left_hip", "left_knee", "left_ankle", "left_foot", "right_hip", "right_knee", "right_ankle")
    ours += ("right_foot", "spine1", "spine2", "spine3", "neck", "head", "left_collar", "left_shoulder", "left_elbow")
    ours += ("left_wrist", "right_collar", "right_shoulder", "right_elbow", "right_wrist")
    folder = write(tmp_path, texts)
    (folder / "own.yaml").write_text("".join(f"{name}: bone{number}\n" for number, name in enumerate(ours)))
    plain = read_motion(prepare(write(tmp_path / "plain", pairs()), "a0\tone\n"), "a0_000")
    with pytest.raises(InputError, match="skeleton=FILE"):
        prepare(folder, "a0\tone\n")
    motion = read_motion(prepare(folder, "a0\tone\n", skeleton=f"{folder}/own.yaml"), "a0_000")
    np.testing.assert_allclose(motion.joints, plain.joints, atol=2e-4)
    (folder / "own.yaml").write_text("pelvis: bone0\n")
    with pytest.raises(InputError, match="skeleton own lacks left_hip, right_hip"):
        prepare(folder, "a0\tone\n", skeleton=f"{folder}/own.yaml")


def test_what_cannot_be_used_is_left_out_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = pairs(6)
    texts["a1.bvh"] = "no motion"
    texts["b2.bvh"] = re.sub(r"95\.\d+", "nan", texts["b2.bvh"], count=1)
    texts["a3.bvh"] = bvh(figure(frames=90))
    texts["b4.bvh"] = bvh(figure().scaled(10))
    table = "".join(f"a{take}\tthey meet\n" for take in range(6))
    out = prepare(write(tmp_path, texts), table, max_left_out=0.7)
    assert read_split(out, "train") == ["a0_000", "a5_000"]
    report = (out / "left_out.tsv").read_text()
    for take, reason in enumerate(("cannot be read as BVH", "not finite", "are they of one take", "a leg is"), 1):
        assert re.search(rf"^a{take}\t.*{reason}", report, re.MULTILINE)
    assert "left out 4 of 6 takes" in capsys.readouterr().out
    with pytest.raises(InputError, match="4 of 6 takes cannot be used, more than max_left_out=0.5"):
        prepare(tmp_path, table)


def test_two_people_in_one_file(tmp_path: Path) -> None:
    """Two roots, or two persons below one root."""
    first, second = figure(seed=0), figure(seed=50)
    plain = read_motion(prepare(write(tmp_path / "pair", pairs()), "a0\tone\n"), "a0_000")
    named = [own.renamed({name: f"{who}:{name}" for name in own.names}) for who, own in (("A", first), ("B", second))]
    two = bvh(*named)
    scene = re.sub(r"^ROOT", "JOINT", two, flags=re.MULTILINE).replace("MOTION", "}\nMOTION")
    scene = scene.replace("HIERARCHY\n", "HIERARCHY\nROOT Scene\n{\nOFFSET 0 0 0\nCHANNELS 0\n")
    twice = bvh(first) + bvh(second)
    for number, text in enumerate((two, scene, bvh(first, second), twice)):
        folder = write(tmp_path / str(number), {"a0.bvh": text})
        for second_glob in (None, f"{folder}/a0.bvh"):
            motion = read_motion(prepare(folder, "a0\tone\n", person2=second_glob), "a0_000")
            np.testing.assert_allclose(motion.joints, plain.joints, atol=2e-4)
            np.testing.assert_allclose(motion.rotations, plain.rotations, atol=0.01)


def test_single_persons(tmp_path: Path) -> None:
    out = prepare(write(tmp_path, pairs()), "a0\tSomebody walks.\n", person2=None)
    assert count_persons(out) == 1
    assert read_motion(out, "a0_000").joints.shape == (1, 31, 22, 3)
    assert read_texts(out, "a0_000").individuals == (("Somebody walks.",),)


def test_a_file_of_two_among_files_of_one(tmp_path: Path) -> None:
    texts = {**pairs(3), "a3.bvh": bvh(figure(), figure(seed=1))}
    table = "".join(f"a{take}\twalk\n" for take in range(4))
    out = prepare(write(tmp_path, texts), table, person2=None)
    assert len(read_split(out, "train")) == 3
    assert "a3.bvh has 2 people, most takes have 1" in (out / "left_out.tsv").read_text()


def test_takes_of_one_name_in_two_folders(tmp_path: Path) -> None:
    texts = {
        f"s{take}/{person}.bvh": bvh(figure(seed=10 * take + k)) for take in (1, 2) for k, person in enumerate("AB")
    }
    texts["s3/C.bvh"] = texts["s3/D.bvh"] = bvh(figure(seed=7))
    folder = write(tmp_path, texts)
    globs = {"person1": f"{folder}/s*/[AC].bvh", "person2": f"{folder}/s*/[BD].bvh"}
    with pytest.raises(InputError, match="names A, but 2 takes are called so: their ids are s1__A, s2__A"):
        prepare(folder, "A\tone\nC\tthree\n", **globs)
    out = prepare(folder, "s1__A\tone\ns2__A\ttwo\nC\tthree\n", **globs)
    assert read_split(out, "train") == ["s1__A_000", "s2__A_000", "C_000"]
    assert read_texts(out, "s2__A_000").interaction == ("two",)
    apart = read_motion(out, "s1__A_000").joints - read_motion(out, "s2__A_000").joints
    assert np.abs(apart).max() > 0.01


def test_the_ending_counts_in_any_case_and_other_files_do_not(tmp_path: Path) -> None:
    texts = {"a0.BVH": bvh(figure()), "a1.bvh": bvh(figure(seed=1)), "a_readme.txt": "no motion"}
    out = prepare(write(tmp_path, texts), "a0\tone\na1\ttwo\n", person2=None)
    assert read_split(out, "train") == ["a0_000", "a1_000"]
    out = prepare(tmp_path, "a0\tone\na1\ttwo\n", person1=f"{tmp_path}/a*", person2=None)
    assert read_split(out, "train") == ["a0_000", "a1_000"]


def test_a_rest_pose_of_one_person_leaves_the_two_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = pairs()
    own = figure()
    later = replace(own, root=own.root[1:], local=own.local[1:])
    plain = read_motion(prepare(write(tmp_path / "plain", texts), "a0\tone\n", clip_seconds=1.2), "a0_000")
    texts["a0.bvh"] = bvh(own.still().before(later))
    motion = read_motion(prepare(write(tmp_path, texts), "a0\tone\n", clip_seconds=1.2), "a0_000")
    np.testing.assert_allclose(motion.joints[:, :36], plain.joints[:, 1:], atol=2e-4)
    assert (
        "rest pose that is no motion (a jump follows): left out at the beginning of 1 of 1 takes"
        in capsys.readouterr().out
    )


def test_a_take_that_lacks_a_frame_of_a_clip_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = {name: bvh(figure(frames=30)) for name in ("a0.bvh", "b0.bvh")}
    out = prepare(write(tmp_path, texts), "a0\tone\n")
    assert len(read_motion(out, "a0_000")) == 30
    assert "1 of 1 takes are a little shorter than clip_seconds=1" in capsys.readouterr().out
    with pytest.raises(InputError, match="too short for a clip of 2 s"):
        prepare(tmp_path, "a0\tone\n", clip_seconds=2)


def test_frames_of_joints_are_told_from_the_whole_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody stiff says nothing about them, the others do."""
    frames = np.repeat(np.eye(3)[None], 22, axis=0)
    for number, name in enumerate(figure().names):
        if name.endswith(("Leg", "Foot", "ToeBase")):
            frames[number] = np.diag([-1.0, -1.0, 1.0])
    texts = pairs(3)
    still = replace(figure(), local=np.repeat(figure().local[:1], 40, axis=0))
    table = "a0\tone\na1\ttwo\na2\tthree\n"
    plain = read_motion(prepare(write(tmp_path / "plain", {**texts, "a0.bvh": bvh(still)}), table), "a0_000")
    reframed = pairs(3, lambda own: own.reframed(frames)) | {"a0.bvh": bvh(still.reframed(frames))}
    motion = read_motion(prepare(write(tmp_path, reframed), table), "a0_000")
    np.testing.assert_allclose(motion.rotations, plain.rotations, atol=0.01)
    assert "rest pose: that of 6 people (motionbuilder) poses nobody" in capsys.readouterr().out


def test_oddities_are_counted_once_a_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = {name: text.replace("Frames: 40", "Frames: 50") for name, text in pairs(3).items()}
    prepare(write(tmp_path, texts), "a0\tone\na1\ttwo\na2\tthree\n")
    said = capsys.readouterr().out
    assert said.count("its head promises 50 frames, it has 40: these are taken") == 1
    assert "6 of 6 people" in said


def test_fps_rescues_a_frame_time_of_zero(tmp_path: Path) -> None:
    texts = {name: bvh(figure(), style=Style(frame_time="0")) for name in ("a0.bvh", "b0.bvh")}
    folder = write(tmp_path, texts)
    with pytest.raises(InputError, match="give fps="):
        prepare(folder, "a0\tone\n")
    assert len(read_motion(prepare(folder, "a0\tone\n", fps=30), "a0_000")) == 31
