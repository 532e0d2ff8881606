"""Recorded motion and every model measured by the same code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor
from tqdm import tqdm

from in2in.data.cache import MotionCache
from in2in.errors import InputError
from in2in.evaluation.evaluator import Evaluator
from in2in.evaluation.extra import Extra, Figures
from in2in.evaluation.figures import (
    Embedded,
    embed,
    embedding_figures,
    multimodality_figure,
    physical_figures,
)
from in2in.evaluation.generation import SampleFolder, Samples, unusable
from in2in.evaluation.metrics import interval
from in2in.evaluation.protocol import Item, Plan, Repeat
from in2in.evaluation.setting import Model
from in2in.motion.prompt import Prompt

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


@dataclass(frozen=True)
class Recorded:
    """The recorded motion of one draw of clips; where nothing is drawn it serves all repeats.

    Attributes:
        embedded: as the evaluator sees it with its texts.
        figures: that need no evaluator.
    """

    embedded: Embedded
    figures: Figures


class Measure:
    """Measures sets of motions with one evaluator on one data set.

    Args:
        evaluator: that reads texts and motions.
        plan: of the evaluation.
        data_dir: the data set.
        extras: figures beside the evaluator's and the physical ones.
    """

    def __init__(self, evaluator: Evaluator, plan: Plan, data_dir: Path, extras: Sequence[Extra] = ()) -> None:
        self.evaluator, self.plan = evaluator, plan
        clips = {item.clip for repeat in plan.repeats for item in repeat.items}
        self.readers = [reader for extra in extras if (reader := extra.read(data_dir, clips)) is not None]
        cache = MotionCache(data_dir)
        draws = plan.repeats[: None if plan.protocol.draw else 1]
        self.recorded = [self._recorded(repeat, cache) for repeat in tqdm(draws, desc=f"measuring {REAL}")]

    def _recorded(self, repeat: Repeat, cache: MotionCache) -> Recorded:
        motions = [item.features(cache) for item in repeat.items]
        embedded = embed(self.evaluator, repeat.items, motions, self.plan.protocol)
        return Recorded(embedded, self._itself(repeat.items, motions))

    def _itself(self, items: Sequence[Item], motions: Sequence[Tensor]) -> Figures:
        """The figures that need no evaluator."""
        figures = physical_figures(motions)
        for reader in self.readers:
            figures |= reader(items, motions)
        return figures

    def _compared(self, own: Embedded, repeat: Repeat, draw: np.random.Generator) -> Figures:
        """The evaluator's figures; FID is to recorded motion, drawn another time where clips are drawn."""
        reference = self.recorded[(repeat.number + 1) % len(self.recorded)].embedded.motion
        return embedding_figures(own, reference, self.plan.protocol, draw)

    def rows(self, models: Sequence[Model], samples: Sequence[Samples]) -> list[Row]:
        """Recorded motion, recorded motion with shuffled texts, and all models."""
        real, chance = Row(REAL), Row(CHANCE)
        for repeat in self.plan.repeats:
            own, draw = self.recorded[repeat.number % len(self.recorded)], repeat.generator()
            chance.add(self._compared(own.embedded.shuffled(draw), repeat, draw))
            real.add(self._compared(own.embedded, repeat, repeat.generator()) | own.figures)
        rows = [self._model(Row(model.name, model.key), own) for model, own in zip(models, samples, strict=True)]
        return [real, chance, *rows]

    def _model(self, row: Row, samples: Samples) -> Row:
        repeats = tqdm(self.plan.repeats, desc=f"measuring {row.name}", unit="repeat")
        for repeat, motions in zip(repeats, samples.repeats, strict=True):
            made = motions.read()
            good = self._usable(row, made, motions.prompts)
            items, finite = [repeat.items[place] for place in good], [made[place] for place in good]
            own = embed(self.evaluator, items, finite, self.plan.protocol)
            try:
                row.add(self._compared(own, repeat, repeat.generator()) | self._itself(items, finite))
            except InputError as error:
                raise InputError(f"{row.name}, {len(made) - len(good)} unusable motions: {error}") from error
            if samples.varied:
                self._add_varied(row, repeat, samples.varied[repeat.number % len(samples.varied)])
        return row

    def _usable(self, row: Row, made: Sequence[Tensor], prompts: Sequence[Prompt]) -> list[int]:
        """Places of the motions that can be measured; what is wrong with others is counted."""
        bad = dict(unusable(made, prompts))
        for reason in bad.values():
            row.unusable[reason] = row.unusable.get(reason, 0) + 1
        # a motion of another length is still a motion
        return [place for place in range(len(made)) if bad.get(place) != "not finite"]

    def _add_varied(self, row: Row, repeat: Repeat, motions: SampleFolder) -> None:
        made = motions.read()
        if bad := sum(not own.isfinite().all() for own in made):
            row.unusable["not finite (multimodality)"] = bad
            return
        embedded = self.evaluator.motions(made).numpy()
        grouped = embedded.reshape(-1, self.plan.protocol.samples, embedded.shape[-1])
        row.add(multimodality_figure(grouped, self.plan.protocol, repeat.generator()))
