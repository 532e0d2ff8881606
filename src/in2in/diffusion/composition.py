"""DualMDM: an interaction model and a single-person prior, blended at every denoising step (in2IN, DualMDM).

G = G_int + w(t) (G_ind - G_int). The prior knows motion in a person's own frame (root at the origin in frame 0, facing
+z) and in the space of its own training data, so it is asked there and its answer is brought back before the blend.
"""

import warnings
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from in2in.diffusion.frames import Frame, OwnFrame
from in2in.diffusion.schedules import Schedule
from in2in.errors import InputError
from in2in.models.condition import Condition
from in2in.models.denoiser import Network
from in2in.models.dual import DualCondition
from in2in.motion.placement import Placement
from in2in.motion.space import FeatureSpace


@dataclass(frozen=True)
class _Step:
    """What a step leaves to the next one of the same trajectory, for when the interaction model is skipped there.

    `placement` comes from the interaction model's last prediction, `x0` is the last blended one.
    """

    t: Tensor
    condition: Condition
    placement: Placement | None
    x0: Tensor


class DualMDM(nn.Module):
    """A denoiser that blends two; where it needs one alone, it runs that one alone.

    With x0' the interaction model's prediction and T the way from its numbers to the prior's (placement, statistics,
    layout), x_t = sqrt(a) x0' + sqrt(1 - a) e becomes sqrt(a) T(x0') + sqrt(1 - a) e: T is read off the prediction and
    applied to it, the noise stays as it is. Where T changes nothing this is the published blend.

    Where w = 1 the interaction model is skipped: the persons then keep the placement that it predicted last. If it
    has not run yet, where the second person stands is unknown and the prior gets both in the shared frame (it warns).

    Args:
        interaction: the (guided) interaction model.
        individual: the (guided) prior; it is frozen and stays in evaluation mode.
        schedule: weight of the prior over the timestep.
        noise: the noise schedule of both, a diffusers scheduler.
        space: what the interaction model's numbers mean.
        prior_space: what the prior's mean; None blends them unconverted (they share a space, or as published).
        frame: where the prior sees the persons; `OwnFrame`, or `SharedFrame` as published.
    """

    alphas_cumprod: Tensor

    def __init__(
        self,
        interaction: nn.Module,
        individual: nn.Module,
        schedule: Schedule,
        noise: Any,
        space: FeatureSpace,
        prior_space: FeatureSpace | None = None,
        frame: Frame | None = None,
    ) -> None:
        super().__init__()
        _check_features(interaction, individual)
        self.interaction = interaction
        self.individual = individual.requires_grad_(False).eval()
        self.schedule = schedule
        self.space, self.prior_space, self.frame = space, prior_space, frame or OwnFrame()
        self.register_buffer("alphas_cumprod", noise.alphas_cumprod.clone(), persistent=False)
        self._last: _Step | None = None

    def unguided(self) -> "DualMDM":
        """The same blend of its two networks, both without their guidance."""
        interaction, individual = (part.unguided() for part in (self.interaction, self.individual))  # type: ignore
        noise = SimpleNamespace(alphas_cumprod=self.alphas_cumprod)
        return DualMDM(interaction, individual, self.schedule, noise, self.space, self.prior_space, self.frame).eval()

    def train(self, mode: bool = True) -> "DualMDM":
        """Set the mode of the interaction model; the prior stays in evaluation mode."""
        super().train(mode)
        self.individual.eval()
        return self

    def forward(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        """See `in2in.models.denoiser.Denoiser`; the condition is a `DualCondition`."""
        if not isinstance(condition, DualCondition):
            raise TypeError("DualMDM needs a DualCondition: its two models have a text head each")
        weight = self.schedule(t).to(x.dtype).reshape(len(x), -1, 1, 1)
        last = self._last if self._continues(x, t, condition) else None
        placement, x0 = (last.placement, last.x0) if last else (None, None)
        if interacting := bool((weight < 1).any()):
            x0 = self.interaction(x, t, condition, mask)
            placement = self.frame(self.space.decode(x0))
        elif last is None and isinstance(self.frame, OwnFrame):
            warnings.warn("weight 1 from the first step: the prior gets both persons in the shared frame", stacklevel=2)
        if bool((weight > 0).any()):
            individual = self._ask_prior(x, t, condition.prior, mask, x0, placement)
            # lerp is exact at both ends
            x0 = torch.lerp(x0, individual, weight.expand_as(x0)) if interacting and x0 is not None else individual
        assert x0 is not None
        self._last = _Step(t.clone(), condition, placement, x0.detach())
        return x0

    @torch.no_grad()
    def _ask_prior(
        self,
        x: Tensor,
        t: Tensor,
        condition: Condition,
        mask: Tensor | None,
        x0: Tensor | None,
        placement: Placement | None,
    ) -> Tensor:
        """The prior's prediction in the interaction model's frame and space."""
        target = self.prior_space or self.space
        if target is self.space and placement is None:
            return self.individual(x, t, condition, mask)
        if x0 is not None:
            features = self.space.decode(x0)
            moved = target.encode(features if placement is None else placement.to_own(features))
            signal = self.alphas_cumprod[t.long()].sqrt().to(x.dtype)[:, None, None, None]
            x = x + signal * (moved - x0)
        features = target.decode(self.individual(x, t, condition, mask))
        return self.space.encode(features if placement is None else placement.to_shared(features))

    def _continues(self, x: Tensor, t: Tensor, condition: Condition) -> bool:
        """Whether this call is a later step of the last call's trajectory: same texts and shape, less noise."""
        last = self._last
        if last is None or last.condition is not condition or last.x0.shape != x.shape:
            return False
        return bool((t < last.t).all())


def _check_features(*models: nn.Module) -> None:
    sizes = [part.features for model in models for part in model.modules() if isinstance(part, Network)]
    if len(set(sizes)) > 1:
        raise InputError(f"the interaction model has {sizes[0]} features, the prior {sizes[1]}: train them on the same")
