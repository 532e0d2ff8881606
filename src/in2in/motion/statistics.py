"""Reads the statistics that were published beside the weights."""

from pathlib import Path

import numpy as np
import torch

from in2in.errors import InputError
from in2in.files.arrays import read_npy
from in2in.motion.normalizer import Normalizer
from in2in.motion.representation import NUM_FEATURES


def published_statistics(folder: Path, name: str) -> Normalizer:
    """Mean and standard deviation of the features.

    Args:
        folder: holds NAME_mean.npy and NAME_std.npy, [262] each.
        name: of the data set.
    """
    found = []
    for kind in ("mean", "std"):
        path = folder / f"{name}_{kind}.npy"
        if not path.is_file():
            raise InputError(f"stats_dir={folder} holds no {path.name}: give the published statistics, or statistics=")
        values = read_npy(path, "copy it anew")
        if values.shape != (NUM_FEATURES,) or not np.isfinite(values).all() or (kind == "std" and values.min() <= 0):
            raise InputError(f"{path} is not the {kind} of {NUM_FEATURES} features: {values.shape}")
        found.append(torch.from_numpy(values).float())
    return Normalizer(*found)
