"""Which texts a model was trained on, so that it can say when a prompt is like none of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.files.arrays import read_npz
from in2in.files.whole import whole_file
from in2in.text.encoders import TextEncoder

FILE = "known_texts.npz"
"""In a run's folder; in2in-pack writes it."""

LIKE = 0.67
"""Cosine of two texts' mean states from which on they are alike. scripts/measure_outside.py measures it."""

KEPT = 1000
"""Texts that stand for all."""


def means(encoder: TextEncoder, texts: Sequence[str]) -> Tensor:
    """[N, C], the mean of each text's token states at length 1, by which sentence encoders are trained."""
    found = []
    for start in range(0, len(texts), 64):
        states, mask, _ = encoder(texts[start : start + 64])
        told = mask.unsqueeze(-1).float()
        found.append((states.float() * told).sum(dim=1) / told.sum(dim=1))
    return torch.nn.functional.normalize(torch.cat(found), dim=-1)


def spread_out(vectors: Tensor, count: int) -> list[int]:
    """Numbers of `count` vectors [N, C] of length 1 of which every other one is near (farthest-point choice)."""
    chosen, nearest = [0], vectors @ vectors[0]
    while len(chosen) < min(count, len(vectors)):
        chosen.append(int(nearest.argmin()))
        nearest = torch.maximum(nearest, vectors @ vectors[chosen[-1]])
    return chosen


class KnownTexts:
    """Texts that stand for all that a model was trained on.

    Args:
        texts: N of them.
        vectors: [N, C], see `means`.
    """

    def __init__(self, texts: Sequence[str], vectors: Tensor) -> None:
        self.texts, self.vectors = list(texts), vectors.float()

    @classmethod
    def of(cls, encoder: TextEncoder, texts: Sequence[str], count: int = KEPT) -> "KnownTexts":
        """The `count` texts that lie furthest apart; the empty text is none."""
        distinct = [text for text in dict.fromkeys(texts) if text]
        vectors = means(encoder, distinct)
        chosen = spread_out(vectors, count)
        return cls([distinct[k] for k in chosen], vectors[chosen])

    def remark(self, encoder: TextEncoder, text: str) -> str:
        """A line that says that a text is like none of these, and which are nearest; "" where one is like it."""
        if not text:
            return ""
        alike = (self.vectors @ means(encoder, [text])[0]).topk(min(2, len(self.texts)))
        if float(alike.values[0]) >= LIKE:
            return ""
        nearest = " and ".join(repr(self.texts[k]) for k in alike.indices.tolist())
        return f"unlike all that the model was trained on ({float(alike.values[0]):.2f} of {LIKE}); nearest: {nearest}"

    def save(self, folder: Path) -> None:
        """Write into a run's folder, in half precision."""
        with whole_file(folder / FILE) as unfinished, open(unfinished, "wb") as file:
            np.savez_compressed(file, texts=np.array(self.texts), vectors=self.vectors.half().numpy())

    @classmethod
    def load(cls, folder: Path, width: int) -> "KnownTexts | None":
        """Read what `save` wrote; None where a run has none.

        Raises:
            InputError: the file holds something else.
        """
        path = folder / FILE
        if not path.is_file():
            return None
        data = read_npz(path, ("texts", "vectors"), "delete it")
        texts, vectors = data["texts"], data["vectors"]
        if (
            texts.dtype.kind != "U"
            or vectors.dtype.kind != "f"
            or vectors.shape != (len(texts), width)
            or not len(texts)
        ):
            raise InputError(f"{path} holds no texts with a vector of {width} numbers each: delete it, or pack anew")
        return cls([str(text) for text in texts], torch.from_numpy(vectors.astype(np.float32)))
