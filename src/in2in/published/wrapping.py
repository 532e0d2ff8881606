"""What the tools that train a network wrap around its weights: folders of a checkpoint, prefixes, counters."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from in2in.errors import InputError
from in2in.published.key_map import listed

NESTS = ("state_dict", "model_state_dict", "model", "module", "network", "net", "weights", "params", "ema")
"""Under which names a checkpoint keeps its state dict; the first that there is counts."""

FRONTS = ("module.", "_orig_mod.", "model.", "network.", "net.", "state_dict.")
"""Prefixes of DistributedDataParallel, torch.compile, Lightning and others, in any order and number."""

MIDDLES = (".module.", "._orig_mod.")
"""Where only a part was wrapped."""

STRAYS = {
    *("num_batches_tracked", "position_ids", "inv_freq"),
    *("epoch", "current_epoch", "step", "steps", "global_step", "iteration", "iterations", "it", "lr"),
    *("n_averaged", "ema_decay", "decay", "num_updates", "initted", "best_loss", "best_metric"),
}
"""Last parts of names that hold counters and tables, never weights."""


def unwrapped(checkpoint: Any) -> tuple[dict[str, Tensor], list[str]]:
    """The weights of a checkpoint under the names that the network itself gives them, and the names left out.

    Left out is what `STRAYS` names and what is no tensor; an unknown tensor stays, for the key map to refuse.

    Raises:
        InputError: two of its names become one, so it is unclear which is meant.
    """
    while isinstance(checkpoint, Mapping) and (nest := _nest(checkpoint)) is not None:
        checkpoint = nest
    state: dict[str, Tensor] = {}
    left_out = []
    if not isinstance(checkpoint, Mapping):
        return state, left_out
    for key, value in checkpoint.items():
        if not isinstance(key, str) or not isinstance(value, Tensor) or key.rpartition(".")[2] in STRAYS:
            left_out.append(str(key))
            continue
        if (name := bare(key)) in state:
            raise InputError(f"it holds {name} twice, under several prefixes: save one copy of the weights alone")
        state[name] = value
    return state, left_out


def _nest(checkpoint: Mapping[Any, Any]) -> Mapping[Any, Any] | None:
    return next((checkpoint[name] for name in NESTS if isinstance(checkpoint.get(name), Mapping)), None)


def bare(key: str) -> str:
    """A tensor's name without what wrappers put before it or into it."""
    while front := next((front for front in FRONTS if key.startswith(front)), ""):
        key = key.removeprefix(front)
    for middle in MIDDLES:
        while middle in key:
            key = key.replace(middle, ".")
    return key


def description(left_out: list[str]) -> str:
    """One line on what was left out."""
    return f"left out what is no weight: {listed(left_out)}"
