"""Where the joints of a BVH file are, and how they are turned, by forward kinematics of its channels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor

from in2in.importers.bvh.file import BvhFile, Node


@dataclass(frozen=True)
class Pose:
    """Some nodes of a file, in its own unit and axes.

    Attributes:
        positions: [T, 3] of each node.
        rotations: [T, 3, 3] in the world, of each node; an end site's are its joint's.
    """

    positions: dict[int, Tensor]
    rotations: dict[int, Tensor]


def pose(file: BvhFile, wanted: Sequence[int], frames: slice | np.ndarray = slice(None)) -> Pose:
    """Pose nodes and all that are above them.

    Args:
        file: as read.
        wanted: numbers of nodes.
        frames: which of its frames.
    """
    values = file.values[frames]
    needed = set(wanted)
    for number in reversed(range(len(file.nodes))):
        if number in needed:
            needed.add(file.nodes[number].parent)
    added = _are_added(file)
    positions: dict[int, Tensor] = {}
    rotations: dict[int, Tensor] = {}
    for number in sorted(needed - {-1}):
        node = file.nodes[number]
        place, turn = _place(node, values, added), _turn(node, values)
        if node.parent >= 0:
            above = rotations[node.parent]
            place = positions[node.parent] + (above @ place[..., None]).squeeze(-1)
            turn = above if turn is None else above @ turn
        positions[number] = place
        rotations[number] = torch.eye(3, dtype=torch.float64).expand(len(values), 3, 3) if turn is None else turn
    return Pose(positions, rotations)


def rest(file: BvhFile, wanted: Sequence[int]) -> Pose:
    """The same with all rotations zero and the roots where the first frame has them: [1, 3] and [1, 3, 3]."""
    values = file.values[:1].copy()
    for node in file.nodes:
        for column, channel in enumerate(node.channels, start=node.column):
            if channel[1] == "R":
                values[:, column] = 0
    return pose(BvhFile(file.path, file.nodes, values, file.frame_time, ()), wanted)


def _place(node: Node, values: np.ndarray, added: bool) -> Tensor:
    """[T, 3] from the node above. Channels of position stand in the offset's place, as most tools write them."""
    place = np.repeat(node.offset[None], len(values), axis=0)
    for column, channel in enumerate(node.channels, start=node.column):
        if channel[1] == "P":
            axis = "XYZ".index(channel[0])
            place[:, axis] = values[:, column] + (node.offset[axis] if added and node.parent >= 0 else 0)
    return torch.from_numpy(place)


def _are_added(file: BvhFile) -> bool:
    """Whether joints' channels of position are added to their offsets: they are nearer to nothing than to these."""
    from_nothing, from_offset = 0.0, 0.0
    for node in file.nodes:
        for column, channel in enumerate(node.channels, start=node.column):
            if channel[1] == "P" and node.parent >= 0 and file.nodes[node.parent].parent >= 0:
                middle = float(np.median(file.values[:, column]))
                from_nothing += abs(middle)
                from_offset += abs(middle - float(node.offset["XYZ".index(channel[0])]))
    return from_nothing < from_offset


def _turn(node: Node, values: np.ndarray) -> Tensor | None:
    """[T, 3, 3] from the node above; None for no rotation."""
    turn = None
    for column, channel in enumerate(node.channels, start=node.column):
        if channel[1] == "R":
            step = Rotation.from_euler(channel[0].lower(), values[:, column, None], degrees=True)
            turn = step if turn is None else turn * step
    return None if turn is None else torch.from_numpy(turn.as_matrix())
