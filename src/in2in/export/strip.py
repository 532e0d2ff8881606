"""A motion in one picture: a few moments side by side."""

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from scipy.spatial.transform import Rotation

from in2in.export.body import COLOURS
from in2in.export.take import Take
from in2in.export.whole import whole_file
from in2in.motion.skeleton import BONES

ASIDE = 0.35
"""Radians from the line between the two persons to the picture's plane, so that nobody is drawn as a mere line."""

VIEW = np.array([[1.0, 0.0, 0.0], [0.0, 0.97, -0.25]])
"""Rows: what is right and what is up in the picture; seen from a little above."""

PIXELS = 220
"""Height of the picture."""


def strip(joints: np.ndarray, moments: int = 6) -> np.ndarray:
    """Draw moments of a motion from left to right.

    Args:
        joints: [P, T, 22, 3] metres, y up.
        moments: how many, evenly over the clip, the first and the last frame among them.

    Returns:
        [220, W, 3] uint8.
    """
    frames = np.linspace(0, joints.shape[1] - 1, moments).round().astype(int)
    across = (joints[-1, :, 0] - joints[0, :, 0]).mean(axis=0)
    turn = Rotation.from_euler("y", np.arctan2(across[2], across[0]) + ASIDE).as_matrix()
    flat = joints[:, frames] @ (VIEW @ turn).T
    middle = (flat.min(axis=(0, 1, 2)) + flat.max(axis=(0, 1, 2))) / 2
    width, height = np.maximum(np.ptp(flat, axis=(0, 1, 2)) + 0.3, 1.0)
    figure = Figure(figsize=(moments * width / height * PIXELS / 100, PIXELS / 100), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, moments * width), ylim=(-height / 2, height / 2))
    axes.set_axis_off()
    for place in range(moments):
        offset = np.array([(place + 0.5) * width, 0.0]) - middle
        for person in range(len(joints)):
            for bone in BONES:
                x, y = (flat[person, place, list(bone)] + offset).T
                axes.plot(x, y, color=COLOURS[person % len(COLOURS)], linewidth=1.6, solid_capstyle="round")
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def write_strip(path: str | Path, take: Take) -> None:
    """Write a take's strip as a .png file."""
    take.check()
    with whole_file(path) as unfinished:
        Image.fromarray(strip(take.joints)).save(unfinished)
