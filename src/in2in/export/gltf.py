"""The container of GLB, binary glTF 2.0: one scene, one animation called "motion", one buffer."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import roma
from torch import Tensor

FLOAT, UINT16 = 5126, 5123
STORED = {FLOAT: "<f4", UINT16: "<u2"}
VERTICES, INDICES = 34962, 34963
WIDTHS = {1: "SCALAR", 3: "VEC3", 4: "VEC4", 16: "MAT4"}


@dataclass(frozen=True)
class Surface:
    """A skin of one material, at rest.

    Attributes:
        positions, normals: [V, 3].
        triangles: [F, 3] places of vertices, counter-clockwise from outside.
        holders, shares: [V, 4], places among the skin's joints and how much each counts; shares add up to 1.
    """

    positions: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    holders: np.ndarray
    shares: np.ndarray


class Scene:
    """What a file holds while it is put together; everything is known by its number."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.views: list[dict[str, int]] = []
        self.accessors: list[dict[str, Any]] = []
        self.materials: list[dict[str, Any]] = []
        self.meshes: list[dict[str, Any]] = []
        self.nodes: list[dict[str, Any]] = []
        self.skins: list[dict[str, Any]] = []
        self.samplers: list[dict[str, Any]] = []
        self.channels: list[dict[str, Any]] = []
        self.roots: list[int] = []

    def accessor(self, values: np.ndarray, target: int | None = None, bounds: bool = False, kind: int = FLOAT) -> int:
        """Store numbers [N, width] as float32, or as the given kind of number; returns the accessor's number."""
        stored = values.astype(STORED[kind])
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
        """Store a matt colour, [3] from 0 to 255 (sRGB); returns its number."""
        linear = [*((colour / 255) ** 2.2).round(4).tolist(), 1.0]
        surface = {"baseColorFactor": linear, "metallicFactor": 0.0, "roughnessFactor": 0.7}
        self.materials.append({"name": name, "pbrMetallicRoughness": surface})
        return len(self.materials) - 1

    def skinned_mesh(self, name: str, surfaces: dict[int, Surface]) -> int:
        """Store the surfaces of one body, by material; returns the mesh's number."""
        parts = []
        for material, surface in surfaces.items():
            attributes = {
                "POSITION": self.accessor(surface.positions, VERTICES, bounds=True),
                "NORMAL": self.accessor(surface.normals, VERTICES),
                "JOINTS_0": self.accessor(surface.holders, VERTICES, kind=UINT16),
                "WEIGHTS_0": self.accessor(surface.shares, VERTICES),
            }
            indices = self.accessor(surface.triangles.reshape(-1, 1), INDICES, kind=UINT16)
            parts.append({"attributes": attributes, "indices": indices, "material": material})
        self.meshes.append({"name": name, "primitives": parts})
        return len(self.meshes) - 1

    def skin(self, name: str, joints: list[int], rest: np.ndarray) -> int:
        """Let nodes move what refers to this skin; returns its number.

        Args:
            name: of the skeleton.
            joints: nodes, J of them, the first of which is above all others.
            rest: [J, 3] where they are, unturned, when the mesh is as it was stored.
        """
        unbind = np.tile(np.eye(4), (len(rest), 1, 1))
        unbind[:, 3, :3] = -rest  # column by column, as glTF has it
        matrices = self.accessor(unbind.reshape(-1, 16))
        self.skins.append({"name": name, "skeleton": joints[0], "joints": joints, "inverseBindMatrices": matrices})
        return len(self.skins) - 1

    def node(self, name: str, **parts: Any) -> int:
        """Add a node with a place, a mesh, a skin or children; returns its number."""
        self.nodes.append({"name": name, **parts})
        return len(self.nodes) - 1

    def animate(self, node: int, seconds: int, moves: dict[str, int]) -> None:
        """Let translation, rotation or scale of a node follow accessors with a value for each of `seconds`."""
        for path, values in moves.items():
            self.samplers.append({"input": seconds, "output": values, "interpolation": "LINEAR"})
            target = {"node": node, "path": path}
            self.channels.append({"sampler": len(self.samplers) - 1, "target": target})

    def packed(self, title: str) -> bytes:
        """The file."""
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
            "skins": self.skins,
        }
        return packed(document, bytes(self.data))


def packed(document: dict[str, Any], data: bytes) -> bytes:
    """A GLB of its two parts."""
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    data += bytes(-len(data) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 12 + 8 + len(text) + 8 + len(data))
    return head + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data


def steady(rotations: Tensor) -> np.ndarray:
    """Rotations [T, N, 3, 3] as quaternions [T, N, 4] (x, y, z, w) that do not change sign from frame to frame."""
    quaternions = roma.rotmat_to_unitquat(rotations).numpy()
    flips = np.where((quaternions[1:] * quaternions[:-1]).sum(axis=-1) < 0, -1.0, 1.0)
    quaternions[1:] *= np.cumprod(flips, axis=0)[..., None]
    return quaternions
