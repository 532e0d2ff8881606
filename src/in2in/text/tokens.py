"""Texts to the token ids of CLIP's byte-pair vocabulary, for networks that embed them, and how many these are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor
from transformers import CLIPTokenizer, PreTrainedTokenizerBase

from in2in.errors import InputError
from in2in.text.clip_folder import clip_tokenizer, find_vocabulary, read_merges
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
        self._tokenizer = clip_tokenizer(merges, length)

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """Token ids [N, L] of N texts, L those of the longest."""
        rows = self._tokenizer(list(texts), truncation=True, max_length=self.length)["input_ids"]
        longest = max(map(len, rows))
        return torch.tensor([row + [0] * (longest - len(row)) for row in rows])


@dataclass(frozen=True)
class TokenCount:
    """Counts the tokens that CLIP needs for a text, its start and end tokens included.

    It is small when it is sent to another process, which reads the vocabulary once.

    Attributes:
        folder: with a CLIP tokenizer; CLIP's own vocabulary, which comes with this package, where not given.
    """

    folder: str | None = None

    def __post_init__(self) -> None:
        _tokenizer(self.folder)

    def __call__(self, text: str) -> int:
        """How many tokens a text needs."""
        return len(_tokenizer(self.folder)(text, verbose=False)["input_ids"])  # type: ignore[arg-type]


@cache
def _tokenizer(folder: str | None) -> PreTrainedTokenizerBase:
    if folder is None:
        return ClipTokens()._tokenizer
    try:
        if not Path(folder).is_dir():
            raise OSError("not a folder")
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise InputError(f"tokenizer={folder} holds no CLIP tokenizer: leave it out for CLIP's own") from error


def clip_embeddings(model: str, dim: int = 768) -> tuple[Tensor, Tensor]:
    """CLIP's token embeddings [vocabulary, C] and position embeddings [77, C], as published evaluators use them.

    Args:
        model: hub name or local folder of a transformers CLIP model.
        dim: C.
    """
    weights = ClipTextEncoder(model, dim).network.state_dict()
    named = {name.rsplit("embeddings.")[-1]: value for name, value in weights.items() if "embeddings." in name}
    return named["token_embedding.weight"], named["position_embedding.weight"]
