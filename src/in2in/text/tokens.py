"""Texts to the token ids of CLIP's byte-pair vocabulary, for networks that embed tokens themselves."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from transformers import CLIPTokenizer

from in2in.text.clip_folder import find_vocabulary, read_merges, write_tokenizer
from in2in.text.encoders import ClipTextEncoder


class ClipTokens:
    """Start, text, end, then zeros; longer texts are cut and the end token is kept.

    The end token is the largest id, which tells where a text ends.

    Args:
        length: most tokens of a text, start and end included.
        vocabulary: number of tokens; CLIP's.
        vocab: CLIP's vocabulary file; the one of the package openai-clip where not given. That package comes with this
            one for the sake of the file alone: no weights are needed.
    """

    def __init__(self, length: int = 77, vocabulary: int = 49408, vocab: str | None = None) -> None:
        self.length = length
        merges = read_merges(find_vocabulary(vocab), vocabulary)
        with tempfile.TemporaryDirectory() as folder:
            write_tokenizer(Path(folder), merges, length)
            self._tokenizer = CLIPTokenizer.from_pretrained(folder)

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """Token ids [N, L] of N texts, L those of the longest."""
        rows = self._tokenizer(list(texts), truncation=True, max_length=self.length)["input_ids"]
        longest = max(map(len, rows))
        return torch.tensor([row + [0] * (longest - len(row)) for row in rows])


def clip_embeddings(model: str, dim: int = 768) -> tuple[Tensor, Tensor]:
    """CLIP's token embeddings [vocabulary, C] and position embeddings [77, C], as published evaluators use them.

    Args:
        model: hub name or local folder of a transformers CLIP model.
        dim: C.
    """
    weights = ClipTextEncoder(model, dim).network.state_dict()
    named = {name.rsplit("embeddings.")[-1]: value for name, value in weights.items() if "embeddings." in name}
    return named["token_embedding.weight"], named["position_embedding.weight"]
