"""One animated GLB (binary glTF 2.0) with all persons: metres, y up, as the format demands.

Every joint is a node of its own that is moved, not turned, so the file holds the joints as they are, whatever the
bones do. Limbs are nodes beside them that turn and stretch to reach from joint to joint.
"""

import json
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import roma
import torch
from torch import Tensor

from in2in.export.body import LIMBS, POINTS, SHIRT, body_points, rgb
from in2in.export.take import Take
from in2in.export.whole import whole_file
from in2in.motion.rotations import shortest_turn

FLOAT, UINT16 = 5126, 5123
VERTICES, INDICES = 34962, 34963
WIDTHS = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}

AROUND = 16
"""Sides of a limb."""

INSIDE = 0.04
"""Metres, radius of a joint that lies inside the trunk."""


def write_glb(path: str | Path, take: Take) -> None:
    """Write the motion of all persons as one animation called "motion".

    Nodes are called person1_left_knee and so on; limbs, person1_left_knee-left_ankle.
    """
    take.check()
    scene = _Scene()
    seconds = scene.accessor((np.arange(take.joints.shape[1]) / take.fps)[:, None], bounds=True)
    for person, joints in enumerate(np.asarray(take.joints, dtype=np.float64)):
        name, points = f"person{person + 1}", body_points(joints)
        tints = sorted({limb.tint for limb in LIMBS})
        paint = {tint: scene.material(f"{name}_{tint:+g}", rgb(person, tint)) for tint in tints}
        places = [scene.accessor(points[:, number]) for number in range(len(POINTS))]
        turns, lengths = _limbs(torch.from_numpy(points))
        parts = []
        for number, point in enumerate(POINTS):
            radius, tint = max(_ends(number), default=(INSIDE, SHIRT))
            ball = scene.mesh(*_ball(radius), paint[tint])
            parts.append(scene.node(f"{name}_{point}", ball, seconds, {"translation": places[number]}))
        for number, (start, end, one, two, tint) in enumerate(LIMBS):
            tube = scene.mesh(*_tube(one, two), paint[tint])
            stretch = np.stack([np.ones(len(points)), lengths[:, number], np.ones(len(points))], axis=1)
            moves = {"rotation": scene.accessor(turns[:, number]), "scale": scene.accessor(stretch)}
            limb_name = f"{name}_{POINTS[start]}-{POINTS[end]}"
            parts.append(scene.node(limb_name, tube, seconds, {"translation": places[start], **moves}))
        scene.nodes.append({"name": name, "children": parts})
        scene.roots.append(len(scene.nodes) - 1)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(scene.packed(take.title))


def _ends(point: int) -> list[tuple[float, float]]:
    """Radius and tint of all limbs that end at a point."""
    starts = [(limb.radius_start, limb.tint) for limb in LIMBS if limb.start == point]
    return starts + [(limb.radius_end, limb.tint) for limb in LIMBS if limb.end == point]


def _limbs(points: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Rotations that turn y along each limb, [T, N, 4] (x, y, z, w), and lengths [T, N] from points [T, 29, 3].

    From frame to frame a limb turns by the shortest way, so that it does not spin where it points down.
    """
    along = points[:, [limb.end for limb in LIMBS]] - points[:, [limb.start for limb in LIMBS]]
    turn = shortest_turn(points.new_tensor([0.0, 1.0, 0.0]).expand_as(along[0]), along[0])
    turns = [turn]
    for before, now in pairwise(along):
        turn = shortest_turn(before, now) @ turn
        turns.append(turn)
    quaternions = roma.rotmat_to_unitquat(torch.stack(turns)).numpy()
    flips = np.where((quaternions[1:] * quaternions[:-1]).sum(axis=-1) < 0, -1.0, 1.0)
    quaternions[1:] *= np.cumprod(flips, axis=0)[..., None]
    return quaternions, along.norm(dim=-1).clamp(min=1e-4).numpy()


def _ball(radius: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A sphere around the origin: positions and normals [V, 3], triangles [F, 3]."""
    rings = AROUND // 2
    polar, round_ = np.meshgrid(np.linspace(0, np.pi, rings + 1), np.linspace(0, 2 * np.pi, AROUND + 1), indexing="ij")
    normals = np.stack([np.sin(polar) * np.sin(round_), np.cos(polar), np.sin(polar) * np.cos(round_)], axis=-1)
    triangles = _grid(rings).reshape(2, rings, AROUND, 3)
    triangles = np.concatenate(
        [triangles[0, :-1].reshape(-1, 3), triangles[1, 1:].reshape(-1, 3)]
    )  # none flat at a pole
    return normals.reshape(-1, 3) * radius, normals.reshape(-1, 3), triangles


def _tube(start: float, end: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A tapered tube from the origin to y = 1, as `_ball`."""
    height, round_ = np.meshgrid([1.0, 0.0], np.linspace(0, 2 * np.pi, AROUND + 1), indexing="ij")
    normals = np.stack([np.sin(round_), np.zeros_like(round_), np.cos(round_)], axis=-1)
    positions = normals * (start + (end - start) * height)[..., None]
    positions[..., 1] = height
    return positions.reshape(-1, 3), normals.reshape(-1, 3), _grid(1)


def _grid(rings: int) -> np.ndarray:
    """Triangles [F, 3] between rings of AROUND + 1 points, seen from outside."""
    corner = (np.arange(rings)[:, None] * (AROUND + 1) + np.arange(AROUND)).reshape(-1, 1)
    below = corner + AROUND + 1
    return np.concatenate([np.hstack([corner, below, below + 1]), np.hstack([corner, below + 1, corner + 1])])


class _Scene:
    """The parts of a glTF file while they are put together."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[dict[str, int]] = []
        self.accessors: list[dict[str, Any]] = []
        self.materials: list[dict[str, Any]] = []
        self.meshes: list[dict[str, Any]] = []
        self.nodes: list[dict[str, Any]] = []
        self.samplers: list[dict[str, Any]] = []
        self.channels: list[dict[str, Any]] = []
        self.roots: list[int] = []

    def accessor(self, values: np.ndarray, target: int | None = None, bounds: bool = False) -> int:
        """Store numbers [N, width]; indices of triangles, [N, 1], as uint16, all others as float32."""
        kind, stored = (UINT16, values.astype("<u2")) if target == INDICES else (FLOAT, values.astype("<f4"))
        self.views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": stored.nbytes})
        if target is not None:
            self.views[-1]["target"] = target
        self.data += stored.tobytes() + bytes(-stored.nbytes % 4)
        shape = {"count": len(stored), "type": WIDTHS[stored.shape[1]]}
        entry: dict[str, Any] = {"bufferView": len(self.views) - 1, "componentType": kind, **shape}
        if bounds:
            entry |= {"min": stored.min(axis=0).tolist(), "max": stored.max(axis=0).tolist()}
        self.accessors.append(entry)
        return len(self.accessors) - 1

    def material(self, name: str, colour: np.ndarray) -> int:
        linear = [*((colour / 255) ** 2.2).round(4).tolist(), 1.0]
        surface = {"baseColorFactor": linear, "metallicFactor": 0.0, "roughnessFactor": 0.7}
        self.materials.append({"name": name, "pbrMetallicRoughness": surface})
        return len(self.materials) - 1

    def mesh(self, positions: np.ndarray, normals: np.ndarray, triangles: np.ndarray, material: int) -> int:
        part = {
            "attributes": {
                "POSITION": self.accessor(positions, VERTICES, bounds=True),
                "NORMAL": self.accessor(normals, VERTICES),
            },
            "indices": self.accessor(triangles.reshape(-1, 1), INDICES),
            "material": material,
        }
        self.meshes.append({"primitives": [part]})
        return len(self.meshes) - 1

    def node(self, name: str, mesh: int, seconds: int, moves: dict[str, int]) -> int:
        """A node whose translation, rotation and scale follow accessors of as many values as there are seconds."""
        number = len(self.nodes)
        self.nodes.append({"name": name, "mesh": mesh})
        for path, values in moves.items():
            self.samplers.append({"input": seconds, "output": values, "interpolation": "LINEAR"})
            target = {"node": number, "path": path}
            self.channels.append({"sampler": len(self.samplers) - 1, "target": target})
        return number

    def packed(self, title: str) -> bytes:
        """The file."""
        for channel in self.channels:  # what does not animate shows the first frame
            accessor = self.accessors[self.samplers[channel["sampler"]]["output"]]
            start, width = self.views[accessor["bufferView"]]["byteOffset"], 4 if accessor["type"] == "VEC4" else 3
            target = channel["target"]
            self.nodes[target["node"]][target["path"]] = list(struct.unpack_from(f"<{width}f", self.data, start))
        document = {
            "asset": {"version": "2.0", "generator": "in2in", "extras": {"title": title}},
            "scene": 0,
            "scenes": [{"nodes": self.roots}],
            "nodes": self.nodes,
            "meshes": self.meshes,
            "materials": self.materials,
            "animations": [{"name": "motion", "samplers": self.samplers, "channels": self.channels}],
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{"byteLength": len(self.data)}],
        }
        text = json.dumps(document, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        size = 12 + 8 + len(text) + 8 + len(self.data)
        head = struct.pack("<4sII", b"glTF", 2, size) + struct.pack("<I4s", len(text), b"JSON")
        return head + text + struct.pack("<I4s", len(self.data), b"BIN\0") + bytes(self.data)
