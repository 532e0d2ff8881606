"""BVH files to the 22 joints: positions as the file gives them, rotations relative to our T-pose."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pybvh
import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.motion.resampling import resample_turns
from in2in.motion.rotations import matrix_to_6d, shortest_turn
from in2in.motion.skeleton import BONE_LENGTHS, INDEX, JOINTS, PARENTS, forward_kinematics, tpose_offsets

UNITS = {"metres": 1.0, "centimetres": 0.01, "inches": 0.0254, "millimetres": 0.001}

LEG = 0.82
"""Metres from hip to ankle of a grown-up: tells the unit of a file."""

END = "/end"
"""A joint called NAME/end is the end site of NAME."""

Skeletons = Mapping[str, Mapping[str, str]]
"""For each known skeleton, the file's joint for each of ours; spine2 may be left out."""


@dataclass(frozen=True)
class BvhMotion:
    """One person read from a file.

    Attributes:
        joints: [T, 22, 3] metres, y up, at 30 frames a second.
        rotations: [T, 21, 6] local rotations.
        skeleton: which of the known skeletons it is.
        unit: of the file.
    """

    joints: Tensor
    rotations: Tensor
    skeleton: str
    unit: str


def read_bvh(path: Path, skeletons: Skeletons, fps: float | None = None) -> BvhMotion:
    """Read a person's motion.

    Args:
        path: a BVH file, y up.
        skeletons: known skeletons; the first that the file has all joints of is used.
        fps: frames a second of the file, in place of its header's.
    """
    try:
        file = pybvh.read_bvh_file(path)
    except Exception as error:
        raise InputError(f"{path} cannot be read as BVH: {' '.join(str(error).split())[:200]}") from error
    name, mapping = _find_skeleton(path, file, skeletons)
    positions = torch.from_numpy(np.asarray(file.node_positions(), dtype=np.float64))
    rotations = _global_rotations(file)
    if not torch.isfinite(positions).all():
        raise InputError(f"{path} holds numbers that are not finite: repair the file")
    rest = torch.from_numpy(np.asarray(file.rest_pose_positions(), dtype=np.float64))
    joints = _pick(positions, mapping, file.node_index)
    unit, scale = _unit(path, joints)
    world = _pick_rotations(rotations, mapping, file)
    world = world @ _rest_alignment(_pick(rest[None], mapping, file.node_index)[0])
    rate = fps or 1.0 / file.frame_time
    joints, world = resample_turns(joints * scale, world, rate)
    local = world[:, list(PARENTS[1:])].transpose(-1, -2) @ world[:, 1:]
    return BvhMotion(joints.float(), matrix_to_6d(local).float(), name, unit)


def _find_skeleton(path: Path, file: pybvh.Bvh, skeletons: Skeletons) -> tuple[str, Mapping[str, str]]:
    there = {node.name for node in file.nodes}
    missing = {
        name: [theirs for theirs in mapping.values() if _node(theirs) not in there]
        for name, mapping in skeletons.items()
    }
    for name, mapping in skeletons.items():
        if not missing[name]:
            return name, mapping
    nearest = min(missing, key=lambda name: len(missing[name]))
    raise InputError(
        f"{path} has the joints of no known skeleton; of the nearest, {nearest}, it lacks "
        f"{', '.join(missing[nearest])}: add a skeleton to conf/source/bvh.yaml"
    )


def _node(name: str) -> str:
    """pybvh's name of a node."""
    return f"EndSite{name.removesuffix(END)}" if name.endswith(END) else name


def _pick(positions: Tensor, mapping: Mapping[str, str], index: Mapping[str, int]) -> Tensor:
    """[T, N, 3] of the file's nodes -> [T, 22, 3]; a spine2 that the file lacks lies between its neighbours."""
    joints = positions.new_zeros(len(positions), len(JOINTS), 3)
    for ours, theirs in mapping.items():
        joints[:, INDEX[ours]] = positions[:, index[_node(theirs)]]
    if "spine2" not in mapping:
        joints[:, INDEX["spine2"]] = (joints[:, INDEX["spine1"]] + joints[:, INDEX["spine3"]]) / 2
    return joints


def _global_rotations(file: pybvh.Bvh) -> dict[str, Tensor]:
    """World rotations [T, 3, 3] of every joint by name."""
    _, local = file.to_rotmat()
    rotations: dict[str, Tensor] = {}
    for name, own in zip(file.joint_names, np.moveaxis(local, 1, 0), strict=True):
        parent = file.nodes[file.node_index[name]].parent
        turn = torch.from_numpy(np.asarray(own, dtype=np.float64))
        rotations[name] = turn if parent is None else rotations[parent.name] @ turn
    return rotations


def _pick_rotations(rotations: dict[str, Tensor], mapping: Mapping[str, str], file: pybvh.Bvh) -> Tensor:
    """World rotations [T, 22, 3, 3]; an end site turns with its joint, a derived spine2 with spine1."""
    names = {ours: theirs.removesuffix(END) for ours, theirs in mapping.items()}
    names.setdefault("spine2", names["spine1"])
    return torch.stack([rotations[names[joint]] for joint in JOINTS], dim=1)


def _rest_alignment(rest: Tensor) -> Tensor:
    """What turns the bones of our T-pose onto those of the file's rest pose: [22, 3] -> [22, 3, 3].

    A limb's joint follows its one bone. Pelvis and chest, whose bones differ in shape between skeletons, follow the
    trunk: across the hips or shoulders, and up from pelvis to neck.
    """
    identity = torch.eye(3, dtype=rest.dtype)
    offsets = tpose_offsets(torch.tensor(BONE_LENGTHS, dtype=rest.dtype))
    ours = forward_kinematics(identity.expand(21, 3, 3), identity, torch.zeros_like(rest[0]), offsets)
    alignment = identity.repeat(len(JOINTS), 1, 1)
    for joint in range(len(JOINTS)):
        children = [child for child, parent in enumerate(PARENTS) if parent == joint]
        if not children:
            alignment[joint] = alignment[PARENTS[joint]]
        elif len(children) > 1:
            sides = ("left_hip", "right_hip") if joint == 0 else ("left_shoulder", "right_shoulder")
            alignment[joint] = _trunk(rest, sides) @ _trunk(ours, sides).T
        else:
            alignment[joint] = shortest_turn(*(pose[children[0]] - pose[joint] for pose in (ours, rest)))
    return alignment


def _trunk(pose: Tensor, sides: tuple[str, str]) -> Tensor:
    """Axes [3, 3] of a trunk, as columns: to the left, up, forward."""
    left = pose[INDEX[sides[0]]] - pose[INDEX[sides[1]]]
    forward = torch.linalg.cross(left, pose[INDEX["neck"]] - pose[INDEX["pelvis"]])
    axes = torch.stack([left, torch.linalg.cross(forward, left), forward], dim=1)
    return torch.nn.functional.normalize(axes, dim=0)


def _unit(path: Path, joints: Tensor) -> tuple[str, float]:
    """The unit in which the legs have about the length of a leg."""
    hip, knee, ankle = (joints[0, INDEX[name]] for name in ("left_hip", "left_knee", "left_ankle"))
    leg = float((hip - knee).norm() + (knee - ankle).norm())
    unit = min(UNITS, key=lambda name: abs(np.log(max(leg, 1e-9) * UNITS[name] / LEG)))
    if not 0.5 < leg * UNITS[unit] < 1.2:
        raise InputError(
            f"{path}: a leg of {leg:g} is a person's in no known unit ({', '.join(UNITS)}): rescale the file"
        )
    up = (joints[:, INDEX["head"]] - joints[:, INDEX["pelvis"]]).median(dim=0).values
    if int(up.abs().argmax()) != 1 or up[1] < 0:
        raise InputError(f"{path}: the head is not above the pelvis along y: export the file with y up")
    return unit, UNITS[unit]
