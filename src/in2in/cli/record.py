"""What a command prints, kept in a file beside its results."""

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import IO, Any

CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
"""What moves a terminal's cursor."""


class Record:
    """Lines with the time when they were finished.

    Args:
        file: without a buffer, so that nothing is left to write when the disk is full.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self._line = file, ""

    def write(self, text: str) -> None:
        """Add printed text; a line that overwrites itself, such as a progress bar, is kept as it was last."""
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if shown := CONTROL.sub("", line.rstrip("\r").rpartition("\r")[2]).strip():
                self.file.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {shown}\n".encode())
        self._line = self._line.rpartition("\r")[2]

    def flush(self) -> None:
        """There is nothing to wait for."""


class Copied:
    """A stream whose text goes into a record, too."""

    def __init__(self, stream: Any, record: Record) -> None:
        self._stream, self._record = stream, record

    def write(self, text: str) -> int:
        """To both."""
        self._record.write(text)
        return self._stream.write(text)

    def flush(self) -> None:
        """The stream's; the record has no buffer."""
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        """All else is the stream's."""
        return getattr(self._stream, name)


@contextmanager
def recorded(path: Path) -> Iterator[None]:
    """Add all that is printed meanwhile to a file, under the command as it was typed; and how it ended, if by an error.

    Lightning's own messages go there, too: their handler keeps the stream of the moment when it was made.
    """
    with open(path, "ab", buffering=0) as file:
        out, err, logged = Record(file), Record(file), logging.StreamHandler(Record(file))
        out.write(f"{' '.join(['in2in-train', *sys.argv[1:]])}\n")
        lightning = logging.getLogger("lightning.pytorch")
        lightning.addHandler(logged)
        try:
            with redirect_stdout(Copied(sys.stdout, out)), redirect_stderr(Copied(sys.stderr, err)):
                yield
        except BaseException as error:
            out.write(f"\n{type(error).__name__}: {error}\n")
            raise
        finally:
            lightning.removeHandler(logged)
