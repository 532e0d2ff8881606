"""Packed runs that others share on the Hugging Face hub: only what sampling reads is fetched, nothing is trusted."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from in2in.errors import InputError

ID = re.compile(r"[\w.-]+/[\w.-]+")
"""OWNER/NAME."""

WANTED = ("*config.yaml", "*model.safetensors", "*clip/*.json", "*clip/*.txt", "*clip/*.safetensors", "README.md")
"""What in2in-pack and in2in-blend write; no format that could hold code."""

TRUSTED = ("in2in.models.", "in2in.text.", "in2in.diffusion.", "in2in.motion.", "in2in.blend.load", "diffusers.")
"""What the configuration of a run from elsewhere may name."""


def is_id(run: str | Path) -> bool:
    """Whether this names a run on the hub: OWNER/NAME, and there is no such folder."""
    return ID.fullmatch(str(run)) is not None and not Path(run).exists()


def fetch(run: str) -> Path:
    """The folder of a run of the hub, from the cache if it has not changed.

    Raises:
        InputError: the hub cannot be reached or has no such run.
    """
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(run, allow_patterns=list(WANTED)))
    except Exception as error:  # whatever the hub's client raises, of which each version has its own
        why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(f"run={run} is neither a folder nor to be had from the hub: {why}") from error


def check_trusted(run: str | Path, node: Any) -> None:
    """An error if a configuration names anything to be called that a run does not need."""
    for name in _called(node):
        if not name.startswith(TRUSTED):
            raise InputError(f"run={run} asks for {name} to be called, which no run needs: do not trust it")


def _called(node: Any) -> Iterator[str]:
    """What the `_target_`s of plain data name; of hydra's helper that looks up a class, the class."""
    if isinstance(node, dict):
        if "_target_" in node:
            lookup = node["_target_"] == "hydra.utils.get_class"
            yield str(node.get("path", "")) if lookup else str(node["_target_"])
        node = list(node.values())
    for child in node if isinstance(node, list) else ():
        yield from _called(child)
