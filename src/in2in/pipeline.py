"""From prompts to motion with a trained run: five lines of Python, and all that the commands use.

generator = Generator.from_pretrained("runs/demo/...")
[motion] = generator("two people shake hands", seconds=3, seed=1)
motion.joints
motion.to_html("shake.html")
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from hydra.utils import instantiate
from torch import Tensor, nn

from in2in.diffusion.noise import counted_noise
from in2in.diffusion.sampler import Edit, Sampler, draw_noise, length_mask
from in2in.direction.checks import check
from in2in.direction.scene import Scene
from in2in.direction.steering import Steering
from in2in.direction.takes import Takes
from in2in.errors import InputError
from in2in.models.condition import Condition, TextConditioner
from in2in.models.denoiser import Network
from in2in.motion.decoding import Decoding, PositionDecoding
from in2in.motion.motion import Motion
from in2in.motion.normalizer import Normalizer
from in2in.motion.prompt import Prompt
from in2in.motion.provenance import Origin, Provenance
from in2in.motion.representation import NUM_FEATURES
from in2in.motion.space import FeatureSpace
from in2in.motion.texts import Texts
from in2in.runs.building import build, misfit
from in2in.runs.folder import described, folder_of, read_config, read_run, space_of
from in2in.runs.provenance import precision_in_use, weights_sha256
from in2in.text.known import KnownTexts

PERSONS = 2


def _part(weights: dict[str, torch.Tensor], name: str) -> dict[str, torch.Tensor]:
    """The weights of one part of a run, by their names in it."""
    return {key.removeprefix(f"{name}."): value for key, value in weights.items() if key.startswith(f"{name}.")}


class Generator:
    """Generates motion from prompts.

    Args:
        denoiser: a guided denoiser, in evaluation mode.
        conditioner: texts to conditions.
        space: what the denoiser's numbers mean.
        sampler: the solver.
        guidance: a note on how the denoiser is guided, kept with every motion.
        provenance: what it samples with, kept with every motion; None where that is unknown.
        decoding: features to joints; the predicted positions where not given.

    Attributes:
        draw: what draws the noise of a seed; see `counted`.
        remark: interaction text -> a line if it is unlike all that the model was trained on, else "", kept with every
            motion; see `in2in.text.known`. "" always of runs that do not hold their texts.
    """

    def __init__(
        self,
        denoiser: nn.Module,
        conditioner: nn.Module,
        space: FeatureSpace,
        sampler: Sampler,
        guidance: dict[str, Any] | None = None,
        provenance: Provenance | None = None,
        decoding: Decoding | None = None,
    ) -> None:
        self.denoiser, self.conditioner, self.space = denoiser, conditioner, space
        self.decoding = decoding or PositionDecoding()
        self.sampler, self.guidance, self.provenance = sampler, guidance or {}, provenance
        self.draw = draw_noise
        self.remark: Callable[[str], str] = lambda text: ""
        self.dtype: torch.dtype | None = None

    @classmethod
    def from_pretrained(
        cls,
        run: str | Path,
        guidance: dict[str, Any] | None = None,
        sampler: dict[str, Any] | None = None,
        device: str = "cpu",
        decoding: dict[str, Any] | None = None,
    ) -> "Generator":
        """Load a run folder.

        Args:
            run: folder with config.yaml and weights, as in2in-train, in2in-convert or in2in-blend writes it; or
                OWNER/NAME of such a folder on the Hugging Face hub.
            guidance: node that takes the place of the run's own.
            sampler: likewise.
            device: where to run.
            decoding: node that takes the place of the run's own.
        """
        conf = read_config(run)
        if "blend" in conf:  # DualMDM: two runs, see `in2in.blend.load`
            chosen = {"guidance": guidance, "sampler": sampler, "decoding": decoding}
            return build(run, conf, "blend", device=device, **{key: node for key, node in chosen.items() if node})
        conf, weights = read_run(run)
        if guidance is not None:
            conf.guidance = guidance
        if sampler is not None:
            conf.sampler = sampler
        if decoding is not None:
            conf.decoding = decoding
        normalizer = Normalizer()
        for name, make in (
            ("denoiser", lambda: build(run, conf, "model")),
            ("conditioner", lambda: nn.ModuleDict({"head": build(run, conf, "head")})),
            ("normalizer", Normalizer),
        ):
            if wrong := misfit(make, _part(weights, name)):
                raise InputError(f"the weights in {run} do not fit its config.yaml ({name}): {wrong}")
        denoiser, encoder, head = (build(run, conf, part) for part in ("model", "text", "head"))
        if not encoder.dim == len(head.norm.weight) == conf.model.get("text_dim", 768):
            raise InputError(f"run={run}: text, head and model in its config.yaml are of different widths")
        if denoiser.features != NUM_FEATURES:
            raise InputError(f"run={run} is of motion with {denoiser.features} features, not {NUM_FEATURES}")
        conditioner = TextConditioner(encoder, head)
        for name, part in (("denoiser", denoiser), ("conditioner", conditioner), ("normalizer", normalizer)):
            part.load_state_dict(_part(weights, name))
            part.to(device).eval().requires_grad_(False)
        guided = build(run, conf, "guidance")(denoiser).eval()
        note: dict[str, Any] = {str(key): conf.guidance[key] for key in conf.guidance if key != "_partial_"}
        space = space_of(run, conf, normalizer)
        steps: Sampler = build(run, conf, "sampler")(build(run, conf, "noise"))
        origin = Origin(
            str(run), weights_sha256(weights), weights_sha256(encoder.network.state_dict()), described(conf)
        )
        taken = {"solver": type(steps.solver).__name__, "steps": steps.steps}
        shown = build(run, conf, "decoding") if "decoding" in conf else None
        made = cls(guided, conditioner, space.to(device), steps, note, Provenance(origin, taken, note), shown)
        if known := KnownTexts.load(folder_of(run), encoder.dim):
            made.remark = partial(known.remark, encoder)
        return made

    def computing(self, dtype: torch.dtype | None = None, compiled: bool = False) -> "Generator":
        """Have the networks compute otherwise from now on; samples tell of it.

        Args:
            dtype: of matrix products, bfloat16 or, on a GPU, float16; None for float32.
            compiled: whether torch.compile makes kernels for them: the first samples take a minute, all further ones
                less. Lengths may differ; the kernels are made for any.
        """
        self.dtype = dtype
        for part in self.denoiser.modules():
            if compiled and isinstance(part, Network):
                part.compile(dynamic=True)
        return self

    def guided(self, **weights: float) -> "Generator":
        """The same model, its networks shared, with other weights of its guidance: generator.guided(scale=2.5)."""
        known = [key for key in self.guidance if not key.startswith("_")]
        if unknown := sorted(weights.keys() - set(known)):
            raise InputError(f"guidance has no weight {unknown[0]!r}; this model's are {', '.join(known)}")
        guidance = {**self.guidance, **weights}
        guided = instantiate({**guidance, "_partial_": True})(self.denoiser.denoiser).eval()
        made = None if self.provenance is None else replace(self.provenance, guidance=guidance)
        same = copy(self)
        same.denoiser, same.guidance, same.provenance = guided, guidance, made
        return same

    def counted(self) -> "Generator":
        """The same model with noise by `in2in.diffusion.noise`: a seed then gives the motion that its page gives."""
        same = copy(self)
        same.draw = counted_noise
        if (made := self.provenance) is not None:
            same.provenance = replace(made, sampler={**made.sampler, "noise": "counted"})
        return same

    def unguided(self) -> nn.Module:
        """The network without guidance; of DualMDM the blend of both without."""
        return self.denoiser.unguided()  # type: ignore[operator]

    @torch.inference_mode()
    def __call__(
        self,
        prompts: str | Prompt | Sequence[Prompt] | Scene,
        *,
        num_samples: int = 1,
        batch_size: int = 16,
        on_step: Callable[[int, int], None] | None = None,
        first_length: bool = False,
        **fields: Any,
    ) -> list[Motion]:
        """Generate motions, in the order of the prompts: generator("two people hug", seconds=4, num_samples=2, seed=0).

        Args:
            prompts: a text, a prompt, prompts of any lengths, or a scene with all that it asks for.
            num_samples: how many motions for each prompt, with seeds in a row.
            batch_size: how many are made at once; those of like length go together.
            on_step: called after each denoising step with steps done and steps in all.
            first_length: make all of a batch as long as its first, in the order of the prompts, as published.
            fields: of every prompt: seconds, seed, individual1, individual2.
        """
        if isinstance(prompts, Scene):
            return self._direct(replace(prompts, **fields).samples(num_samples), batch_size, on_step)
        if isinstance(prompts, str):
            prompts = Prompt(prompts, **fields)
        given = [prompts] if isinstance(prompts, Prompt) else prompts
        prompts = [sample for prompt in given for sample in replace(prompt, **fields).samples(num_samples)]
        order = list(range(len(prompts)))
        if not first_length:
            order.sort(key=lambda place: prompts[place].frames)
        batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        total = len(batches) * self.sampler.steps
        motions: dict[int, Motion] = {}
        for number, places in enumerate(batches):

            def report(done: int, before: int = number * self.sampler.steps) -> None:
                if on_step is not None:
                    on_step(before + done, total)

            together = [prompts[place] for place in places]
            if first_length:
                together = [replace(prompt, seconds=together[0].seconds) for prompt in together]
            made = self._generate(together, report)
            motions.update(zip(places, made, strict=True))
        return [motions[place] for place in range(len(prompts))]

    def _direct(self, scenes: list[Scene], batch_size: int, on_step: Callable[[int, int], None] | None) -> list[Motion]:
        """A motion for each seed of a scene."""
        check(scenes[0])
        size = 1 if scenes[0].takes else batch_size
        batches = [scenes[start : start + size] for start in range(0, len(scenes), size)]
        total, motions = len(batches) * self.sampler.steps, []
        for number, batch in enumerate(batches):

            def report(done: int, before: int = number * self.sampler.steps) -> None:
                if on_step is not None:
                    on_step(before + done, total)

            if batch[0].takes:
                takes = Takes(batch[0], self.space)
                features = self._features(takes.prompts, report, takes, takes.shared)
                made = [self._motion(takes.whole(features), takes.texts, batch[0].seed)]
            else:
                prompts = [scene.as_prompt() for scene in batch]
                steering = Steering(batch[0], prompts[0].frames, self.space, self.decoding)
                asked = [prompt.swap() for prompt in prompts] if steering.stage.swapped else prompts
                features = self._features(asked, report, steering)
                made = [
                    steering.shown(self._motion(own, prompt.texts, prompt.seed))
                    for own, prompt in zip(features, asked, strict=True)
                ]
            note = {"scene": batch[0].told()}
            motions += [replace(motion, guidance={**motion.guidance, **note}) for motion in made]
        return motions

    def _generate(self, prompts: list[Prompt], report: Callable[[int], None]) -> list[Motion]:
        features = self._features(prompts, report)
        return [
            self._motion(own[:, : prompt.frames], prompt.texts, prompt.seed)
            for own, prompt in zip(features, prompts, strict=True)
        ]

    def _features(
        self,
        prompts: list[Prompt],
        report: Callable[[int], None],
        edit: Edit | None = None,
        shared: Callable[[Tensor], Tensor] | None = None,
    ) -> Tensor:
        """Features [B, P, T, 262] in physical units of prompts, those of shorter ones padded.

        Args:
            prompts: B of them.
            report: called with the number of steps done.
            edit: what is done to each prediction.
            shared: what is done to the noise.
        """
        device = self.space.normalizer.mean.device
        lengths = [prompt.frames for prompt in prompts]
        noise = self.draw([prompt.seed for prompt in prompts], lengths, PERSONS, NUM_FEATURES)
        noise = noise if shared is None else shared(noise)
        with self._precision():
            condition = self.conditioner(
                [prompt.prompt.strip() for prompt in prompts],
                [(prompt.individual1.strip(), prompt.individual2.strip()) for prompt in prompts],
            )
        mask = length_mask(lengths).to(device) if len(set(lengths)) > 1 else None  # without one, faster kernels serve
        x0 = self.sampler(self._predict, noise.to(device), condition, mask, report, edit)
        return self.space.decode(x0).float().cpu()

    def _precision(self) -> AbstractContextManager[Any]:
        """That of the networks alone; whoever calls may have set one."""
        kind = self.space.normalizer.mean.device.type
        return nullcontext() if self.dtype is None else torch.autocast(kind, self.dtype)

    def _predict(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None) -> Tensor:
        with self._precision():
            return self.denoiser(x, t, condition, mask)

    def _motion(self, features: Tensor, texts: Texts, seed: int) -> Motion:
        """The motion of features [P, T, 262], with what it was made from."""
        with self._precision():
            precision = precision_in_use(self.denoiser)
        known = self.provenance and replace(self.provenance, precision=precision)
        return replace(
            self.decoding(features),
            texts=texts,
            seed=seed,
            guidance=self.guidance,
            provenance=known,
            remark=self.remark(texts.title.strip()),
        )
