"""Mean and standard deviation of the features, fitted on the training split and saved with the weights."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from in2in.errors import InputError
from in2in.motion.representation import NUM_FEATURES

CONSTANT = 1e-4
"""A feature with a smaller deviation is taken as constant and only centred."""


class Normalizer(nn.Module):
    """(x - mean) / std, one mean and std of 262 features for all persons.

    Args:
        mean: [D], in the features' units.
        std: [D], greater than 0.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Tensor | None = None, std: Tensor | None = None) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(NUM_FEATURES) if mean is None else mean)
        self.register_buffer("std", torch.ones(NUM_FEATURES) if std is None else std)

    @classmethod
    def from_file(cls, path: str | Path) -> "Normalizer":
        """Read the statistics that `in2in-prepare` wrote (an npz with mean and std)."""
        path = Path(path)
        if not path.is_file():
            raise InputError(f"no statistics at {path}: run in2in-prepare on this data set first")
        with np.load(path) as stats:
            return cls(torch.from_numpy(stats["mean"]).float(), torch.from_numpy(stats["std"]).float())

    @classmethod
    def fit(cls, features: Iterable[Tensor]) -> "Normalizer":
        """Fit on many tensors [..., D], read once."""
        count, total, squares = 0, torch.zeros(NUM_FEATURES).double(), torch.zeros(NUM_FEATURES).double()
        for x in features:
            flat = x.reshape(-1, x.shape[-1]).double()
            count += len(flat)
            total += flat.sum(dim=0)
            squares += flat.square().sum(dim=0)
        if count == 0:
            raise InputError("the training split holds no clip to fit the statistics on")
        mean = total / count
        std = (squares / count - mean.square()).clamp(min=0).sqrt()
        std[std < CONSTANT] = 1.0
        return cls(mean.float(), std.float())

    def save(self, path: str | Path) -> None:
        """Write mean and std as an npz."""
        np.savez(path, mean=self.mean.cpu().numpy(), std=self.std.cpu().numpy())

    def normalize(self, features: Tensor) -> Tensor:
        """Physical units to normalised ones, [..., D]."""
        return (features - self.mean) / self.std

    def denormalize(self, features: Tensor) -> Tensor:
        """Normalised units to physical ones, [..., D]."""
        return features * self.std + self.mean
