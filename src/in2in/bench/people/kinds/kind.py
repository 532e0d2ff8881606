"""What a kind of interaction consists of."""

from collections.abc import Callable
from dataclasses import dataclass

from in2in.bench.people.stage import Stage


@dataclass(frozen=True)
class Kind:
    """One kind of interaction.

    Attributes:
        name: as in the truth.
        choreograph: plans both persons on a fresh stage.
        handed: whether the starter uses the casting's side.
    """

    name: str
    choreograph: Callable[[Stage], None]
    handed: bool = False
