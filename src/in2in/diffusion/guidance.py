"""Classifier-free guidance: a denoiser that holds a denoiser and runs all its branches as one batch.

Where texts are missing, a term whose conditions are all missing, or that would repeat another term, is dropped with
its weight, for each sample on its own; branches that no sample needs are not run.
"""

import torch
from torch import Tensor, nn

from in2in.models.condition import Condition
from in2in.models.denoiser import Denoiser


class _Guided(nn.Module):
    """G(0) + sum of weight x (G(condition) - G(0)) over the terms of a subclass."""

    def __init__(self, denoiser: Denoiser) -> None:
        super().__init__()
        self.denoiser = denoiser

    def unguided(self) -> Denoiser:
        """What is guided."""
        return self.denoiser

    def terms(self, condition: Condition) -> list[tuple[Condition, Tensor]]:
        """Conditions and their weights [B]."""
        raise NotImplementedError

    def forward(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        """See `in2in.models.denoiser.Denoiser`."""
        everything = torch.ones_like(condition.has_interaction)
        terms = [(part, weight) for part, weight in self.terms(condition) if bool((weight != 0).any())]
        branches = [condition.drop(everything, everything), *(part for part, _ in terms)]
        n = len(branches)
        outputs = self.denoiser(
            x.repeat(n, 1, 1, 1),
            t.repeat(n),
            Condition.concatenate(branches),
            None if mask is None else mask.repeat(n, 1),
        ).chunk(n)
        guided = outputs[0]
        for output, (_, weight) in zip(outputs[1:], terms, strict=True):
            guided = guided + weight[:, None, None, None] * (output - outputs[0])
        return guided


class PlainGuidance(_Guided):
    """G(0) + scale (G(condition) - G(0)): all conditions together against none.

    Args:
        denoiser: what is guided.
        scale: 0 gives no condition, 1 the condition as trained; published 3.5 (InterGen, the prior, DualMDM).
    """

    def __init__(self, denoiser: Denoiser, scale: float = 3.5) -> None:
        super().__init__(denoiser)
        self.scale = scale

    def terms(self, condition: Condition) -> list[tuple[Condition, Tensor]]:
        """One term, where there is any text."""
        return [(condition, self.scale * (condition.has_interaction | condition.has_individuals).float())]


class InteractionGuidance(_Guided):
    """in2IN's guidance over both kinds of text (in2IN, equation 3).

    G(0) + joint (G(c_I, c_i) - G(0)) + interaction (G(c_I) - G(0)) + individual (G(c_i) - G(0)).

    Args:
        denoiser: what is guided.
        joint: weight w_c of all texts together; also of a kind of text that stands alone.
        interaction: weight w_I of the interaction text.
        individual: weight w_i of the individual texts.
    """

    def __init__(
        self, denoiser: Denoiser, joint: float = 3.0, interaction: float = 3.0, individual: float = 1.0
    ) -> None:
        super().__init__(denoiser)
        self.joint, self.interaction, self.individual = joint, interaction, individual

    def terms(self, condition: Condition) -> list[tuple[Condition, Tensor]]:
        """Three terms where both kinds of text are there, else one."""
        some = condition.has_interaction | condition.has_individuals
        both = (condition.has_interaction & condition.has_individuals).float()
        keep, drop = torch.zeros_like(some), torch.ones_like(some)
        return [
            (condition, self.joint * some.float()),
            (condition.drop(keep, drop), self.interaction * both),
            (condition.drop(drop, keep), self.individual * both),
        ]
