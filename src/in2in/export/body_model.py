"""The user's SMPL-H body (Romero et al., 2017) over a motion: its neutral shape, posed by the joints' rotations.

The model's files are licensed to the person who downloads them and do not come with this package. Linear blend
skinning, without the corrections that SMPL adds for each pose: neither a page nor a GLB has room for them. Fingers
stay flat.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.files.arrays import read_npz
from in2in.motion.rig import Rig
from in2in.motion.skeleton import INDEX, NUM_JOINTS, PARENTS, forward_kinematics

HOLDERS = 4
"""Joints that move a vertex."""

MODEL_JOINTS = 52
"""The 22 of the body and 15 for each hand."""

HANDS = {"left_wrist": range(22, 37), "right_wrist": range(37, 52)}
"""Joints of the fingers; while these do not bend, they move as the wrist does."""

SHAPES = {
    "v_template": (None, 3),
    "f": (None, 3),
    "weights": (None, MODEL_JOINTS),
    "J_regressor": (MODEL_JOINTS, None),
    "kintree_table": (2, MODEL_JOINTS),
}
"""The arrays that are read, and their shapes; None is any size."""


@dataclass(frozen=True)
class BodyModel:
    """A body at rest in the T-pose, and which joints move its skin.

    Attributes:
        vertices: [V, 3] float32 metres.
        triangles: [F, 3] vertices of each, counter-clockwise from outside.
        holders: [V, 4] joints that move a vertex.
        shares: [V, 4] float32, how much each of them does; they add up to 1.
        joints: [22, 3] float32 metres, at rest.
    """

    vertices: np.ndarray
    triangles: np.ndarray
    holders: np.ndarray
    shares: np.ndarray
    joints: np.ndarray

    def normals(self) -> np.ndarray:
        """Outward unit normals of the vertices, [V, 3]."""
        a, b, c = self.vertices[self.triangles.T]
        across = np.cross(b - a, c - a)
        sums = np.zeros_like(self.vertices)
        for corner in self.triangles.T:
            np.add.at(sums, corner, across)
        return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)

    def pose(self, rig: Rig) -> tuple[Tensor, Tensor]:
        """Where a motion puts the model's joints, on the model's own bones: the pelvis is the motion's.

        Returns:
            positions [T, 22, 3] metres and rotations in the world [T, 22, 3, 3].
        """
        rest = torch.from_numpy(self.joints).to(rig.root_position)
        offsets = torch.cat([torch.zeros_like(rest[:1]), rest[1:] - rest[list(PARENTS[1:])]])
        offsets = offsets.expand(len(rig.root_position), NUM_JOINTS, 3)
        positions = forward_kinematics(rig.local_rotations, rig.root_rotation, rig.root_position, offsets)
        return positions, rig.world_rotations()


def read_body_model(path: str | Path) -> BodyModel:
    """Read SMPL-H from its .npz file, such as smplh/neutral/model.npz.

    Raises:
        InputError: the file cannot be read, or holds something else. Pickles are never opened: they can run programs.
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise InputError(f"smplh_model={path} is no .npz file: give SMPL-H's model.npz (a .pkl is never opened)")
    try:
        data = read_npz(path, tuple(SHAPES), "give the model.npz of SMPL-H")
    except InputError as error:
        raise InputError(f"smplh_model={error}") from error
    _check(path, data)
    vertices = data["v_template"].astype(np.float64)
    joints = data["J_regressor"].astype(np.float64) @ vertices
    holders, shares = _strongest(data["weights"].astype(np.float64))
    return BodyModel(
        vertices.astype(np.float32),
        data["f"].astype(np.int64),
        holders,
        shares.astype(np.float32),
        joints[:NUM_JOINTS].astype(np.float32),
    )


def _check(path: Path, data: dict[str, np.ndarray]) -> None:
    for name, expected in SHAPES.items():
        found = data[name].shape
        if len(found) != 2 or any(size not in (None, own) for size, own in zip(expected, found, strict=True)):
            sizes = ", ".join("any" if size is None else str(size) for size in expected)
            raise InputError(f"smplh_model={path}: {name} is {list(found)}, expected [{sizes}]: is it SMPL-H?")
        if data[name].dtype.kind not in "fiu" or not data[name].size or not np.isfinite(data[name]).all():
            raise InputError(f"smplh_model={path}: {name} holds nothing, or what is no finite number")
    count = len(data["v_template"])
    if len(data["weights"]) != count or data["J_regressor"].shape[1] != count:
        raise InputError(f"smplh_model={path}: weights, J_regressor and v_template are of different bodies")
    if data["f"].min() < 0 or not data["f"].max() < count < 2**16:
        raise InputError(f"smplh_model={path}: f names vertices that are not there")
    if tuple(data["kintree_table"][0, 1:NUM_JOINTS]) != PARENTS[1:]:
        raise InputError(f"smplh_model={path}: its joints hang together in another way: is it SMPL-H?")


def _strongest(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The joints [V, 4] that move each vertex most, and their shares, from weights [V, 52]."""
    body = weights[:, :NUM_JOINTS].copy()
    for wrist, fingers in HANDS.items():
        body[:, INDEX[wrist]] += weights[:, list(fingers)].sum(axis=1)
    holders = np.argsort(-body, axis=1, kind="stable")[:, :HOLDERS]
    shares = np.take_along_axis(body, holders, axis=1)
    return holders, shares / shares.sum(axis=1, keepdims=True)
