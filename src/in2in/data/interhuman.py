"""Clips of a prepared data set, with the augmentations of training."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.utils.data import Dataset

from in2in.data.batch import Example
from in2in.data.cache import MAX_FRAMES, MotionCache
from in2in.errors import InputError
from in2in.motion.motion import Motion
from in2in.motion.representation import canonicalise, encode, mirror
from in2in.motion.texts import Texts
from in2in.text.mirror import mirror_text


@dataclass(frozen=True)
class Augmentation:
    """What training may change about a clip, each with probability one half.

    Attributes:
        mirror: left and right, of motion and texts.
        swap: which person comes first, with their texts.
        words: how a text is mirrored.
        crossed: pair individual texts with motions as published: each person gets the other's text, mirrored where the
            motion is not, and a swap leaves the texts where they are.
    """

    mirror: bool = True
    swap: bool = True
    words: Callable[[str], str] = mirror_text
    crossed: bool = False


class InteractionDataset(Dataset[Example]):
    """The clips of a split.

    Indexed by a number, a clip is always the same: its first `MAX_FRAMES` frames and its first texts. Indexed by
    (number, seed), crop, texts and augmentation are drawn from the seed.

    Args:
        data_dir: a prepared data set.
        split: name of the split file.
        augmentation: what training may change.
        shared_floor: see `canonicalise`.
    """

    def __init__(
        self,
        data_dir: str | Path,
        split: str,
        augmentation: Augmentation | None = None,
        shared_floor: bool = True,
    ) -> None:
        self.cache = MotionCache(data_dir)
        self.clips = self.cache.split(split)
        self.augmentation = augmentation or Augmentation()
        self.shared_floor = shared_floor

    def __len__(self) -> int:
        """Number of clips."""
        return len(self.clips)

    @property
    def lengths(self) -> list[int]:
        """Frames of each clip, as cropped."""
        return [min(self.cache.length(clip), MAX_FRAMES) for clip in self.clips]

    def with_individuals(self) -> int:
        """How many clips have a text of a person."""
        told = (self.cache.texts(clip).individuals for clip in self.clips)
        return sum(any(any(lines) for lines in individuals) for individuals in told)

    def texts(self) -> set[str]:
        """All texts that samples may carry, the mirrored ones among them."""
        told = [self.cache.texts(clip) for clip in self.clips]
        texts = {text for own in told for lines in (own.interaction, *own.individuals) for text in lines}
        return texts | {self.augmentation.words(text) for text in texts} if self.augmentation.mirror else texts

    def __getitem__(self, index: int | tuple[int, int]) -> Example:
        """A clip as it is, or as drawn from a seed."""
        if isinstance(index, tuple):
            return self._drawn(index[0], torch.Generator().manual_seed(index[1]))
        motion = self.cache.motion(self.clips[index])
        return self._sample(index, motion.crop(0, MAX_FRAMES), *_line(motion.texts, 0))

    def _sample(self, number: int, motion: Motion, interaction: str, individuals: tuple[str, ...]) -> Example:
        features = encode(canonicalise(motion, self.shared_floor))
        return Example(self.clips[number], features, interaction, individuals)

    def _drawn(self, number: int, draw: torch.Generator) -> Example:
        return self._seen(number, *self._crop(number, draw), *_both_ways(draw))

    def pair(self, number: int, seed: int) -> tuple[Example, Example]:
        """A clip as drawn from a seed, and the same words and frames mirrored, with the persons exchanged, or both."""
        draw = torch.Generator().manual_seed(seed)
        cropped, (mirrored, swapped) = self._crop(number, draw), _both_ways(draw)
        changes = [(True, False), (False, True), (True, True)]
        possible = self.augmentation.mirror, self.augmentation.swap
        allowed = [own for own in changes if all(may or not asked for asked, may in zip(own, possible, strict=True))]
        if not allowed:
            raise InputError("counterparts need data.mirror=true or data.swap=true")
        mirror_it, swap_it = allowed[_draw(len(allowed), draw)]
        sample = self._seen(number, *cropped, mirrored, swapped)
        return sample, self._seen(number, *cropped, mirrored != mirror_it, swapped != swap_it)

    def _crop(self, number: int, draw: torch.Generator) -> tuple[Motion, str, tuple[str, ...]]:
        motion = self.cache.motion(self.clips[number])
        motion = motion.crop(_draw(max(len(motion) - MAX_FRAMES + 1, 1), draw), MAX_FRAMES)
        return motion, *_line(motion.texts, _draw(len(motion.texts.interaction), draw))

    def _seen(
        self,
        number: int,
        motion: Motion,
        interaction: str,
        individuals: tuple[str, ...],
        mirrored: bool,
        swapped: bool,
    ) -> Example:
        """Each person keeps its own text, mirrored with its motion and moved with it (unless `crossed`)."""
        augmentation, words = self.augmentation, self.augmentation.words
        mirrored, swapped = mirrored and augmentation.mirror, swapped and augmentation.swap
        if mirrored:
            motion, interaction = mirror(motion), words(interaction)
        if mirrored != augmentation.crossed:
            individuals = tuple(words(text) for text in individuals)
        if swapped:
            motion = motion.swap()
        if swapped or augmentation.crossed:
            individuals = individuals[::-1]
        return self._sample(number, motion, interaction, individuals)


class Counterparts(Dataset[tuple[Example, Example]]):
    """Every clip beside one that differs in little, the hardest wrong answer of a contrastive training.

    Args:
        clips: indexed by (number, seed).
    """

    def __init__(self, clips: InteractionDataset) -> None:
        self.clips = clips

    def __getitem__(self, index: tuple[int, int]) -> tuple[Example, Example]:
        """A clip as drawn from a seed, and the same mirrored, with its persons exchanged, or both, and told so."""
        return self.clips.pair(*index)


def _both_ways(draw: torch.Generator) -> tuple[bool, bool]:
    """Whether to mirror and whether to exchange the persons."""
    return bool(_draw(2, draw)), bool(_draw(2, draw))


def _draw(choices: int, generator: torch.Generator) -> int:
    return int(torch.randint(choices, (), generator=generator))


def _line(texts: Texts, line: int) -> tuple[str, tuple[str, ...]]:
    """The interaction text of a line and each person's text of the same line, "" where there is none."""
    individuals = tuple(lines[line] if line < len(lines) else "" for lines in texts.individuals)
    return texts.interaction[line], individuals
