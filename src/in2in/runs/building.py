"""From a run's configuration, which is checked, to what it describes: errors of its numbers are one line."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from hydra.utils import instantiate
from torch import Tensor, nn

from in2in.errors import InputError, no_room


def build(run: str | Path, parts: Mapping[str, Any], part: str, **arguments: Any) -> Any:
    """What a part of a run's configuration describes.

    Args:
        run: what the user calls it, for messages.
        parts: of `in2in.runs.folder.read_config`.
        part: which.
        arguments: that take the place of the configuration's.

    Raises:
        InputError: the run has no such part, or its numbers make none.
    """
    if part not in parts:
        raise InputError(f"run={run} is no run of this kind: its config.yaml describes no {part}")
    try:
        return instantiate(parts[part], **arguments)
    except Exception as error:
        cause: BaseException = error
        while cause.__cause__ is not None and not isinstance(cause, InputError):
            cause = cause.__cause__
        if isinstance(cause, InputError) or no_room(error):
            raise
        why = " ".join(str(cause).split())[:200]
        raise InputError(f"run={run}: {part} in its config.yaml cannot be built ({why})") from error


def misfit(network: Callable[[], nn.Module], weights: Mapping[str, Tensor]) -> str:
    """Where weights differ from the network that they are for, in a few words; "" if they fit.

    The network is made without memory: sizes out of a configuration may be any, those of the weights are on the disk.
    """
    with torch.device("meta"):
        expected = {name: tuple(value.shape) for name, value in network().state_dict().items()}
    for name in expected | dict(weights):
        own = tuple(weights[name].shape) if name in weights else None
        if own != expected.get(name):
            return f"{name} is {own or 'missing'}, expected {expected.get(name) or 'none of that name'}"
    return ""
