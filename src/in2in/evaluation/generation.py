"""Generates what is evaluated: over processes, kept on disk as it is made, and never made twice."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning import LightningModule, Trainer
from torch import Tensor
from torch.utils.data import DataLoader

from in2in.errors import InputError
from in2in.export.whole import whole_file
from in2in.pipeline import Generator, Prompt


@dataclass(frozen=True)
class Job:
    """Prompts that are generated together, and the file that their motions go to.

    The make-up of a job never depends on who does it, so neither do its numbers.

    Attributes:
        file: an .npz with the features of prompt k, [P, T, 262], under its number.
        prompts: in their order.
    """

    file: Path
    prompts: tuple[Prompt, ...]

    def read(self) -> list[Tensor]:
        """The motions, [P, T, 262] each in physical units."""
        with np.load(self.file) as kept:
            return [torch.from_numpy(kept[str(place)]) for place in range(len(self.prompts))]


class Motions:
    """The motions of prompts, in their order, spread over jobs.

    Args:
        folder: where they are kept. What the prompts, the batch size or the model change goes elsewhere.
        prompts: any number.
        batch_size: prompts a job; those of like length go together.
        first_length: leave the order as it is and make all of a job as long as its first, as published.
    """

    def __init__(self, folder: Path, prompts: Sequence[Prompt], batch_size: int, first_length: bool = False) -> None:
        order = list(range(len(prompts)))
        if not first_length:
            order.sort(key=lambda place: prompts[place].frames)
        self._places = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        self.prompts = list(prompts)
        told = json.dumps([asdict(prompt) for prompt in prompts] + [batch_size, first_length])
        kept = folder / hashlib.sha256(told.encode()).hexdigest()[:16]
        self.jobs = [
            Job(kept / f"{number:05d}.npz", tuple(prompts[place] for place in places))
            for number, places in enumerate(self._places)
        ]

    def read(self) -> list[Tensor]:
        """All motions, once they are made."""
        motions: dict[int, Tensor] = {}
        for job, places in zip(self.jobs, self._places, strict=True):
            motions.update(zip(places, job.read(), strict=True))
        return [motions[place] for place in range(len(self.prompts))]


class GenerationModule(LightningModule):
    """Does the jobs of its process that are not done yet.

    Which process does a job follows from the job's number alone, never from what is on disk: processes look at it at
    different times.

    Args:
        load: the model, loaded on a device once there is something to do.
        jobs: of all processes.
        first_length: see `Motions`.
        threads: of each process on a CPU; the last digits depend on it.
    """

    def __init__(
        self, load: Callable[[str], Generator], jobs: Sequence[Job], first_length: bool = False, threads: int = 1
    ) -> None:
        super().__init__()
        self.load, self.jobs, self.first_length, self.threads = load, jobs, first_length, threads
        self._generator: Generator | None = None

    def predict_dataloader(self) -> DataLoader[Any]:
        """The numbers of the jobs of this process."""
        rank, processes = self.trainer.global_rank, self.trainer.world_size
        own: Any = [number for number in range(rank, len(self.jobs), processes) if not self.jobs[number].file.is_file()]
        return DataLoader(own, batch_size=None)

    def on_predict_start(self) -> None:
        """Take so many threads; Lightning chooses a number of its own."""
        if self.device.type == "cpu":
            torch.set_num_threads(self.threads)

    def predict_step(self, number: int, index: int) -> None:
        """Generate and keep the motions of one job."""
        job = self.jobs[number]
        if self._generator is None:
            self._generator = self.load(str(self.device))
        motions = self._generator(job.prompts, batch_size=len(job.prompts), first_length=self.first_length)
        with whole_file(job.file) as unfinished:
            np.savez(unfinished, **{str(place): motion.features for place, motion in enumerate(motions)})


def generate(trainer: Trainer, module: GenerationModule) -> None:
    """Do all jobs; every process returns when all of them are done."""
    if trainer.world_size > 1 or not all(job.file.is_file() for job in module.jobs):
        trainer.predict(module, return_predictions=False)
        trainer.strategy.barrier("generated")
    if lost := [job.file for job in module.jobs if not job.file.is_file()]:
        raise InputError(f"{lost[0]} and {len(lost) - 1} more were not generated: run the same command again")


def unusable(motions: Sequence[Tensor], prompts: Sequence[Prompt]) -> Iterator[tuple[int, str]]:
    """Places of motions that cannot be evaluated, with the reason: "not finite" or "of another length"."""
    for place, (motion, prompt) in enumerate(zip(motions, prompts, strict=True)):
        if not motion.isfinite().all():
            yield place, "not finite"
        elif motion.shape[1] != prompt.frames:
            yield place, "of another length"
