"""metric=individual_diversity: how far a prior and other individual texts move an interaction (DualMDM, section 5)."""

from dataclasses import dataclass, replace

import numpy as np

from in2in.data.cache import MotionCache
from in2in.errors import InputError
from in2in.evaluation.generation import SampleFolder, generate
from in2in.evaluation.metrics import individual_diversity, interval
from in2in.evaluation.protocol import SEEDS_A_REPEAT, Repeat
from in2in.evaluation.report import write_json, write_results
from in2in.evaluation.setting import Setting
from in2in.files.whole import write_text
from in2in.motion.prompt import Prompt

OWN, OTHER, BLENDED, BLENDED_OTHER, AGAIN = range(5)
"""Sets of samples: the interaction model with a clip's own individual texts and with others', the blend with both, and
the interaction model with the own texts from other seeds."""

BETWEEN = {
    "as published: prior and other texts": (OWN, BLENDED_OTHER),
    "other texts alone": (OWN, OTHER),
    "prior alone": (OWN, BLENDED),
    "prior, with other texts on both sides": (OTHER, BLENDED_OTHER),
    "other seeds alone": (OWN, AGAIN),
}
"""Which sets are held against each other. The published metric confounds prior and texts; other seeds show how much of
any figure is nothing but sampling."""


@dataclass(frozen=True)
class IndividualDiversity:
    """Optimal transport between samples of an interaction model alone and blended with a prior.

    Attributes:
        interactions: clips, drawn in every repeat.
        samples: of each.
    """

    interactions: int = 100
    samples: int = 32

    def __call__(self, setting: Setting) -> None:
        """Generate five sets of samples in every repeat; write results.json and table.md."""
        if len(setting.models) != 2:
            raise InputError(
                "metric=individual_diversity compares a model with its blend: give one run=, and prior_run= with "
                "composition="
            )
        plan = setting.plan()
        if len(plan.repeats[0].items) < self.interactions:
            raise InputError(
                f"metric.interactions={self.interactions} needs as many clips, there are {len(plan.repeats[0].items)}"
            )
        texts = _individual_texts(setting)
        sets = [self._sets(setting, repeat, texts) for repeat in plan.repeats]
        for model, chosen in zip(setting.models, ((OWN, OTHER, AGAIN), (BLENDED, BLENDED_OTHER)), strict=True):
            generate(setting, model, [own[place] for own in sets for place in chosen])
        if not setting.trainer.is_global_zero:
            return
        figures: dict[str, list[float]] = {name: [] for name in BETWEEN}
        for own in sets:
            embedded = [self._embed(setting, motions) for motions in own]
            for name, (one, two) in BETWEEN.items():
                figures[name].append(float(f"{individual_diversity(embedded[one], embedded[two]):.6g}"))
        write_json(setting.out / "manifest.json", plan.manifest())
        write_results(setting.out / "results.json", {"individual_diversity": figures})
        write_text(setting.out / "table.md", table(figures))
        print(table(figures))

    def _sets(self, setting: Setting, repeat: Repeat, texts: list[str]) -> list[SampleFolder]:
        draw = np.random.default_rng([repeat.first_seed, 2])
        own: list[Prompt] = []
        other: list[Prompt] = []
        for row, place in enumerate(draw.permutation(len(repeat.items))[: self.interactions]):
            prompt = repeat.items[place].prompt(repeat.first_seed + row * self.samples)
            one, two = (texts[int(k)] for k in draw.integers(len(texts), size=2))
            own += prompt.samples(self.samples)
            other += replace(prompt, individual1=one, individual2=two).samples(self.samples)
        again = [replace(prompt, seed=prompt.seed + SEEDS_A_REPEAT // 2) for prompt in own]
        asked = {OWN: own, OTHER: other, BLENDED: own, BLENDED_OTHER: other, AGAIN: again}
        found = []
        for place, prompts in sorted(asked.items()):
            model = setting.models[place in (BLENDED, BLENDED_OTHER)]
            found.append(SampleFolder.of(setting, model, prompts))
        return found

    def _embed(self, setting: Setting, motions: SampleFolder) -> np.ndarray:
        embedded = setting.evaluator.motions(motions.read()).numpy()
        return embedded.reshape(self.interactions, self.samples, -1)


def _individual_texts(setting: Setting) -> list[str]:
    folder = setting.texts_dir or setting.data_dir
    cache = MotionCache(folder)
    told = [cache.texts(clip) for clip in cache.split(setting.split)]
    texts = sorted({text for own in told for lines in own.individuals for text in lines} - {""})
    if not texts:
        raise InputError(f"the split {setting.split} of {folder} holds no individual texts: give texts_dir=")
    return texts


def table(figures: dict[str, list[float]]) -> str:
    """Markdown of each figure's repeats: mean and 95 % interval."""
    lines = ["| individual diversity | transport |", "| --- | ---: |"]
    for name, values in figures.items():
        own = interval(values)
        half = "" if own.half_width is None else f" ± {own.half_width:.3f}"
        lines.append(f"| {name} | {own.mean:.3f}{half} |")
    return "\n".join(lines) + "\n"
