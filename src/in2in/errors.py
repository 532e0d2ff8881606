"""The one exception that says: the input is at fault, not the program; and what a full disk becomes."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class InputError(ValueError):
    """A file, option or text that cannot be used; the message is one line that names it and the remedy.

    Commands print the message alone and leave with exit code 1; every other exception keeps its traceback.
    """


class SetupError(InputError):
    """What all clips need is at fault, an option or a model's file: no clip is left out for it."""


class WritingError(SetupError):
    """The place where something is to be written is at fault: a full disk, a folder that may not be written."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Around what writes files: a full disk or a folder that may not be written becomes one line that names the path.

    Raises:
        WritingError: the operating system refused.
    """
    try:
        yield
    except OSError as error:
        why = error.strerror or "no space left"  # numpy tells of fewer bytes written, without a number
        raise WritingError(f"{path} cannot be written ({why}): make room or choose another folder") from error


_NO_ROOM = [os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)]
"""How the operating system says that a disk, a quota or a file is full."""


def no_room(error: BaseException | None) -> str | None:
    """How the operating system says that a full disk is behind an error; None where it is not.

    Libraries wrap its errors, or leave the number out, so its words are looked for, in what came before, too.
    """
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        for why in _NO_ROOM:
            if why in str(error):
                return why
        if isinstance(error, OSError) and error.errno is None and "requested and" in str(error):
            return _NO_ROOM[0]  # numpy tells how many bytes were asked for and written
        seen.append(error)
        error = error.__cause__ or error.__context__
    return None
