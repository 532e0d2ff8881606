"""The checkpoints of a run in training: the last one and the one before it, and which of them is whole."""

import pickle
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from in2in.errors import InputError

LAST, PREVIOUS = "last.ckpt", "last-previous.ckpt"
"""Names of the checkpoint that training writes again and again, and of the one that it replaced."""


def fault(checkpoint: Path) -> str:
    """Why a checkpoint's file cannot be used, after all of it was read and compared with its checksums; "" if it can.

    Args:
        checkpoint: a file as PyTorch writes it.
    """
    if not checkpoint.exists():
        return "there is no such file"
    state = checkpoint.stat()
    return _fault(checkpoint, state.st_mtime_ns, state.st_size)


@lru_cache
def _fault(checkpoint: Path, written: int, size: int) -> str:
    try:
        with zipfile.ZipFile(checkpoint) as archive:
            if is_packed(archive):
                return "it is compressed, which PyTorch never does: it may grow without end"
            broken = archive.testzip()
    except OSError as error:
        return error.strerror or "it cannot be opened"
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        return "it is cut off or is none" if size else "it is empty"
    return "it is damaged" if broken else ""


def is_packed(archive: zipfile.ZipFile) -> bool:
    """Whether anything in an archive takes more room when it is read than it has in the file."""
    return any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist())


def read_checkpoint(checkpoint: Path) -> dict[str, Any]:
    """What a checkpoint of a training holds; no code that is stored in it is run.

    Raises:
        InputError: it holds anything but tensors and plain data, or is no file that PyTorch wrote.
    """
    try:
        mapped = zipfile.is_zipfile(checkpoint)
        if mapped:
            with zipfile.ZipFile(checkpoint) as archive:
                if is_packed(archive):
                    raise ValueError("it is compressed")
        content = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=mapped)
        if not isinstance(content, dict):
            raise ValueError("it holds no names")
    except Exception as error:  # whatever unpickling raises
        objects = isinstance(error, pickle.UnpicklingError) and "GLOBAL" in str(error)
        why = "it holds objects, which could run code" if objects else type(error).__name__
        raise InputError(f"{checkpoint} cannot be read as a checkpoint ({why}): copy it anew") from error
    return content


def newest_whole(folder: Path) -> tuple[Path | None, list[str]]:
    """The newest of the two last checkpoints that is whole, and a line for each newer one that is not.

    Args:
        folder: of a run's checkpoints; it need not be there.

    Returns:
        None and no lines where there is no checkpoint, None and lines where none is whole.
    """
    two = [folder / name for name in (LAST, PREVIOUS)]
    if not any(path.exists() for path in two):
        return None, []
    passed = []
    for path in two:
        if not (why := fault(path)):
            return path, passed
        passed.append(f"{path} cannot be read as a checkpoint ({why})")
    return None, passed


def whole_others(folder: Path) -> list[Path]:
    """A run's checkpoints that are whole but for the two last ones, such as the best."""
    return sorted(path for path in folder.glob("*.ckpt") if path.name not in (LAST, PREVIOUS) and not fault(path))
