"""The fields of the page, and the order that their values make."""

from random import randrange
from typing import Any

import gradio as gr

from in2in.demo.schedules import CHOICES
from in2in.demo.service import Order, Service
from in2in.diffusion.schedules import over_time
from in2in.errors import InputError
from in2in.export.curves import weight_figure
from in2in.export.formats import FORMATS, at_hand
from in2in.motion.prompt import MIN_SECONDS, Prompt

ALONE = "none"
"""The choice of the interaction model without the prior, at first."""

MOST_GUIDANCE = 8.0

MOST_SEED = 1_000_000
"""Of the random ones."""

CURVE_SIZE = (4.6, 2.2)
"""Inches."""


class Form:
    """Fields for everything that an order holds; made inside a gr.Blocks.

    Args:
        service: whose models and limits the fields are for.
        examples: texts, seconds and seed of prompts that work, which fill the fields.
    """

    def __init__(self, service: Service, examples: list[list[Any]]) -> None:
        limits = service.limits
        self.prompt = gr.Textbox(
            label="What the two do", placeholder="Two people hug.", max_length=limits.letters, elem_id="prompt"
        )
        self.individuals = [
            gr.Textbox(
                label=f"What person {person} does (may stay empty)",
                max_length=limits.letters,
                elem_id=f"individual{person}",
            )
            for person in (1, 2)
        ]
        with gr.Row():  # in sight on a phone: right below the texts
            self.start = gr.Button("Generate", variant="primary", elem_id="generate")
            self.cancel = gr.Button("Cancel", elem_id="cancel")
        with gr.Row():
            start = min(Prompt("x").seconds, limits.seconds)
            self.seconds = _choice(MIN_SECONDS, limits.seconds, start, 0.5, label="Seconds", elem_id="seconds")
            self.seed = gr.Number(0, label="Seed", precision=0, minimum=0, elem_id="seed")
            self.samples = _choice(1, limits.samples, 1, 1, label="Samples", elem_id="samples")
        another = gr.Button("Random seed", size="sm", elem_id="random")
        another.click(lambda: randrange(MOST_SEED), None, self.seed, queue=False, show_progress="hidden")
        told = [self.prompt, *self.individuals, self.seconds, self.seed]
        labels = [str(example[0]) for example in examples]
        gr.Examples(examples, told, label="Prompts that work", elem_id="gallery", example_labels=labels)
        with gr.Accordion("Guidance", open=False):
            self.guidance = _sliders(service.interaction.guidance, "")
            self.prior_guidance = _sliders(service.prior.guidance, "prior: ") if service.prior else {}
        self.schedule, self.shapes = None, {}
        if service.prior is not None:
            with gr.Accordion("Weight of the single-person prior (DualMDM)", elem_id="dualmdm"):
                self._schedules()
        offered = [name for name in FORMATS if at_hand(name)]
        chosen = [name for name in ("html", "bvh", "glb") if name in offered]
        self.formats = gr.CheckboxGroup(offered, value=chosen, label="Files, beside the npz", elem_id="formats")

    @property
    def fields(self) -> set[Any]:
        """All components whose values make the order."""
        sliders = [*self.guidance.values(), *self.prior_guidance.values(), *self.shapes.values()]
        schedule = [self.schedule] if self.schedule is not None else []
        numbers = [self.seconds, self.seed, self.samples]
        return {self.prompt, *self.individuals, *numbers, *sliders, *schedule, self.formats}

    def order(self, values: dict[Any, Any]) -> Order:
        """The order that the values of `fields` make; an InputError says what is wrong."""
        schedule, shape = self._chosen(values)
        try:
            seconds, seed, samples = float(values[self.seconds]), int(values[self.seed]), int(values[self.samples])
        except (TypeError, ValueError, OverflowError) as error:
            raise InputError("seconds, seed and samples are numbers: fill them in") from error
        own1, own2 = (values[own] or "" for own in self.individuals)
        return Order(
            Prompt(values[self.prompt] or "", own1, own2, seconds, seed),
            samples,
            {name: float(values[slider]) for name, slider in self.guidance.items()},
            {name: float(values[slider]) for name, slider in self.prior_guidance.items()},
            schedule,
            shape,
            tuple(values[self.formats] or ()),
        )

    def _schedules(self) -> None:
        """The choice of the schedule, a slider for its shape, and the curve that follows them."""
        words = [("no prior: the interaction model alone", ALONE)]
        words += [(f"{name}: {choice.words}", name) for name, choice in CHOICES.items()]
        self.schedule = schedule = gr.Dropdown(words, value=ALONE, label="Schedule", elem_id="schedule")
        for name, choice in CHOICES.items():
            if own := choice.shape:
                slider = gr.Slider(
                    own.least, own.most, own.start, step=own.step, label=own.name, elem_id=f"shape-{name}"
                )
                slider.visible = False
                self.shapes[name] = slider
        sliders = list(self.shapes.values())
        curve = gr.Plot(show_label=False, visible=False, elem_id="curve")
        schedule.change(self._show_shape, schedule, sliders, queue=False, show_progress="hidden")
        gr.on(
            [schedule.change, *(slider.change for slider in sliders)],
            self._draw,
            {schedule, *sliders},
            curve,
            queue=False,
            show_progress="hidden",
            trigger_mode="always_last",
        )

    def _draw(self, values: dict[Any, Any]) -> dict[str, Any]:
        name, shape = self._chosen(values)
        if not name:
            return gr.update(visible=False)
        curve = over_time(CHOICES[name].schedule(shape))
        return gr.update(value=weight_figure({name: curve}, CURVE_SIZE), visible=True)

    def _show_shape(self, schedule: str) -> list[dict[str, Any]]:
        return [gr.update(visible=name == schedule) for name in self.shapes]

    def _chosen(self, values: dict[Any, Any]) -> tuple[str, float | None]:
        """Name of the schedule, "" for none, and its shape."""
        if self.schedule is None or values[self.schedule] in (None, ALONE):
            return "", None
        name = values[self.schedule]
        return name, float(values[self.shapes[name]]) if name in self.shapes else None


def _choice(least: float, most: float, start: float, step: float, **shown: str) -> gr.Slider:
    """A slider, hidden where the limits leave nothing to choose; gradio knows none of one value."""
    return gr.Slider(least, max(most, least + step), start, step=step, visible=most > least, **shown)  # type: ignore


def _sliders(guidance: dict[str, Any], before: str) -> dict[str, gr.Slider]:
    """A slider for each weight of a guidance."""
    weights = {name: float(value) for name, value in guidance.items() if isinstance(value, int | float)}
    return {
        name: gr.Slider(0, MOST_GUIDANCE, value, step=0.1, label=f"{before}{name}", elem_id=f"{before[:5]}{name}")
        for name, value in weights.items()
    }
