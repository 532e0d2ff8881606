"""The mannequin of `in2in.export.body` as one skin for a skeleton: balls at the points, tubes along the limbs."""

from collections import defaultdict
from itertools import accumulate

import numpy as np
import torch

from in2in.export.body import LIMBS, POINTS, SHIRT, Limb, body_points
from in2in.export.gltf import Surface
from in2in.motion.rotations import shortest_turn
from in2in.motion.skeleton import INDEX, PARENTS

AROUND = 12
"""Sides of a limb."""

ALONG = 4
"""Pieces of a limb."""

INSIDE = 0.04
"""Metres, radius of a joint that lies inside the trunk."""

OWNERS = {"skull": "head", "hand": "wrist", "heel": "ankle", "toes": "foot"}
"""Joints that carry the points that are no joints."""

BEND = 4
"""How late a limb gives way to the joint at its end: its share there is half, and falls with this power."""


def mannequin(rest: np.ndarray) -> dict[float, Surface]:
    """The skin around joints in the T-pose.

    Args:
        rest: [22, 3] metres.

    Returns:
        A surface for each tint.
    """
    points = body_points(rest)
    parts: dict[float, list[Surface]] = defaultdict(list)
    for number in range(len(POINTS)):
        radius, tint = max(_ends(number), default=(INSIDE, SHIRT))
        positions, normals, triangles = _ball(radius)
        shares = _shares(np.zeros(len(positions)), _carrier(number), _carrier(number))
        parts[tint].append(Surface(positions + points[number], normals, triangles, *shares))
    for limb in LIMBS:
        parts[limb.tint].append(_limb(limb, points))
    return {tint: _joined(parts[tint]) for tint in sorted(parts)}


def _limb(limb: Limb, points: np.ndarray) -> Surface:
    positions, normals, triangles = _tube(limb.radius_start, limb.radius_end)
    along = positions[:, 1].copy()
    bone = points[limb.end] - points[limb.start]
    turn = shortest_turn(torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64), torch.from_numpy(bone)).numpy()
    positions[:, 1] *= np.linalg.norm(bone)
    start, end = _carrier(limb.start), _carrier(limb.end)
    if _spans_trunk(limb):
        start, end = (joint if joint in _SPINE else PARENTS[joint] for joint in (start, end))
        late = along
    else:
        late = along**BEND / 2
    return Surface(positions @ turn.T + points[limb.start], normals @ turn.T, triangles, *_shares(late, start, end))


_SPINE = [INDEX[name] for name in ("pelvis", "spine1", "spine2", "spine3")]


def _spans_trunk(limb: Limb) -> bool:
    """Whether a limb is no bone but a part of the trunk, that does not follow thighs and arms."""
    return max(limb.start, limb.end) < len(PARENTS) and PARENTS[limb.end] != limb.start


def _carrier(point: int) -> int:
    """The joint that carries a point: itself, or whose hand, heel or skull it is."""
    if point < len(PARENTS):
        return point
    side, _, part = POINTS[point].rpartition("_")
    return INDEX[f"{side}_{OWNERS[part]}" if side else OWNERS[part]]


def _shares(late: np.ndarray, start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Holders and shares [V, 4] of vertices that belong to the second joint as much as `late` [V] says, 0 to 1."""
    holders, shares = np.zeros((len(late), 4), dtype=int), np.zeros((len(late), 4))
    shares[:, 1] = 0 if start == end else late
    shares[:, 0] = 1 - shares[:, 1]
    holders[:, 0], holders[:, 1] = start, end
    holders[shares == 0] = 0  # as the format has it
    return holders, shares


def _joined(parts: list[Surface]) -> Surface:
    """Several surfaces as one."""
    starts = [0, *accumulate(len(part.positions) for part in parts)]
    triangles = np.concatenate([part.triangles + start for part, start in zip(parts, starts, strict=False)])
    names = ("positions", "normals", "holders", "shares")
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Surface(triangles=triangles, **joined)


def _ends(point: int) -> list[tuple[float, float]]:
    """Radius and tint of all limbs that end at a point."""
    starts = [(limb.radius_start, limb.tint) for limb in LIMBS if limb.start == point]
    return starts + [(limb.radius_end, limb.tint) for limb in LIMBS if limb.end == point]


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
    height, round_ = np.meshgrid(np.linspace(1, 0, ALONG + 1), np.linspace(0, 2 * np.pi, AROUND + 1), indexing="ij")
    normals = np.stack([np.sin(round_), np.zeros_like(round_), np.cos(round_)], axis=-1)
    positions = normals * (start + (end - start) * height)[..., None]
    positions[..., 1] = height
    return positions.reshape(-1, 3), normals.reshape(-1, 3), _grid(ALONG)


def _grid(rings: int) -> np.ndarray:
    """Triangles [F, 3] between rings of AROUND + 1 points, seen from outside."""
    corner = (np.arange(rings)[:, None] * (AROUND + 1) + np.arange(AROUND)).reshape(-1, 1)
    below = corner + AROUND + 1
    return np.concatenate([np.hstack([corner, below, below + 1]), np.hstack([corner, below + 1, corner + 1])])
