"""Joint positions at another rate."""

import numpy as np
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
