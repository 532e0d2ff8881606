"""The skeleton on which a run shows its motion: that of the people it was trained on."""

from pathlib import Path

import torch

from in2in.data.cache import MotionCache
from in2in.motion.skeleton import MIRROR, bone_lengths


def median_bones(data_dir: str | Path, split: str) -> list[float]:
    """The median length of each joint's bone to its parent over the persons of a split, alike on both sides.

    Each person counts once, by the first frame.

    Returns:
        22 lengths in metres, to a tenth of a millimetre; the pelvis' is 0.
    """
    cache = MotionCache(data_dir)
    first = torch.cat([torch.from_numpy(cache.motion(clip).joints[:, 0]) for clip in cache.split(split)])
    middle = bone_lengths(first).median(dim=0).values
    return [round(length, 4) for length in ((middle + middle[list(MIRROR)]) / 2).tolist()]
