"""Files and folders appear whole, or not at all; the one home of all that is written to stay.

What is not whole yet lies in the same folder under a hidden name, `.NAME.unfinished-XXXXXXXX`, and is locked by the
process that writes it. The lock ends with the process, so what a killed one left is known, and cleared by whoever
writes the same file next. The content is on the disk before it gets its name, and the name before the writer goes on:
a machine that loses its power keeps the old file or the new one.
"""

import ctypes
import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from in2in.errors import InputError, writing

_UNFINISHED = re.compile(r"\.(?P<stem>.*)\.unfinished-[0-9a-f]{8}(?P<suffix>\.[^.]*)?")


@contextmanager
def whole_file(path: str | Path, previous: Path | None = None) -> Iterator[Path]:
    """A path to write to, with the ending of `path`; moved there at the end, removed if anything fails.

    Args:
        path: of the file; its folder is made if it is missing.
        previous: in the same folder, where the file that has been at `path` so far is kept, in place of what is there.

    Raises:
        InputError: the folder cannot be written, or the disk is full; what was at `path` stays.
    """
    path = Path(path)
    if not path.name:
        raise InputError(f"{str(path)!r} is not the name of a file: give one to write to")
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        clear_unfinished(path.parent, path.name)
        with _unfinished(path, folder=False) as unfinished:
            yield unfinished
            _sync(unfinished)
            if previous is not None:
                with suppress(FileNotFoundError):
                    path.replace(previous)
            unfinished.replace(path)
            _sync(path.parent)


@contextmanager
def whole_folder(path: str | Path, previous: Path | None = None) -> Iterator[Path]:
    """A new folder to write into; moved to `path` at the end, removed if anything fails.

    Args:
        path: of the folder; those above it are made if they are missing.
        previous: beside it, where the folder that has been at `path` so far is kept. A kill between the two moves
            leaves it there, and nothing at `path`.

    Raises:
        InputError: it cannot be written, the disk is full, or by the end there is a folder at `path` that is not empty.
    """
    path = Path(path)
    with ExitStack() as stack:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            clear_unfinished(path.parent, path.name)
            unfinished = stack.enter_context(_unfinished(path, folder=True))
        yield unfinished
        with writing(path):
            _sync_all(unfinished)
            if previous is not None:
                with suppress(FileNotFoundError):
                    path.rename(previous)
            unfinished.rename(path)
            _sync(path.parent)


def write_text(path: str | Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all."""
    with whole_file(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")


def write_bytes(path: str | Path, content: bytes | memoryview) -> None:
    """Write a file, whole or not at all."""
    with whole_file(path) as unfinished:
        unfinished.write_bytes(content)


def clear_unfinished(folder: Path, name: str | None = None) -> list[Path]:
    """Remove what processes that are no more left in a folder; what is being written stays.

    Args:
        folder: that is there.
        name: of the file or folder in it whose remains are meant; all if not given.

    Returns:
        What was removed.
    """
    removed = []
    wanted = None if name is None else (Path(name).stem, Path(name).suffix)
    for there in os.listdir(folder):
        found = _UNFINISHED.fullmatch(there)
        if not found or wanted not in (None, (found["stem"], found["suffix"] or "")):
            continue
        with suppress(OSError):  # it is being written, or has just been finished, or cannot be locked here
            lock = _lock(folder / there)
            try:
                _remove(folder / there)
                removed.append(folder / there)
            finally:
                os.close(lock)
    return removed


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Hold the lock of a folder that stays, as long as this process lives; nothing is written.

    Yields:
        Whether it is held: False if another process holds it. Where a file system has no locks, all hold it.
    """
    try:
        lock = _lock(folder)
    except BlockingIOError:
        yield False
    except OSError:
        yield True
    else:
        try:
            yield True
        finally:
            os.close(lock)


@contextmanager
def _unfinished(path: Path, folder: bool) -> Iterator[Path]:
    """A new file or folder beside `path`, locked; gone at the end unless it was moved."""
    while True:
        unfinished = path.with_name(f".{path.stem}.unfinished-{uuid4().hex[:8]}{path.suffix}")
        if folder:
            unfinished.mkdir()
        else:
            unfinished.touch(exist_ok=False)
        try:
            lock = _lock(unfinished)
        except (BlockingIOError, FileNotFoundError):  # another writer took it for a leftover before it was locked
            continue
        except OSError:  # a file system without locks: what a killed process leaves there stays
            lock = None
            break
        if unfinished.exists():
            break
        os.close(lock)
    try:
        yield unfinished
    finally:
        _remove(unfinished)
        if lock is not None:
            os.close(lock)


def _lock(path: Path) -> int:
    """The open file that holds a path's lock; an OSError if another process has it, or it is not there."""
    lock = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise
    return lock


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Wait until a file's content, or a folder's names, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems have nothing to wait for
            raise
    finally:
        os.close(opened)


def _sync_all(folder: Path) -> None:
    """Wait until all that is in a folder is on the disk; file by file would take minutes for a data set."""
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        os.sync()
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(opened):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(opened)
