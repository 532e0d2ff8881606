"""Clips of a generated data set to prompt a model with and to judge its motion by."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from in2in.bench.people.dataset import truth_path
from in2in.bench.people.truth import Truth
from in2in.data.cache import MAX_FRAMES, MotionCache


@dataclass(frozen=True)
class Question:
    """A clip's words and what a motion made from them must show.

    Attributes:
        clip: its id.
        interaction: its first interaction text.
        individuals: the first text of each person.
        truth: its record.
        joints: [2, T, 22, 3] metres, what the data show.
    """

    clip: str
    interaction: str
    individuals: tuple[str, ...]
    truth: Truth
    joints: Tensor


def questions(data_dir: Path, split: str, count: int) -> list[Question]:
    """The clips of a split, shuffled, so that the kinds take turns.

    Args:
        data_dir: a prepared data set that in2in-prepare source=synthetic made.
        split: train, val or test.
        count: how many at most.
    """
    cache = MotionCache(data_dir)
    by_kind: dict[str, list[tuple[str, Truth]]] = defaultdict(list)
    clips = cache.split(split)
    for place in np.random.default_rng(0).permutation(len(clips)):
        truth = Truth.load(truth_path(data_dir, clips[place]))
        by_kind[truth.kind].append((clips[place], truth))
    turns = zip_longest(*(by_kind[kind] for kind in sorted(by_kind)))
    chosen = [entry for turn in turns for entry in turn if entry is not None][:count]
    asked = []
    for clip, truth in chosen:
        texts = cache.texts(clip)
        own = tuple(lines[0] for lines in texts.individuals)
        joints = torch.from_numpy(cache.motion(clip).crop(0, MAX_FRAMES).joints)
        asked.append(Question(clip, texts.interaction[0], own, truth, joints))
    return asked
