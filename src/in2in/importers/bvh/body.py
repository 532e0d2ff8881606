"""Our 22 joints of a person in a BVH file, in the file's own unit, axes and frames."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from in2in.importers.bvh.file import BvhFile
from in2in.importers.bvh.names import SPINE, Person
from in2in.importers.bvh.pose import Pose, pose, rest
from in2in.importers.derived_joints import MEANS
from in2in.motion.skeleton import INDEX, JOINTS, PARENTS

BETWEEN = {"spine1": 0.4, "spine2": 0.83}
"""How far from pelvis to spine3 they lie where a file has no other joint between."""

NECK = 0.68
"""How far from spine3 to the head the neck lies where a file has none."""


@dataclass(frozen=True)
class Body:
    """A person's joints.

    Attributes:
        joints: [T, 22, 3]; toes that the file lacks are where the ankles are.
        turns: [T, 22, 3, 3] in the world; joints that the file lacks turn with their parents.
    """

    joints: Tensor
    turns: Tensor


def body(file: BvhFile, person: Person, frames: slice | np.ndarray = slice(None)) -> Body:
    """A person in the frames of a motion."""
    return _body(person, pose(file, list(person.nodes.values()), frames))


def rest_body(file: BvhFile, person: Person) -> Body:
    """A person with all rotations zero: T is 1."""
    return _body(person, rest(file, list(person.nodes.values())))


def _body(person: Person, posed: Pose) -> Body:
    joints = {joint: posed.positions[number] for joint, number in person.nodes.items()}
    turns = {joint: posed.rotations[number] for joint, number in person.nodes.items()}
    _derive(joints)
    for joint in JOINTS[1:]:
        if joint not in turns:
            turns[joint] = turns[JOINTS[PARENTS[INDEX[joint]]]]
    return Body(*(torch.stack([parts[joint] for joint in JOINTS], dim=1) for parts in (joints, turns)))


def _derive(joints: dict[str, Tensor]) -> None:
    """Add joints [T, 3] that lie between others."""
    if "neck" not in joints and "spine3" in joints:
        joints["neck"] = torch.lerp(joints["spine3"], joints["head"], NECK)
    if "spine2" not in joints and "spine1" in joints and "spine3" in joints:
        joints["spine2"] = torch.lerp(joints["spine1"], joints["spine3"], 0.5)
    for joint in SPINE[:2]:
        if joint not in joints and "spine3" in joints:
            joints[joint] = torch.lerp(joints["pelvis"], joints["spine3"], BETWEEN[joint])
    for joint, weights in MEANS.items():
        if joint not in joints:
            joints[joint] = sum((weight * joints[other] for other, weight in weights), torch.zeros(3).double())
    for side in ("left", "right"):
        joints.setdefault(f"{side}_foot", joints[f"{side}_ankle"])
