"""A GLB as glTF 2.0 defines it, read with pygltflib: where nodes are in a frame, and where skin is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

KINDS = {5123: "<u2", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Glb:
    """One file; nodes by name."""

    def __init__(self, path: Path) -> None:
        self.file = pytest.importorskip("pygltflib").GLTF2().load(str(path))
        self.blob = self.file.binary_blob()
        self.names = [node.name for node in self.file.nodes]
        self.parent = {child: n for n, node in enumerate(self.file.nodes) for child in node.children or ()}

    def values(self, number: int) -> np.ndarray:
        accessor = self.file.accessors[number]
        view = self.file.bufferViews[accessor.bufferView]
        start, width = (view.byteOffset or 0) + (accessor.byteOffset or 0), WIDTHS[accessor.type]
        numbers = np.frombuffer(self.blob, KINDS[accessor.componentType], accessor.count * width, start)
        return numbers.reshape(-1, width)

    def seconds(self) -> np.ndarray:
        return self.values(self.file.animations[0].samplers[0].input)[:, 0]

    def world(self, frame: int | None = None) -> dict[str, np.ndarray]:
        """Matrices [4, 4] of all nodes by name in a frame of the animation; at rest where there is none."""
        local = [(np.array(node.translation or (0, 0, 0.0)), node.rotation or (0, 0, 0, 1)) for node in self.file.nodes]
        moved: list[dict[str, Any]] = [{"translation": place, "rotation": turn} for place, turn in local]
        for channel in self.file.animations[0].channels if frame is not None else ():
            sampler = self.file.animations[0].samplers[channel.sampler]
            moved[channel.target.node][channel.target.path] = self.values(sampler.output)[frame]

        def matrix(number: int) -> np.ndarray:
            own = np.eye(4)
            own[:3, :3] = Rotation.from_quat(moved[number]["rotation"]).as_matrix()
            own[:3, :3] *= self.file.nodes[number].scale or 1
            own[:3, 3] = moved[number]["translation"]
            return matrix(self.parent[number]) @ own if number in self.parent else own

        return {name: matrix(number) for number, name in enumerate(self.names)}

    def skin(self, name: str) -> tuple[list[str], np.ndarray]:
        """Joints of a node's skin, and its inverse bind matrices [J, 4, 4]."""
        skin = self.file.skins[self.file.nodes[self.names.index(name)].skin]
        matrices = self.values(skin.inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1)
        return [self.names[joint] for joint in skin.joints], matrices

    def vertices(self, name: str, frame: int | None = None) -> np.ndarray:
        """A skinned node's vertices [V, 3] by linear blend skinning."""
        joints, unbind = self.skin(name)
        world = self.world(frame)
        moves = np.stack([world[joint] @ matrix for joint, matrix in zip(joints, unbind, strict=True)])
        skinned = []
        for part in self.file.meshes[self.file.nodes[self.names.index(name)].mesh].primitives:
            rest = np.pad(self.values(part.attributes.POSITION), ((0, 0), (0, 1)), constant_values=1)
            shares, holders = self.values(part.attributes.WEIGHTS_0), self.values(part.attributes.JOINTS_0)
            np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
            skinned.append(np.einsum("vk,vkij,vj->vi", shares, moves[holders], rest)[:, :3])
        return np.concatenate(skinned)
