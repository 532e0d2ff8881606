"""Many prompts on many devices: Lightning spreads them over its processes; what is on disk already is kept."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lightning import LightningModule, Trainer
from torch.utils.data import DataLoader

from in2in.errors import InputError
from in2in.pipeline import Generator, Motion, Prompt, sample_path


class GeneratorModule(LightningModule):
    """Wraps a generator, DualMDM's too, for sharded prediction; it is not trained.

    Batches are of prompts of like length; which prompts they hold does not depend on the number of processes.

    Args:
        generator: what samples.
        prompts: all prompts.
        folder: where NNN.npz goes for prompt number NNN.
        batch_size: prompts a step and process.
    """

    def __init__(self, generator: Generator, prompts: Sequence[Prompt], folder: Path, batch_size: int) -> None:
        super().__init__()
        self.generator, self.prompts, self.folder, self.batch_size = generator, prompts, folder, batch_size
        # Lightning moves what it knows to its device
        self.denoiser, self.conditioner, self.space = generator.denoiser, generator.conditioner, generator.space

    def predict_dataloader(self) -> DataLoader[Any]:
        """Every so many-th batch of prompt numbers, for this process."""
        order = sorted(range(len(self.prompts)), key=lambda number: self.prompts[number].frames)
        batches = [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]
        own: Any = batches[self.trainer.global_rank :: self.trainer.world_size]
        return DataLoader(own, batch_size=None)

    def predict_step(self, batch: list[int], index: int) -> None:
        """Sample the prompts of a batch whose samples are not there yet, each file whole or not at all."""
        missing = [number for number in batch if not sample_path(self.folder, number).is_file()]
        if missing:
            motions = self.generator([self.prompts[number] for number in missing], batch_size=len(missing))
            for number, motion in zip(missing, motions, strict=True):
                motion.save(sample_path(self.folder, number))


def sample(
    generator: Generator, prompts: Sequence[Prompt], folder: Path, trainer: Trainer, batch_size: int
) -> list[Motion] | None:
    """Sample all prompts into a folder, by all processes of a trainer; goes on where it was interrupted.

    Args:
        generator: what samples.
        prompts: what of.
        folder: may hold samples of the same prompts by the same generator, which are kept.
        trainer: its devices share the work.
        batch_size: prompts a step and process.

    Returns:
        The samples in the order of the prompts, in the first process; None in the others.

    Raises:
        InputError: the folder holds a sample of another prompt or of another guidance.
    """
    kept = [number for number in range(len(prompts)) if sample_path(folder, number).is_file()]
    for number in kept:
        _check_same(sample_path(folder, number), prompts[number], generator)
    if kept and trainer.is_global_zero:
        print(f"{len(kept)} of {len(prompts)} samples are there already and are kept")
    trainer.predict(GeneratorModule(generator, prompts, folder, batch_size), return_predictions=False)
    trainer.strategy.barrier()
    if not trainer.is_global_zero:
        return None
    return [Motion.load(sample_path(folder, number)) for number in range(len(prompts))]


def _check_same(path: Path, prompt: Prompt, generator: Generator) -> None:
    found = Motion.load(path)
    if replace(found.prompt, seconds=prompt.seconds) != prompt or found.prompt.frames != prompt.frames:
        raise InputError(f"{path} is a sample of another prompt: choose another out=")
    if found.guidance != generator.guidance:
        raise InputError(f"{path} was guided in another way: choose another out=")
