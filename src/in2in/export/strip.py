"""A motion in one picture: a few moments side by side."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from in2in.export.render import render
from in2in.export.take import Take
from in2in.files.whole import whole_file

MOMENTS = 6
"""How many are shown, evenly over the clip, the first and the last frame among them."""

SIZE = (330, 400)
"""Width and height in pixels of one moment."""


def strip(take: Take) -> np.ndarray:
    """Draw moments of a motion from left to right, without its texts.

    Args:
        take: the motion.

    Returns:
        [H, MOMENTS x W, 3] uint8.
    """
    bare = replace(take, title="", individuals=(), note="")
    frames = np.linspace(0, take.joints.shape[1] - 1, MOMENTS).round().astype(int)
    return np.concatenate(list(render(bare, SIZE, frames.tolist())), axis=1)


def write_strip(path: str | Path, take: Take) -> None:
    """Write a take's strip as a .png file."""
    take.check()
    with whole_file(path) as unfinished:
        Image.fromarray(strip(take)).save(unfinished)
