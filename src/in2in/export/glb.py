"""One animated GLB (binary glTF 2.0) with all persons: metres, y up, as the format demands.

Each person is a skeleton of the 22 joints with a skin, as animation programs and game engines want it. The joints are
exactly where the motion has them, whatever its bones do: every joint is moved, not only turned.
"""

from pathlib import Path

import numpy as np
import torch

from in2in.export.armature import add_person, exact_pose
from in2in.export.body import rgb
from in2in.export.body_model import BodyModel
from in2in.export.gltf import Scene
from in2in.export.mannequin import mannequin
from in2in.export.skinned import skinned
from in2in.files.whole import whole_file
from in2in.motion.motion import Motion
from in2in.motion.rig import Rig
from in2in.motion.rotations import matrix_to_6d

SKIN_TINT = 0.25
"""How much lighter than the person's colour a body model is."""


def write_glb(path: str | Path, motion: Motion, body_model: BodyModel | None = None) -> None:
    """Write the motion of all persons as one animation called "motion".

    Joints are nodes within each other, person1_pelvis, person1_left_hip and so on; the mesh is person1_skin. With a
    body model its skin takes the place of the mannequin's, see `in2in.export.skinned`.
    """
    motion.check()
    scene = Scene()
    seconds = scene.accessor((np.arange(motion.joints.shape[1]) / motion.fps)[:, None], bounds=True)
    for person, joints in enumerate(np.asarray(motion.joints, dtype=np.float64)):
        name = f"person{person + 1}"
        if body_model is None:
            rig = motion.rigs[person] if motion.rotations is not None else _untwisted(joints)
            pose = exact_pose(rig, joints)
            parts = {
                scene.material(f"{name}_{tint:+g}", rgb(person, tint)): part
                for tint, part in mannequin(pose.rest).items()
            }
        else:
            pose, part = skinned(motion.rigs[person], body_model)
            parts = {scene.material(f"{name}_skin", rgb(person, SKIN_TINT)): part}
        add_person(scene, seconds, name, pose, parts)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(scene.packed(motion.title))


def _untwisted(joints: np.ndarray) -> Rig:
    """The rig of joints [T, 22, 3] alone: bones point where these say and turn about themselves as little as can be."""
    level = matrix_to_6d(torch.eye(3)).expand(len(joints), joints.shape[1] - 1, 6)
    return Rig.fit(torch.from_numpy(joints), level)
