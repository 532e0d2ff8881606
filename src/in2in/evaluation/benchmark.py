"""Recorded motion and every model measured by the same code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor
from tqdm import tqdm

from in2in.data.cache import MotionCache
from in2in.data.synthetic.dataset import truth_path
from in2in.data.synthetic.truth import Truth
from in2in.errors import InputError
from in2in.evaluation.evaluator import Evaluator
from in2in.evaluation.figures import (
    Figures,
    embed,
    embedding_figures,
    multimodality_figure,
    physical_figures,
    truth_figures,
)
from in2in.evaluation.generation import Samples, unusable
from in2in.evaluation.metrics import interval
from in2in.evaluation.protocol import Item, Plan, Repeat
from in2in.evaluation.setting import Model
from in2in.pipeline import Prompt

REAL = "recorded motion"
CHANCE = "recorded, texts shuffled"


@dataclass(frozen=True)
class Row:
    """The figures of a model.

    Attributes:
        name: see `Model`.
        key: see `Model`; "" for recorded motion.
        figures: of each repeat, by name.
        unusable: number of motions, over all repeats, that could not be evaluated, by reason.
    """

    name: str
    key: str = ""
    figures: dict[str, list[float]] = field(default_factory=dict)
    unusable: dict[str, int] = field(default_factory=dict)

    def add(self, figures: Figures) -> None:
        """The figures of one more repeat."""
        for name, value in figures.items():
            self.figures.setdefault(name, []).append(value)

    def record(self) -> dict[str, Any]:
        """As plain data, six digits a figure."""
        estimates = {name: interval(values) for name, values in self.figures.items()}
        figures = {
            name: {
                "mean": _six(own.mean),
                "half_width_95": None if own.half_width is None else _six(own.half_width),
                "repeats": [_six(value) for value in self.figures[name]],
            }
            for name, own in estimates.items()
        }
        return {"key": self.key, "unusable": self.unusable, "figures": figures}


def _six(value: float) -> float:
    return float(f"{value:.6g}")


class Measure:
    """Measures sets of motions against one evaluator and one data set.

    Args:
        evaluator: that reads texts and motions.
        plan: of the evaluation.
        data_dir: the data set.
    """

    def __init__(self, evaluator: Evaluator, plan: Plan, data_dir: Path) -> None:
        self.evaluator, self.plan = evaluator, plan
        self.cache = MotionCache(data_dir)
        clips = {item.clip for repeat in plan.repeats for item in repeat.items}
        known = (data_dir / "truth").is_dir()
        self.truths = {clip: Truth.load(truth_path(data_dir, clip)) for clip in clips} if known else {}
        self.real = [self._recorded(repeat.items) for repeat in plan.repeats[: None if plan.protocol.draw else 1]]
        self.references = self._references()

    def _recorded(self, items: Sequence[Item]) -> list[Tensor]:
        return [item.features(self.cache) for item in items]

    def recorded(self, repeat: Repeat) -> list[Tensor]:
        """The recorded motions of a repeat's items."""
        return self.real[repeat.number % len(self.real)]

    def _references(self) -> list[np.ndarray]:
        """What FID compares with: the recorded motions, drawn another time where crops and order are drawn."""
        embedded = [self.evaluator.motions(motions).numpy() for motions in self.real]
        return [*embedded[1:], embedded[0]]

    def rows(self, models: Sequence[Model], samples: Sequence[Samples]) -> list[Row]:
        """Recorded motion, recorded motion with shuffled texts, and all models."""
        rows = [self._measure_real(Row(REAL), False), self._measure_real(Row(CHANCE), True)]
        for model, own in zip(models, samples, strict=True):
            rows.append(self._measure_model(Row(model.name, model.key), own))
        return rows

    def _measure_real(self, row: Row, shuffled: bool) -> Row:
        for repeat in self.plan.repeats:
            self._add(row, repeat, self.recorded(repeat), list(range(len(repeat.items))), shuffled)
        return row

    def _measure_model(self, row: Row, samples: Samples) -> Row:
        for repeat, motions in zip(
            tqdm(self.plan.repeats, desc=f"measuring {row.name}", unit="repeat"), samples.repeats, strict=True
        ):
            made = motions.read()
            good = self._usable(row, made, motions.prompts)
            try:
                self._add(row, repeat, [made[place] for place in good], good, False)
                self._add_varied(row, repeat, samples)
            except InputError as error:
                raise InputError(f"{row.name}, {len(made) - len(good)} unusable motions: {error}") from error
        return row

    def _usable(self, row: Row, made: Sequence[Tensor], prompts: Sequence[Prompt]) -> list[int]:
        bad = dict(unusable(made, prompts))
        for reason in bad.values():
            row.unusable[reason] = row.unusable.get(reason, 0) + 1
        # a motion of another length is still a motion; only numbers that are none cannot be measured
        return [place for place in range(len(made)) if bad.get(place) != "not finite"]

    def _add(self, row: Row, repeat: Repeat, motions: Sequence[Tensor], places: Sequence[int], shuffled: bool) -> None:
        items, protocol = [repeat.items[place] for place in places], self.plan.protocol
        own, draw = embed(self.evaluator, items, motions, protocol), repeat.generator()
        if shuffled:
            own = own.shuffled(draw)
        row.add(embedding_figures(own, self.references[repeat.number % len(self.references)], protocol, draw))
        if shuffled:
            return
        row.add(physical_figures(motions))
        if self.truths:
            ordered = [own.flip(0) if item.swapped else own for own, item in zip(motions, items, strict=True)]
            row.add(truth_figures(ordered, [self.truths[item.clip] for item in items]))

    def _add_varied(self, row: Row, repeat: Repeat, samples: Samples) -> None:
        if not samples.varied:
            return
        motions = samples.varied[repeat.number % len(samples.varied)]
        made = motions.read()
        if any(not own.isfinite().all() for own in made):
            row.unusable["not finite (multimodality)"] = sum(not own.isfinite().all() for own in made)
            return
        embedded = self.evaluator.motions(made).numpy()
        grouped = embedded.reshape(-1, self.plan.protocol.samples, embedded.shape[-1])
        row.add(multimodality_figure(grouped, self.plan.protocol, repeat.generator()))
