"""What the denoiser is told: one vector for the interaction and one for each person; zero is "not told"."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from in2in.errors import InputError


@dataclass(frozen=True)
class Condition:
    """Text conditions of a batch.

    Attributes:
        interaction: [B, C]; the zero vector is the null condition.
        individuals: [B, P, C]; likewise for each person.
    """

    interaction: Tensor
    individuals: Tensor

    @property
    def has_interaction(self) -> Tensor:
        """[B] True where the interaction is described."""
        return (self.interaction != 0).any(dim=-1)

    @property
    def has_individuals(self) -> Tensor:
        """[B] True where at least one person is described."""
        return (self.individuals != 0).flatten(1).any(dim=-1)

    def drop(self, interaction: Tensor, individuals: Tensor) -> "Condition":
        """The condition with parts nulled.

        Args:
            interaction: [B], True where the interaction text is dropped.
            individuals: [B], True where the persons' texts are dropped.
        """
        return Condition(
            self.interaction.masked_fill(interaction[:, None], 0.0),
            self.individuals.masked_fill(individuals[:, None, None], 0.0),
        )

    def swap(self) -> "Condition":
        """The persons in reverse order."""
        return Condition(self.interaction, self.individuals.flip(1))

    @staticmethod
    def concatenate(parts: "list[Condition]") -> "Condition":
        """Several conditions one after the other along the batch."""
        return Condition(
            torch.cat([part.interaction for part in parts]), torch.cat([part.individuals for part in parts])
        )


class ConditionDropout:
    """Hide texts in training, so that every condition that guidance asks for has been seen.

    Guidance needs the network without texts, with the interaction text alone and with the individual texts alone.
    As published all texts are dropped together (nothing = 0.1, the others 0): then the last two were never trained.

    Args:
        nothing: share of samples, 0 to 1, that keep no text.
        interaction_only: share that keep the interaction text alone.
        individuals_only: share that keep the individual texts alone. The rest keep all.
    """

    def __init__(self, nothing: float = 0.1, interaction_only: float = 0.1, individuals_only: float = 0.1) -> None:
        if min(nothing, interaction_only, individuals_only) < 0 or nothing + interaction_only + individuals_only > 1:
            raise InputError("the shares of the condition dropout must not be negative and add up to 1 at most")
        self.nothing, self.interaction_only, self.individuals_only = (
            nothing,
            interaction_only,
            individuals_only,
        )

    def __call__(self, condition: Condition) -> Condition:
        """Draw anew for every sample of the batch."""
        u = torch.rand(len(condition.interaction), device=condition.interaction.device)
        nothing = u < self.nothing
        interaction_only = (u >= self.nothing) & (u < self.nothing + self.interaction_only)
        individuals_only = u >= 1 - self.individuals_only
        return condition.drop(nothing | individuals_only, nothing | interaction_only)


class TextHead(nn.Module):
    """The trainable head over frozen token states: post-norm transformer encoder, norm, state at the end token.

    Args:
        width: of the token states, C.
        layers: of the encoder.
        heads: of the encoder.
        feed_forward: width of its feed-forward layers.
        dropout: of the encoder.
        mean: whether the mean of a text's frozen states, by which sentence encoders are trained, is added before the
            norm through a linear layer. The published models have none.
        hidden: share of a text's tokens, but for the last, that are hidden in training, anew each time.
        noise: standard deviation of what is added to each number of a text's vector in training, where the norm has
            made them about 1 in size. With `hidden` it teaches the denoiser texts that lie between those it is told.
    """

    def __init__(
        self,
        width: int,
        layers: int = 2,
        heads: int = 8,
        feed_forward: int = 2048,
        dropout: float = 0.1,
        mean: bool = False,
        hidden: float = 0.0,
        noise: float = 0.0,
    ) -> None:
        super().__init__()
        if not 0.0 <= hidden < 1.0 or noise < 0.0:
            raise InputError(f"head.hidden={hidden} is a share under 1 and head.noise={noise} is not negative")
        layer = nn.TransformerEncoderLayer(width, heads, feed_forward, dropout, "gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.mean = nn.Linear(width, width) if mean else None
        self.hidden, self.noise = hidden, noise

    def forward(self, states: Tensor, mask: Tensor | None, end: Tensor) -> Tensor:
        """Token states to one vector a text.

        Args:
            states: [N, L, C] frozen token states.
            mask: [N, L], True on tokens that may be attended to; None for all.
            end: [N] position of the end-of-text token.

        Returns:
            [N, C].
        """
        rows = torch.arange(len(end), device=end.device)
        if self.training and self.hidden:
            shown = torch.rand(states.shape[:2], device=states.device) >= self.hidden
            shown[rows, end] = True
            mask = shown if mask is None else mask & shown
        encoded = self.encoder(states, src_key_padding_mask=None if mask is None else ~mask)[rows, end]
        if self.mean is not None:
            told = states.new_ones(states.shape[:2]) if mask is None else mask.to(states.dtype)
            encoded = encoded + self.mean((states * told.unsqueeze(-1)).sum(dim=1) / told.sum(dim=1, keepdim=True))
        vector = self.norm(encoded)
        return vector + self.noise * torch.randn_like(vector) if self.training and self.noise else vector


class TextConditioner(nn.Module):
    """Texts to a `Condition`: a frozen encoder, which is not part of the weights, and the trainable head.

    Args:
        encoder: texts -> (states [N, L, C], mask [N, L], end [N]).
        head: the trainable head.
    """

    def __init__(self, encoder: Callable[[Sequence[str]], tuple[Tensor, Tensor, Tensor]], head: TextHead) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head

    def forward(self, interactions: Sequence[str], individuals: Sequence[Sequence[str]]) -> Condition:
        """Encode a batch; an empty text is the null condition.

        Args:
            interactions: B texts.
            individuals: B times P texts.
        """
        texts = [*interactions, *(text for persons in individuals for text in persons)]
        told = [place for place, text in enumerate(texts) if text]
        weight = self.head.norm.weight
        vectors = weight.new_zeros(len(texts), len(weight))
        if told:
            distinct = list(dict.fromkeys(texts[place] for place in told))
            states, mask, end = self.encoder(distinct)
            seen = None if bool(mask.all()) else mask.to(weight.device)  # found out here, where no GPU is waited for
            encoded = self.head(states.to(weight.device), seen, end.to(weight.device))
            row = {text: index for index, text in enumerate(distinct)}
            rows = torch.tensor([row[texts[place]] for place in told], device=weight.device)
            vectors = vectors.to(encoded.dtype).index_copy(0, torch.tensor(told, device=weight.device), encoded[rows])
        batch = len(interactions)
        return Condition(vectors[:batch], vectors[batch:].unflatten(0, (batch, -1)))
