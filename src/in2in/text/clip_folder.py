"""Writes CLIP's text weights with its byte-pair vocabulary as a local folder that transformers loads.

A checkpoint holds the weights but not the vocabulary. That is the file `bpe_simple_vocab_16e6.txt.gz` which the CLIP
packages carry: `pip install --no-deps openai-clip` is enough, or any copy of the file.
"""

import gzip
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

from in2in.errors import InputError

VOCABULARY = "bpe_simple_vocab_16e6.txt.gz"
CARRIERS = ("clip", "open_clip")
"""Packages that carry the vocabulary; they are looked into, not imported."""

LARGEST = 32 << 20
"""Bytes of a vocabulary, unpacked; CLIP's has 3 million."""

BYTES = 256
SPECIAL = ("<|startoftext|>", "<|endoftext|>")
SPECIAL_NAMES = {"bos_token": SPECIAL[0], "eos_token": SPECIAL[1], "unk_token": SPECIAL[1], "pad_token": SPECIAL[1]}
WORDS = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
"""What CLIP takes for a word (Radford et al. 2021, `simple_tokenizer.py`)."""
HEAD_WIDTH = 64
"""Width of an attention head in every CLIP text transformer (Radford et al. 2021, table 20)."""


def find_vocabulary(given: str | None) -> Path:
    """The vocabulary's file: the one given, else the one of an installed package."""
    if given is not None:
        if not Path(given).is_file():
            raise InputError(f"vocab={given} is not a file: give CLIP's {VOCABULARY}")
        return Path(given)
    for package in CARRIERS:
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            if (path := Path(folder) / VOCABULARY).is_file():
                return path
    raise InputError(
        "vocab is not given, and a checkpoint does not hold CLIP's byte-pair vocabulary: "
        f"pip install --no-deps openai-clip, or add vocab=FILE ({VOCABULARY})"
    )


def read_merges(path: Path, tokens: int) -> list[str]:
    """The byte-pair merges of a vocabulary of `tokens` entries, most frequent first (the file holds more)."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with (gzip.open if packed else open)(path, "rb") as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise EOFError(f"more than {LARGEST >> 20} MB")
        text = raw.decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(f"vocab={path} cannot be read as CLIP's {VOCABULARY} ({type(error).__name__})") from error
    count = tokens - 2 * BYTES - len(SPECIAL)
    merges = text.split("\n")[1 : 1 + count]  # the first line is a title
    if count < 0 or len(merges) < count or any(len(merge.split()) != 2 for merge in merges):
        raise InputError(f"vocab={path} does not hold the {count} merges of a vocabulary of {tokens}: another one?")
    return merges


def byte_symbols() -> list[str]:
    """The printable character that stands for each byte, in the order of the vocabulary (GPT-2's table)."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    rest = BYTES - len(printable)
    return [chr(code) for code in printable] + [chr(BYTES + number) for number in range(rest)]


def vocabulary(merges: list[str]) -> dict[str, int]:
    """The id of every token: bytes, bytes that end a word, merges, then start and end."""
    symbols = byte_symbols()
    tokens = [*symbols, *(f"{symbol}</w>" for symbol in symbols), *("".join(merge.split()) for merge in merges)]
    return {token: number for number, token in enumerate([*tokens, *SPECIAL])}


def clip_tokenizer(merges: list[str], length: int) -> PreTrainedTokenizerFast:
    """CLIP's tokenizer, without a file: it reads texts as transformers' reads those of `write_tokenizer`.

    Args:
        merges: see `read_merges`.
        length: most tokens of a text.
    """
    ids, pairs = vocabulary(merges), [(first, second) for first, second in map(str.split, merges)]
    made = Tokenizer(models.BPE(ids, pairs, end_of_word_suffix="</w>", unk_token=SPECIAL[1]))
    spaces = normalizers.Replace(Regex(r"\s+"), " ")
    made.normalizer = normalizers.Sequence([normalizers.NFC(), spaces, normalizers.Lowercase()])  # type: ignore[assignment]
    words = pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True)
    parted = pre_tokenizers.Sequence([words, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    made.pre_tokenizer = parted  # type: ignore[assignment]
    start, end = ((token, ids[token]) for token in SPECIAL)
    made.post_processor = processors.RobertaProcessing(end, start, trim_offsets=False, add_prefix_space=False)  # type: ignore[assignment]
    return PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=length, **SPECIAL_NAMES)


def text_model(sizes: Mapping[str, int]) -> CLIPTextModel:
    """CLIP's text transformer without memory for its weights."""
    start, end = sizes["vocab_size"] - 2, sizes["vocab_size"] - 1
    shape: dict[str, Any] = {**sizes, "num_attention_heads": max(1, sizes["hidden_size"] // HEAD_WIDTH)}
    shape |= {"bos_token_id": start, "eos_token_id": end, "pad_token_id": end}
    with torch.device("meta"):
        return CLIPTextModel(CLIPTextConfig(**shape))


def write_clip(folder: Path, sizes: Mapping[str, int], weights: Mapping[str, Tensor], merges: list[str]) -> None:
    """Write weights and tokenizer.

    Args:
        folder: new.
        sizes: of CLIPTextConfig.
        weights: under the names of CLIPTextModel (without the prefix that older transformers give them).
        merges: see `read_merges`.
    """
    network = text_model(sizes)
    prefix = "text_model." if any(name.startswith("text_model.") for name in network.state_dict()) else ""
    # contiguous copies: queries, keys and values are parts of one tensor in the checkpoint
    named = {prefix + name: value.contiguous().clone() for name, value in weights.items()}
    network.load_state_dict(named, assign=True)
    network.save_pretrained(folder)
    write_tokenizer(folder, merges, sizes["max_position_embeddings"])


def write_tokenizer(folder: Path, merges: list[str], length: int) -> None:
    """Write the files that transformers' CLIPTokenizer reads.

    Args:
        folder: exists.
        merges: see `read_merges`.
        length: most tokens of a text.
    """
    (folder / "vocab.json").write_text(json.dumps(vocabulary(merges)), encoding="utf-8")
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]), encoding="utf-8")
    tokenizer = {"tokenizer_class": "CLIPTokenizer", "model_max_length": length}
    tokenizer |= SPECIAL_NAMES
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer), encoding="utf-8")
