"""The full network and its loops as the published recipe runs them, written from its description, to be held against.

Every clip is padded to 300 frames, the persons go through each block one after the other, attention is torch's
MultiheadAttention with a mask, guidance runs four branches, texts are encoded in every training step, all in float32.
The weights are those of a network of ours, so that the numbers must be the same.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from in2in.models.condition import Condition
from in2in.models.denoiser import Block, InteractionDenoiser
from in2in.models.layers import AdaptiveNorm, Attention, sinusoids

PADDED = 300
"""Frames of every clip."""


def _plain(layer: nn.Linear) -> nn.Linear:
    """A layer of torch's own with the weights of another."""
    made = nn.Linear(layer.in_features, layer.out_features, device="meta")
    made.weight, made.bias = layer.weight, layer.bias
    return made


def _attention(ours: Attention) -> nn.MultiheadAttention:
    width = ours.out_proj.in_features
    made = nn.MultiheadAttention(width, ours.heads, ours.dropout, add_zero_attn=True, batch_first=True, device="meta")
    made.in_proj_weight = ours.in_proj.weight  # type: ignore[assignment]
    made.in_proj_bias = ours.in_proj.bias
    made.out_proj.weight, made.out_proj.bias = ours.out_proj.weight, ours.out_proj.bias
    return made


class _Norm(nn.Module):
    def __init__(self, ours: AdaptiveNorm) -> None:
        super().__init__()
        self.norm, self.modulation = ours.norm, _plain(ours.modulation)

    def forward(self, h: Tensor, e: Tensor) -> Tensor:
        scale, shift = self.modulation(F.silu(e))[:, None].chunk(2, dim=-1)
        return self.norm(h) * (1 + scale) + shift


class _Block(nn.Module):
    """One person's block; the other person is given as it was before it."""

    def __init__(self, ours: Block) -> None:
        super().__init__()
        self.self_norm, self.cross_norm = _Norm(ours.self_norm), _Norm(ours.cross_norm)
        self.context_norm, self.feed_norm = _Norm(ours.context_norm), _Norm(ours.feed_norm)
        self.self_attention, self.cross_attention = _attention(ours.self_attention), _attention(ours.cross_attention)
        first, *between, last = ours.feed_forward
        assert isinstance(first, nn.Linear)
        assert isinstance(last, nn.Linear)
        self.feed_forward = nn.Sequential(_plain(first), *between, _plain(last))

    def forward(self, h: Tensor, other: Tensor, e_own: Tensor, e_pair: Tensor, padding: Tensor) -> Tensor:
        own = self.self_norm(h, e_own)
        h = h + self.self_attention(own, own, own, key_padding_mask=padding, need_weights=False)[0]
        query, context = self.cross_norm(h, e_pair), self.context_norm(other, e_pair)
        h = h + self.cross_attention(query, context, context, key_padding_mask=padding, need_weights=False)[0]
        return h + self.feed_forward(self.feed_norm(h, e_own))


class PublishedDenoiser(nn.Module):
    """A denoiser of two persons that computes the published way.

    Args:
        ours: whose weights it shares.
    """

    def __init__(self, ours: InteractionDenoiser) -> None:
        super().__init__()
        self.width = ours.width
        self.embed_motion, self.embed_text = _plain(ours.embed_motion), _plain(ours.embed_text)
        self.embed_time, self.output = nn.Sequential(), _plain(ours.output)
        for layer in ours.embed_time.layers:
            self.embed_time.append(_plain(layer) if isinstance(layer, nn.Linear) else layer)
        self.blocks = nn.ModuleList(_Block(block) for block in ours.blocks if isinstance(block, Block))

    def forward(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        """See `in2in.models.denoiser.Denoiser`."""
        padding = torch.zeros_like(x[:, 0, :, 0], dtype=torch.bool) if mask is None else ~mask
        places = sinusoids(torch.arange(x.shape[2], device=x.device), self.width)
        time = self.embed_time(sinusoids(t, self.width))
        e_pair = time + self.embed_text(condition.interaction)
        own = [time + self.embed_text(condition.individuals[:, person]) for person in (0, 1)]
        one, two = (self.embed_motion(x[:, person]) + places for person in (0, 1))
        for block in self.blocks:
            one, two = block(one, two, own[0], e_pair, padding), block(two, one, own[1], e_pair, padding)
        return torch.stack([self.output(one), self.output(two)], dim=1)


def guided(network: nn.Module, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None) -> Tensor:
    """in2IN's guidance with its weights 3, 3 and 1: four branches in every step, found out anew."""
    yes, no = torch.ones_like(condition.has_interaction), torch.zeros_like(condition.has_interaction)
    parts = [condition.drop(one, other) for one, other in ((yes, yes), (no, no), (no, yes), (yes, no))]
    four = None if mask is None else mask.repeat(4, 1)
    made = network(x.repeat(4, 1, 1, 1), t.repeat(4), Condition.concatenate(parts), four)
    nothing, both, interaction, individual = made.chunk(4)
    return nothing + 3 * (both - nothing) + 3 * (interaction - nothing) + (individual - nothing)


def padded(x: Tensor, mask: Tensor, frames: int = PADDED) -> tuple[Tensor, Tensor]:
    """Motion [B, P, T, D] and mask [B, T] with empty frames at the end."""
    more = frames - x.shape[2]
    return F.pad(x, (0, 0, 0, more)), F.pad(mask, (0, more))
