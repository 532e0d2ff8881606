"""Motion at another rate."""

import numpy as np
import roma
import torch
from scipy.interpolate import CubicSpline
from torch import Tensor

from in2in.motion.representation import FPS


def resample(joints: Tensor, fps: float) -> Tensor:
    """Positions at 30 frames a second, on cubic splines through all frames: exact at the instants of both rates.

    Args:
        joints: [..., T, J, 3] at `fps` frames a second, T at least 2.
        fps: their rate.

    Returns:
        [..., T', J, 3] with T' = floor((T - 1) 30 / fps) + 1.
    """
    if fps == FPS:
        return joints
    frames = joints.shape[-3]
    length = int((frames - 1) * FPS / fps + 1e-6) + 1
    spline = CubicSpline(np.arange(frames), joints.numpy(), axis=joints.ndim - 3)
    return torch.from_numpy(spline(np.arange(length) * fps / FPS)).to(joints.dtype)


def resample_turns(positions: Tensor, rotations: Tensor, rate: float) -> tuple[Tensor, Tensor]:
    """Positions and rotations at 30 frames a second: linearly, and along the shortest arc.

    Args:
        positions: [T, N, 3].
        rotations: [T, M, 3, 3].
        rate: frames a second.
    """
    frames = int((len(positions) - 1) / rate * FPS + 1e-6) + 1
    place = torch.arange(frames, dtype=torch.float64) * rate / FPS
    before, after, part = _between(place, len(positions))
    return torch.lerp(positions[before], positions[after], part), turns_at(rotations, place)


def turns_at(rotations: Tensor, place: Tensor) -> Tensor:
    """Rotations between frames, along the shortest arc.

    Args:
        rotations: [T, M, 3, 3].
        place: [N] frames and parts of frames, from 0 to T - 1.

    Returns:
        [N, M, 3, 3].
    """
    before, after, part = _between(place, len(rotations))
    turn = roma.rotmat_to_rotvec(rotations[before].transpose(-1, -2) @ rotations[after])
    return rotations[before] @ roma.rotvec_to_rotmat(turn * part)


def _between(place: Tensor, frames: int) -> tuple[Tensor, Tensor, Tensor]:
    """The frames around each place, and how far it is from the first to the second, [N, 1, 1]."""
    before = place.floor().long().clamp(max=frames - 1)
    return before, (before + 1).clamp(max=frames - 1), (place - before)[:, None, None]
