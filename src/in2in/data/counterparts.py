"""Every clip beside one that differs in little: the hardest wrong answers of a contrastive training."""

from torch.utils.data import Dataset

from in2in.data.batch import Batch, Example, collate
from in2in.data.interhuman import InteractionDataset


class Counterparts(Dataset[tuple[Example, Example]]):
    """Pairs of a clip and its counterpart: mirrored, with its persons exchanged, or both, and told so.

    Args:
        clips: indexed by (number, seed).
    """

    def __init__(self, clips: InteractionDataset) -> None:
        self.clips = clips

    def __getitem__(self, index: tuple[int, int]) -> tuple[Example, Example]:
        """A clip as drawn from a seed, and its counterpart."""
        return self.clips.pair(*index)


def collate_pairs(pairs: list[tuple[Example, Example]]) -> Batch:
    """All samples of the pairs to one batch, a clip's two next to each other."""
    return collate([sample for pair in pairs for sample in pair])
