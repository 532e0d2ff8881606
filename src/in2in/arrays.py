"""Files of several arrays (.npz) that a user gives: read without pickles, with one error for all that is wrong."""

import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path

import numpy as np

from in2in.errors import InputError


def read_npz(path: Path, needed: Collection[str], remedy: str, optional: Collection[str] = ()) -> dict[str, np.ndarray]:
    """Arrays of a file by name; the others stay unread.

    Args:
        path: of the .npz file. Pickles in it are never opened: they can run programs.
        needed: names that must be there.
        remedy: what the user should do about a file that cannot be used, the end of the message.
        optional: names that may be there.

    Raises:
        InputError: the file is no .npz, is damaged, or lacks a name.
    """
    try:
        file = np.load(path, allow_pickle=False)
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise ValueError("it is a single array")
        with file:
            lacking = [name for name in needed if name not in file]
            found = {name: file[name] for name in (*needed, *optional) if name in file}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path} cannot be read as .npz ({error}): {remedy}") from error
    if lacking:
        raise InputError(f"{path} holds no {', '.join(lacking)}: {remedy}")
    return found
