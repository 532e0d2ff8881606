"""What DualMDM asks of its two models: texts for both, and the published second person of the prior."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from in2in.models.condition import Condition
from in2in.models.denoiser import IndividualDenoiser
from in2in.models.layers import sinusoids


@dataclass(frozen=True)
class DualCondition(Condition):
    """Conditions of the interaction model, and beside them those of the prior, whose text head is another.

    Attributes:
        prior: the same texts through the prior's head.
    """

    prior: Condition

    def drop(self, interaction: Tensor, individuals: Tensor) -> "DualCondition":
        """See `Condition.drop`; both models lose the same parts."""
        left = super().drop(interaction, individuals)
        return DualCondition(left.interaction, left.individuals, self.prior.drop(interaction, individuals))

    def swap(self) -> "DualCondition":
        """The persons in reverse order."""
        return DualCondition(self.interaction, self.individuals.flip(1), self.prior.swap())


class DualConditioner(nn.Module):
    """Texts to a `DualCondition`: each model's own conditioner.

    Args:
        interaction: of the interaction model, see `in2in.models.condition.TextConditioner`.
        individual: of the prior, which does not hear the interaction text.
    """

    def __init__(self, interaction: nn.Module, individual: nn.Module) -> None:
        super().__init__()
        self.interaction, self.individual = interaction, individual

    def forward(self, interactions: Sequence[str], individuals: Sequence[Sequence[str]]) -> DualCondition:
        """See `TextConditioner.forward`."""
        both = self.interaction(interactions, individuals)
        prior = self.individual([""] * len(interactions), individuals)
        return DualCondition(both.interaction, both.individuals, prior)


class PublishedPairPrior(nn.Module):
    """The prior on pairs as the published DualMDM runs it: only the first person passes through all blocks.

    The published loop feeds every block the second person's *embedded* input, so its output is the last block's alone.
    It is here to reproduce published results; an `IndividualDenoiser` itself treats all persons alike.

    Args:
        prior: whose weights are used.
    """

    def __init__(self, prior: IndividualDenoiser) -> None:
        super().__init__()
        self.prior = prior

    def forward(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        """See `in2in.models.denoiser.Denoiser`."""
        network = self.prior
        first = network(x[:, :1], t, Condition(condition.interaction, condition.individuals[:, :1]), mask)
        frames = torch.arange(x.shape[2], device=x.device)
        h = network.embed_motion(x[:, 1:]) + sinusoids(frames, network.width).to(x.dtype)
        e = network.embed_time(t)[:, None] + network.embed_text(condition.individuals[:, 1:])
        others = network.output(network.blocks[-1](h, e, e[:, 0], mask))
        return torch.cat([first, others], dim=1)
