"""BVH files as the tools of the field write them: each trait must give the joints and rotations of the plain file."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from bvh_files import HUMAN_IK, Figure, Style, bvh, figure
from scipy.spatial.transform import Rotation

from in2in.cli.entry import conf_dir
from in2in.errors import InputError
from in2in.importers.bvh.read import BvhMotion, read_bvh
from in2in.importers.bvh.rest import quarter_turns

SKELETONS = yaml.safe_load((conf_dir() / "prepare" / "source" / "bvh.yaml").read_text())["source"]["skeletons"]


def read(folder: Path, text: str | bytes, fps: float | None = None, name: str = "a.bvh") -> BvhMotion:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return read_bvh(folder / name, SKELETONS, fps)


def assert_same(read: BvhMotion, plain: BvhMotion, joints: slice | list[int] = slice(None)) -> None:
    """Within 0.2 mm and 0.01; rotations are of the joints after the pelvis."""
    rotated = [joint - 1 for joint in range(22)[joints] if joint] if isinstance(joints, slice) else joints
    np.testing.assert_allclose(read.joints[:, joints], plain.joints[read.start :, joints], atol=2e-4)
    np.testing.assert_allclose(read.rotations[:, rotated], plain.rotations[read.start :, rotated], atol=0.01)


def on_head(change: Callable[[str], str]) -> Callable[[str], str]:
    """A change of the hierarchy alone."""

    def changed(text: str) -> str:
        head, motion = text.split("MOTION")
        return f"{change(head)}MOTION{motion}"

    return changed


def on_numbers(change: Callable[[str], str]) -> Callable[[str], str]:
    """A change of the rows of numbers alone."""

    def changed(text: str) -> str:
        head, seconds, numbers = re.split(r"(Frame Time: \S+\n)", text)
        return head + seconds + change(numbers)

    return changed


WRITING = {
    "no space after the colon": lambda t: t.replace("Time: ", "Time:").replace("Frames: ", "Frames:"),
    "tabs": lambda t: t.replace(" ", "\t").replace("End\tSite", "End Site").replace("Frame\tTime", "Frame Time"),
    "CRLF": lambda t: t.replace("\n", "\r\n"),
    "CR": lambda t: t.replace("\n", "\r"),
    "upper case": lambda t: on_head(str.upper)(t).replace("Frame Time", "FRAME TIME"),
    "lower case": lambda t: t.lower(),
    "BOM": lambda t: b"\xef\xbb\xbf" + t.encode(),
    "UTF-16": lambda t: t.encode("utf-16"),
    "UTF-16 without a mark": lambda t: t.encode("utf-16-le"),
    "Latin-1": lambda t: t.replace("End Site", "JOINT Fl\u00fcgel\n{\nOFFSET 0 1 0\nCHANNELS 0\n}\nEnd Site").encode(
        "latin-1"
    ),
    "blank lines": lambda t: t.replace("\n", "\n\n") + "\n \n\n",
    "brace beside the name": lambda t: t.replace("\n{", " {"),
    "promises more": lambda t: t.replace("Frames: 40", "Frames: 45"),
    "promises fewer": lambda t: t.replace("Frames: 40", "Frames: 12"),
    "no number of frames": lambda t: t.replace("Frames: 40\n", ""),
    "values over several lines": on_numbers(lambda n: n.replace(" ", "\n", n.count(" ") - 3)),
    "eight values a line": on_numbers(lambda n: re.sub(r"((?:\S+\s+){8})", lambda m: " ".join(m[1].split()) + "\n", n)),
    "all frames in one line": on_numbers(lambda n: n.replace("\n", " ")),
    "scientific": on_numbers(lambda n: " ".join(f"{float(v):.8E}" for v in n.split())),
    "decimal commas": lambda t: re.sub(r"(\d)\.(\d)", r"\1,\2", t),
    "commas between": on_numbers(lambda n: n.replace(" ", ", ")),
    "cut in the last row": lambda t: t + " ".join(t.splitlines()[-1].split()[:9]),
    "no braces at the end": lambda t: t.replace("}\nMOTION", "MOTION"),
    "no end sites": lambda t: re.sub(r"End Site\n\{\nOFFSET .*\n\}\n", "", t),
    "no hierarchy's keyword": lambda t: t.removeprefix("HIERARCHY\n"),
    "offset in lines": on_head(lambda h: re.sub(r"OFFSET (\S+) (\S+)", "OFFSET\n\\1\n\\2", h)),
    "scale channels": None,
}


def with_scales(own: Figure) -> str:
    """Blender's nine channels, of which three are scales of 1."""
    text = bvh(own)
    head, numbers = text.split("Frame Time: 0.033333\n")
    head = re.sub(r"CHANNELS 3 (.*)", r"CHANNELS 6 \1 Xscale Yscale Zscale", head)
    rows = []
    for row in numbers.splitlines():
        values = row.split()
        angles = [" ".join([*values[at : at + 3], "1 1 1"]) for at in range(6, len(values), 3)]
        rows.append(" ".join([*values[:6], *angles]))
    return f"{head}Frame Time: 0.033333\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize("trait", WRITING)
def test_ways_of_writing(tmp_path: Path, trait: str) -> None:
    own = figure()
    change = WRITING[trait]
    assert_same(read(tmp_path, with_scales(own) if change is None else change(bvh(own))), read(tmp_path, bvh(own)))


@pytest.mark.parametrize(
    "style",
    [
        *(Style(order=order) for order in ("XYZ", "YXZ", "ZYX")),
        Style(every=True),
        Style(every=True, adds=True),
        Style(every=True, first=False),
        *(
            Style(frame_time=written)
            for written in ("0.033", "0.03", "0.0333", "0.03333333333", "3.3333e-02", "0,0333")
        ),
    ],
    ids=str,
)
def test_channels_and_frame_times(tmp_path: Path, style: Style) -> None:
    assert_same(read(tmp_path, bvh(figure(), style=style)), read(tmp_path, bvh(figure())))


def prefixed(prefix: str, suffix: str = "") -> dict[str, str]:
    return {name: f"{prefix}{name}{suffix}" for name in HUMAN_IK.values()}


def called(names: dict[str, str], sides: tuple[str, str]) -> dict[str, str]:
    """New names for the joints of HumanIK, the sides' by one name for both."""
    return {
        theirs: names[ours]
        if ours in names
        else names[ours.partition("_")[2]].replace("$", sides[ours.startswith("right")])
        for ours, theirs in HUMAN_IK.items()
    }


PARTS = ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")
TRUNK = ("pelvis", "spine1", "spine2", "spine3", "neck", "head")


def table(trunk: str, parts: str, sides: tuple[str, str]) -> dict[str, str]:
    return called(dict(zip((*TRUNK, *PARTS), (*trunk.split(","), *parts.split(",")), strict=True)), sides)


NAMES = {
    "mixamorig:": prefixed("mixamorig:"),
    "mixamorig_": prefixed("mixamorig_"),
    "Character1_": prefixed("Character1_"),
    "a name space in another": prefixed("scene:Actor01:"),
    "white space": prefixed("Actor 1 "),
    "no mark between": prefixed("Bob"),
    "JNT": prefixed("", "_JNT"),
    "LAFAN1": {**prefixed(""), "LeftToeBase": "LeftToe", "RightToeBase": "RightToe"},
    "Rokoko": table(
        "Hips,Spine1,Spine2,Spine4,Neck,Head",
        "$Thigh,$Shin,$Foot,$Toe,$Shoulder,$Arm,$ForeArm,$Hand",
        ("Left", "Right"),
    ),
    "CMU": table(
        "root,lowerback,upperback,thorax,lowerneck,head",
        "$femur,$tibia,$foot,$toes,$clavicle,$humerus,$radius,$wrist",
        ("l", "r"),
    ),
    "Xsens": table(
        "Hips,Chest,Chest2,Chest4,Neck,Head",
        "$Hip,$Knee,$Ankle,$Toe,$Collar,$Shoulder,$Elbow,$Wrist",
        ("Left", "Right"),
    ),
    "SMPL": {theirs: ours for ours, theirs in HUMAN_IK.items()},
    "SMPL in short": table(
        "Pelvis,Spine1,Spine2,Spine3,Neck,Head",
        "$_Hip,$_Knee,$_Ankle,$_Foot,$_Collar,$_Shoulder,$_Elbow,$_Wrist",
        ("L", "R"),
    ),
    "Biped": table(
        "Bip01 Pelvis,Bip01 Spine,Bip01 Spine1,Bip01 Spine2,Bip01 Neck,Bip01 Head",
        "Bip01 $ Thigh,Bip01 $ Calf,Bip01 $ Foot,Bip01 $ Toe0,Bip01 $ Clavicle,Bip01 $ UpperArm,Bip01 $ Forearm,"
        "Bip01 $ Hand",
        ("L", "R"),
    ),
    "Unreal": table(
        "pelvis,spine_01,spine_02,spine_03,neck_01,head",
        "thigh_$,calf_$,foot_$,ball_$,clavicle_$,upperarm_$,lowerarm_$,hand_$",
        ("l", "r"),
    ),
    "Rigify": table(
        "DEF-spine,DEF-spine.001,DEF-spine.002,DEF-spine.003,DEF-spine.004,DEF-spine.006",
        "DEF-thigh.$,DEF-shin.$,DEF-foot.$,DEF-toe.$,DEF-shoulder.$,DEF-upper_arm.$,DEF-forearm.$,DEF-hand.$",
        ("L", "R"),
    ),
    "VRM": table(
        "J_Bip_C_Hips,J_Bip_C_Spine,J_Bip_C_Chest,J_Bip_C_UpperChest,J_Bip_C_Neck,J_Bip_C_Head",
        "J_Bip_$_UpperLeg,J_Bip_$_LowerLeg,J_Bip_$_Foot,J_Bip_$_ToeBase,J_Bip_$_Shoulder,J_Bip_$_UpperArm,"
        "J_Bip_$_LowerArm,J_Bip_$_Hand",
        ("L", "R"),
    ),
    "Unity": table(
        "Hips,Spine,Chest,UpperChest,Neck,Head",
        "$UpperLeg,$LowerLeg,$Foot,$Toes,$Shoulder,$UpperArm,$LowerArm,$Hand",
        ("Left", "Right"),
    ),
    "Vicon": table(
        "Pelvis,LowerBack,Thorax,UpperBack,Neck,Head",
        "$Femur,$Tibia,$Foot,$Toes,$Clavicle,$Humerus,$Radius,$Hand",
        ("L", "R"),
    ),
    "DAZ": table(
        "hip,abdomen,abdomen2,chest,neck,head",
        "$Thigh,$Shin,$Foot,$Toe,$Collar,$Shldr,$ForeArm,$Hand",
        ("l", "r"),
    ),
    "Motive": table("Hip,Ab,Spine2,Chest,Neck,Head", "$Thigh,$Shin,$Foot,$Toe,$Shoulder,$UArm,$FArm,$Hand", ("L", "R")),
    "Maya": table(
        "Root_M,Spine1_M,Spine2_M,Chest_M,Neck_M,Head_M",
        "Hip_$,Knee_$,Ankle_$,Toes_$,Scapula_$,Shoulder_$,Elbow_$,Wrist_$",
        ("L", "R"),
    ),
}


@pytest.mark.parametrize("tool", NAMES)
def test_names(tmp_path: Path, tool: str) -> None:
    own = figure()
    assert_same(read(tmp_path, bvh(own.renamed(NAMES[tool]))), read(tmp_path, bvh(own)))


def test_a_root_above_the_hips(tmp_path: Path) -> None:
    """Also one that carries the way, with a root that is turned about and does not stand on the ground."""
    own = figure()
    turn = Rotation.from_euler("Y", np.linspace(0, 90, 40)[:, None], degrees=True).as_matrix()
    way = own.root * [1.0, 0.0, 1.0]
    plain = read(tmp_path, bvh(own))
    for above, moved in ((np.zeros((40, 3)), np.tile(np.eye(3), (40, 1, 1))), (way, turn)):
        inverse = moved.transpose(0, 2, 1)
        local = np.concatenate([moved[:, None], own.local], axis=1)
        local[:, 1] = inverse @ own.local[:, 0]
        hips = np.einsum("tij,tj->ti", inverse, own.root - above)
        text = bvh(
            Figure(
                *(("Reference", *own.names), (-1, *(parent + 1 for parent in own.parents))),
                *(
                    np.concatenate([np.zeros((1, 3)), own.offsets]),
                    {k + 1: e for k, e in own.ends.items()},
                    above,
                    local,
                ),
            )
        )
        head, numbers = text.split("Frame Time: 0.033333\n")
        head = re.sub(r"(JOINT Hips\n\{\n.*\nCHANNELS) 3", r"\1 6 Xposition Yposition Zposition", head)
        lines = []
        for row, place in zip(numbers.splitlines(), hips, strict=True):
            values = row.split()
            lines.append(" ".join([*values[:6], *(f"{value:.6f}" for value in place), *values[6:]]))
        assert_same(read(tmp_path, f"{head}Frame Time: 0.033333\n" + "\n".join(lines)), plain)


def test_more_joints_than_ours(tmp_path: Path) -> None:
    """Roll bones between, fingers, and props do not count."""
    own = figure()
    hand, arm = own.names.index("LeftHand"), own.names.index("LeftForeArm")
    grown = Figure(
        (*own.names, "LeftHandThumb1", "Prop", "LeftForeArmRoll"),
        (*own.parents, hand, 0, arm),
        np.concatenate([own.offsets, [[3, -1, 2], [50, 0, 0], [12, 0, 0]]]),
        own.ends,
        own.root,
        np.concatenate([own.local, np.tile(np.eye(3), (40, 3, 1, 1))], axis=1),
    )
    text, plain = bvh(grown), read(tmp_path, bvh(own))
    # the file's order is the tree's: write the numbers of the new joints where they are
    order = [int(n) for n in _order(grown)]
    assert order != sorted(order)
    assert_same(read(tmp_path, _reordered(text, order)), plain)


def _order(own: Figure) -> list[int]:
    found: list[int] = []

    def down(number: int) -> None:
        found.append(number)
        for child, parent in enumerate(own.parents):
            if parent == number:
                down(child)

    down(0)
    return found


def _reordered(text: str, order: list[int]) -> str:
    head, numbers = text.split("Frame Time: 0.033333\n")
    rows = []
    for row in numbers.splitlines():
        values = row.split()
        place, angles = values[:3], [values[3 + 3 * joint : 6 + 3 * joint] for joint in range(len(order))]
        rows.append(" ".join([*place, *(value for joint in order for value in angles[joint])]))
    return f"{head}Frame Time: 0.033333\n" + "\n".join(rows) + "\n"


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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (lambda: re.sub(r"95\.\d+", "nan", bvh(figure()), count=1), "not finite, the first in frame 0"),
        (lambda: bvh(figure(), style=Style(frame_time="0")), "frame time is 0, .*give fps="),
        (lambda: bvh(figure(), style=Style(frame_time="-0.03")), "frame time is -0.03, .*give fps="),
        (lambda: bvh(figure(), style=Style(frame_time="30")), "frame time is 30, .*give fps="),
        (lambda: bvh(figure()).replace("Frame Time: 0.033333\n", ""), "no frame time, .*give fps="),
        (lambda: bvh(figure()).split("MOTION")[0], "no hierarchy and motion"),
        (lambda: bvh(figure()).split("0.033333\n")[0] + "0.033333\n", "has no frame"),
        (lambda: bvh(figure()).replace("CHANNELS 3 Zrotation", "CHANNELS 3 Wrotation", 1), "unknown channels"),
        (lambda: bvh(figure()).replace(" ", " x ", 400), "is no number"),
        (lambda: bvh(figure().renamed({name: f"bone{k}" for k, name in enumerate(figure().names)})), "skeleton=FILE"),
        (lambda: bvh(figure().scaled(5)), "no known unit .*give unit="),
        (lambda: b"\x00\x01\x02", "cannot be read as BVH"),
        (lambda: b"", "cannot be read as BVH"),
    ],
)
def test_what_cannot_be_used_gets_one_line(tmp_path: Path, text: Callable[[], str | bytes], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path, text())
    assert "\n" not in str(caught.value)
    assert "a.bvh" in str(caught.value) or "unit" in words


def test_a_row_that_lacks_a_number_is_named(tmp_path: Path) -> None:
    lines = bvh(figure()).splitlines()
    lines[-20] = lines[-20].rsplit(" ", 1)[0]
    with pytest.raises(InputError, match=r"frame 20 has 68 numbers, its joints have 69 channels"):
        read(tmp_path, "\n".join(lines))


def test_fps_rescues_a_frame_time_of_zero(tmp_path: Path) -> None:
    text = bvh(figure(), style=Style(frame_time="0"))
    assert_same(read(tmp_path, text, fps=30), read(tmp_path, bvh(figure())))


@pytest.mark.parametrize("seed", range(60))
def test_damage_is_one_line_or_finite_motion(tmp_path: Path, seed: int) -> None:
    """Lines and pieces cut out, doubled, put elsewhere, or replaced by keywords and numbers that are none."""
    rng = np.random.default_rng(seed)
    words = (
        "{",
        "}",
        "JOINT",
        "ROOT",
        "End Site",
        "OFFSET",
        "CHANNELS",
        "MOTION",
        "HIERARCHY",
        "Frames:",
        "nan",
        "inf",
    )
    words += ("1e308", "-", ",", ";", "3", "\0")
    data = bvh(figure(frames=4))
    for _ in range(rng.integers(1, 6)):
        lines = data.split("\n")
        line, other = rng.integers(0, len(lines), 2)
        place = int(rng.integers(0, len(data)))
        lines[line] = lines[other]
        data = (
            "\n".join(lines),
            data[:place] + data[place + int(rng.integers(1, 300)) :],
            f"{data[:place]} {words[rng.integers(len(words))]} {data[place:]}",
            data[: place + 1],
        )[rng.choice(4, p=[0.3, 0.3, 0.35, 0.05])]
    said, motion = "", None
    try:
        motion = read(tmp_path, data)
    except InputError as error:
        said = str(error)
    assert "\n" not in said
    assert motion is None or (np.isfinite(motion.joints).all() and np.isfinite(motion.rotations).all())
