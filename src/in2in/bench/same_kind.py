"""metric=same_kind: does the evaluator tell apart who, with which hand and how fast, where all else is alike?"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from in2in.bench.people.dataset import truth_path
from in2in.bench.people.truth import Truth
from in2in.data.cache import MotionCache
from in2in.errors import InputError
from in2in.evaluation.evaluator import whole_text
from in2in.evaluation.metrics import RetrievalBatch, r_precision
from in2in.evaluation.report import write_results
from in2in.evaluation.setting import Setting

Cast = tuple[int, tuple[str, str], str, str]


def cast_of(truth: Truth) -> Cast:
    """Role, hands, way and tempo: what sets clips of one kind apart."""
    return truth.starter, truth.hands, truth.way, truth.tempo


def draw_groups(casts: list[Cast], size: int, draw: np.random.Generator) -> list[list[int]]:
    """Groups of clips of one kind, as many of different casts as there are; every clip is in one at least.

    Args:
        casts: of the clips.
        size: clips of a group.
        draw: which.

    Returns:
        Groups of places; the first of each has not been first before.
    """
    groups = []
    for first in range(len(casts)):
        others = [int(place) for place in draw.permutation(len(casts)) if place != first]
        seen = {casts[first]}
        fresh = [place for place in others if not (casts[place] in seen or seen.add(casts[place]))]
        rest = [place for place in others if place not in fresh]
        groups.append([first, *(fresh + rest)[: size - 1]])
    return groups


def hits_among_kin(
    text: np.ndarray, motion: np.ndarray, truths: Sequence[Truth], candidates: int, seed: int
) -> dict[str, float]:
    """How often a text finds its motion among those of some clips of its kind.

    Args:
        text: [N, E], embeddings of the texts of clips.
        motion: [N, E], of their motion.
        truths: their records.
        candidates: clips to choose from; kinds of which there are fewer are left out.
        seed: of the draw.

    Returns:
        Top 1 by kind, "all kinds" first; empty where no kind has enough.
    """
    by_kind: dict[str, list[int]] = defaultdict(list)
    for place, truth in enumerate(truths):
        by_kind[truth.kind].append(place)
    by = {}
    for kind, places in sorted(by_kind.items()):
        if len(places) >= candidates:
            casts, draw = [cast_of(truths[place]) for place in places], np.random.default_rng(seed)
            groups = [(np.array(group[:1]), np.array(group)) for group in draw_groups(casts, candidates, draw)]
            batches = [RetrievalBatch(*group) for group in groups]
            by[kind] = float(r_precision(text[places], motion[places], batches, top=1)[0])
    sizes = [len(by_kind[kind]) for kind in by]
    return {"all kinds": float(np.average(list(by.values()), weights=sizes)), **by} if by else {}


@dataclass(frozen=True)
class SameKind:
    """Top-1 retrieval among few clips of one kind that differ in role, hand, way or tempo.

    Attributes:
        candidates: clips to choose from.
    """

    candidates: int = 8

    def __call__(self, setting: Setting) -> None:
        """Print and write the share of texts that find their clip, with and without individual texts, by kind."""
        evaluator = setting.evaluator
        if not (setting.data_dir / "truth").is_dir():
            raise InputError(f"data_dir={setting.data_dir} has no truth records: metric=same_kind needs generated data")
        items = setting.plan().repeats[0].items
        cache = MotionCache(setting.data_dir)
        truths = [Truth.load(truth_path(setting.data_dir, item.clip)) for item in items]
        motion = evaluator.motions([item.features(cache) for item in items]).numpy()
        texts = {"interaction text": [item.text for item in items]}
        if evaluator.individuals:
            texts["with individual texts"] = [whole_text(item.text, item.individuals) for item in items]
        figures: dict[str, dict[str, float]] = {}
        for name, told in texts.items():
            by = hits_among_kin(evaluator.texts(told).numpy(), motion, truths, self.candidates, setting.seed)
            if not by:
                raise InputError(
                    f"no kind has {self.candidates} clips in the split {setting.split}: lower metric.candidates"
                )
            figures[name] = {kind: float(f"{value:.6g}") for kind, value in by.items()}
        write_results(setting.out / "results.json", {"candidates": self.candidates, "top 1": figures})
        print(_table(figures, self.candidates))


def _table(figures: dict[str, dict[str, float]], candidates: int) -> str:
    lines = [
        f"| top 1 of {candidates} of one kind, % | " + " | ".join(figures) + " |",
        "| --- |" + " ---: |" * len(figures),
    ]
    for kind in next(iter(figures.values())):
        lines.append(f"| {kind} | " + " | ".join(f"{own[kind]:.1%}".rstrip("%") for own in figures.values()) + " |")
    return "\n".join([*lines, f"| by chance | {' | '.join([f'{100 / candidates:.1f}'] * len(figures))} |"])
