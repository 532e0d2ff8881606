"""From noise to motion: a loop over a solver of diffusers."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.models.condition import Condition
from in2in.models.denoiser import Denoiser


class Edit(Protocol):
    """What is done to a predicted x0 before the solver goes on from it."""

    def __call__(self, x0: Tensor, last: bool) -> Tensor:
        """Another x0 [B, P, T, D], normalised features; `last` where nothing follows but the motion itself."""
        ...


def draw_noise(seeds: Sequence[int], lengths: Sequence[int], persons: int, features: int) -> Tensor:
    """Noise of a batch, each sample's from its own seed and length, so that its neighbours do not change it.

    Args:
        seeds: one a sample.
        lengths: frames of each sample.
        persons: P.
        features: D.

    Returns:
        [B, P, max(lengths), D] standard normal, zero on padding.
    """
    noise = torch.zeros(len(seeds), persons, max(lengths), features)
    for sample, seed, length in zip(noise, seeds, lengths, strict=True):
        generator = torch.Generator().manual_seed(seed)
        # frames first: a longer motion of the same seed starts with the same noise
        sample[:, :length] = torch.randn(length, persons, features, generator=generator).transpose(0, 1)
    return noise


def length_mask(lengths: Sequence[int]) -> Tensor:
    """[B, max(lengths)], True on real frames."""
    return torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]


class Sampler:
    """Denoises with a solver of diffusers.

    Args:
        noise: the noise schedule the model was trained with, a diffusers scheduler.
        solver: class of the scheduler that takes the steps; it is made from the configuration of `noise`.
        steps: number of denoising steps, no more than the noise has timesteps.
    """

    def __init__(self, noise: Any, solver: type, steps: int = 50) -> None:
        if not 1 <= steps <= noise.config.num_train_timesteps:
            most = noise.config.num_train_timesteps
            raise InputError(f"sampler.steps={steps} must be 1 to {most}, the timesteps of the model's noise")
        self.solver = solver.from_config(noise.config)  # type: ignore[attr-defined]
        self.steps = steps

    def timesteps(self) -> Tensor:
        """The timesteps that the steps visit, [steps], from noise to motion."""
        self.solver.set_timesteps(self.steps)
        return self.solver.timesteps

    @torch.inference_mode()
    def __call__(
        self,
        denoiser: Denoiser,
        noise: Tensor,
        condition: Condition,
        mask: Tensor | None = None,
        on_step: Callable[[int], None] | None = None,
        edit: Edit | None = None,
    ) -> Tensor:
        """Sample normalised features.

        Args:
            denoiser: predicts x0; usually a guided one.
            noise: [B, P, T, D] standard normal.
            condition: of B samples.
            mask: [B, T] True on real frames, or None.
            on_step: called with the number of steps done after each.
            edit: changes every prediction of x0, or None.

        Returns:
            [B, P, T, D].
        """
        self.solver.set_timesteps(self.steps, device=noise.device)
        x = noise * self.solver.init_noise_sigma
        for done, t in enumerate(self.solver.timesteps, start=1):
            scaled = self.solver.scale_model_input(x, t)
            x0 = denoiser(scaled, t.expand(len(x)), condition, mask)
            if edit is not None:
                x0 = edit(x0, done == len(self.solver.timesteps))
            x = self.solver.step(x0, t, x).prev_sample
            if on_step is not None:
                on_step(done)
        return x
