"""InterCLIP, the evaluator: texts and motions of two persons in one space (Liang et al., InterGen, section 5.1).

N clips or texts, P persons, T frames, L tokens, E the width of the embeddings.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from in2in.errors import InputError
from in2in.models.condition import TextHead
from in2in.models.layers import sinusoids
from in2in.motion.representation import CONTACTS, NUM_FEATURES

LOGIT_SCALE = 1 / 0.07
"""Of the contrastive loss at the start of a training (Radford et al., CLIP, section 2.5)."""


class MotionTower(nn.Module):
    """Motion to one vector: a transformer encoder read out at a learned query in front of the frames.

    Args:
        embedding: E.
        persons: P, whose features are put side by side.
        width: of the encoder.
        layers: of the encoder.
        heads: of the encoder.
        feed_forward: width of its feed-forward layers.
        dropout: of the encoder.
        every: reads one frame in so many; all as published, fewer cost less.
    """

    def __init__(
        self,
        embedding: int = 512,
        persons: int = 2,
        width: int = 1024,
        layers: int = 8,
        heads: int = 8,
        feed_forward: int = 2048,
        dropout: float = 0.1,
        every: int = 1,
    ) -> None:
        super().__init__()
        self.persons, self.every, self.width = persons, every, width
        self.query = nn.Parameter(torch.randn(1, width))
        self.embed = nn.Linear(persons * CONTACTS.start, width)
        layer = nn.TransformerEncoderLayer(width, heads, feed_forward, dropout, "gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.output = nn.Linear(width, embedding)

    def forward(self, motion: Tensor, mask: Tensor) -> Tensor:
        """Motion [N, P, T, 262] in physical units, mask [N, T] True on real frames: [N, E]."""
        motion, mask = motion[:, :, :: self.every], mask[:, :: self.every]
        batch, persons, frames, features = motion.shape
        if (persons, features) != (self.persons, NUM_FEATURES):
            raise InputError(
                f"the evaluator reads {self.persons} persons with {NUM_FEATURES} features each, "
                f"not {persons} with {features}"
            )
        # Padding may hold anything, NaN too, which a masked key would let through.
        told = motion[..., : CONTACTS.start].masked_fill(~mask[:, None, :, None], 0.0)
        h = self.embed(told.transpose(1, 2).flatten(2))
        h = torch.cat([self.query.expand(batch, 1, -1), h], dim=1)
        h = h + sinusoids(torch.arange(frames + 1, device=h.device), self.width).to(h.dtype)
        h = self.encoder(h, src_key_padding_mask=F.pad(~mask, (1, 0), value=False))
        return self.output(self.norm(h[:, 0]))


class TextTower(nn.Module):
    """Token ids to one vector: token and position embeddings, a transformer encoder read out at the end token.

    It holds its token embeddings itself: published ones are CLIP's, others are trained along.

    Args:
        embedding: E.
        vocabulary: number of tokens.
        context: longest text in tokens, start and end included; shorter ones are padded with token 0.
        attend_padding: whether padding is attended to like text, as published. If not, shorter batches cost less.
        width: of the encoder.
        layers: of the encoder.
        heads: of the encoder.
        feed_forward: width of its feed-forward layers.
        dropout: of the encoder.
    """

    def __init__(
        self,
        embedding: int = 512,
        vocabulary: int = 49408,
        context: int = 77,
        attend_padding: bool = True,
        width: int = 768,
        layers: int = 8,
        heads: int = 8,
        feed_forward: int = 2048,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.attend_padding = attend_padding
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Parameter(torch.empty(context, width))
        nn.init.normal_(self.tokens.weight, std=0.02)
        nn.init.normal_(self.positions, std=0.01)
        self.head = TextHead(width, layers, heads, feed_forward, dropout)
        self.output = nn.Linear(width, embedding)

    def embed(self, tokens: Tensor) -> Tensor:
        """Token ids [N, L] to embedded tokens [N, L, width]."""
        return self.tokens(tokens) + self.positions[: tokens.shape[1]]

    def encode(self, embedded: Tensor, end: Tensor) -> Tensor:
        """Embedded tokens [N, L, width] and the place of the end token [N] to [N, E]."""
        mask = torch.arange(embedded.shape[1], device=end.device) <= end[:, None]
        every = self.attend_padding or bool(mask.all())
        return self.output(self.head(embedded, None if every else mask, end))

    def forward(self, tokens: Tensor) -> Tensor:
        """Token ids [N, L], padded with 0, the end token the largest id: [N, E], however wide the padding."""
        end = tokens.argmax(dim=1)
        context = len(self.positions)
        needed = context if self.attend_padding else int(end.max()) + 1
        if tokens[:, context:].any():
            raise InputError(f"the evaluator reads texts of {context} tokens at most: cut them, and keep the end token")
        tokens = F.pad(tokens, (0, max(needed - tokens.shape[1], 0)))[:, :needed]
        return self.encode(self.embed(tokens), end)


class InterCLIP(nn.Module):
    """Both towers and the length that they are scaled to.

    Args:
        motion: the motion side.
        text: the text side, of the same E.
        latent_scale: length of every embedding, learned; the loss' logits are its square times the cosine.
    """

    def __init__(self, motion: MotionTower, text: TextTower, latent_scale: float = LOGIT_SCALE**0.5) -> None:
        super().__init__()
        widths = motion.output.out_features, text.output.out_features
        if widths[0] != widths[1]:
            raise InputError(f"the evaluator's motions have {widths[0]} dimensions and its texts {widths[1]}: set one")
        self.motion = motion
        self.text = text
        self.latent_scale = nn.Parameter(torch.tensor([latent_scale]))

    def scale(self, vectors: Tensor) -> Tensor:
        """Vectors [..., E] at length `latent_scale`."""
        return F.normalize(vectors, dim=-1) * self.latent_scale

    def embed_motion(self, motion: Tensor, mask: Tensor) -> Tensor:
        """Motion [N, P, T, 262] in physical units, mask [N, T] True on real frames: [N, E]."""
        return self.scale(self.motion(motion, mask))

    def embed_text(self, tokens: Tensor) -> Tensor:
        """Token ids [N, L], padded with 0: [N, E]."""
        return self.scale(self.text(tokens))

    def forward(self, motion: Tensor, mask: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Embeddings of motions and of their texts, [N, E] each, for `contrastive_loss`."""
        return self.embed_motion(motion, mask), self.embed_text(tokens)


def contrastive_loss(motion: Tensor, text: Tensor, match: Tensor | None = None, wrong: Tensor | None = None) -> Tensor:
    """Symmetric cross entropy of choosing the text of a motion and the motion of a text within the batch.

    The embeddings carry their scale, so their products are latent_scale^2 times the cosine.

    Args:
        motion: [N, E] of N pairs.
        text: [N, E] of the same pairs.
        match: [N, N] bool, symmetric with a True diagonal; where it is True the pairs answer each other alike, as pairs
            with the same text do. Each pair on its own where not given.
        wrong: [M, E] of motions that answer no text: texts must not choose them, and they must choose no text.

    Returns:
        The mean of both directions.
    """
    logits = motion @ text.T
    match = torch.eye(len(logits), dtype=torch.bool, device=logits.device) if match is None else match
    target = match.to(logits.dtype) / match.sum(dim=1, keepdim=True)
    if wrong is None:
        return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2
    none = wrong @ text.T
    of_motion = F.cross_entropy(torch.cat([logits, none]), torch.cat([target, torch.full_like(none, 1 / len(text))]))
    return (of_motion + F.cross_entropy(torch.cat([logits.T, none.T], dim=1), F.pad(target, (0, len(wrong))))) / 2
