"""The checkpoints of a run in training: the last one and the one before it, and which of them is whole."""

import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

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
            broken = archive.testzip()
    except OSError as error:
        return error.strerror or "it cannot be opened"
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        return "it is cut off or is none" if size else "it is empty"
    return "it is damaged" if broken else ""


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
