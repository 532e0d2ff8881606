"""Weighting schedules of DualMDM: how much the single-person prior counts at each diffusion step (in2IN, DualMDM).

A schedule is a function of the original timestep t, 0 (clean) to 1000 (noise), whatever steps the sampler takes. Weight
0 leaves the motion to the interaction model, 1 to the prior.
"""

import math
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from in2in.errors import InputError

TIMESTEPS = 1000
"""Where the schedules' timestep axis ends."""


class Schedule(Protocol):
    """Weight of the prior at a timestep."""

    def __call__(self, t: Tensor) -> Tensor:
        """Timesteps [B], 0 to 1000, to weights 0 to 1: [B], or [B, P] where the persons' weights differ."""
        ...


class ConstantSchedule:
    """The same weight at every step.

    Args:
        weight: 0 to 1.
    """

    def __init__(self, weight: float = 0.3) -> None:
        if not 0 <= weight <= 1:
            raise InputError(f"composition.weight={weight:g} is outside 0 (interaction model) to 1 (prior)")
        self.weight = weight

    def __call__(self, t: Tensor) -> Tensor:
        """See `Schedule`."""
        return torch.full(t.shape, self.weight, device=t.device)


class LinearSchedule:
    """t / 1000: the prior decides first and fades out evenly."""

    def __call__(self, t: Tensor) -> Tensor:
        """See `Schedule`."""
        return t.float() / TIMESTEPS


class ExponentialSchedule:
    """exp(-rate (1000 - t)): the prior decides first and fades out fast.

    Args:
        rate: per timestep, greater than 0; published 0.0085.
    """

    def __init__(self, rate: float = 0.0085) -> None:
        if not (math.isfinite(rate) and rate > 0):
            raise InputError(f"composition.rate={rate:g} must be greater than 0 (published: 0.0085)")
        self.rate = rate

    def __call__(self, t: Tensor) -> Tensor:
        """See `Schedule`."""
        return torch.exp(-self.rate * (TIMESTEPS - t.float()))


class InverseExponentialSchedule(ExponentialSchedule):
    """1 - exp(-rate (1000 - t)): the interaction model decides first, the prior refines.

    Args:
        rate: per timestep, greater than 0; published 0.00825.
    """

    def __init__(self, rate: float = 0.00825) -> None:
        super().__init__(rate)

    def __call__(self, t: Tensor) -> Tensor:
        """See `Schedule`."""
        return 1 - super().__call__(t)


class CosineSchedule:
    """(1 - cos(pi t / 1000)) / 2: like the linear one, with a soft start and end."""

    def __call__(self, t: Tensor) -> Tensor:
        """See `Schedule`."""
        return (1 - torch.cos(math.pi * t.float() / TIMESTEPS)) / 2


class StepSchedule:
    """1 where t >= switch, else 0: the prior alone first, then the interaction model alone.

    Args:
        switch: timestep, 0 to 1000.
    """

    def __init__(self, switch: float = 500) -> None:
        if not 0 <= switch <= TIMESTEPS:
            raise InputError(f"composition.switch={switch:g} is outside 0 to {TIMESTEPS}, the diffusion timesteps")
        self.switch = switch

    def __call__(self, t: Tensor) -> Tensor:
        """See `Schedule`."""
        return (t >= self.switch).float()


class PersonSchedules:
    """A schedule for each of two persons.

    Args:
        person1: the schedule of person 1.
        person2: of person 2.
    """

    def __init__(self, person1: Schedule, person2: Schedule) -> None:
        self.persons = (person1, person2)

    def __call__(self, t: Tensor) -> Tensor:
        """Timesteps [B] to weights [B, 2]."""
        return torch.stack([schedule(t) for schedule in self.persons], dim=-1)


def over_time(schedule: Schedule) -> tuple[np.ndarray, np.ndarray]:
    """A schedule's curve: timesteps [1001] from noise to motion, and weights [1001], or [1001, P] for each person."""
    t = torch.arange(TIMESTEPS, -1, -1)
    return t.numpy(), schedule(t).numpy()
