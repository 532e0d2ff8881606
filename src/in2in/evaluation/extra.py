"""Figures that an evaluation takes on beside its own, where a data set allows them."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Protocol

from torch import Tensor

from in2in.evaluation.protocol import Item
from in2in.evaluation.table import Column

Figures = dict[str, float]
"""By the names of the columns of `in2in.evaluation.table`."""

Reader = Callable[[Sequence[Item], Sequence[Tensor]], Figures]
"""Figures of the motions [P, T, 262] of items, in physical units."""


class Extra(Protocol):
    """A set of figures with its own part of the table; conf/evaluate/metric names those that are taken.

    Attributes:
        title: of its part of the table.
        columns: of it, by the names of its figures.
    """

    title: str
    columns: tuple[Column, ...]

    def read(self, data_dir: Path, clips: Collection[str]) -> Reader | None:
        """What is known of some clips of a data set, to measure motions by; None where it says nothing of them."""
        ...
