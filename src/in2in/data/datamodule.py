"""The LightningDataModule: loaders over the three splits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from lightning import LightningDataModule
from torch import distributed
from torch.utils.data import DataLoader, Dataset, Sampler

from in2in.data.batch import Batch, collate, collate_pairs
from in2in.data.interhuman import Augmentation, Counterparts, InteractionDataset
from in2in.errors import InputError
from in2in.text.mirror import mirror_text

SORTED_BATCHES = 8
"""Batches whose clips are sorted by length together: enough to save padding, few enough to stay shuffled."""


class EpochBatches(Sampler[list[tuple[int, int]]]):
    """A shuffled epoch in batches of like length; order and augmentations follow from seed and epoch alone.

    Gives lists of (clip number, seed) pairs, so that a resumed run sees what an uninterrupted one would have seen,
    whatever the number of workers. With several processes each takes its share of every batch; a rest of fewer clips
    than there are processes joins the batch before it, so that every clip is shown and no process goes without.

    Args:
        lengths: frames of each clip.
        batch_size: clips a batch and process.
        seed: of the run.
        repeat: how often an epoch shows every clip.
        seen: how many batches of the first epoch are passed over, since a resumed run has seen them.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int, repeat: int = 1, seen: int = 0) -> None:
        self.lengths, self.batch_size, self.seed, self.repeat = lengths, batch_size, seed, repeat
        self.epoch: int | None = None
        self._seen = seen

    @property
    def sampler(self) -> "EpochBatches":
        """Where Lightning looks for `set_epoch`."""
        return self

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning when an epoch starts."""
        if self.epoch is not None and epoch != self.epoch:
            self._seen = 0
        self.epoch = epoch

    def _processes(self) -> tuple[int, int]:
        ready = distributed.is_available() and distributed.is_initialized()
        return (distributed.get_rank(), distributed.get_world_size()) if ready else (0, 1)

    def __len__(self) -> int:
        """Batches of an epoch."""
        return self.count(self._processes()[1])

    def count(self, processes: int) -> int:
        """Batches that each of so many processes has in an epoch."""
        return self.repeat * len(_chunks(len(self.lengths), self.batch_size * processes, processes))

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        """The batches of this process."""
        rank, processes = self._processes()
        clips = len(self.lengths)
        if clips < processes:
            raise InputError(f"{clips} training clips are too few for {processes} processes: lower trainer.devices")
        draw = torch.Generator().manual_seed(self.seed * 1_000_003 + (self.epoch or 0))
        size = self.batch_size * processes
        batches = []
        for _ in range(self.repeat):
            order = torch.randperm(clips, generator=draw)
            pairs = list(zip(order.tolist(), torch.randint(2**62, order.shape, generator=draw).tolist(), strict=True))
            for first, last in _chunks(clips, SORTED_BATCHES * size, processes):
                near = sorted(pairs[first:last], key=lambda pair: self.lengths[pair[0]])
                batches += [near[start:end] for start, end in _chunks(len(near), size, processes)]
        for place in torch.randperm(len(batches), generator=draw).tolist()[self._seen :]:
            yield batches[place][rank::processes]


def _chunks(items: int, size: int, least: int) -> list[tuple[int, int]]:
    """Bounds of chunks of a size; a rest of fewer than `least` items joins the chunk before it."""
    starts = list(range(0, items, size))
    if len(starts) > 1 and items - starts[-1] < least:
        del starts[-1]
    return list(zip(starts, [*starts[1:], items], strict=True))


class OrderedBatches(Dataset[Batch]):
    """A split in its order, in batches that are dealt to the processes in turn, as many to each.

    What a batch holds does not depend on the number of processes, and every clip counts once: where the batches run out
    before the processes do, the last one is repeated and does not count.

    Args:
        clips: of the split.
        batch_size: clips a batch.
        rank: of this process, from 0.
        processes: how many there are.
    """

    def __init__(self, clips: InteractionDataset, batch_size: int, rank: int = 0, processes: int = 1) -> None:
        self.clips, self.batch_size, self.rank, self.processes = clips, batch_size, rank, processes
        self.batches = -(-len(clips) // batch_size)

    def __len__(self) -> int:
        """Batches of this process."""
        return -(-self.batches // self.processes)

    def __getitem__(self, index: int) -> Batch:
        """A batch of this process."""
        own = index * self.processes + self.rank
        number = min(own, self.batches - 1)
        numbers = range(number * self.batch_size, min((number + 1) * self.batch_size, len(self.clips)))
        return replace(collate([self.clips[clip] for clip in numbers]), number=number, counts=own == number)


def _whole(batch: Batch) -> Batch:
    return batch


class InteractionDataModule(LightningDataModule):
    """Feeds two-person clips in the InterHuman layout.

    Args:
        data_dir: a prepared data set.
        batch_size: clips a step and process.
        num_workers: loader processes.
        mirror: see `Augmentation`.
        swap: likewise.
        words: likewise.
        crossed: likewise.
        shared_floor: see `in2in.motion.representation.canonicalise`.
        repeat: how often an epoch shows every training clip (for small data sets).
        max_clips: of the training split, the first so many; None for all.
        counterparts: show each training clip beside its mirrored one, or with the persons exchanged (doubles a batch).
        train_split: name of the split file with the training clips.
        val_split: of those that are validated on.
        test_split: of those that are tested on.
        seed: of order and augmentation.
    """

    def __init__(
        self,
        data_dir: str | Path,
        batch_size: int = 32,
        num_workers: int = 0,
        mirror: bool = True,
        swap: bool = True,
        words: Callable[[str], str] = mirror_text,
        crossed: bool = False,
        shared_floor: bool = True,
        repeat: int = 1,
        max_clips: int | None = None,
        counterparts: bool = False,
        train_split: str = "train",
        val_split: str = "val",
        test_split: str = "test",
        seed: int = 0,
    ) -> None:
        super().__init__()
        if max_clips is not None and max_clips < 1:
            raise InputError(f"data.max_clips={max_clips} must be 1 or more")
        if batch_size < 1 or repeat < 1 or num_workers < 0:
            raise InputError(
                f"data.batch_size={batch_size} and data.repeat={repeat} must be 1 or more, "
                f"data.num_workers={num_workers} 0 or more"
            )
        self.data_dir, self.shared_floor = data_dir, shared_floor
        self.batch_size, self.num_workers, self.repeat, self.seed = batch_size, num_workers, repeat, seed
        self.counterparts, self.max_clips = counterparts, max_clips
        self.augmentation = Augmentation(mirror, swap, words, crossed)
        self.splits = {"train": train_split, "val": val_split, "test": test_split}

    def dataset(self, part: str) -> InteractionDataset:
        """The data set of "train", "val" or "test"."""
        clips = InteractionDataset(self.data_dir, self.splits[part], self.augmentation, self.shared_floor)
        if part == "train" and self.max_clips is not None:
            clips.clips = clips.clips[: self.max_clips]
        return clips

    def setup(self, stage: str) -> None:
        """Open what a stage of the trainer needs."""
        if stage == "fit":
            self.train, self.val = self.dataset("train"), self.dataset("val")
        elif stage == "validate":
            self.val = self.dataset("val")
        else:
            self.test = self.dataset("test")

    def batches_an_epoch(self, processes: int) -> int:
        """Training batches that each of so many processes has in an epoch."""
        return EpochBatches(self.train.lengths, self.batch_size, self.seed, self.repeat).count(processes)

    def _loader(self, dataset: Dataset[Any], put_together: Callable[..., Batch], **batches: Any) -> DataLoader[Any]:
        return DataLoader(
            dataset,
            collate_fn=put_together,
            num_workers=self.num_workers,
            persistent_workers=self.num_workers > 0,
            pin_memory=torch.cuda.is_available(),
            **batches,
        )

    def train_dataloader(self) -> DataLoader[Any]:
        """Shuffled, augmented, in batches of like length."""
        batches = EpochBatches(self.train.lengths, self.batch_size, self.seed, self.repeat, self._seen())
        if self.counterparts:
            return self._loader(Counterparts(self.train), collate_pairs, batch_sampler=batches)
        return self._loader(self.train, collate, batch_sampler=batches)

    def _seen(self) -> int:
        """How many batches of its epoch a resumed run has been shown."""
        if self.trainer is None:
            return 0
        epoch = self.trainer.fit_loop.epoch_loop
        progress: Any = epoch.batch_progress.current
        return progress.processed if epoch.restarting else 0

    def val_dataloader(self) -> DataLoader[Any]:
        """In order, always the same; each process has its share."""
        return self._in_order(self.val)

    def test_dataloader(self) -> DataLoader[Any]:
        """In order, always the same; each process has its share."""
        return self._in_order(self.test)

    def _in_order(self, clips: InteractionDataset) -> DataLoader[Any]:
        share = (0, 1) if self.trainer is None else (self.trainer.global_rank, self.trainer.world_size)
        return self._loader(OrderedBatches(clips, self.batch_size, *share), _whole, batch_size=None)
