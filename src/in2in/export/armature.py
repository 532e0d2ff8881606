"""A skeleton as GLB has it: joints within each other that move a skin, what Blender calls an armature.

At rest, with no animation, it stands in the T-pose where the person begins, facing +z: programs that map skeletons to
each other start from there.
"""

from dataclasses import dataclass

import numpy as np
import torch

from in2in.export.body import SOLE
from in2in.export.gltf import Scene, Surface, steady
from in2in.motion.rig import Rig
from in2in.motion.skeleton import CHILDREN, NUM_JOINTS, PARENTS, t_pose


@dataclass(frozen=True)
class Pose:
    """A skeleton over time.

    Attributes:
        rest: [22, 3] metres, the joints in the T-pose in the world.
        rotations: [T, 22, 3, 3], each joint's relative to its parent's, the pelvis' in the world.
        places: [T, 22, 3] metres, each joint in its parent's frame, the pelvis in the world.
    """

    rest: np.ndarray
    rotations: torch.Tensor
    places: np.ndarray


def exact_pose(rig: Rig, joints: np.ndarray) -> Pose:
    """Turned as the rig is, with every joint [T, 22, 3] exactly where the motion has it: bones change their length."""
    world, parents = rig.world_rotations().numpy(), list(PARENTS[1:])
    bones = np.asarray(joints, dtype=np.float64)[:, 1:] - joints[:, parents]
    seen = np.einsum("tjba,tjb->tja", world[:, parents], bones)  # from the parent: its rotation undone
    places = np.concatenate([joints[:, :1], seen], axis=1)
    return Pose(standing(t_pose(rig.offsets).numpy(), joints[0, 0]), _local(rig), places)


def rigid_pose(rig: Rig, rest: np.ndarray) -> Pose:
    """Turned as the rig is, on a skeleton with its own bones [22, 3]; the pelvis is where the rig has it."""
    parents = list(PARENTS[1:])
    places = np.tile(np.concatenate([rest[:1], rest[1:] - rest[parents]]), (len(rig.root_position), 1, 1))
    places[:, 0] = rig.root_position.numpy()
    return Pose(standing(rest, places[0, 0]), _local(rig), places)


def standing(rest: np.ndarray, pelvis: np.ndarray) -> np.ndarray:
    """A T-pose [22, 3] moved to the floor below a pelvis."""
    start = np.array([pelvis[0], rest[0, 1] - rest[:, 1].min() + SOLE, pelvis[2]])
    return rest - rest[0] + start


def _local(rig: Rig) -> torch.Tensor:
    return torch.cat([rig.root_rotation[:, None], rig.local_rotations], dim=1)


def add_person(
    scene: Scene, seconds: int, name: str, joints: list[str], pose: Pose, surfaces: dict[int, Surface]
) -> None:
    """Add a skeleton, its motion and its skin: node NAME, the joints within it, and NAME_skin.

    Args:
        scene: to add to.
        seconds: accessor of the times.
        name: such as "person1".
        joints: names of the 22.
        pose: the motion.
        surfaces: by material, as they are at rest.
    """
    turns = steady(pose.rotations)
    first = len(scene.nodes)
    for joint in range(NUM_JOINTS):
        parent, children = PARENTS[joint], [first + child for child in CHILDREN[joint]]
        offset = pose.rest[joint] - (pose.rest[parent] if joint else 0)
        family = {"children": children} if children else {}
        node = scene.node(joints[joint], translation=offset.tolist(), **family)
        moves = {"rotation": scene.accessor(turns[:, joint]), "translation": scene.accessor(pose.places[:, joint])}
        scene.animate(node, seconds, moves)
    skin = scene.skin(name, list(range(first, first + NUM_JOINTS)), pose.rest)
    mesh = scene.skinned_mesh(f"{name}_skin", surfaces)
    scene.roots.append(scene.node(name, children=[first]))
    scene.roots.append(scene.node(f"{name}_skin", mesh=mesh, skin=skin))  # a root: its own place would not count
