"""last.ckpt, from which a run resumes: kept fresh while training, and left behind when it ends."""

import time
from pathlib import Path
from typing import Any

from lightning import LightningModule, Trainer
from lightning.pytorch.callbacks import Checkpoint


class LastCheckpoint(Checkpoint):
    """Writes last.ckpt every few minutes, after a validation and when training stops for any reason but a crash.

    Runs after all other callbacks, so that an average of the weights is up to date in what is saved.

    Args:
        folder: of the checkpoints.
        minutes: of training between two writes; what a crash or Ctrl-C may cost.
    """

    def __init__(self, folder: str | Path, minutes: float = 10.0) -> None:
        self.path, self.seconds = Path(folder) / "last.ckpt", 60.0 * minutes
        self._written, self._step = time.monotonic(), -1

    def _save(self, trainer: Trainer) -> None:
        if trainer.fast_dev_run or trainer.sanity_checking or self._step == trainer.global_step:  # pyright: ignore
            return
        trainer.save_checkpoint(self.path)
        self._written, self._step = time.monotonic(), trainer.global_step

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Count the minutes from here."""
        self._written = time.monotonic()

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """In the middle of an epoch; its last batch is left to the end of the epoch."""
        loop = trainer.fit_loop.epoch_loop
        if loop._should_accumulate() or loop.batch_progress.is_last_batch:
            return
        due = time.monotonic() - self._written > self.seconds
        stops = trainer.should_stop or loop.global_step == trainer.max_steps or trainer.received_sigterm
        if trainer.strategy.broadcast(due or stops):  # the first process decides for all
            self._save(trainer)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """After a validation."""
        if trainer.state.fn == "fit":
            self._save(trainer)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """After the last epoch, where no validation came before."""
        progress: Any = trainer.fit_loop.epoch_progress.current  # `current_epoch` counts this one only after the hooks
        done = trainer.max_epochs == progress.processed or trainer.max_steps == trainer.global_step
        if trainer.should_stop or done:
            self._save(trainer)
