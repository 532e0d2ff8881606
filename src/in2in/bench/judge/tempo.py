"""How fast a motion of a known kind is, beside others of its kind."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from in2in.motion.representation import FPS
from in2in.motion.signals import Array, Signals

PACES = Path(__file__).parent / "paces.json"

RIDGE = 2.0
"""Weight of the penalty on large coefficients."""


def _rate(course: Array) -> float:
    """1/s, how fast a course [T, n] changes at its fastest, as a share of its whole extent."""
    speed = np.linalg.norm(np.diff(course, axis=0), axis=-1) * FPS
    extent = float(np.linalg.norm(course.max(0) - course.min(0)))
    return float(np.quantile(speed, 0.97)) / max(extent, 0.05)


def rates(s: Signals) -> Array:
    """[8], logarithms of what grows with tempo: speeds, and changes a second as shares of their extent."""
    arms = [[_rate(s.from_shoulder[person, side]) for side in range(2)] for person in range(2)]
    lift = s.lifted.max(-1)
    busiest = [arms[person][int(lift[person].argmax())] for person in range(2)]
    lean = np.stack([s.lean, s.tilt], axis=-1)
    steps = np.abs(np.diff(s.ankles, axis=-1)).mean() * FPS
    moved = np.linalg.norm(np.diff(s.from_shoulder, axis=2), axis=-1).mean() * FPS
    found = (
        *sorted(busiest),
        *sorted(_rate(course) for course in lean),
        float(s.speed.max()),
        float(np.quantile(s.speed.max(0), 0.7)),
        float(steps),
        float(moved),
    )
    return np.log(np.maximum(np.array(found), 0.01))


@dataclass(frozen=True)
class Paces:
    """For each of K kinds a linear reading of the tempo off R rates.

    Attributes:
        kinds: K names.
        middle: [K, R], the mean rates.
        slope: [K, R], so that (rates - middle) . slope is the logarithm of the tempo, 0 at normal.
    """

    kinds: tuple[str, ...]
    middle: Array
    slope: Array

    @classmethod
    def fit(cls, kinds: tuple[str, ...], rates: Array, tempo: Array, number: Array) -> "Paces":
        """Ridge regression of the tempo's logarithm [N] on rates [N, R], for each kind by its number [N]."""
        middle, slope = [], []
        for k in range(len(kinds)):
            x, y = rates[number == k], tempo[number == k]
            centred = x - x.mean(0)
            normal = centred.T @ centred + RIDGE * np.eye(x.shape[1])
            middle.append(x.mean(0))
            slope.append(np.linalg.solve(normal, centred.T @ (y - y.mean())))
        return cls(kinds, np.array(middle), np.array(slope))

    def speed(self, kind: str, rates: Array) -> float:
        """Logarithm of the tempo: positive is faster than the kind's mean, negative slower."""
        k = self.kinds.index(kind)
        return float((rates - self.middle[k]) @ self.slope[k])

    def save(self, path: Path = PACES) -> None:
        """Write as JSON."""
        record = {
            "kinds": self.kinds,
            "middle": [" ".join(f"{v:.4g}" for v in row) for row in self.middle],
            "slope": [" ".join(f"{v:.4g}" for v in row) for row in self.slope],
        }
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path = PACES) -> "Paces":
        """Read what `save` wrote."""
        record = json.loads(path.read_text(encoding="utf-8"))
        middle, slope = (np.array([row.split() for row in record[name]], dtype=float) for name in ("middle", "slope"))
        return cls(tuple(record["kinds"]), middle, slope)


@cache
def usual_paces() -> Paces:
    """The readings that the project ships."""
    return Paces.load()
