"""DualMDM from two runs: an interaction model and a single-person prior become one generator, or one run folder."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from hydra.utils import instantiate

from in2in.diffusion.composition import DualMDM
from in2in.diffusion.frames import Frame
from in2in.diffusion.schedules import Schedule
from in2in.errors import InputError
from in2in.models.denoiser import IndividualDenoiser, Network
from in2in.models.dual import DualConditioner, PublishedPairPrior
from in2in.pipeline import Generator
from in2in.runs.folder import fingerprint, pack, read_run, save_config
from in2in.runs.hub import is_id

INTERACTION, PRIOR = "interaction", "prior"
"""Folders of the two runs in the run folder of a packed blend."""


def load(
    run: str,
    prior_run: str,
    run_sha256: str,
    prior_sha256: str,
    composition: dict[str, Any],
    frame: dict[str, Any] | None = None,
    guidance: dict[str, Any] | None = None,
    prior_guidance: dict[str, Any] | None = None,
    sampler: dict[str, Any] | None = None,
    convert: bool = True,
    last_block: bool = False,
    device: str = "cpu",
    decoding: dict[str, Any] | None = None,
) -> Generator:
    """Load two runs and blend them; what the configuration of a blend's run folder names.

    Args:
        run: run folder of an interaction model.
        prior_run: run folder of a single-person prior.
        run_sha256: of the interaction model's weights, which must be those that were meant.
        prior_sha256: of the prior's weights, likewise.
        composition: node of a weighting schedule.
        frame: node of the frame that the prior sees.
        guidance: node that takes the place of the interaction model's guidance.
        prior_guidance: node that takes the place of the prior's.
        sampler: node that takes the place of the run's sampler.
        convert: see `blend`.
        last_block: likewise.
        device: where to run.
        decoding: node that takes the place of the run's decoding.

    Raises:
        InputError: the weights are others by now, or the two do not fit.
    """
    for option, folder, known in (("run", run, run_sha256), ("prior_run", prior_run, prior_sha256)):
        if fingerprint(folder) != known:
            raise InputError(f"{option}={folder} holds other weights than those that were blended: blend them anew")
    interaction = Generator.from_pretrained(run, guidance, sampler, device, decoding)
    prior = Generator.from_pretrained(prior_run, prior_guidance, sampler, device)
    return blend(interaction, prior, instantiate(composition), instantiate(frame), convert, last_block)


def save(parts: dict[str, Any], out: Path, packed: bool) -> None:
    """Write the run folder of a blend: its parts by name, or with the two runs packed into it.

    Args:
        parts: arguments of `load`.
        out: folder to write to.
        packed: copy both runs in, so that the folder needs nothing else.
    """
    named = {key: parts[key] for key in ("run", "prior_run")}
    parts = parts | {key: run if is_id(run) else str(Path(run).resolve()) for key, run in named.items()}
    if packed:
        for option, hashed, name in (("run", "run_sha256", INTERACTION), ("prior_run", "prior_sha256", PRIOR)):
            _pack_once(parts[option], out / name)
            parts |= {option: f"${{run_dir}}/{name}", hashed: fingerprint(out / name)}
    save_config({"blend": {"_target_": "in2in.blend.load", "_recursive_": False, **parts}}, out)


def _pack_once(run: str, place: Path) -> None:
    """Pack a run; one that is packed there already, by a command that was stopped before the other, stays."""
    if (place / "config.yaml").exists():
        there, weights = read_run(place)[1], read_run(run)[1]
        if there.keys() == weights.keys() and all(torch.equal(there[name], weights[name]) for name in there):
            return
    pack(run, place)


def blend(
    interaction: Generator,
    prior: Generator,
    schedule: Schedule,
    frame: Frame | None = None,
    convert: bool = True,
    last_block: bool = False,
) -> Generator:
    """Blend two generators at every denoising step; the interaction model's sampler takes the steps.

    Args:
        interaction: of an interaction model.
        prior: of a single-person prior.
        schedule: weight of the prior over the timestep.
        frame: where the prior sees the persons; its own frame if left out.
        convert: take features from one model's statistics and layout to the other's; not so in the published code.
        last_block: let the prior's second person pass through its last block alone, as published.
    """
    _check_kind(interaction, True, "run")
    _check_kind(prior, False, "prior_run")
    theirs = interaction.sampler.solver.alphas_cumprod
    if not torch.equal(theirs, prior.sampler.solver.alphas_cumprod):
        raise InputError("run and prior_run were trained on different noise schedules: train one of them anew")
    if last_block:
        _through_last_block(prior)
    same = interaction.space.same(prior.space)
    dual = DualMDM(
        interaction.denoiser,
        prior.denoiser,
        schedule,
        interaction.sampler.solver,
        interaction.space,
        prior.space if convert and not same else None,
        frame,
    )
    conditioner = DualConditioner(interaction.conditioner, prior.conditioner)
    steps = interaction.sampler.timesteps()
    weights = schedule(steps).reshape(len(steps), -1)
    note = {**interaction.guidance, "prior": prior.guidance, "schedule": type(schedule).__name__}
    note |= {"timesteps": steps.tolist(), "weights": weights.tolist()}
    shape = {name: value for name, value in vars(schedule).items() if isinstance(value, int | float)}
    how = {"schedule": type(schedule).__name__, **shape, "weights": note["weights"], "prior_guidance": prior.guidance}
    how |= {"frame": type(dual.frame).__name__, "convert": convert, "last_block": last_block}
    made = None
    if interaction.provenance is not None and prior.provenance is not None:
        made = replace(interaction.provenance, prior_run=prior.provenance.run, composition=how)
    how_shown = interaction.decoding
    blended = Generator(dual.eval(), conditioner, interaction.space, interaction.sampler, note, made, how_shown)
    blended.remark = interaction.remark
    return blended


def _check_kind(generator: Generator, interacts: bool, option: str) -> None:
    for part in generator.denoiser.modules():
        if isinstance(part, Network) and part.interacts != interacts:
            kind = "an interaction model" if interacts else "a single-person prior (experiment=individual)"
            raise InputError(f"{option} is not a run of {kind}: did you exchange run and prior_run?")


def _through_last_block(prior: Generator) -> None:
    if not isinstance(prior.denoiser.denoiser, IndividualDenoiser):
        raise InputError("last_block=true is for the published architecture of the prior only")
    prior.denoiser.denoiser = PublishedPairPrior(prior.denoiser.denoiser)
