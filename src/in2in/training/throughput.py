"""How many clips and frames a second training takes in."""

import time
from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer

from in2in.data.batch import Batch


class Throughput(Callback):
    """Logs train/clips_per_second and train/frames_per_second, real frames of all processes together.

    Counted between two lines of the log, so whatever comes between (waiting for data, validation) counts as well.
    """

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Start the clock."""
        self._start, self._clips = time.perf_counter(), 0
        self._frames = torch.zeros((), device=pl_module.device)

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Batch, batch_idx: int
    ) -> None:
        """Count; log where the loggers write a line."""
        self._clips += len(batch)
        self._frames += batch.mask.sum()
        every: int = trainer.log_every_n_steps  # type: ignore[attr-defined]
        if trainer.global_step % every or trainer.fit_loop.epoch_loop._should_accumulate():
            return
        frames = float(self._frames)  # waits for the device, so that the clock is right
        seconds = time.perf_counter() - self._start
        rates = {"train/clips_per_second": self._clips / seconds, "train/frames_per_second": frames / seconds}
        pl_module.log_dict(rates, on_step=True, on_epoch=False, sync_dist=True, reduce_fx="sum", batch_size=1)
        self.on_train_start(trainer, pl_module)
