"""One sample and a batch of them, as every data set gives them."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class Example:
    """A clip ready for training.

    Attributes:
        clip: its id.
        features: [P, T, 262] in physical units.
        interaction: its interaction text, "" for none.
        individuals: a text for each of the P persons, "" for none.
    """

    clip: str
    features: Tensor
    interaction: str
    individuals: tuple[str, ...]


@dataclass(frozen=True)
class Batch:
    """B samples, padded with zeros to the longest of them.

    Attributes:
        clips: B ids.
        features: [B, P, T, 262] in physical units.
        mask: [B, T], True on real frames.
        interactions: B texts.
        individuals: B times P texts.
        number: of a batch of the validation; what is drawn for it follows from it.
        counts: False for a batch that only keeps a process busy while others have one more.
    """

    clips: list[str]
    features: Tensor
    mask: Tensor
    interactions: list[str]
    individuals: list[tuple[str, ...]]
    number: int = 0
    counts: bool = True

    def __len__(self) -> int:
        """B."""
        return len(self.clips)

    def weight(self, processes: int) -> int:
        """What it counts in an average over the batches of several processes.

        Lightning averages these weights over the processes in whole numbers: so many times as much is left exact.
        """
        return len(self) * processes if self.counts else 0

    def blame(self) -> str:
        """Whose motion is broken where a loss is not finite; the end of a sentence."""
        bad = [clip for clip, own in zip(self.clips, self.features, strict=True) if not own.isfinite().all()]
        if bad:
            return f": the motion of {', '.join(bad)} holds numbers that are not finite; mend or leave out these clips"
        return f", on clips {', '.join(self.clips)}, whose motion is finite: lower optimizer.lr or use precision 32"

    def repeat(self, times: int) -> "Batch":
        """The whole batch several times in a row."""
        features, mask = self.features.repeat(times, 1, 1, 1), self.mask.repeat(times, 1)
        return Batch(self.clips * times, features, mask, self.interactions * times, self.individuals * times)

    def to(self, device: torch.device | str, non_blocking: bool = False) -> "Batch":
        """The batch with its tensors on a device."""
        features = self.features.to(device, non_blocking=non_blocking)
        mask = self.mask.to(device, non_blocking=non_blocking)
        return replace(self, features=features, mask=mask)

    def pin_memory(self) -> "Batch":
        """The batch in page-locked memory, for the copy to a GPU."""
        return replace(self, features=self.features.pin_memory(), mask=self.mask.pin_memory())


def collate(samples: list[Example]) -> Batch:
    """Samples to a batch."""
    lengths = torch.tensor([sample.features.shape[1] for sample in samples])
    frames_first = [sample.features.transpose(0, 1) for sample in samples]
    return Batch(
        clips=[sample.clip for sample in samples],
        features=torch.nn.utils.rnn.pad_sequence(frames_first, batch_first=True).transpose(1, 2),
        mask=torch.arange(int(lengths.max())) < lengths[:, None],
        interactions=[sample.interaction for sample in samples],
        individuals=[sample.individuals for sample in samples],
    )


def collate_pairs(pairs: list[tuple[Example, Example]]) -> Batch:
    """All samples of the pairs to one batch, a pair's two next to each other."""
    return collate([sample for pair in pairs for sample in pair])
