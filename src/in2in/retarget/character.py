"""A character that the user gives, as BVH or GLB: its bones, its rest pose, and which of its joints are ours."""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor

from in2in.errors import InputError
from in2in.importers.bvh.body import rest_body
from in2in.importers.bvh.file import END, BvhFile, Node, read_bvh_file
from in2in.importers.bvh.names import Person, people
from in2in.importers.bvh.rest import pose_axes, rest_alignment
from in2in.importers.bvh.set import LEGS
from in2in.importers.units import TOLD, unit_of_legs
from in2in.motion.skeleton import INDEX, NUM_JOINTS, PARENTS

Array = np.ndarray


@dataclass(frozen=True)
class Glb:
    """What a GLB holds.

    Attributes:
        document: the JSON.
        data: the binary part.
        parents: of its nodes, by number.
        order: of the nodes, each after the one above it.
        world: [N, 4, 4] where its nodes are at rest.
    """

    document: dict[str, Any]
    data: bytes
    parents: Mapping[int, int]
    order: list[int]
    world: Array


@dataclass(frozen=True)
class Character:
    """A body to move.

    Attributes:
        path: of its file.
        nodes: of the file, with offsets from node to node as they lie at rest in the world.
        person: which of them are our joints.
        metres: of the file's unit.
        axes: [3, 3] from the file's axes to ours.
        alignment: [22, 3, 3], see `rest_alignment`.
        offsets: [22, 3] metres, each of our joints from its parent in our T-pose; zero where there is no such joint.
        glb: if that is what it is.
    """

    path: Path
    nodes: tuple[Node, ...]
    person: Person
    metres: float
    axes: Tensor
    alignment: Tensor
    offsets: Tensor
    glb: Glb | None

    @property
    def leg(self) -> float:
        """Metres from hip to ankle."""
        return float(self.offsets[[INDEX["left_knee"], INDEX["left_ankle"]]].norm(dim=-1).sum())

    def turns(self, world: Tensor) -> Array:
        """How its nodes are turned away from rest, in the world and its own axes, [T, N, 3, 3].

        Args:
            world: [T, 22, 3, 3], how our joints are turned.
        """
        ours = self.axes.T @ world @ self.alignment.transpose(-1, -2)
        known = {number: INDEX[joint] for joint, number in self.person.nodes.items()}
        level = torch.eye(3, dtype=world.dtype).expand(len(world), 3, 3)
        turns: list[Tensor] = []
        for number, node in enumerate(self.nodes):
            above = turns[node.parent] if node.parent >= 0 else level
            turns.append(ours[:, known[number]] if number in known and not node.name.endswith(END) else above)
        return torch.stack(turns, dim=1).numpy()


def read_character(path: str | Path, skeletons: Mapping[str, Mapping[str, Sequence[str]]]) -> Character:
    """Read a character of one person in a standing rest pose, arms out or hanging.

    Args:
        path: of a .bvh or .glb file.
        skeletons: names of joints, see `in2in.importers.bvh.names.choose`.
    """
    path = Path(path)
    if path.suffix.lower() not in (".bvh", ".glb"):
        raise InputError(f"character={path} must be a .bvh or .glb file")
    try:
        glb = _read_glb(path) if path.suffix.lower() == ".glb" else None
        file = read_bvh_file(path) if glb is None else _as_bvh(path, glb)
        person = people(file, skeletons)[0]
    except InputError as error:
        raise InputError(f"character={error}") from error
    still = rest_body(file, person).joints[0]
    axes = pose_axes(still)
    if axes is None:
        raise InputError(f"character={path}: its rest pose is no standing person's, save it in a T- or A-pose")
    leg = float(sum((still[INDEX[f"left_{a}"]] - still[INDEX[f"left_{b}"]]).norm() for a, b in _LEG))
    metres = unit_of_legs(leg, TOLD, LEGS, f"character={path}: ")[1] if glb is None else 1.0
    from_parent = still - still[list(PARENTS)]
    alignment = rest_alignment(from_parent, axes.expand(NUM_JOINTS, 3, 3))
    for joint in _numbers(person.lacking):  # what there is not turns with its parent
        alignment[joint] = alignment[PARENTS[joint]]
    offsets = (alignment[list(PARENTS)].transpose(-1, -2) @ from_parent[..., None]).squeeze(-1) * metres
    offsets[0] = 0
    return Character(path, file.nodes, person, metres, axes, alignment, offsets, glb)


_LEG = (("hip", "knee"), ("knee", "ankle"))


def lacking(character: Character) -> list[int]:
    """Our joints that a character has not: they turn with their parents."""
    return _numbers(character.person.lacking)


def _numbers(joints: Sequence[str]) -> list[int]:
    return [INDEX[joint] for joint in joints if joint != "pelvis"]


def _read_glb(path: Path) -> Glb:
    try:
        content = path.read_bytes()
        magic, _, _, size, kind = struct.unpack_from("<4sIII4s", content)
        if (magic, kind) != (b"glTF", b"JSON"):
            raise ValueError("it does not begin as one")
        document = json.loads(content[20 : 20 + size])
        data = content[20 + size + 8 :]
        nodes = document["nodes"]
        parents = {child: number for number, node in enumerate(nodes) for child in node.get("children", ())}
        world = np.zeros((len(nodes), 4, 4))
        order = _downwards(parents, len(nodes))
        for number in order:
            above = world[parents[number]] if number in parents else np.eye(4)
            world[number] = above @ _matrix(nodes[number])
    except (OSError, ValueError, KeyError, TypeError, IndexError, struct.error, RecursionError) as error:
        raise InputError(f"{path} cannot be read as GLB ({error})") from error
    return Glb(document, data, parents, order, world)


def _downwards(parents: Mapping[int, int], count: int) -> list[int]:
    """Nodes, each after the one above it."""

    def depth(number: int) -> int:
        return 1 + depth(parents[number]) if number in parents else 0

    return sorted(range(count), key=depth)


def _matrix(node: Mapping[str, Any]) -> Array:
    if "matrix" in node:
        return np.array(node["matrix"], dtype=float).reshape(4, 4).T
    made = np.eye(4)
    turn = Rotation.from_quat(node.get("rotation", (0, 0, 0, 1))).as_matrix()
    made[:3, :3] = turn * np.array(node.get("scale", (1, 1, 1)), dtype=float)
    made[:3, 3] = node.get("translation", (0, 0, 0))
    return made


def _as_bvh(path: Path, glb: Glb) -> BvhFile:
    """A GLB's nodes, in the order of `Glb.order`, as BVH would have them: unturned at rest."""
    place = {number: new for new, number in enumerate(glb.order)}
    made = []
    for number in glb.order:
        parent = glb.parents.get(number)
        offset = glb.world[number, :3, 3] - (0 if parent is None else glb.world[parent, :3, 3])
        name = str(glb.document["nodes"][number].get("name", number))
        made.append(Node(name, -1 if parent is None else place[parent], offset))
    return BvhFile(path, tuple(made), np.zeros((1, 0)), None, ())
