"""DualMDM from two runs: an interaction model and a single-person prior become one generator."""

import torch

from in2in.diffusion.composition import DualMDM
from in2in.diffusion.frames import Frame
from in2in.diffusion.schedules import Schedule
from in2in.errors import InputError
from in2in.models.denoiser import IndividualDenoiser, TransformerDenoiser
from in2in.models.dual import DualConditioner, PublishedPairPrior
from in2in.pipeline import Generator


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
    note = {**interaction.guidance, "prior": prior.guidance, "schedule": type(schedule).__name__}
    return Generator(dual.eval(), conditioner, interaction.space, interaction.sampler, note)


def _check_kind(generator: Generator, interacts: bool, option: str) -> None:
    for part in generator.denoiser.modules():
        if isinstance(part, TransformerDenoiser) and part.interacts != interacts:
            kind = "an interaction model" if interacts else "a single-person prior (experiment=individual)"
            raise InputError(f"{option} is not a run of {kind}: did you exchange run and prior_run?")


def _through_last_block(prior: Generator) -> None:
    if not isinstance(prior.denoiser.denoiser, IndividualDenoiser):
        raise InputError("last_block=true is for the published architecture of the prior only")
    prior.denoiser.denoiser = PublishedPairPrior(prior.denoiser.denoiser)
