"""Classifier-free guidance: a denoiser that holds a denoiser and runs all its branches as one batch.

Where texts are missing, a term whose conditions are all missing, or that would repeat another term, is dropped with
its weight, for each sample on its own. Branches that no sample needs are not run, nor is the one without conditions
where the weights add up to 1. Which ones these are follows from the condition, and is found out once for all steps.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from in2in.models.condition import Condition
from in2in.models.denoiser import Denoiser


@dataclass(frozen=True)
class _Branches:
    """What a condition asks of the network at every step.

    Attributes:
        condition: whose branches these are.
        unconditional: whether the first branch is that without conditions.
        together: all branches, one after the other.
        weights: [B, 1, 1, 1] of each branch but the unconditional one.
    """

    condition: Condition
    unconditional: bool
    together: Condition
    weights: list[Tensor]


class _Guided(nn.Module):
    """G(0) + sum of weight x (G(condition) - G(0)) over the terms of a subclass."""

    def __init__(self, denoiser: Denoiser) -> None:
        super().__init__()
        self.denoiser = denoiser
        self._last: _Branches | None = None

    def unguided(self) -> Denoiser:
        """What is guided."""
        return self.denoiser

    def terms(self, condition: Condition) -> list[tuple[Condition, Tensor]]:
        """Conditions and their weights [B]."""
        raise NotImplementedError

    def forward(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        """See `in2in.models.denoiser.Denoiser`."""
        if self._last is None or self._last.condition is not condition:
            self._last = self._branches(condition)
        asked = self._last
        n = len(asked.weights) + asked.unconditional
        if n > 1:
            x, t, mask = x.repeat(n, 1, 1, 1), t.repeat(n), None if mask is None else mask.repeat(n, 1)
        # what half precision predicts is summed in full precision: the terms nearly cancel
        first, *others = self.denoiser(x, t, asked.together, mask).to(x.dtype).chunk(n)
        if not asked.unconditional:
            return sum(
                (weight * output for weight, output in zip(asked.weights[1:], others, strict=True)),
                first * asked.weights[0],
            )
        guided = first
        for output, weight in zip(others, asked.weights, strict=True):
            guided = guided + weight * (output - first)
        return guided

    def _branches(self, condition: Condition) -> _Branches:
        terms = [(part, weight) for part, weight in self.terms(condition) if bool((weight != 0).any())]
        total = sum((weight for _, weight in terms), torch.zeros_like(condition.interaction[:, 0]))
        unconditional = bool((total != 1).any())
        everything = torch.ones_like(condition.has_interaction)
        branches = [condition.drop(everything, everything)] if unconditional else []
        branches += [part for part, _ in terms]
        together = branches[0] if len(branches) == 1 else Condition.concatenate(branches)
        return _Branches(condition, unconditional, together, [weight[:, None, None, None] for _, weight in terms])


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
