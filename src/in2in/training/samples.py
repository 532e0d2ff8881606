"""A look at the model while it trains: the same prompts, sampled again and again."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.loggers import TensorBoardLogger, WandbLogger

from in2in.diffusion.sampler import Sampler
from in2in.export.html import write_page
from in2in.export.strip import strip
from in2in.motion.decoding import Decoding
from in2in.motion.prompt import Prompt
from in2in.pipeline import Generator
from in2in.training.module import DenoisingModule


class SamplePrompts(Callback):
    """Samples fixed prompts with the weights that are validated: a page in a folder, pictures in the logger.

    List it before a callback that averages weights: that one puts the trained weights back when validation ends.

    Args:
        folder: where the pages go, step_000500.html.
        prompts: what to sample.
        guidance: denoiser -> guided denoiser.
        sampler: noise schedule -> sampler.
        decoding: features to joints, as the run samples.
        every_n_validations: how often.
    """

    def __init__(
        self,
        folder: str | Path,
        prompts: Sequence[Prompt],
        guidance: Callable[..., Any],
        sampler: Callable[..., Sampler],
        decoding: Decoding | None = None,
        every_n_validations: int = 1,
    ) -> None:
        self.folder, self.prompts = Path(folder), list(prompts)
        self.guidance, self.sampler, self.every = guidance, sampler, every_n_validations
        self.decoding = decoding
        self._validations = 0

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run needs to keep the rhythm."""
        return {"validations": self._validations}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up `state_dict`."""
        self._validations = state_dict["validations"]

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Sample if it is time; in the first process only."""
        if trainer.state.fn != "fit" or trainer.sanity_checking or trainer.fast_dev_run:  # pyright: ignore
            return
        self._validations += 1
        if self._validations % self.every or not trainer.is_global_zero:
            return
        assert isinstance(pl_module, DenoisingModule)
        guided = self.guidance(pl_module.denoiser).eval()
        sampler = self.sampler(pl_module.noise)
        motions = Generator(guided, pl_module.conditioner, pl_module.space, sampler, decoding=self.decoding)(
            self.prompts
        )
        step = trainer.global_step
        write_page(self.folder / f"step_{step:06d}.html", motions, f"step {step}")
        for number, motion in enumerate(motions):
            picture, name = strip(motion), f"samples/{number}"
            for logger in trainer.loggers:
                if isinstance(logger, TensorBoardLogger):
                    logger.experiment.add_image(name, picture, step, dataformats="HWC")
                elif isinstance(logger, WandbLogger):
                    logger.log_image(name, [picture], step=step, caption=[motion.title])
