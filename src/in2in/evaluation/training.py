"""Trains InterCLIP: pairs of texts and motions, each to find the other in its batch."""

from collections.abc import Callable
from typing import Any

import torch
from lightning import LightningModule
from torch import Tensor

from in2in.data.batch import Batch
from in2in.errors import InputError
from in2in.evaluation.evaluator import Evaluator, whole_text
from in2in.evaluation.faults import spoiled
from in2in.evaluation.interclip import contrastive_loss
from in2in.evaluation.metrics import RetrievalBatch, r_precision


def same_text(texts: list[str]) -> Tensor:
    """[N, N] bool, which texts are identical: their motions answer each other's text as well."""
    number = {text: place for place, text in enumerate(texts)}
    places = torch.tensor([number[text] for text in texts])
    return places[:, None] == places


class ContrastiveModule(LightningModule):
    """Symmetric contrastive training of an evaluator, every motion beside a copy with a fault, which answers no text.

    Args:
        evaluator: to be trained.
        optimizer: parameters -> optimizer.
        lr_scheduler: optimizer -> learning rate schedule, or None for a constant rate.
        lr_interval: "epoch" or "step", what the schedule counts.
        individuals: share of the batches whose texts say what each person does, too, see `whole_text`; 0 as published.
        embeddings: token and position embeddings to read texts with and not to train, as published (CLIP's); None for
            trained ones.
        seed: with the number of the step it determines all that is drawn.
    """

    interacts = True

    def __init__(
        self,
        evaluator: Evaluator,
        optimizer: Callable[..., torch.optim.Optimizer],
        lr_scheduler: Callable[..., Any] | None = None,
        lr_interval: str = "epoch",
        individuals: float = 0.0,
        embeddings: tuple[Tensor, Tensor] | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.evaluator, self.individuals, self.seed = evaluator, individuals, seed
        self.optimizer, self.lr_scheduler, self.lr_interval = optimizer, lr_scheduler, lr_interval
        if embeddings is not None:
            text = evaluator.network.text
            for own, given in ((text.tokens.weight, embeddings[0]), (text.positions, embeddings[1])):
                if own.shape != given.shape:
                    raise InputError(
                        f"embeddings are {list(given.shape)}, the evaluator's text side {list(own.shape)}: "
                        f"set interclip.text.width={given.shape[1]}"
                    )
                own.data.copy_(given)
                own.requires_grad_(False)

    @property
    def reads_individuals(self) -> bool:
        """Whether it learns from the text of each person."""
        return self.individuals > 0

    def compare(self, batch: Batch, individuals: bool) -> tuple[Tensor, Tensor, Tensor]:
        """Embeddings of motions and texts, [B, E] each, and [B, B] which texts are identical."""
        own = batch.individuals if individuals else [()] * len(batch)
        texts = [whole_text(text, persons) for text, persons in zip(batch.interactions, own, strict=True)]
        distinct = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        rows = torch.tensor([distinct[text] for text in texts], device=self.device)
        motion = self.evaluator.embed_motion(batch.features, batch.mask)
        return motion, self.evaluator.embed_text(list(distinct))[rows], rows[:, None] == rows

    def training_step(self, batch: Batch, index: int) -> Tensor:
        """The loss within the batch."""
        torch.manual_seed(self.seed + 1_000_003 * self.global_step + 7919 * self.global_rank + 104_729 * index)
        compared = self.compare(batch, float(torch.rand(())) < self.individuals)
        loss = contrastive_loss(*compared, self.evaluator.embed_motion(self._spoiled(batch), batch.mask))
        if not torch.isfinite(loss):
            raise InputError(f"the loss is {loss.item()} in step {self.global_step}{batch.blame()}")
        self.log("train/loss", loss, prog_bar=True, batch_size=len(batch))
        return loss

    def _spoiled(self, batch: Batch) -> Tensor:
        """Every motion of the batch with a fault; [B, P, T, 262]."""
        features, lengths = batch.features.cpu().clone(), batch.mask.sum(dim=1).tolist()
        draw = torch.Generator().manual_seed(int(torch.randint(2**31, ())))
        for own, frames in zip(features, lengths, strict=True):
            own[:, :frames] = spoiled(own[:, :frames], draw)
        return features.to(batch.features)

    def validation_step(self, batch: Batch, index: int) -> None:
        """Loss and R-precision within the batch, with all texts that the evaluator learns to read."""
        self._measure("val", batch)

    def test_step(self, batch: Batch, index: int) -> None:
        """The same of a batch that is for the end."""
        self._measure("test", batch)

    def _measure(self, stage: str, batch: Batch) -> None:
        motion, text, match = self.compare(batch, self.individuals > 0)
        everyone = torch.arange(len(batch)).numpy()
        hits = r_precision(text.cpu(), motion.cpu(), [RetrievalBatch(everyone, everyone)], match.cpu())
        loss = contrastive_loss(motion, text, match)
        figures = {f"{stage}/loss": loss, f"{stage}/top1": hits[0], f"{stage}/top3": hits[-1]}
        self.log_dict(figures, prog_bar=True, batch_size=batch.weight(self.trainer.world_size), sync_dist=True)

    def configure_optimizers(self) -> Any:
        """The optimizer and, where there is one, its learning rate schedule."""
        optimizer = self.optimizer([own for own in self.parameters() if own.requires_grad])
        if self.lr_scheduler is None:
            return optimizer
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": self.lr_scheduler(optimizer), "interval": self.lr_interval},
        }
