"""What is measured on: which clips, with which caption, crop and order of persons, from which seeds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from in2in.data.cache import MAX_FRAMES, MotionCache
from in2in.errors import InputError
from in2in.motion.prompt import MAX_SECONDS, MIN_SECONDS, Prompt
from in2in.motion.representation import FPS, canonicalise, encode

SEEDS_A_REPEAT = 1_000_000
"""Distance between the first seeds of two repeats."""

FEWEST_FRAMES = round(MIN_SECONDS * FPS)


@dataclass(frozen=True)
class Item:
    """One clip as it is evaluated.

    Attributes:
        clip: its id.
        text: its interaction text.
        individuals: each person's text, in the order of the persons.
        start: first frame.
        frames: length.
        swapped: whether the second person of the recording comes first.
    """

    clip: str
    text: str
    individuals: tuple[str, ...]
    start: int
    frames: int
    swapped: bool = False

    def features(self, cache: MotionCache) -> Tensor:
        """What was recorded, [P, frames, 262] in physical units."""
        motion = cache.motion(self.clip).crop(self.start, self.frames + 1)
        return encode(canonicalise(motion.swap() if self.swapped else motion))

    def prompt(self, seed: int) -> Prompt:
        """What a model is asked for."""
        one, two = self.individuals
        return Prompt(self.text, one, two, self.frames / FPS, seed)


@dataclass(frozen=True)
class Repeat:
    """One pass over all clips.

    Attributes:
        number: from 0.
        first_seed: item k is sampled with the seed first_seed + k; what else is drawn follows from it, too.
        items: the clips in their order.
    """

    number: int
    first_seed: int
    items: tuple[Item, ...]

    def prompts(self) -> list[Prompt]:
        """One for each item."""
        return [item.prompt(self.first_seed + place) for place, item in enumerate(self.items)]

    def generator(self) -> np.random.Generator:
        """For batches and pairs; the same for every model."""
        return np.random.default_rng(self.first_seed)


@dataclass(frozen=True)
class Protocol:
    """How models are measured.

    Attributes:
        draw: draw caption, crop and order of persons in every repeat, as published; else the first caption, the first
            frames and the recorded order.
        drop_rest: leave out the clips that do not fill a batch of R-precision, as published.
        first_length: generate a batch at its first sample's length, as published.
        individuals: let the evaluator read the individual texts, too.
        seconds: clips that last longer are left out; what is longer than 10 s is cropped.
        retrieval: motions that a text chooses from, the R-precision's batch.
        diversity_pairs: random pairs of the diversity.
        texts, samples, pairs: of the multimodality: texts, samples of each, random pairs of them.
        resample: sample the multimodality's motions in every repeat, as published; else once.
    """

    draw: bool = False
    drop_rest: bool = False
    first_length: bool = False
    individuals: bool = False
    seconds: float = MAX_SECONDS
    retrieval: int = 96
    diversity_pairs: int = 300
    texts: int = 100
    samples: int = 30
    pairs: int = 10
    resample: bool = False

    def __post_init__(self) -> None:
        if min(self.retrieval, self.diversity_pairs) < 1 or min(self.texts, self.samples, self.pairs) < 0:
            raise InputError("a protocol's numbers must be positive (texts, samples and pairs may be 0)")
        if self.texts and self.samples < self.pairs:
            raise InputError(f"protocol.pairs={self.pairs} random pairs need as many protocol.samples")

    def check(self, clips: int) -> None:
        """Raise an error that says what to lower if there are too few clips."""
        needs = {"retrieval": self.retrieval, "diversity_pairs": self.diversity_pairs, "texts": self.texts}
        for key, needed in needs.items():
            if clips < needed:
                raise InputError(f"protocol.{key}={needed} needs as many clips, there are {clips}: set it to {clips}")


@dataclass(frozen=True)
class Plan:
    """A protocol applied to a data set.

    Attributes:
        protocol: that one.
        repeats: all passes.
        left_out: why, and which clips are not used.
    """

    protocol: Protocol
    repeats: tuple[Repeat, ...]
    left_out: dict[str, list[str]] = field(default_factory=dict)

    def manifest(self) -> dict[str, Any]:
        """Ids, captions, crops and seeds, as plain data; clips that are the same in all repeats stand there once."""
        changing = self.protocol.draw
        return {
            "protocol": asdict(self.protocol),
            "left_out": self.left_out,
            "clips": None if changing else [asdict(item) for item in self.repeats[0].items],
            "repeats": [
                {"first_seed": own.first_seed} | ({"clips": [asdict(item) for item in own.items]} if changing else {})
                for own in self.repeats
            ],
        }


def plan(
    protocol: Protocol, data_dir: str | Path, split: str, repeats: int, seed: int = 0, limit: int | None = None
) -> Plan:
    """Choose the clips and all that is drawn.

    Args:
        protocol: how.
        data_dir: of the data set.
        split: whose clips are measured.
        repeats: passes over all clips.
        seed: from which everything follows.
        limit: at most so many clips, the first of the split that fit.
    """
    if repeats < 1 or seed < 0:
        raise InputError(f"repeats={repeats} must be 1 or more and seed={seed} 0 or more")
    cache = MotionCache(data_dir)
    if cache.persons != 2:
        raise InputError(f"data_dir={data_dir} holds single persons: models of two people are evaluated")
    used: list[str] = []
    left_out: dict[str, list[str]] = {}
    for clip in cache.split(split):
        frames = cache.length(clip) - 1
        if frames < FEWEST_FRAMES:
            left_out.setdefault(f"shorter than {MIN_SECONDS:g} s", []).append(clip)
        elif frames > protocol.seconds * FPS and protocol.seconds < MAX_SECONDS:
            left_out.setdefault(f"longer than {protocol.seconds:g} s", []).append(clip)
        elif limit is not None and len(used) >= limit:
            left_out.setdefault(f"beyond limit={limit}", []).append(clip)
        else:
            used.append(clip)
    protocol.check(len(used))
    first = seed * 1000 * SEEDS_A_REPEAT
    passes = []
    for number in range(repeats):
        first_seed = first + number * SEEDS_A_REPEAT
        drawn = _drawn(protocol, cache, used, first_seed)
        passes.append(Repeat(number, first_seed, tuple(drawn)))
    return Plan(protocol, tuple(passes), left_out)


def _drawn(protocol: Protocol, cache: MotionCache, clips: Sequence[str], seed: int) -> list[Item]:
    draw = torch.Generator().manual_seed(seed)
    items = []
    for clip in clips:
        length, texts = cache.length(clip), cache.texts(clip)
        frames = min(length, MAX_FRAMES) - 1
        start = line = 0
        swapped = False
        if protocol.draw:
            start = int(torch.randint(length - frames, (), generator=draw))
            line = int(torch.randint(len(texts.interaction), (), generator=draw))
            swapped = bool(torch.randint(2, (), generator=draw))
        own = tuple(lines[line] if line < len(lines) else "" for lines in texts.individuals)
        items.append(Item(clip, texts.interaction[line], own[::-1] if swapped else own, start, frames, swapped))
    if protocol.draw:  # and in any order, of which the rest of a batch is cut off
        items = [items[int(place)] for place in torch.randperm(len(items), generator=draw)]
    if protocol.drop_rest:
        items = items[: len(items) - len(items) % protocol.retrieval]
    return items
