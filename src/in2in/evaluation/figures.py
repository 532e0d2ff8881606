"""All figures of one model, or of the recorded motion: a number for each repeat, then mean and interval."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
import torch
from torch import Tensor

from in2in.evaluation.evaluator import Evaluator, whole_text
from in2in.evaluation.extra import Figures
from in2in.evaluation.metrics import (
    diversity,
    draw_pairs,
    fid,
    mm_distance,
    multimodality,
    r_precision,
    retrieval_batches,
)
from in2in.evaluation.physical import Quality, clip_quality
from in2in.evaluation.protocol import Item, Protocol
from in2in.evaluation.training import same_text
from in2in.motion.representation import decode_joints


@dataclass(frozen=True)
class Embedded:
    """What the evaluator sees in one repeat.

    Attributes:
        texts: N texts as it reads them.
        text, motion: [N, E].
    """

    texts: list[str]
    text: np.ndarray
    motion: np.ndarray

    def take(self, places: Sequence[int]) -> "Embedded":
        """Some of the pairs."""
        return Embedded([self.texts[place] for place in places], self.text[places], self.motion[places])

    def shuffled(self, draw: np.random.Generator) -> "Embedded":
        """Each motion with the text of any: what is found by chance."""
        order = draw.permutation(len(self.texts))
        return Embedded([self.texts[place] for place in order], self.text[order], self.motion)


def texts_read(items: Sequence[Item], protocol: Protocol) -> list[str]:
    """The items' texts as the evaluator reads them."""
    return [whole_text(item.text, item.individuals if protocol.individuals else ()) for item in items]


def embed(evaluator: Evaluator, items: Sequence[Item], motions: Sequence[Tensor], protocol: Protocol) -> Embedded:
    """Embed the motions [P, T, 262] of items with their texts."""
    told = texts_read(items, protocol)
    return Embedded(told, evaluator.texts(told).numpy(), evaluator.motions(motions).numpy())


def embedding_figures(own: Embedded, real: np.ndarray, protocol: Protocol, draw: np.random.Generator) -> Figures:
    """R-precision, FID, MM distance and diversity of one repeat, beside real motions [M, E]."""
    batches = retrieval_batches(len(own.texts), draw, protocol.retrieval)
    hits = r_precision(own.text, own.motion, batches, same_text(own.texts).numpy())
    spread = diversity(own.motion, *draw_pairs(len(own.texts), protocol.diversity_pairs, draw))
    return {
        **{f"R top {k}": float(hit) for k, hit in enumerate(hits, start=1)},
        "FID": fid(real, own.motion),
        "MM distance": mm_distance(own.text, own.motion),
        "diversity": spread,
    }


def multimodality_figure(samples: np.ndarray, protocol: Protocol, draw: np.random.Generator) -> Figures:
    """Multimodality of embeddings [texts, samples, E]."""
    first, second = draw_pairs(samples.shape[1], protocol.pairs, draw)
    return {"multimodality": multimodality(samples, first, second)}


def physical_figures(motions: Sequence[Tensor]) -> Figures:
    """What the motions [P, T, 262] themselves show."""
    measured = torch.tensor([astuple(clip_quality(decode_joints(motion))) for motion in motions])
    names = (field.name.replace("_", " ") for field in fields(Quality))
    return dict(zip(names, measured.mean(dim=0).tolist(), strict=True))
