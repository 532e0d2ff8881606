"""The best and the worst clips of a model by each figure that a single clip has, side by side in 3D."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from in2in.evaluation.evaluator import Evaluator
from in2in.evaluation.figures import embed
from in2in.evaluation.physical import UNITS, clip_quality
from in2in.evaluation.protocol import Item, Protocol
from in2in.export.html import write_page
from in2in.motion.motion import Motion
from in2in.motion.representation import decode_joints
from in2in.motion.texts import Texts

SHOWN = ("foot_sliding", "jitter", "shake", "sides_exchanged", "floor_penetration", "interpenetration")
"""Of the physical measures; the others hardly set clips apart."""


@dataclass(frozen=True)
class Extremes:
    """The clips between which a figure spreads.

    Attributes:
        name: of the figure, with its unit.
        best, worst: places.
        values: [N], of all clips; lower is better.
    """

    name: str
    best: int
    worst: int
    values: np.ndarray

    @classmethod
    def of(cls, name: str, values: np.ndarray) -> "Extremes":
        """The lowest and the highest."""
        return cls(name, int(values.argmin()), int(values.argmax()), values)


def extremes(
    items: Sequence[Item], motions: Sequence[Tensor], evaluator: Evaluator, protocol: Protocol
) -> list[Extremes]:
    """By MM distance and by physical measures."""
    own = embed(evaluator, items, motions, protocol)
    found = [Extremes.of("MM distance", np.linalg.norm(own.text - own.motion, axis=1))]
    measured = [clip_quality(decode_joints(motion)) for motion in motions]
    for name in SHOWN:
        values = np.array([getattr(quality, name) for quality in measured])
        found.append(Extremes.of(f"{name.replace('_', ' ')}, {UNITS[name]}", values))
    return found


def write_extremes(path: Path, name: str, items: Sequence[Item], motions: Sequence[Tensor], of: list[Extremes]) -> None:
    """A page that plays the best and the worst clip of each figure.

    Args:
        path: of the page.
        name: of the model.
        items: N clips.
        motions: what was made for them, [P, T, 262] each.
        of: what to show.
    """
    shown = []
    for figure in of:
        for word, place in (("best", figure.best), ("worst", figure.worst)):
            joints = decode_joints(torch.as_tensor(motions[place])).numpy()
            title = f"{word} {figure.name}: {figure.values[place]:.3g}"
            note = f"{items[place].text} (clip {items[place].clip})"
            shown.append(Motion(joints, texts=Texts.single(title), name=note))
    write_page(path, shown, f"{name}: best and worst clips")
