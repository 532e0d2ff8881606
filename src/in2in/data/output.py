"""A data set's folder appears when it is whole, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from in2in.errors import InputError
from in2in.files.whole import whole_folder


@contextmanager
def new_dataset(out: Path) -> Iterator[Path]:
    """A folder to write into, moved to `out` at the end; removed if anything fails."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"out={out} exists already: remove it or choose another folder")
    with whole_folder(out) as unfinished:
        yield unfinished
