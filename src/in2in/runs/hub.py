"""Packed runs that others share on the Hugging Face hub: only what sampling reads is fetched.

What their configurations may ask for is in `in2in.runs.trusted`.
"""

import re
from pathlib import Path

from in2in.errors import InputError

ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
"""OWNER/NAME."""

WANTED = (
    *("*config.yaml", "*model.safetensors", "*clip/*.json", "*clip/*.txt", "*clip/*.safetensors"),
    *("*vocabulary.txt.gz", "known_texts.npz", "README.md"),
)
"""What in2in-pack and in2in-blend write; no format that could hold code."""


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
