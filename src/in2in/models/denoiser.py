"""The denoisers: noisy motion of P persons in, clean motion out (in2IN section 3.1, InterGen section 4.2).

All share one call: denoiser(x [B, P, T, D], t [B], condition, mask [B, T]) -> x0 [B, P, T, D].
"""

from typing import Any, Protocol

import torch
from einops import rearrange
from torch import Tensor, nn

from in2in.models.condition import Condition
from in2in.models.layers import AdaptiveNorm, Attention, FeedForward, Linear, TimeEmbedding, sinusoids


class Denoiser(Protocol):
    """Anything that predicts clean motion."""

    def __call__(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None) -> Tensor:
        """Predict x0 [B, P, T, D] from x [B, P, T, D] at timestep t [B]; mask [B, T] is True on real frames."""
        ...


class Network(nn.Module):
    """A denoiser with weights of its own, as against one that holds others (guidance, DualMDM).

    Args:
        features: D of the motion.
    """

    interacts: bool
    """Whether the persons attend to each other."""

    reads_individuals = True
    """Whether it reads the text of each person."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.features = features
        self.compiled = False

    def compile(self, *args: Any, **options: Any) -> None:
        """See `torch.nn.Module.compile`; samples tell of it."""
        self.compiled = True
        super().compile(*args, **options)


class Block(nn.Module):
    """Self-attention, attention to the other persons, feed-forward; each behind an adaptive norm."""

    def __init__(self, width: int, heads: int, feed_forward: int, dropout: float, interacts: bool) -> None:
        super().__init__()
        self.self_norm = AdaptiveNorm(width)
        self.self_attention = Attention(width, heads, dropout)
        self.interacts = interacts
        if interacts:
            self.cross_norm = AdaptiveNorm(width)
            self.context_norm = AdaptiveNorm(width)
            self.cross_attention = Attention(width, heads, dropout)
        self.feed_norm = AdaptiveNorm(width)
        self.feed_forward = FeedForward(width, feed_forward, dropout)

    def forward(self, h: Tensor, e_own: Tensor, e_pair: Tensor, mask: Tensor | None) -> Tensor:
        """h [B, P, T, W], e_own [B, P, W] each person's embedding, e_pair [B, W] the interaction's, mask [B, T]."""
        persons = h.shape[1]
        before = h
        own_mask = None if mask is None else mask.repeat_interleave(persons, dim=0)
        own = self.self_norm(h, e_own).flatten(0, 1)
        h = h + self.self_attention(own, own, own_mask).unflatten(0, (-1, persons))
        if self.interacts:
            query = self.cross_norm(h, e_pair[:, None]).flatten(0, 1)
            context = others(self.context_norm(before, e_pair[:, None])).flatten(0, 1)
            context_mask = None if own_mask is None else own_mask.repeat(1, persons - 1)
            h = h + self.cross_attention(query, context, context_mask).unflatten(0, (-1, persons))
        return h + self.feed_forward(self.feed_norm(h, e_own))


def others(h: Tensor) -> Tensor:
    """For each person, the frames of all others in a row. [B, P, T, W] -> [B, P, (P - 1) T, W]."""
    persons = h.shape[1]
    if persons == 2:
        return h.flip(1)
    index = [[b for b in range(persons) if b != a] for a in range(persons)]
    return rearrange(h[:, index], "b p o t w -> b p (o t) w")


class TransformerDenoiser(Network):
    """What the denoisers of the paper share: embeddings, blocks and the output layer.

    Args:
        features: D of the motion.
        text_dim: C of the condition.
        width: of the transformer.
        layers: of the transformer.
        heads: of the transformer.
        feed_forward: width of its feed-forward layers.
        dropout: of the transformer.
    """

    interacts = True

    def __init__(
        self,
        features: int = 262,
        text_dim: int = 768,
        width: int = 1024,
        layers: int = 8,
        heads: int = 8,
        feed_forward: int = 2048,
        dropout: float = 0.1,
    ) -> None:
        super().__init__(features)
        self.width = width
        self.embed_motion = Linear(features, width)
        self.embed_text = Linear(text_dim, width)
        self.embed_time = TimeEmbedding(width)
        self.blocks = nn.ModuleList(Block(width, heads, feed_forward, dropout, self.interacts) for _ in range(layers))
        self.output = Linear(width, features)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    def denoise(self, x: Tensor, t: Tensor, own: Tensor, pair: Tensor, mask: Tensor | None) -> Tensor:
        """x [B, P, T, D] with text conditions own [B, P, C] and pair [B, C]."""
        h = self.embed_motion(x)
        h = h + sinusoids(torch.arange(x.shape[2], device=x.device), self.width).to(h.dtype)
        time = self.embed_time(t)
        e_own = time[:, None] + self.embed_text(own)
        e_pair = time + self.embed_text(pair)
        for block in self.blocks:
            h = block(h, e_own, e_pair, mask)
        return self.output(h)


class InteractionDenoiser(TransformerDenoiser):
    """in2IN: self-attention and feed-forward hear the person's own text, cross-attention the interaction's."""

    def forward(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        """See `Denoiser`."""
        return self.denoise(x, t, condition.individuals, condition.interaction, mask)


class InterGenDenoiser(InteractionDenoiser):
    """InterGen: every part hears the interaction text; individual texts are not read."""

    reads_individuals = False

    def forward(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        """See `Denoiser`."""
        own = condition.interaction[:, None].expand(-1, x.shape[1], -1)
        return self.denoise(x, t, own, condition.interaction, mask)


class IndividualDenoiser(TransformerDenoiser):
    """The single-person prior: each person alone with its own text; the interaction text is not read."""

    interacts = False

    def forward(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        """See `Denoiser`."""
        return self.denoise(x, t, condition.individuals, condition.interaction, mask)
