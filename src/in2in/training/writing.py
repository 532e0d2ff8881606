"""How Lightning's checkpoints reach the disk."""

import io
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO

from in2in.files.whole import whole_file
from in2in.runs.checkpoints import LAST, PREVIOUS, fault


class WholeCheckpoints(TorchCheckpointIO):
    """Checkpoints appear whole or not at all, on whatever file system the run lies; of the last one, two are kept.

    Lightning's own writer goes by way of the system's temporary folder, and moving a file from there to another file
    system is a copy, which a killed process leaves cut off.
    """

    def __init__(self) -> None:
        self._own: set[Path] = set()  # whole, since they were written here

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None) -> None:
        """Write a checkpoint; called in the first process only.

        Raises:
            InputError: it cannot be written, such as on a full disk; the checkpoints that are there stay.
        """
        path = Path(path)
        content = io.BytesIO()  # PyTorch's writer turns a full disk into errors that do not tell of it
        torch.save(checkpoint, content)
        previous = path.with_name(PREVIOUS) if path.name == LAST and self._is_whole(path) else None
        with whole_file(path, previous) as unfinished:
            unfinished.write_bytes(content.getbuffer())
        self._own.add(path)

    def _is_whole(self, path: Path) -> bool:
        return path in self._own or not fault(path)
