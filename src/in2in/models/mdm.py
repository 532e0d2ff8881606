"""MDM as a single-person prior: a transformer encoder, one token of timestep and text in front (Tevet et al., 2023)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from in2in.models.condition import Condition
from in2in.models.denoiser import Network
from in2in.models.layers import TimeEmbedding, sinusoids


class MDMDenoiser(Network):
    """Each person alone with its own text; the interaction text is not read.

    Args:
        features: D of the motion.
        text_dim: C of the condition.
        width: of the encoder; published 512.
        layers: published 8.
        heads: published 4.
        feed_forward: width of its feed-forward layers; published 1024.
        dropout: published 0.1.
    """

    interacts = False

    def __init__(
        self,
        features: int = 262,
        text_dim: int = 768,
        width: int = 512,
        layers: int = 8,
        heads: int = 4,
        feed_forward: int = 1024,
        dropout: float = 0.1,
    ) -> None:
        super().__init__(features)
        self.width = width
        self.embed_motion = nn.Linear(features, width)
        self.embed_text = nn.Linear(text_dim, width)
        self.embed_time = TimeEmbedding(width)
        self.dropout = nn.Dropout(dropout)
        layer = nn.TransformerEncoderLayer(width, heads, feed_forward, dropout, "gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.output = nn.Linear(width, features)

    def forward(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        """See `in2in.models.denoiser.Denoiser`."""
        persons = x.shape[1]
        told = self.embed_time(t)[:, None] + self.embed_text(condition.individuals)
        h = torch.cat([told[:, :, None], self.embed_motion(x)], dim=2).flatten(0, 1)
        places = torch.arange(h.shape[1], device=h.device)
        h = self.dropout(h + sinusoids(places, self.width).to(h.dtype))
        padding = None if mask is None else ~F.pad(mask, (1, 0), value=True).repeat_interleave(persons, dim=0)
        h = self.encoder(h, src_key_padding_mask=padding)
        return self.output(h[:, 1:]).unflatten(0, (-1, persons))
