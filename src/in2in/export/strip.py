"""A motion in one picture: a few moments side by side."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from in2in.export.render import render
from in2in.files.whole import whole_file
from in2in.motion.motion import Motion
from in2in.motion.texts import Texts

MOMENTS = 6
"""How many are shown, evenly over the clip, the first and the last frame among them."""

SIZE = (330, 400)
"""Width and height in pixels of one moment."""


def strip(motion: Motion) -> np.ndarray:
    """Draw moments of a motion from left to right, without its texts.

    Args:
        motion: the motion.

    Returns:
        [H, MOMENTS x W, 3] uint8.
    """
    bare = replace(motion, texts=Texts(), name="", seed=None)
    frames = np.linspace(0, motion.joints.shape[1] - 1, MOMENTS).round().astype(int)
    return np.concatenate(list(render(bare, SIZE, frames.tolist())), axis=1)


def write_strip(path: str | Path, motion: Motion) -> None:
    """Write the strip of a motion as a .png file."""
    motion.check()
    with whole_file(path) as unfinished:
        Image.fromarray(strip(motion)).save(unfinished)
