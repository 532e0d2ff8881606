"""Reads a published checkpoint: safely, with its sizes, and only if it is complete."""

import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import is_zipfile

import torch
from torch import Tensor, nn

from in2in.errors import InputError
from in2in.published.key_map import KeyMap, listed
from in2in.published.wrapping import description, unwrapped


def load_state(path: Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint by name, without ever running code that is stored in it.

    What Lightning, DistributedDataParallel, torch.compile and others wrap around them is taken off, and counters are
    left out with a line that names them; see `in2in.published.wrapping`.
    """
    if not path.is_file():
        raise InputError(f"checkpoint={path} is not a file")
    try:
        # mapped, not read, where the format allows it: a checkpoint may hold gigabytes of copies that are not used
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=is_zipfile(path))
    except Exception as error:
        if isinstance(error, pickle.UnpicklingError) and "GLOBAL" in str(error):
            raise InputError(
                f"checkpoint={path} holds pickled objects beside its tensors, which are not loaded because they can "
                "run code: save its state dict alone"
            ) from error
        raise InputError(
            f"checkpoint={path} cannot be read as a PyTorch checkpoint: it is truncated or another kind of file"
        ) from error
    try:
        weights, left_out = unwrapped(state)
    except InputError as error:
        raise InputError(f"checkpoint={path}: {error}") from error
    if not weights:
        raise InputError(f"checkpoint={path} is not a state dict: it should map names to tensors")
    if left_out:
        print(f"checkpoint={path}: {description(left_out)}")
    return weights


@dataclass(frozen=True)
class Sizes:
    """Which shapes tell the sizes of a part.

    Attributes:
        stack: the size that counts layers, and the name of the list of layers.
        shapes: size -> (tensor, dimension).
    """

    stack: tuple[str, str]
    shapes: Mapping[str, tuple[str, int]]

    def read(self, keys: KeyMap, part: str, weights: Mapping[str, Tensor]) -> dict[str, int]:
        """The sizes of a part; the number of attention heads leaves no trace in the shapes."""
        if lost := [tensor for tensor, _ in self.shapes.values() if tensor not in weights]:
            raise InputError(_missing(keys, part, list(dict.fromkeys(lost))))
        size, layers = self.stack
        found = {int(match[1]) for key in weights if (match := re.match(rf"{re.escape(layers)}\.(\d+)\.", key))}
        return {name: weights[tensor].shape[axis] for name, (tensor, axis) in self.shapes.items()} | {size: len(found)}


def check_complete(keys: KeyMap, part: str, weights: Mapping[str, Tensor], network: nn.Module) -> None:
    """Compare renamed weights with what a network of their sizes holds; names are given as the file has them."""
    expected = network.state_dict()
    if lost := [name for name in expected if name not in weights]:
        raise InputError(_missing(keys, part, lost))
    if left := [name for name in weights if name not in expected]:
        raise InputError(f"this checkpoint of {keys.source} has unknown keys {_named(keys, part, left)}")
    for name, value in expected.items():
        if weights[name].shape != value.shape:
            raise InputError(
                f"{keys.published_name(part, name)} of {keys.source} has shape {list(weights[name].shape)}, "
                f"but its other tensors ask for {list(value.shape)}"
            )


def _missing(keys: KeyMap, part: str, names: list[str]) -> str:
    return f"this is not a whole checkpoint of {keys.source}: missing keys {_named(keys, part, names)}"


def _named(keys: KeyMap, part: str, names: list[str]) -> str:
    return listed(dict.fromkeys(keys.published_name(part, name) for name in names))
