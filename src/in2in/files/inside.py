"""Names and paths from files of others: a clip's id is a plain name, and nobody writes through a link to elsewhere."""

import re
from pathlib import Path

from in2in.errors import InputError

LONGEST = 200
"""Bytes of an id: with an ending and a person's number it must still be a file's name (255)."""

NO_NAME = re.compile(r"[/\\\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
"""Letters that part folders, or that nobody sees."""


def id_fault(name: str) -> str:
    """What keeps a text from being an id, which becomes the name of files; "" if nothing does."""
    if not name.strip():
        return "it is empty"
    if found := NO_NAME.search(name):
        return f"it holds {found[0]!r}"
    if name[0] in ".-":
        return f"it begins with {name[0]!r}"
    if name != name.strip():
        return "it begins or ends with a space"
    if len(name.encode()) > LONGEST:
        return f"it is longer than {LONGEST} bytes"
    return ""


def check_id(name: str, where: object) -> str:
    """An id as it is; an error, rather than files in another folder, if it is no plain name.

    Args:
        name: becomes the name of files: no part of a path, no option of a program.
        where: it was read, for the message.
    """
    if fault := id_fault(name):
        shown = repr(name if len(name) <= 60 else f"{name[:60]}...")
        raise InputError(f"{where}: {shown} cannot be an id, {fault}: give it a plain name, as 000123 or hug_01")
    return name


def leads_out(path: Path, folder: Path) -> bool:
    """Whether a path, after links and "..", lies outside of a folder (which may be reached by a link itself)."""
    return not path.resolve().is_relative_to(folder.resolve())


def check_own(path: Path, folder: Path) -> Path:
    """A path to write to; an error if a link in the folder leads it elsewhere.

    Who unpacks a data set or a run of others may get links along with it, and what is written through them lands on
    files of the user's. Reading through links is fine: motions_processed may lie on another disk.
    """
    if leads_out(path, folder):
        raise InputError(
            f"{path} is not written: a link leads out of {folder}, to {path.resolve()}: replace the link by a folder"
        )
    return path
