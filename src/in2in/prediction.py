"""Many prompts on many devices: Lightning spreads them over its processes; what is on disk already is kept."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from lightning import LightningModule, Trainer
from torch.utils.data import DataLoader

from in2in.kept import check_kept, check_prompts, missing_samples
from in2in.motion.motion import Motion
from in2in.motion.prompt import Prompt
from in2in.motion.sample_file import read_sample, sample_path
from in2in.pipeline import Generator


class GeneratorModule(LightningModule):
    """Wraps a generator, DualMDM's too, for sharded prediction; it is not trained.

    Which prompts a batch holds, and who samples it, depends neither on the number of processes nor on what is on disk,
    so that neither changes a digit: a batch of which a sample is missing is sampled as a whole.

    Args:
        generator: what samples.
        prompts: all prompts.
        folder: where NNN.npz goes for prompt number NNN.
        batch_size: prompts a step and process; those of like length go together.
        first_length: leave the order as it is and make all of a batch as long as its first, as published.
        threads: of each process on a CPU; the last digits depend on it. Lightning's choice where not given.
    """

    def __init__(
        self,
        generator: Generator,
        prompts: Sequence[Prompt],
        folder: Path,
        batch_size: int,
        first_length: bool = False,
        threads: int | None = None,
    ) -> None:
        super().__init__()
        self.generator, self.prompts, self.folder, self.batch_size = generator, prompts, folder, batch_size
        self.first_length, self.threads = first_length, threads
        # Lightning moves what it knows to its device
        self.denoiser, self.conditioner, self.space = generator.denoiser, generator.conditioner, generator.space

    def batches(self) -> list[list[int]]:
        """The numbers of the prompts that are sampled together."""
        order = list(range(len(self.prompts)))
        if not self.first_length:
            order.sort(key=lambda number: self.prompts[number].frames)
        return [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]

    def predict_dataloader(self) -> DataLoader[Any]:
        """Every so many-th batch, for this process."""
        own: Any = self.batches()[self.trainer.global_rank :: self.trainer.world_size]
        return DataLoader(own, batch_size=None)

    def on_predict_start(self) -> None:
        """Take the number of threads that was asked for."""
        if self.threads is not None and self.device.type == "cpu":
            torch.set_num_threads(self.threads)

    def predict_step(self, batch: list[int], index: int) -> None:
        """Sample a batch and write what is not there yet, each file whole or not at all."""
        missing = missing_samples(self.folder, batch)
        if missing:
            prompts = [self.prompts[number] for number in batch]
            motions = self.generator(prompts, batch_size=len(prompts), first_length=self.first_length)
            for number, motion in zip(batch, motions, strict=True):
                if number in missing:
                    motion.save(sample_path(self.folder, number))


def predict(trainer: Trainer, module: GeneratorModule) -> None:
    """Sample what is missing; every process returns when all of them are done."""
    trainer.predict(module, return_predictions=False)
    trainer.strategy.barrier()


def sample(
    generator: Generator, prompts: Sequence[Prompt], folder: Path, trainer: Trainer, batch_size: int
) -> list[Motion] | None:
    """Sample all prompts into a folder, by all processes of a trainer; resumes where it was interrupted.

    Args:
        generator: what samples.
        prompts: what of.
        folder: may hold samples of the same prompts by the same generator, which are kept.
        trainer: its devices share the work.
        batch_size: prompts a step and process.

    Returns:
        The samples in the order of the prompts, in the first process; None in the others.

    Raises:
        InputError: the folder holds a sample of another prompt, or one that something else made.
    """
    check_kept(folder, generator, str(trainer.precision))
    kept = check_prompts(folder, prompts)
    if kept and trainer.is_global_zero:
        print(f"{len(kept)} of {len(prompts)} samples are there already and are kept")
    predict(trainer, GeneratorModule(generator, prompts, folder, batch_size))
    if not trainer.is_global_zero:
        return None
    return [read_sample(sample_path(folder, number)) for number in range(len(prompts))]
