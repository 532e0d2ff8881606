"""The parts of the denoiser: positions, time embedding, adaptive layer norm, attention with a way out."""

import math

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from in2in.errors import InputError
from in2in.models.cpu import linear


def sinusoids(index: Tensor, width: int) -> Tensor:
    """Sinusoidal vectors, base 10000, sine on even and cosine on odd features. [...] -> [..., width]."""
    frequencies = torch.exp(
        torch.arange(0, width, 2, device=index.device, dtype=torch.float32) * (-math.log(10000.0) / width)
    )
    angles = index[..., None].float() * frequencies
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)


class Linear(nn.Linear):
    """A linear layer that computes with oneDNN on a CPU in float32, see `in2in.models.cpu`."""

    def forward(self, input: Tensor) -> Tensor:
        """See `torch.nn.Linear`."""
        return linear(input, self.weight, self.bias)


class TimeEmbedding(nn.Module):
    """Diffusion timestep [B] to a vector [B, width]: sinusoid, linear, SiLU, linear."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.layers = nn.Sequential(Linear(width, width), nn.SiLU(), Linear(width, width))

    def forward(self, t: Tensor) -> Tensor:
        """Embed timesteps [B]."""
        return self.layers(sinusoids(t, self.width))


class AdaptiveNorm(nn.Module):
    """AdaLN: a layer norm whose scale and shift come from the condition; it starts as a plain layer norm."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, eps=1e-6, elementwise_affine=False)
        self.modulation = Linear(width, 2 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, h: Tensor, e: Tensor) -> Tensor:
        """h [..., T, W] with condition e [..., W], whose leading dimensions broadcast."""
        scale, shift = self.modulation(F.silu(e))[..., None, :].chunk(2, dim=-1)
        return self.norm(h) * (1 + scale) + shift


class Attention(nn.Module):
    """Multi-head attention in which every query may also attend to one key and value of zeros.

    Equals torch's MultiheadAttention(add_zero_attn=True, batch_first=True) with the fused kernel.
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        if heads < 1 or width % heads:
            raise InputError(f"a network of width {width} cannot have {heads} heads: they must divide it")
        self.heads = heads
        self.dropout = dropout
        self.in_proj = Linear(width, 3 * width)
        self.out_proj = Linear(width, width)
        nn.init.xavier_uniform_(self.in_proj.weight)
        nn.init.zeros_(self.in_proj.bias)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, h: Tensor, context: Tensor, mask: Tensor | None) -> Tensor:
        """Queries h [N, T, W] attend to context [N, S, W]; mask [N, S] is True on real keys, None where all are."""
        width = h.shape[-1]
        weight_q, weight_kv = self.in_proj.weight.split([width, 2 * width])
        bias_q, bias_kv = self.in_proj.bias.split([width, 2 * width])
        q = rearrange(linear(h, weight_q, bias_q), "n t (h d) -> n h t d", h=self.heads)
        kv = linear(context, weight_kv, bias_kv)
        kv = torch.cat([kv, kv.new_zeros(kv.shape[0], 1, 2 * width)], dim=1)
        k, v = rearrange(kv, "n s (two h d) -> two n h s d", two=2, h=self.heads)
        visible = None if mask is None else F.pad(mask, (0, 1), value=True)[:, None, None, :]
        dropout = self.dropout if self.training else 0.0
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=visible, dropout_p=dropout)
        return self.out_proj(rearrange(out, "n h t d -> n t (h d)"))


class FeedForward(nn.Sequential):
    """Linear, GELU, dropout, linear; the last starts at zero."""

    def __init__(self, width: int, hidden: int, dropout: float) -> None:
        super().__init__(Linear(width, hidden), nn.GELU(), nn.Dropout(dropout), Linear(hidden, width))
        last = self[-1]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
