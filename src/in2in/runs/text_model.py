"""A text model that a run brings: a folder of transformers that may hold numbers, words and plain weights alone."""

import json
from pathlib import Path
from typing import Any

from in2in.errors import InputError

CODE = ("auto_map", "quantization", "trust_remote_code", "custom_")
"""Parts of names by which a transformers configuration asks for code or for other packages; a kernel is such, too."""

KERNEL = "attn_implementation"


def check_text_model(folder: Path, run: str | Path) -> None:
    """An error if a folder of transformers inside a run holds anything but numbers, words and plain weights."""
    refused = f"run={run}: the text model in {folder}"
    if not (folder / "model.safetensors").is_file():
        raise InputError(f"{refused} has no model.safetensors; pickled weights of a run are not read")
    if odd := [path.name for path in sorted(folder.iterdir()) if path.name.endswith((".py", "adapter_config.json"))]:
        raise InputError(f"{refused} holds {odd[0]}, which no run needs: do not trust it")
    for name in ("config.json", "tokenizer_config.json", "generation_config.json"):
        path = folder / name
        if not path.is_file():
            continue
        try:
            if path.stat().st_size > 2**20:
                raise ValueError("it is larger than 1 MB")
            fault = _code_in(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(
                f"{refused}: {name} cannot be read ({str(error)[:100] or type(error).__name__})"
            ) from error
        if fault:
            raise InputError(f"{refused}: {name} {fault}: do not trust it")


def _code_in(node: Any) -> str:
    """Why a transformers configuration is refused; "" if it is not."""
    if isinstance(node, list):
        return next(filter(None, map(_code_in, node)), "")
    if isinstance(node, dict):
        asked = [key for key, value in node.items() if value and any(part in key for part in CODE)]
        asked += [key for key, value in node.items() if KERNEL in key and not str(value).isidentifier()]
        if asked:
            return f"asks for {asked[0]}, which no run needs"
        if type(layers := node.get("num_hidden_layers", 1)) is not int or not 1 <= layers <= 256:
            return f"has num_hidden_layers={str(layers)[:20]}, expected 1 to 256"
        return next(filter(None, map(_code_in, node.values())), "")
    return ""
