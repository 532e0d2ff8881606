"""Files appear when they are whole, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from in2in.errors import writing


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """A path to write to, with the ending of `path`; moved there at the end, removed if anything fails.

    Args:
        path: of the file; its folder is made if it is missing.

    Raises:
        InputError: the folder cannot be written, or the disk is full.
    """
    path = Path(path)
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.touch()
        try:
            yield unfinished
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
