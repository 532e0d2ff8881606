"""The LightningDataModule: loaders over the three splits."""

from collections.abc import Iterator
from pathlib import Path

import torch
from lightning import LightningDataModule
from torch import distributed
from torch.utils.data import DataLoader, Sampler

from in2in.data.batch import Batch, collate
from in2in.data.interhuman import Augmentation, InteractionDataset


class EpochSampler(Sampler[tuple[int, int]]):
    """A shuffled epoch whose order and augmentations follow from the seed and the epoch's number alone.

    Gives (clip number, seed) pairs, so that a resumed run sees what an uninterrupted one would have seen, whatever
    the number of workers. With several processes each takes its share; the last clips of an epoch that do not fill
    a round of all processes are left out of that epoch.

    Args:
        size: number of clips.
        seed: of the run.
        repeat: how often an epoch shows every clip.
    """

    def __init__(self, size: int, seed: int, repeat: int = 1) -> None:
        self.size, self.seed, self.repeat, self.epoch = size, seed, repeat, 0

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning when an epoch starts."""
        self.epoch = epoch

    def _processes(self) -> tuple[int, int]:
        ready = distributed.is_available() and distributed.is_initialized()
        return (distributed.get_rank(), distributed.get_world_size()) if ready else (0, 1)

    def __len__(self) -> int:
        """Samples of this process in an epoch."""
        return self.size * self.repeat // self._processes()[1]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """The pairs of this process."""
        rank, processes = self._processes()
        draw = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        order = torch.cat([torch.randperm(self.size, generator=draw) for _ in range(self.repeat)])
        seeds = torch.randint(2**62, order.shape, generator=draw)
        pairs = list(zip(order.tolist(), seeds.tolist(), strict=True))
        return iter(pairs[rank : len(self) * processes : processes])


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

    def _loader(self, dataset: InteractionDataset, sampler: Sampler | None = None) -> DataLoader[Batch]:
        return DataLoader(
            dataset,
            batch_size=min(self.batch_size, len(sampler or dataset)),  # type: ignore[arg-type]
            sampler=sampler,
            drop_last=sampler is not None,
            collate_fn=collate,
            num_workers=self.num_workers,
            persistent_workers=self.num_workers > 0,
            pin_memory=torch.cuda.is_available(),
        )

    def train_dataloader(self) -> DataLoader[Batch]:
        """Shuffled and augmented; a last batch that is not full is left out."""
        return self._loader(self.train, EpochSampler(len(self.train), self.seed, self.repeat))

    def val_dataloader(self) -> DataLoader[Batch]:
        """In order, always the same."""
        return self._loader(self.val)

    def test_dataloader(self) -> DataLoader[Batch]:
        """In order, always the same."""
        return self._loader(self.test)
