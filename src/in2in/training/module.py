"""The LightningModule: noise -> denoise -> loss -> log; the same for in2IN, InterGen and the single-person prior."""

from collections.abc import Callable
from typing import Any

import torch
from lightning import LightningModule
from torch import Tensor, nn

from in2in.data.batch import Batch
from in2in.errors import InputError
from in2in.models.condition import Condition, ConditionDropout, TextConditioner
from in2in.motion.normalizer import Normalizer
from in2in.motion.space import FeatureSpace


class DenoisingModule(LightningModule):
    """Trains a denoiser to predict clean motion.

    Args:
        denoiser: see `in2in.models.denoiser.Denoiser`.
        conditioner: texts to conditions.
        normalizer: of the features; saved with the weights.
        noise: the noise schedule, a diffusers scheduler.
        timesteps: draws [B] timesteps.
        loss: prediction, target, mask, t, space -> weighted terms by name.
        dropout: hides texts.
        optimizer: parameters -> optimizer.
        lr_scheduler: optimizer -> learning rate schedule, or None for a constant rate.
        lr_interval: "epoch" or "step", what the schedule counts.
        draws: how many timesteps and noises are drawn for every clip of a batch.
        space: statistics -> what the network's numbers mean; joints in the shared frame where not given.
        seed: with the number of the step it determines all that is drawn, so a resumed run draws what it would have.
    """

    def __init__(
        self,
        denoiser: nn.Module,
        conditioner: TextConditioner,
        normalizer: Normalizer,
        noise: Any,
        timesteps: Callable[[int, torch.device], Tensor],
        loss: nn.Module,
        dropout: ConditionDropout,
        optimizer: Callable[..., torch.optim.Optimizer],
        lr_scheduler: Callable[..., Any] | None = None,
        lr_interval: str = "epoch",
        draws: int = 1,
        space: Callable[[Normalizer], FeatureSpace] = FeatureSpace,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.denoiser, self.conditioner, self.normalizer = denoiser, conditioner, normalizer
        self.noise, self.timesteps, self.loss, self.dropout = noise, timesteps, loss, dropout
        self.optimizer, self.lr_scheduler, self.lr_interval = optimizer, lr_scheduler, lr_interval
        self.draws, self.seed = draws, seed
        self.space_of = space

    @property
    def space(self) -> FeatureSpace:
        """What the network's numbers mean; the statistics are the module's own."""
        return self.space_of(self.normalizer)

    @property
    def interacts(self) -> bool:
        """Whether it needs two persons."""
        return self.denoiser.interacts  # type: ignore[return-value]

    @property
    def reads_individuals(self) -> bool:
        """Whether it learns from the text of each person."""
        return self.denoiser.reads_individuals  # type: ignore[return-value]

    def terms(self, batch: Batch, condition: Condition, t: Tensor, noise: Tensor) -> dict[str, Tensor]:
        """Weighted loss terms of a batch, with noise [B, P, T, D] of timesteps t [B]."""
        target = self.space.encode(batch.features)
        noisy = self.noise.add_noise(target, noise, t)
        prediction = self.denoiser(noisy, t, condition, batch.mask)
        return self.loss(prediction, target, batch.mask, t, self.space)

    def training_step(self, batch: Batch, index: int) -> Tensor:
        """Loss of a batch with `draws` noises a clip."""
        torch.manual_seed(self.seed + 1_000_003 * self.global_step + 7919 * self.global_rank + 104_729 * index)
        condition = self.conditioner(batch.interactions, batch.individuals)
        condition = self.dropout(Condition.concatenate([condition] * self.draws))
        t = self.timesteps(self.draws * len(batch), self.device)
        batch = batch.repeat(self.draws)
        terms = self.terms(batch, condition, t, torch.randn_like(batch.features))
        loss = self._log("train", terms, len(batch))
        if not torch.isfinite(loss):
            raise InputError(f"the loss is {loss.item()} in step {self.global_step}{batch.blame()}")
        return loss

    def validation_step(self, batch: Batch, index: int) -> Tensor:
        """Loss of a batch with all texts, at timesteps and noise that are the same in every epoch."""
        return self._measured("val", batch)

    def test_step(self, batch: Batch, index: int) -> Tensor:
        """The same of a batch that is for the end."""
        return self._measured("test", batch)

    def _measured(self, stage: str, batch: Batch) -> Tensor:
        torch.manual_seed(self.seed + batch.number)
        condition = self.conditioner(batch.interactions, batch.individuals)
        t = torch.randint(len(self.noise.alphas_cumprod), (len(batch),), device=self.device)
        noise = torch.randn_like(batch.features)
        return self._log(stage, self.terms(batch, condition, t, noise), batch.weight(self.trainer.world_size))

    def _log(self, stage: str, terms: dict[str, Tensor], batch_size: int) -> Tensor:
        loss = torch.stack(list(terms.values())).sum()
        validating = stage != "train"
        self.log(f"{stage}/loss", loss, prog_bar=True, batch_size=batch_size, sync_dist=validating)
        named = {f"{stage}/{name}": term for name, term in terms.items()}
        self.log_dict(named, batch_size=batch_size, on_step=not validating, on_epoch=validating, sync_dist=validating)
        return loss

    def configure_optimizers(self) -> Any:
        """The optimizer and, where there is one, its learning rate schedule."""
        optimizer = self.optimizer(self.parameters())
        if self.lr_scheduler is None:
            return optimizer
        schedule = {"scheduler": self.lr_scheduler(optimizer), "interval": self.lr_interval}
        return {"optimizer": optimizer, "lr_scheduler": schedule}
