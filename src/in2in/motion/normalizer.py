"""Mean and standard deviation of the features, fitted on the training split and saved with the weights."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from in2in.errors import InputError
from in2in.files.arrays import check_numbers, read_npz
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
        again = "run in2in-prepare on this data set again"
        stats = read_npz(path, ("mean", "std"), again)
        for name, values in stats.items():
            check_numbers(path, name, values, again)
            if (
                values.shape != (NUM_FEATURES,)
                or not np.isfinite(values).all()
                or (name == "std" and values.min() <= 0)
            ):
                raise InputError(f"{path}: {name} is not that of {NUM_FEATURES} features: {again}")
        return cls(*(torch.from_numpy(stats[name]).float() for name in ("mean", "std")))

    @classmethod
    def fit(cls, features: Iterable[Tensor]) -> "Normalizer":
        """Fit on many tensors [..., D], read once."""
        moments = Moments.none()
        for x in features:
            moments.add(x)
        return moments.normalizer()

    def save(self, path: str | Path) -> None:
        """Write mean and std as an npz."""
        np.savez(path, mean=self.mean.cpu().numpy(), std=self.std.cpu().numpy())

    def normalize(self, features: Tensor) -> Tensor:
        """Physical units to normalised ones, [..., D]."""
        return (features - self.mean) / self.std

    def denormalize(self, features: Tensor) -> Tensor:
        """Normalised units to physical ones, [..., D]."""
        return features * self.std + self.mean


@dataclass
class Moments:
    """Sums from which mean and deviation follow; those of parts can be added.

    Attributes:
        count: of feature vectors.
        total, squares: [D] float64, sums of the vectors and of their squares.
    """

    count: int
    total: Tensor
    squares: Tensor

    @classmethod
    def none(cls) -> "Moments":
        """Of no vector."""
        return cls(0, torch.zeros(NUM_FEATURES).double(), torch.zeros(NUM_FEATURES).double())

    def add(self, x: Tensor) -> None:
        """Count the vectors [..., D]."""
        flat = x.reshape(-1, x.shape[-1]).double()
        self.count += len(flat)
        self.total += flat.sum(dim=0)
        self.squares += flat.square().sum(dim=0)

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(self.count + other.count, self.total + other.total, self.squares + other.squares)

    def normalizer(self) -> Normalizer:
        """The statistics of all vectors."""
        if self.count == 0:
            raise InputError("the training split holds no clip to fit the statistics on")
        mean = self.total / self.count
        std = (self.squares / self.count - mean.square()).clamp(min=0).sqrt()
        std[std < CONSTANT] = 1.0
        return Normalizer(mean.float(), std.float())
