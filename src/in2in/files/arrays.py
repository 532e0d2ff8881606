"""Files of arrays (.npy, .npz) that a user gives: read without pickles, with one error for all that is wrong."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from in2in.errors import InputError

LARGEST = 1 << 30
"""Bytes of an array, unpacked: no motion and no body model is as large."""

OBJECTS = "it is an array of Python objects, which are never opened since they can run programs: save plain numbers"
"""What is said of an object array, whose reason is not plain from numpy's own words."""


PICKLE = "it is a pickle, which is never opened since it can run programs"


def read_npy(path: Path, remedy: str) -> np.ndarray:
    """The array of numbers of a .npy file.

    Args:
        path: of the file. A pickle is never opened: it can run programs.
        remedy: what the user should do about a file that cannot be used, the end of the message.

    Raises:
        InputError: the file is no .npy, is damaged or too large, or holds no numbers.
    """
    file = _load(path, ".npy", remedy)
    if not isinstance(file, np.ndarray):
        file.close()
        raise InputError(f"{path} cannot be read as .npy (it is a file of several arrays): {remedy}")
    check_numbers(path, "it", file, remedy)
    return file


def read_npz(path: Path, needed: Collection[str], remedy: str, optional: Collection[str] = ()) -> dict[str, np.ndarray]:
    """Arrays of a file by name; the others stay unread.

    Args:
        path: of the .npz file. Pickles in it are never opened: they can run programs.
        needed: names that must be there.
        remedy: what the user should do about a file that cannot be used, the end of the message.
        optional: names that may be there.

    Raises:
        InputError: the file is no .npz, is damaged or too large, or lacks a name.
    """
    file = _load(path, ".npz", remedy)
    if isinstance(file, np.ndarray):
        raise InputError(f"{path} cannot be read as .npz (it is a single array): {remedy}")
    with file:
        lacking = [name for name in needed if name not in file]
        found = {name: _member(path, file, name, remedy) for name in (*needed, *optional) if name in file}
    if lacking:
        raise InputError(f"{path} holds no {', '.join(lacking)}: {remedy}")
    return found


def names_of(path: Path, remedy: str) -> list[str] | None:
    """The names of the arrays of an .npz file; None for a .npy file, which is a single array."""
    file = _load(path, ".npy or .npz", remedy)
    if isinstance(file, np.ndarray):
        return None
    with file:
        return list(file.files)


def number(path: Path, name: str, array: np.ndarray, remedy: str) -> float:
    """The one number that an array of any shape holds, finite; text that says a number counts.

    Raises:
        InputError: it holds none, or several that differ.
    """
    values = set(np.ravel(array).tolist())
    try:
        [value] = {float(one.decode() if isinstance(one, bytes) else one) for one in values}
    except (ValueError, TypeError, UnicodeDecodeError, OverflowError) as error:
        raise InputError(f"{path}: {name} is {_told(array)}, expected one number: {remedy}") from error
    if not np.isfinite(value):
        raise InputError(f"{path}: {name} is {value}, expected a finite number: {remedy}")
    return value


def word(path: Path, name: str, array: np.ndarray, remedy: str) -> str:
    """The one word that an array of any shape holds, as text or bytes, also if it is there several times.

    Raises:
        InputError: it holds none, or several that differ.
    """
    values = {one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in np.ravel(array)}
    plain = {value.removeprefix("b'").strip("'\" ") for value in values}  # str() of bytes, as some writers do it
    if len(plain) != 1:
        raise InputError(f"{path}: {name} is {_told(array)}, expected one word: {remedy}")
    return plain.pop()


def check_numbers(path: Path, name: str, array: np.ndarray, remedy: str) -> None:
    """One line about an array that holds something else than real numbers."""
    if array.dtype.kind not in "fiu":
        raise InputError(f"{path}: {name} holds {array.dtype}, expected numbers: {remedy}")


def _load(path: Path, kind: str, remedy: str) -> Any:
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST >> 20} MiB")
        return np.load(path, allow_pickle=False)
    except Exception as error:  # of a damaged file numpy raises whatever its parts raise
        reason = _reason(error)
        if "pickled" in reason:  # some versions say so of anything that is neither
            with path.open("rb") as start:
                reason = PICKLE if start.read(1) == b"\x80" else "it is something else"
        raise InputError(f"{path} cannot be read as {kind} ({reason}): {remedy}") from error


def _member(path: Path, file: Any, name: str, remedy: str) -> np.ndarray:
    try:
        places = {place.removesuffix(".npy"): place for place in file.zip.namelist()}
        if file.zip.getinfo(places[name]).file_size > LARGEST:
            raise ValueError(f"unpacked it is larger than {LARGEST >> 20} MiB")
        array = file[name]
        if not isinstance(array, np.ndarray):
            raise ValueError("it is no array")
        return array
    except Exception as error:  # see `_load`
        raise InputError(f"{path}: {name} cannot be read ({_reason(error)}): {remedy}") from error


def _reason(error: Exception) -> str:
    if "Object arrays" in str(error):
        return OBJECTS
    return " ".join((getattr(error, "strerror", None) or str(error) or type(error).__name__).split())[:200]


def _told(array: np.ndarray) -> str:
    """A few of an array's values and its shape."""
    return f"{' '.join(str(np.ravel(array)[:3].tolist()).split())[:80]} of shape {list(array.shape)}"
