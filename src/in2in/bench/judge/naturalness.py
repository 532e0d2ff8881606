"""Joint angles, speeds, accelerations and stillness of whole data sets, side by side.

    python -m in2in.bench.judge.naturalness FOLDER [FOLDER ...]

prints them for any folders in the InterHuman layout, the last of which may be real motion.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from in2in.bench.judge.anatomy import RANGES_OF_MOTION, reached
from in2in.data.layout import SPLITS, read_motion, read_split
from in2in.motion.representation import FPS
from in2in.motion.signals import Array
from in2in.motion.skeleton import INDEX

PARTS = (
    ("pelvis", ("pelvis",)),
    ("head", ("head",)),
    ("hands", ("left_wrist", "right_wrist")),
    ("feet", ("left_ankle", "right_ankle")),
)
"""Parts of the body whose speeds are told apart."""

QUANTILES = (0.5, 0.9, 0.99, 0.999, 1.0)

STILL_PELVIS, STILL_BODY = 0.05, 0.15
"""m/s under which a pelvis stands still, and under which nobody's joints do more than rest."""


@dataclass(frozen=True)
class DataSet:
    """Motions under one name.

    Attributes:
        name: heads its columns.
        clips: joints [P, T, 22, 3] metres each.
    """

    name: str
    clips: tuple[Array, ...]

    @classmethod
    def read(cls, folder: Path) -> "DataSet":
        """All clips of a folder in the InterHuman layout."""
        names = [clip for split in SPLITS for clip in read_split(folder, split)]
        return cls(folder.name, tuple(read_motion(folder, name).joints.astype(np.float64) for name in names))

    def differences(self, order: int, joints: tuple[str, ...]) -> Array:
        """Lengths of the differences over time, [N]: m/s of order 1, m/s^2 of order 2."""
        chosen = [INDEX[name] for name in joints]
        found = [np.linalg.norm(np.diff(clip[:, :, chosen], n=order, axis=1), axis=-1).ravel() for clip in self.clips]
        return np.concatenate(found) * FPS**order

    def still(self) -> tuple[float, float]:
        """Shares of the frames: of a person's in which the pelvis stands still, of a clip's in which nobody moves."""
        speeds = [np.linalg.norm(np.diff(clip, axis=1), axis=-1) * FPS for clip in self.clips]
        pelvis = np.concatenate([speed[:, :, 0].ravel() for speed in speeds])
        fastest = np.concatenate([speed.max(axis=(0, 2)) for speed in speeds])
        return float((pelvis < STILL_PELVIS).mean()), float((fastest < STILL_BODY).mean())


def _row(first: str, cells: Sequence[str], width: int) -> str:
    return f"{first:<24}" + "".join(f"{cell:>{width}}" for cell in cells)


def dynamics_table(sets: Sequence[DataSet]) -> str:
    """Quantiles of speed and acceleration, a line for each part of the body and data set."""
    heads = [f"{100 * q:g} %" for q in QUANTILES]
    lines = []
    for order, unit in ((1, "speed, m/s"), (2, "acceleration, m/s^2")):
        lines.append(_row(unit, heads, 10))
        for part, joints in PARTS:
            for data in sets:
                values = np.quantile(data.differences(order, joints), QUANTILES)
                lines.append(_row(f"  {part} {data.name[:15]}", [f"{value:.2f}" for value in values], 10))
    return "\n".join(lines)


def stillness_table(sets: Sequence[DataSet]) -> str:
    """For each data set how much of the time pelvises stand still and nobody moves."""
    heads = [f"pelvis < {STILL_PELVIS:g} m/s", f"nobody > {STILL_BODY:g} m/s"]
    rows = [_row(f"  {data.name[:20]}", [f"{share:.1%}" for share in data.still()], 20) for data in sets]
    return "\n".join([_row("share of the frames", heads, 20), *rows])


def anatomy_table(sets: Sequence[DataSet]) -> str:
    """For each angle its range, then for each data set what is reached and the share of the frames outside."""
    lines = [_row("angle, degrees", ["range", *(data.name[:26] for data in sets)], 28)]
    columns = [reached(data.clips) for data in sets]
    for k, limit in enumerate(RANGES_OF_MOTION):
        cells = [f"{limit.least:.0f} .. {limit.most:.0f}"]
        cells += [f"{column[k].least:.0f} .. {column[k].most:.0f} ({column[k].outside:.2%} out)" for column in columns]
        lines.append(_row(limit.angle, cells, 28))
    return "\n".join(lines)


def main() -> None:
    """Print the tables for the folders named."""
    sets = [DataSet.read(Path(folder)) for folder in sys.argv[1:]]
    print(f"{dynamics_table(sets)}\n\n{stillness_table(sets)}\n\n{anatomy_table(sets)}")


if __name__ == "__main__":
    main()
