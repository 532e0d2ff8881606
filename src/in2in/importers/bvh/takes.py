"""Which BVH files belong together, and what their takes are called."""

import glob
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from in2in.errors import InputError
from in2in.files.inside import check_id

ENDING = ".bvh"


@dataclass(frozen=True)
class Take:
    """A recording.

    Attributes:
        name: of its first file, with folders before it where several takes have one name.
        files: one for each person, or one that holds all.
    """

    name: str
    files: tuple[Path, ...]


def find_takes(person1: str, person2: str | None) -> list[Take]:
    """The takes of globs, paired in sorted order.

    Args:
        person1: see `in2in.importers.bvh.pairs.BvhPairs`.
        person2: likewise.
    """
    patterns = {"person1": person1} if person2 is None else {"person1": person1, "person2": person2}
    found = [_find(key, pattern) for key, pattern in patterns.items()]
    if len({len(files) for files in found}) > 1:
        raise InputError(
            f"person1={person1} matches {len(found[0])} files, person2={person2} {len(found[1])}: "
            "they are paired in sorted order and must be as many"
        )
    names = take_names(found[0])
    return [Take(name, files) for name, files in zip(names, zip(*found, strict=True), strict=True)]


def _find(key: str, pattern: str) -> list[Path]:
    globs = [own.strip() for own in pattern.split(",")]
    for own in list(globs):  # the ending in the other case
        if own.lower().endswith(ENDING):
            globs += [own[: -len(ENDING)] + ending for ending in (ENDING, ENDING.upper())]
    files = {Path(path) for own in globs for path in glob.glob(own, recursive=True) if Path(path).is_file()}
    if not files:
        raise InputError(f"{key}={pattern} matches no file: quote the glob and check the folder")
    return sorted([path for path in files if path.suffix.lower() == ENDING] or files)


def take_names(files: Sequence[Path]) -> list[str]:
    """A name for each file: its own without the ending, and before it as many folders as tell it from the others."""
    names = [path.stem for path in files]
    for depth in range(2, 1 + max(len(path.parts) for path in files)):
        counts = Counter(names)
        if max(counts.values()) == 1:
            break
        names = [
            "__".join((*path.absolute().parts[-depth:-1], path.stem)) if counts[name] > 1 else name
            for name, path in zip(names, files, strict=True)
        ]
    if twice := [path for name, path in zip(names, files, strict=True) if names.count(name) > 1]:
        raise InputError(f"{twice[0]} and {twice[1]} would be takes of one name: rename one")
    return [check_id(name, path) for name, path in zip(names, files, strict=True)]
