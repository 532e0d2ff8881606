"""One animated GLB (binary glTF 2.0) with all persons: metres, y up, as the format demands.

Each person is a skeleton of the 22 joints with a skin, as animation programs and game engines want it. Bones keep their
length, see `Motion.rigs`; a user may choose joints that are exactly where the motion has them, whatever its bones do.
"""

from pathlib import Path

import numpy as np
import torch

from in2in.export.armature import add_person, exact_pose, rigid_pose
from in2in.export.body import rgb
from in2in.export.choices import Choices
from in2in.export.gltf import Scene
from in2in.export.mannequin import mannequin
from in2in.export.skinned import skinned
from in2in.files.whole import whole_file
from in2in.motion.motion import Motion
from in2in.motion.rig import Rig
from in2in.motion.rotations import matrix_to_6d
from in2in.motion.skeleton import t_pose

SKIN_TINT = 0.25
"""How much lighter than the person's colour a body model is."""


def write_glb(path: str | Path, motion: Motion, choices: Choices = Choices()) -> None:  # noqa: B008
    """Write the motion of all persons as one animation called "motion".

    Joints are nodes within each other, person1_pelvis, person1_left_hip and so on, or of the names that are chosen; the
    mesh is person1_skin. A body model's skin takes the place of the mannequin's, see `in2in.export.skinned`. Motion
    without rotations has exact joints, since its bones are not known.
    """
    motion.check()
    scene = Scene()
    seconds = scene.accessor((np.arange(motion.joints.shape[1]) / motion.fps)[:, None], bounds=True)
    for person, joints in enumerate(np.asarray(motion.joints, dtype=np.float64)):
        name = f"person{person + 1}"
        if choices.body_model is None:
            rig = motion.rigs[person] if motion.rotations is not None else _untwisted(joints)
            exact = choices.exact or motion.rotations is None
            pose = exact_pose(rig, joints) if exact else rigid_pose(rig, t_pose(rig.offsets).numpy())
            parts = {
                scene.material(f"{name}_{tint:+g}", rgb(person, tint)): part
                for tint, part in mannequin(pose.rest).items()
            }
        else:
            pose, part = skinned(motion.rigs[person], choices.body_model)
            parts = {scene.material(f"{name}_skin", rgb(person, SKIN_TINT)): part}
        add_person(scene, seconds, name, choices.names.of(person), pose, parts)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(scene.packed(motion.title))


def _untwisted(joints: np.ndarray) -> Rig:
    """The rig of joints [T, 22, 3] alone: bones point where these say and turn about themselves as little as can be."""
    level = matrix_to_6d(torch.eye(3)).expand(len(joints), joints.shape[1] - 1, 6)
    return Rig.fit(torch.from_numpy(joints), level)
