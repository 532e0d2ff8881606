"""A data set's folder appears when it is whole, or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from in2in.errors import InputError, writing


@contextmanager
def new_dataset(out: Path) -> Iterator[Path]:
    """A folder to write into, moved to `out` at the end; removed if anything fails."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"out={out} exists already: remove it or choose another folder")
    partial = out.with_name(f"{out.name}.partial-{os.getpid()}")
    with writing(partial):
        partial.mkdir(parents=True)
    try:
        yield partial
        with writing(out):
            if out.exists():
                out.rmdir()
            partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
