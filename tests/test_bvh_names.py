"""Joints of BVH files by the names that tools give them, and where they have more or others than ours."""

import re
from pathlib import Path

import numpy as np
import pytest
from bvh_files import HUMAN_IK, Figure, assert_same, bvh, figure, read
from scipy.spatial.transform import Rotation


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
