"""The LightningDataModule: loaders over the three splits."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from lightning import LightningDataModule
from torch import distributed
from torch.utils.data import DataLoader, Sampler

from in2in.data.batch import collate
from in2in.data.interhuman import Augmentation, InteractionDataset

SORTED_BATCHES = 8
"""Batches whose clips are sorted by length together: enough to save padding, few enough to stay shuffled."""


class EpochBatches(Sampler[list[tuple[int, int]]]):
    """A shuffled epoch in batches of like length; order and augmentations follow from seed and epoch alone.

    Gives lists of (clip number, seed) pairs, so that a resumed run sees what an uninterrupted one would have seen,
    whatever the number of workers. With several processes each takes its share of every batch; clips that would
    give some processes one more than others (fewer than there are processes) are left out of that epoch.

    Args:
        lengths: frames of each clip.
        batch_size: clips a batch and process.
        seed: of the run.
        repeat: how often an epoch shows every clip.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int, repeat: int = 1) -> None:
        self.lengths, self.batch_size, self.seed, self.repeat, self.epoch = lengths, batch_size, seed, repeat, 0

    @property
    def sampler(self) -> "EpochBatches":
        """Where Lightning looks for `set_epoch`."""
        return self

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning when an epoch starts."""
        self.epoch = epoch

    def _processes(self) -> tuple[int, int]:
        ready = distributed.is_available() and distributed.is_initialized()
        return (distributed.get_rank(), distributed.get_world_size()) if ready else (0, 1)

    def __len__(self) -> int:
        """Batches of an epoch."""
        processes = self._processes()[1]
        return self.repeat * math.ceil(len(self.lengths) // processes / self.batch_size)

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        """The batches of this process."""
        rank, processes = self._processes()
        draw = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        size, whole = self.batch_size * processes, len(self.lengths) // processes * processes
        batches = []
        for _ in range(self.repeat):
            order = torch.randperm(len(self.lengths), generator=draw)
            pairs = list(zip(order.tolist(), torch.randint(2**62, order.shape, generator=draw).tolist(), strict=True))
            for start in range(0, whole, SORTED_BATCHES * size):
                near = pairs[start : min(start + SORTED_BATCHES * size, whole)]
                near.sort(key=lambda pair: self.lengths[pair[0]])
                batches += [near[first : first + size] for first in range(0, len(near), size)]
        for place in torch.randperm(len(batches), generator=draw).tolist():
            yield batches[place][rank::processes]


class InteractionDataModule(LightningDataModule):
    """Feeds two-person clips in the InterHuman layout.

    Args:
        data_dir: a prepared data set.
        batch_size: clips a step and process.
        num_workers: loader processes.
        mirror, swap: see `Augmentation`.
        shared_floor: see `in2in.motion.representation.canonicalise`.
        repeat: how often an epoch shows every training clip (for small data sets).
        train_split, val_split, test_split: names of the split files.
        seed: of order and augmentation.
    """

    def __init__(
        self,
        data_dir: str | Path,
        batch_size: int = 32,
        num_workers: int = 0,
        mirror: bool = True,
        swap: bool = True,
        shared_floor: bool = True,
        repeat: int = 1,
        train_split: str = "train",
        val_split: str = "val",
        test_split: str = "test",
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.data_dir, self.shared_floor = data_dir, shared_floor
        self.batch_size, self.num_workers, self.repeat, self.seed = batch_size, num_workers, repeat, seed
        self.augmentation = Augmentation(mirror, swap)
        self.splits = {"train": train_split, "val": val_split, "test": test_split}

    def dataset(self, part: str) -> InteractionDataset:
        """The data set of "train", "val" or "test"."""
        return InteractionDataset(self.data_dir, self.splits[part], self.augmentation, self.shared_floor)

    def setup(self, stage: str) -> None:
        """Open what a stage of the trainer needs."""
        if stage == "fit":
            self.train, self.val = self.dataset("train"), self.dataset("val")
        elif stage == "validate":
            self.val = self.dataset("val")
        else:
            self.test = self.dataset("test")

    def _loader(self, dataset: InteractionDataset, **batches: Any) -> DataLoader[Any]:
        return DataLoader(
            dataset,
            collate_fn=collate,
            num_workers=self.num_workers,
            persistent_workers=self.num_workers > 0,
            pin_memory=torch.cuda.is_available(),
            **batches,
        )

    def train_dataloader(self) -> DataLoader[Any]:
        """Shuffled, augmented, in batches of like length."""
        lengths = self.train.lengths
        return self._loader(self.train, batch_sampler=EpochBatches(lengths, self.batch_size, self.seed, self.repeat))

    def val_dataloader(self) -> DataLoader[Any]:
        """In order, always the same."""
        return self._loader(self.val, batch_size=self.batch_size)

    def test_dataloader(self) -> DataLoader[Any]:
        """In order, always the same."""
        return self._loader(self.test, batch_size=self.batch_size)
