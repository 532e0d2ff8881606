"""Files of takes: which belong together, what their takes are called, and which split they go to."""

import glob
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from in2in.data.left_out import LeftOut
from in2in.errors import InputError
from in2in.files.inside import check_id

Item = TypeVar("Item")


@dataclass(frozen=True)
class TakeFiles:
    """The files of a recording.

    Attributes:
        name: of its first file, with folders before it where several takes have one name.
        files: one for each person, or one that holds all.
    """

    name: str
    files: tuple[Path, ...]

    @property
    def file(self) -> Path:
        """Names it in messages."""
        return self.files[0]


def find_takes(patterns: Mapping[str, str], ending: str | None = None) -> list[TakeFiles]:
    """The takes of globs, paired in sorted order.

    Args:
        patterns: globs, several with commas between them, by the option that gives them: one for all persons, or one
            for each.
        ending: in lower case; of what is found, other files are left out if some end so, whatever their case.
    """
    found = [_matching(key, pattern, ending) for key, pattern in patterns.items()]
    if len({len(files) for files in found}) > 1:
        matched = [
            f"{key}={own} matches {len(files)}" for (key, own), files in zip(patterns.items(), found, strict=True)
        ]
        raise InputError(f"{' files, '.join(matched)}: they are paired in sorted order and must be as many")
    return [TakeFiles(*take) for take in zip(take_names(found[0]), zip(*found, strict=True), strict=True)]


def _matching(key: str, patterns: str, ending: str | None) -> list[Path]:
    globs = [own.strip() for own in patterns.split(",")]
    if ending:  # in either case
        cut = [own[: -len(ending)] for own in globs if own.lower().endswith(ending)]
        globs += [own + end for own in cut for end in (ending, ending.upper())]
    files = {Path(path) for own in globs for path in glob.glob(own, recursive=True) if Path(path).is_file()}
    if not files:
        raise InputError(f"{key}={patterns} matches no file: quote the glob and check the folder")
    return sorted([path for path in files if path.suffix.lower() == ending] or files)


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


def of_usual_number(
    items: Sequence[Item], count: Callable[[Item], int], left_out: Callable[[Item, int], LeftOut]
) -> tuple[list[Item], list[LeftOut]]:
    """The takes that have as many persons as most, and the others, left out.

    Args:
        items: the takes.
        count: how many persons one has.
        left_out: tells why one is left out; gets it and how many persons most have.
    """
    usual = Counter(map(count, items)).most_common(1)[0][0] if items else 0
    return (
        [item for item in items if count(item) == usual],
        [left_out(item, usual) for item in items if count(item) != usual],
    )


def check_held_out(val_share: float, test_share: float) -> None:
    """One line about shares that leave nothing to train on."""
    if not 0 <= val_share + test_share < 1:
        raise InputError(f"val_share={val_share:g} and test_share={test_share:g} must leave takes to train on")


Group = TypeVar("Group", bound=Hashable)


def split_takes(takes: Sequence[Group], val_share: float, test_share: float) -> dict[str, Sequence[Group]]:
    """Whole takes, or groups of them, go to one split, so that no clip's neighbour is in another."""
    check_held_out(val_share, test_share)
    val, test = (round(share * len(takes)) for share in (val_share, test_share))
    train = len(takes) - val - test
    return {"train": takes[:train], "val": takes[train : train + val], "test": takes[train + val :]}
