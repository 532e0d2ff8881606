"""What a sample says of the networks that made it: a hash of their weights and the precision they computed in."""

import hashlib
from collections.abc import Mapping

import torch
from torch import Tensor, nn

MIXED = {torch.bfloat16: "bf16-mixed", torch.float16: "16-mixed"}
TRUE = {torch.float32: "32-true", torch.float64: "64-true", torch.bfloat16: "bf16-true", torch.float16: "16-true"}
"""Precisions by the names that `trainer.precision` gives them."""


def weights_sha256(weights: Mapping[str, Tensor]) -> str:
    """SHA-256 of tensors by name, whatever file they lie in: a packed run has the hash of the run itself."""
    told = hashlib.sha256()
    for name in sorted(weights):
        value = weights[name].detach().cpu().contiguous()
        told.update(f"{name} {value.dtype} {list(value.shape)}\n".encode())
        told.update(value.view(-1).view(torch.uint8).numpy().data)
    return told.hexdigest()


def precision_in_use(network: nn.Module) -> str:
    """The precision that a network would compute in here and now, as `trainer.precision` names it."""
    first = next(network.parameters(), torch.empty(0))
    kind = first.device.type
    if torch.is_autocast_enabled(kind):
        return with_compilation(MIXED.get(dtype := torch.get_autocast_dtype(kind), f"{dtype}-mixed"), network)
    return with_compilation(TRUE.get(first.dtype, f"{first.dtype}-true"), network)


def with_compilation(precision: str, network: nn.Module) -> str:
    """A precision's name, and whether the networks are compiled: that changes the last digits as well."""
    compiled = any(getattr(part, "compiled", False) for part in network.modules())
    return f"{precision}, compiled" if compiled else precision
