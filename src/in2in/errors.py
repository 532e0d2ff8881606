"""The one exception that says: the input is at fault, not the program; and what a full disk becomes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class InputError(ValueError):
    """A file, option or text that cannot be used; the message is one line that names it and the remedy.

    Commands print the message alone and leave with exit code 1; every other exception keeps its traceback.
    """


class WritingError(InputError):
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
