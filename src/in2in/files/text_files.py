"""Text files as tools in the field write them: any encoding that can be told, any ends of lines, unseen marks.

Lines end at \\n, \\r\\n or \\r and nowhere else: a form feed, U+0085 or U+2028 in a text is a space.
"""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from in2in.errors import InputError
from in2in.files.assumed import ASSUMPTIONS

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),  # before UTF-16, whose mark begins in the same way
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
"""Byte order marks, the encodings that they tell, and the names of these."""

PLAIN = "UTF-8"
WESTERN = "Windows-1252 (Latin-1)"
LATIN = "Latin-1"

LARGEST = 1 << 28
"""Bytes of a text file: more is no text of a data set."""

ENDS = re.compile("\r\n|\r|\n")
SPACES = re.compile("[\v\f\x1c-\x1f\x85\u2028\u2029]")
INVISIBLE = "\u200b\u2060"
"""Marks without width that stay at the ends of ids that were copied from a page."""


@dataclass(frozen=True)
class TextFile:
    """What a file says.

    Attributes:
        lines: with white space at their ends; the last is not blank.
        encoding: in which it was read.
    """

    lines: tuple[str, ...]
    encoding: str

    @property
    def visible(self) -> tuple[str, ...]:
        """The lines without white space and invisible marks at their ends."""
        return tuple(_visible(line) for line in self.lines)


def read_text(path: Path, remedy: str = "save it as UTF-8") -> TextFile:
    """Read a text file: UTF-8, what its byte order mark says, or else Windows' or the plain Latin-1.

    Args:
        path: of the file.
        remedy: what the user should do about a file that cannot be used, the end of the message.

    Raises:
        InputError: there is no such file, it is no text, or its encoding cannot be told.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path} is larger than {LARGEST >> 20} MiB, which is no text: {remedy}")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): {remedy}") from error
    text, encoding = _decode(path, data, remedy)
    if "\0" in text:
        raise InputError(f"{path} holds NUL bytes, which is no text, or UTF-16 without a byte order mark: {remedy}")
    lines = ENDS.split(SPACES.sub(" ", text.replace("\ufeff", "")))  # marks in the middle: files put together
    while lines and not _visible(lines[-1]):
        lines.pop()
    return TextFile(tuple(lines), encoding)


def read_lines(path: Path, remedy: str = "save it as UTF-8", dataset: str | Path | None = None) -> tuple[str, ...]:
    """The lines of a text file without white space and invisible marks at their ends; the last is not empty.

    An encoding other than plain UTF-8 is told of, once a data set.

    Args:
        path: of the file.
        remedy: see `read_text`.
        dataset: that the file belongs to; it is one of its own if left out.
    """
    return tuple(_visible(line) for line in read_rows(path, remedy, dataset))


def read_rows(path: Path, remedy: str = "save it as UTF-8", dataset: str | Path | None = None) -> tuple[str, ...]:
    """The same with white space at the ends of lines, where it parts cells."""
    file = read_text(path, remedy)
    if file.encoding in (WESTERN, LATIN):
        told = f"{path} is not UTF-8 and is taken for {file.encoding}: save it as UTF-8 if its letters come out wrong"
        ASSUMPTIONS.tell(f"encoding of {dataset or path}", told)
    elif file.encoding != PLAIN:
        ASSUMPTIONS.tell(f"mark in {dataset or path}", f"{path} is {file.encoding}, and read as such")
    return file.lines


def _decode(path: Path, data: bytes, remedy: str) -> tuple[str, str]:
    for mark, codec, name in MARKS:
        if data.startswith(mark):
            try:
                return data.decode(codec), name
            except UnicodeDecodeError as error:
                raise InputError(f"{path} begins as {name} and is none ({error.reason}): {remedy}") from error
    for codec, name in (("utf-8", PLAIN), ("cp1252", WESTERN)):
        try:
            return data.decode(codec), name
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), LATIN


def _visible(line: str) -> str:
    """Without white space and invisible marks at its ends."""
    before = ""
    while line != before:
        before, line = line, line.strip().strip(INVISIBLE)
    return line
