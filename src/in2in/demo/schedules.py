"""The weighting schedules that the page offers, each with the one number that shapes it."""

from collections.abc import Callable
from dataclasses import dataclass

from in2in.diffusion.schedules import (
    TIMESTEPS,
    ConstantSchedule,
    CosineSchedule,
    ExponentialSchedule,
    InverseExponentialSchedule,
    LinearSchedule,
    Schedule,
    StepSchedule,
)


@dataclass(frozen=True)
class Shape:
    """The number that shapes a schedule, as a slider: its name, range, step and where it starts."""

    name: str
    least: float
    most: float
    step: float
    start: float


@dataclass(frozen=True)
class Choice:
    """A schedule: its constructor, what it does in a few words, and its shape, if there is one to choose."""

    make: Callable[..., Schedule]
    words: str
    shape: Shape | None = None

    def schedule(self, value: float | None = None) -> Schedule:
        """The schedule with its shape at a value, at its start if there is none."""
        if self.shape is None:
            return self.make()
        return self.make(self.shape.start if value is None else value)


CHOICES = {
    "exp": Choice(ExponentialSchedule, "the prior first, gone soon", Shape("rate", 0.0005, 0.03, 0.0005, 0.0085)),
    "exp_inv": Choice(
        InverseExponentialSchedule, "the interaction first", Shape("rate", 0.00025, 0.03, 0.00025, 0.00825)
    ),
    "linear": Choice(LinearSchedule, "the prior first, fading evenly"),
    "cosine": Choice(CosineSchedule, "the prior first, with a soft start and end"),
    "constant": Choice(ConstantSchedule, "always the same", Shape("weight", 0.0, 1.0, 0.05, 0.3)),
    "step": Choice(StepSchedule, "the prior alone, then the interaction alone", Shape("switch", 0, TIMESTEPS, 20, 500)),
}
"""By the names that they have in conf/sampling/composition."""
