"""What a page has to know of a model besides its graphs, as plain data."""

from typing import Any

import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler

from in2in.diffusion.guidance import InteractionGuidance, PlainGuidance
from in2in.diffusion.sampler import Sampler
from in2in.errors import InputError
from in2in.pipeline import Generator


def guidance_terms(generator: Generator) -> list[dict[str, Any]]:
    """The terms of a generator's guidance: the name of the weight, its value, and which texts it tells and needs.

    A term that `needs` both is left out where the prompt lacks one kind of text.
    """
    guided = generator.denoiser
    if isinstance(guided, PlainGuidance):
        return [{"name": "scale", "value": guided.scale, "tells": ["interaction", "individuals"], "needs": "any"}]
    if isinstance(guided, InteractionGuidance):
        return [
            {"name": "joint", "value": guided.joint, "tells": ["interaction", "individuals"], "needs": "any"},
            {"name": "interaction", "value": guided.interaction, "tells": ["interaction"], "needs": "both"},
            {"name": "individual", "value": guided.individual, "tells": ["individuals"], "needs": "both"},
        ]
    raise InputError("to=web: a page holds a single model so far, no blend of two: give the run of one")


def solver_steps(sampler: Sampler) -> list[dict[str, Any]]:
    """The timestep of each step, and what the solver takes of x0 and of x for the next x.

    Raises:
        InputError: the solver looks back at earlier steps, as all but DDIM do.
    """
    solver = sampler.solver
    if not isinstance(solver, DDIMScheduler) or solver.config["clip_sample"] or solver.config["thresholding"]:
        raise InputError("to=web: the page samples with DDIM, without clipping: add sampler=ddim")
    one, none = torch.ones(1), torch.zeros(1)
    steps = []
    for t in sampler.timesteps().tolist():
        taken = (solver.step(x0, t, x, return_dict=False)[0] for x0, x in ((one, none), (none, one)))
        steps.append({"timestep": t, "take": [float(share) for share in taken]})
    return steps
