"""Two characters of other proportions than ours: a BVH with hanging arms and fingers, a GLB under a scaled armature."""

import json
import struct
from pathlib import Path

import numpy as np
import torch

from in2in.export.bvh import skeleton_text
from in2in.export.choices import NAMES, Choices
from in2in.export.glb import write_glb
from in2in.export.gltf import packed
from in2in.motion.motion import Motion
from in2in.motion.rig import Rig
from in2in.motion.rotations import matrix_to_6d
from in2in.motion.skeleton import BONE_LENGTHS, INDEX

LONG_ARMED = {
    **{"Hips": (None, (0, 80, 0)), "Spine": ("Hips", (0, 14, 0)), "Chest": ("Spine", (0, 30, -2))},
    **{"Neck": ("Chest", (0, 18, 0)), "Head": ("Neck", (0, 9, 2))},
    **{f"{s}Shoulder": ("Chest", (3 * x, 12, 0)) for s, x in (("Left", 1), ("Right", -1))},
    **{f"{s}Arm": (f"{s}Shoulder", (14 * x, 0, 0)) for s, x in (("Left", 1), ("Right", -1))},
    **{f"{s}ForeArm": (f"{s}Arm", (8 * x, -30, 0)) for s, x in (("Left", 1), ("Right", -1))},
    **{f"{s}Hand": (f"{s}ForeArm", (7 * x, -27, 2)) for s, x in (("Left", 1), ("Right", -1))},
    **{f"{s}Finger": (f"{s}Hand", (1 * x, -8, 0)) for s, x in (("Left", 1), ("Right", -1))},
    **{f"{s}UpLeg": ("Hips", (9 * x, -3, 0)) for s, x in (("Left", 1), ("Right", -1))},
    **{f"{s}Leg": (f"{s}UpLeg", (0, -36, 1)) for s, x in (("Left", 1), ("Right", -1))},
    **{f"{s}Foot": (f"{s}Leg", (0, -34, -2)) for s, x in (("Left", 1), ("Right", -1))},
    **{f"{s}ToeBase": (f"{s}Foot", (2 * x, -6, 12)) for s, x in (("Left", 1), ("Right", -1))},
}
"""Joints: the one above, and centimetres from there."""


def long_armed(folder: Path) -> Path:
    """A BVH of it, in an A-pose with one spine joint less than ours."""
    names = list(LONG_ARMED)
    parents = [-1 if above is None else names.index(above) for above, _ in LONG_ARMED.values()]
    offsets = np.array([place for _, place in LONG_ARMED.values()], dtype=float)
    still = np.tile(np.eye(3), (2, len(names), 1, 1))
    ends = {names.index(f"{side}Finger"): [np.array([0, -3.0, 0])] for side in ("Left", "Right")}
    text = skeleton_text(names, parents, offsets, ends, np.tile(offsets[0], (2, 1)), still, 30)
    (folder / "longarmed.bvh").write_text(text)
    return folder / "longarmed.bvh"


def short(folder: Path) -> Path:
    """A GLB with Mixamo's names, a long trunk and short limbs, in centimetres under an armature that makes metres."""
    bones = np.array(BONE_LENGTHS)
    for joint, factor in (("spine1", 1.3), ("knee", 0.75), ("ankle", 0.75), ("elbow", 0.85), ("wrist", 0.8)):
        for name in [joint] if joint in INDEX else [f"left_{joint}", f"right_{joint}"]:
            bones[INDEX[name]] *= factor
    level = matrix_to_6d(torch.eye(3)).expand(2, 21, 6)
    rig = Rig.posed(torch.zeros(2, 22, 3), level, torch.from_numpy(bones))
    rig = Rig(rig.offsets, rig.root_position, torch.eye(3).double().expand(2, 3, 3), rig.local_rotations)
    motion = Motion(rig.joints()[None].float().numpy(), level[None].numpy())
    path = folder / "short.glb"
    write_glb(path, motion, Choices(names=NAMES["mixamo"]))
    content = path.read_bytes()
    size = struct.unpack_from("<I", content, 12)[0]
    document, data = json.loads(content[20 : 20 + size]), content[28 + size :]
    armature = next(node for node in document["nodes"] if node["name"] == "person1")
    armature |= {"scale": [0.01] * 3, "rotation": [0.0, 0.0, 0.0, 1.0]}
    for node in document["nodes"]:
        if "translation" in node:
            node["translation"] = [100 * number for number in node["translation"]]
    path.write_bytes(packed(document, data))
    return path
