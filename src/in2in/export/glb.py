"""One animated GLB (binary glTF 2.0) with all persons: metres, y up, as the format demands.

Every joint is a node of its own that is moved, not turned, so the file holds the joints as they are, whatever the
bones do. Limbs are nodes beside them that turn and stretch to reach from joint to joint.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from in2in.export.body import LIMBS, POINTS, SHIRT, body_points, rgb
from in2in.export.gltf import Scene, steady
from in2in.export.skinned import add_skinned
from in2in.export.take import Take
from in2in.motion.rotations import shortest_turn
from in2in.whole import whole_file

AROUND = 16
"""Sides of a limb."""

INSIDE = 0.04
"""Metres, radius of a joint that lies inside the trunk."""


def write_glb(path: str | Path, take: Take) -> None:
    """Write the motion of all persons as one animation called "motion".

    Nodes are called person1_left_knee and so on; limbs, person1_left_knee-left_ankle. With a body model, its skin
    takes the place of the limbs, see `in2in.export.skinned`.
    """
    take.check()
    scene = Scene()
    seconds = scene.accessor((np.arange(take.joints.shape[1]) / take.fps)[:, None], bounds=True)
    for person in range(len(take.joints)):
        if take.body_model is None:
            _add_mannequin(scene, seconds, person, np.asarray(take.joints[person], dtype=np.float64))
        else:
            add_skinned(scene, seconds, person, take.rigs[person], take.body_model)
    with whole_file(path) as unfinished:
        unfinished.write_bytes(scene.packed(take.title))


def _add_mannequin(scene: Scene, seconds: int, person: int, joints: np.ndarray) -> None:
    """Add a person of limbs around the joints [T, 22, 3]."""
    name, points = f"person{person + 1}", body_points(joints)
    tints = sorted({limb.tint for limb in LIMBS})
    paint = {tint: scene.material(f"{name}_{tint:+g}", rgb(person, tint)) for tint in tints}
    places = [scene.accessor(points[:, number]) for number in range(len(POINTS))]
    turns, lengths = _limbs(torch.from_numpy(points))
    parts = []
    for number, point in enumerate(POINTS):
        radius, tint = max(_ends(number), default=(INSIDE, SHIRT))
        parts.append(scene.node(f"{name}_{point}", mesh=scene.mesh(*_ball(radius), paint[tint])))
        scene.animate(parts[-1], seconds, {"translation": places[number]})
    for number, (start, end, one, two, tint) in enumerate(LIMBS):
        tube = scene.mesh(*_tube(one, two), paint[tint])
        stretch = np.stack([np.ones(len(points)), lengths[:, number], np.ones(len(points))], axis=1)
        parts.append(scene.node(f"{name}_{POINTS[start]}-{POINTS[end]}", mesh=tube))
        moves = {"rotation": scene.accessor(turns[:, number]), "scale": scene.accessor(stretch)}
        scene.animate(parts[-1], seconds, {"translation": places[start], **moves})
    scene.roots.append(scene.node(name, children=parts))


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
    quaternions = steady(torch.stack(turns))
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
