"""Checkpoints in the shapes of the published ones, small, and the command that converts them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from conftest import Cli
from test_golden import GOLDEN
from torch import Tensor

from in2in.models.denoiser import IndividualDenoiser, InteractionDenoiser, InterGenDenoiser
from in2in.published.key_map import KeyMap
from in2in.published.models import (
    IN2IN,
    INDIVIDUAL,
    INTERGEN,
)
from in2in.text.clip_folder import byte_symbols

Shapes = dict[str, list[int]]

FILES: dict[str, tuple[KeyMap, type[torch.nn.Module], Path]] = {
    "in2in": (IN2IN, InteractionDenoiser, GOLDEN / "keys" / "keys_in2in_interaction.txt"),
    "individual": (INDIVIDUAL, IndividualDenoiser, GOLDEN / "keys" / "keys_in2in_individual.txt"),
    "intergen": (INTERGEN, InterGenDenoiser, GOLDEN / "keys" / "keys_intergen.txt"),
}


def listed_shapes(path: Path) -> Shapes:
    lines = path.read_text().splitlines()
    return {key: json.loads(shape) for key, shape in (line.split(" ", 1) for line in lines if line)}


def random_weights(shapes: Shapes, dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    """Values as of a trained network, all from one drawn row: drawing hundreds of millions would take long."""
    drawn = 0.03 * torch.randn(1_000_003, generator=torch.Generator().manual_seed(0)).to(dtype)
    weights = {}
    for number, (key, shape) in enumerate(shapes.items()):
        size = int(np.prod(shape))
        repeats = 1 + (size + number) // len(drawn)
        weights[key] = drawn.repeat(repeats)[number : number + size].reshape(shape).clone()
    return weights


# ---- the command


def merges(count: int) -> list[str]:
    """Any merges of byte symbols, the word "wave" first."""
    symbols = byte_symbols()
    chosen = ["w a", "v e</w>", "wa ve</w>"]
    pairs = (f"{first} {second}" for first in symbols for second in symbols)
    return [*chosen, *(pair for pair in pairs if pair != "w a")][:count]


def write_vocabulary(path: Path, count: int) -> Path:
    path.write_text("\n".join(["#title", *merges(count), "not used", ""]), encoding="utf-8")
    return path


def write_statistics(folder: Path) -> Path:
    generator = np.random.default_rng(0)
    for name in ("interhuman", "humanml3d"):
        np.save(folder / f"{name}_mean.npy", generator.standard_normal(262).astype(np.float32))
        np.save(folder / f"{name}_std.npy", generator.uniform(0.5, 2, 262).astype(np.float32))
    return folder


TINY_TOKENS = 512 + 3 + 2
FULL_TOKENS = 49408


def tiny_shapes(source: str) -> Shapes:
    """The published keys of two layers at a width of 16, text at 64."""
    width = {1024: 16, 2048: 32, 3072: 48, 768: 64, 2304: 192, FULL_TOKENS: TINY_TOKENS, 5000: 9}
    shapes = {}
    for key, shape in listed_shapes(FILES[source][2]).items():
        layers = [int(part) for part in key.split(".") if part.isdigit() and "time_embed" not in key]
        if not layers or layers[0] < 2:
            text = "clip" in key.lower() and 3072 in shape  # CLIP's feed-forward, not three times the denoiser's width
            shapes[key] = [96 if text and size == 3072 else width.get(size, size) for size in shape]
    return shapes


def converted(cli: Cli, folder: Path, source: str, weights: dict[str, Tensor], *arguments: str) -> Any:
    """Run in2in-convert on these weights."""
    checkpoint = folder / f"{source}.pt"
    torch.save({"state_dict": weights} if source == "intergen" else weights, checkpoint)
    tokens = len(next(value for key, value in weights.items() if key.endswith("token_embedding.weight")))
    vocabulary = write_vocabulary(folder / "vocab.txt", tokens - 514)
    places = [f"checkpoint={checkpoint}", f"stats_dir={write_statistics(folder)}", f"vocab={vocabulary}"]
    return cli("convert", f"source={source}", *places, f"out={folder / 'run'}", *arguments)
