"""The kind of an interaction: the one whose usual ranges of all measures a motion leaves least.

The ranges are those of training clips (see `fit`), kept in ranges.json: for each kind, from where to where each
measure of `Features` goes, and for each measure the unit in which a distance from a range is counted. A measure that
is far out counts no more than one that is `FARTHEST` out, so that one wrong limb does not decide alone.
"""

import json
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np

from in2in.bench.judge.features import Features, features
from in2in.motion.signals import Array, Signals

RANGES = Path(__file__).parent / "ranges.json"

FARTHEST = 4.0
"""Units that a measure counts at most."""

STRANGE = 8.0
"""Distance from the nearest kind from which on a motion is none of them."""

STILL = 0.15
"""Metres; where no joint gets further than this from its place in the first frame, nobody does anything."""

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Ranges:
    """The usual ranges of K kinds in F measures.

    Attributes:
        kinds: K names.
        low, high: [K, F], in the measures' units.
        unit: [F], the same units.
    """

    kinds: tuple[str, ...]
    low: Array
    high: Array
    unit: Array

    @classmethod
    def fit(cls, kinds: tuple[str, ...], measures: Array, number: Array, outside: float = 0.02) -> "Ranges":
        """Fit on measures [N, F] of clips of the kinds `number` [N], leaving a share outside on either side."""
        of_kind = [measures[number == k] for k in range(len(kinds))]
        low, high = (np.stack([np.quantile(m, q, axis=0) for m in of_kind]) for q in (outside, 1.0 - outside))
        unit = np.mean([m.std(axis=0) for m in of_kind], axis=0)
        return cls(kinds, low, high, np.maximum(unit, 1e-3))

    def distances(self, measures: Array) -> Array:
        """[K], how far measures [F] are from each kind: the root of the summed squares of the units out of range."""
        out = np.maximum(np.maximum(self.low - measures, measures - self.high), 0.0) / self.unit
        return np.sqrt((np.minimum(out, FARTHEST) ** 2).sum(-1))

    def nearest(self, measures: Array) -> str:
        """The kind of measures [F], or `UNKNOWN`."""
        distances = self.distances(measures)
        return self.kinds[int(distances.argmin())] if distances.min() < STRANGE else UNKNOWN

    def save(self, path: Path = RANGES) -> None:
        """Write as JSON, one kind and measure a line."""
        names = [field.name for field in fields(Features)]
        record = {
            "unit": [f"{name}: {unit:.4g}" for name, unit in zip(names, self.unit, strict=True)],
            "range": [
                f"{kind} / {name}: {low:.4g} .. {high:.4g}"
                for kind, lows, highs in zip(self.kinds, self.low, self.high, strict=True)
                for name, low, high in zip(names, lows, highs, strict=True)
            ],
        }
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path = RANGES) -> "Ranges":
        """Read what `save` wrote."""
        record = json.loads(path.read_text(encoding="utf-8"))
        unit = np.array([float(line.split(": ")[1]) for line in record["unit"]])
        rows = [line.split(": ") for line in record["range"]]
        kinds = tuple(dict.fromkeys(name.split(" / ")[0] for name, _ in rows))
        bounds = np.array([[float(bound) for bound in values.split(" .. ")] for _, values in rows])
        low, high = bounds.reshape(len(kinds), len(unit), 2).transpose(2, 0, 1)
        return cls(kinds, low, high, unit)


def recognise_kind(s: Signals) -> str:
    """The kind of a motion, or `UNKNOWN`."""
    moved = float(np.linalg.norm(s.joints - s.joints[:, :1], axis=-1).max())
    return usual_ranges().nearest(features(s).values()) if moved > STILL else UNKNOWN


@cache
def usual_ranges() -> Ranges:
    """The ranges that the project ships."""
    return Ranges.load()
