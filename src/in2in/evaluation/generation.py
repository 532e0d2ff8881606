"""What each model generates for an evaluation: kept on disk as it is made, and never made twice."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from torch import Tensor

from in2in.evaluation.protocol import SEEDS_A_REPEAT, Plan, Protocol, Repeat
from in2in.evaluation.setting import Model, Setting
from in2in.kept import check_kept, missing_samples
from in2in.motion.prompt import Prompt
from in2in.motion.provenance import check_same
from in2in.motion.representation import shown_features
from in2in.motion.sample_file import read_sample, sample_path
from in2in.prediction import GeneratorModule, predict


@dataclass(frozen=True)
class SampleFolder:
    """The motions of prompts, in their order, as files of a folder.

    Attributes:
        folder: where they are kept as NNN.npz; other prompts, models or batches go elsewhere.
        prompts: any number.
        batch_size: of the generation.
        first_length: see `GeneratorModule`.
    """

    folder: Path
    prompts: tuple[Prompt, ...]
    batch_size: int
    first_length: bool

    @classmethod
    def of(cls, setting: Setting, model: Model, prompts: Sequence[Prompt]) -> "SampleFolder":
        """Where a model's motions of these prompts are or will be."""
        how = (setting.batch_size, setting.protocol.first_length)
        told = json.dumps([*(asdict(prompt) for prompt in prompts), *how])
        own = setting.out / "motions" / f"{model.name}-{model.key[:12]}"
        return cls(own / hashlib.sha256(told.encode()).hexdigest()[:12], tuple(prompts), *how)

    def missing(self) -> list[int]:
        """Numbers of the prompts whose motions are not made yet."""
        return missing_samples(self.folder, range(len(self.prompts)))

    def read(self) -> list[Tensor]:
        """What the motions show, [P, T, 262] in physical units, once made; an error if not all are of one origin."""
        paths = [sample_path(self.folder, number) for number in range(len(self.prompts))]
        kept = [read_sample(path) for path in paths]
        for path, motion in zip(paths, kept, strict=True):
            check_same(path, motion.provenance, kept[0].provenance)
        return [shown_features(motion) for motion in kept]


def generate(setting: Setting, model: Model, motions: Sequence[SampleFolder]) -> None:
    """Make what is missing, by all processes of the trainer; each returns when all are done."""
    if setting.trainer.world_size == 1 and not any(own.missing() for own in motions):
        return
    if setting.trainer.is_global_zero and (others := _made_by_others(setting, model)):
        print(f"{', '.join(map(str, others))}: other weights, other options or an earlier version made these, not used")
    generator = model.load("cpu")  # Lightning moves it
    for own in motions:
        check_kept(own.folder, generator, str(setting.trainer.precision))
        module = GeneratorModule(generator, own.prompts, own.folder, own.batch_size, own.first_length, setting.threads)
        predict(setting.trainer, module)


def _made_by_others(setting: Setting, model: Model) -> list[Path]:
    """Folders of motions of a model's name, but with another key."""
    named = re.compile(re.escape(model.name) + "-[0-9a-f]{12}")
    found = sorted((setting.out / "motions").glob("*"))
    return [own for own in found if named.fullmatch(own.name) and own.name != f"{model.name}-{model.key[:12]}"]


@dataclass(frozen=True)
class Samples:
    """What one model generates.

    Attributes:
        repeats: an item's motion each, for every repeat.
        varied: for every repeat that has its own, many motions for some texts, those of a text in a row.
    """

    repeats: tuple[SampleFolder, ...]
    varied: tuple[SampleFolder, ...]

    @classmethod
    def of(cls, setting: Setting, model: Model, plan: Plan) -> "Samples":
        """Where the motions of a model are or will be."""
        asked = [repeat.prompts() for repeat in plan.repeats]
        passes = plan.repeats[: None if plan.protocol.resample else 1]
        varied = [varied_prompts(repeat, plan.protocol) for repeat in passes]
        return cls(
            tuple(SampleFolder.of(setting, model, prompts) for prompts in asked),
            tuple(SampleFolder.of(setting, model, prompts) for prompts in varied if prompts),
        )


def varied_prompts(repeat: Repeat, protocol: Protocol) -> list[Prompt]:
    """The prompts of the multimodality: `samples` seeds for each of `texts` items."""
    draw = np.random.default_rng([repeat.first_seed, 1])
    places = draw.permutation(len(repeat.items))[: protocol.texts]
    seed = repeat.first_seed + SEEDS_A_REPEAT // 2
    return [
        sample
        for row, place in enumerate(places)
        for sample in repeat.items[place].prompt(seed + row * protocol.samples).samples(protocol.samples)
    ]


def unusable(motions: Sequence[Tensor], prompts: Sequence[Prompt]) -> Iterator[tuple[int, str]]:
    """Places of motions that cannot be evaluated, with the reason: "not finite" or "of another length"."""
    for place, (motion, prompt) in enumerate(zip(motions, prompts, strict=True)):
        if not motion.isfinite().all():
            yield place, "not finite"
        elif motion.shape[1] != prompt.frames:
            yield place, "of another length"
