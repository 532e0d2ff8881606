"""A body model's skin on a skeleton whose bones turn, for GLB: what Blender and game engines call a skinned mesh."""

import numpy as np
import torch

from in2in.export.body import rgb
from in2in.export.body_model import BodyModel
from in2in.export.gltf import Scene, steady
from in2in.motion.rig import CHILDREN, Rig
from in2in.motion.skeleton import JOINTS, NUM_JOINTS, PARENTS


def add_skinned(scene: Scene, seconds: int, person: int, rig: Rig, model: BodyModel) -> None:
    """Add a person whose pelvis is where the motion has it, on the model's own bones.

    Joints are nodes within each other, person1_pelvis and so on; the skin is person1_skin.
    """
    name = f"person{person + 1}"
    parents = list(PARENTS[1:])
    offsets = np.concatenate([model.joints[:1], model.joints[1:] - model.joints[parents]])
    turns = steady(torch.cat([rig.root_rotation[:, None], rig.local_rotations], dim=1))
    first = len(scene.nodes)
    for joint in range(NUM_JOINTS):
        children = [first + child for child in CHILDREN[joint]]
        node = scene.node(
            f"{name}_{JOINTS[joint]}",
            translation=offsets[joint].tolist(),
            **({"children": children} if children else {}),
        )
        moves = {"rotation": scene.accessor(turns[:, joint])}
        if joint == 0:
            moves["translation"] = scene.accessor(rig.root_position.numpy())
        scene.animate(node, seconds, moves)
    skin_colour = scene.material(f"{name}_skin", rgb(person, 0.25))
    mesh = scene.mesh(model.vertices, model.normals(), model.triangles, skin_colour)
    joints = list(range(first, first + NUM_JOINTS))
    skin = scene.skin(mesh, model.holders, model.shares, joints, model.joints)
    scene.roots += [first, scene.node(f"{name}_skin", mesh=mesh, skin=skin)]
