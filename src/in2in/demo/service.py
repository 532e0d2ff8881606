"""What the page asks of the models: motion for an order, one order after another."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from in2in.blend import blend
from in2in.demo.limits import Limits
from in2in.demo.schedules import CHOICES
from in2in.diffusion.composition import DualMDM
from in2in.errors import InputError
from in2in.export.choices import Choices
from in2in.export.formats import find_formats
from in2in.export.html import notebook_view
from in2in.motion.motion import Motion
from in2in.motion.prompt import Prompt
from in2in.pipeline import Generator
from in2in.text.encoders import TextEncoder

VIEWER_HEIGHT = 560
"""Pixels."""


@dataclass(frozen=True)
class Order:
    """What a visitor asks for.

    Attributes:
        prompt: texts, length and first seed.
        samples: how many, with seeds in a row.
        guidance, prior_guidance: weights by their names, such as scale.
        schedule: name of the prior's weighting schedule, "" for the interaction model alone.
        shape: the number that shapes the schedule.
        formats: of the files to take away, beside the npz.
    """

    prompt: Prompt
    samples: int = 1
    guidance: dict[str, float] = field(default_factory=dict)
    prior_guidance: dict[str, float] = field(default_factory=dict)
    schedule: str = ""
    shape: float | None = None
    formats: tuple[str, ...] = ()


class Service:
    """Makes motion with an interaction model and, where there is one, a single-person prior.

    Args:
        interaction: of an interaction model.
        prior: of a single-person prior, or None.
        limits: what an order may ask for.
    """

    def __init__(self, interaction: Generator, prior: Generator | None = None, limits: Limits | None = None) -> None:
        self.interaction, self.prior, self.limits = interaction, prior, limits or Limits()
        self._lock = Lock()
        if isinstance(interaction.denoiser, DualMDM):
            raise InputError("run is a blend: give the demo its two runs, run= and prior_run=")
        for generator in (interaction, prior) if prior is not None else (interaction,):
            encoder = generator.conditioner.encoder  # visitors' texts hardly ever come twice
            if isinstance(encoder, TextEncoder):
                encoder.remember = min(encoder.remember, self.limits.texts)
        if prior is not None:
            self._blended(Order(Prompt("x"), schedule="exp"))  # two runs that do not fit are an error at once

    def make(self, order: Order, on_step: Callable[[int, int], None] | None = None) -> list[Motion]:
        """The motions of an order, once those of the orders before are made.

        Raises:
            InputError: what is asked for cannot be had.
        """
        self.limits.check(order.prompt, order.samples)
        find_formats(order.formats, "files")
        generator = self._blended(order) if order.schedule else self.interaction.guided(**order.guidance)
        with self._lock:  # a cancelled order is on its last step while the next one comes
            return generator(order.prompt, num_samples=order.samples, on_step=on_step)

    def _blended(self, order: Order) -> Generator:
        if self.prior is None:
            raise InputError(f"the schedule {order.schedule} blends in a prior, and there is none here")
        if order.schedule not in CHOICES:
            raise InputError(f"there is no schedule {order.schedule!r}; known are {', '.join(CHOICES)}")
        schedule = CHOICES[order.schedule].schedule(order.shape)
        return blend(self.interaction.guided(**order.guidance), self.prior.guided(**order.prior_guidance), schedule)


def view(motions: list[Motion]) -> str:
    """All motions side by side, as an element that plays them."""
    return notebook_view(motions, motions[0].title, VIEWER_HEIGHT)


def write_files(motions: list[Motion], formats: tuple[str, ...], folder: Path) -> list[Path]:
    """The npz of every motion and what else is asked for, in a folder."""
    paths = []
    for motion in motions:
        stem = folder / f"seed{motion.seed}"
        paths.append(stem.with_suffix(".npz"))
        motion.save(paths[-1])
        for form in find_formats(formats, "files").values():
            paths += form.write(stem, motion, Choices())
    return paths
