"""What could not be used of a data set: left out, counted, listed with its reason, and an error where it is too much.

left_out.tsv, beside the data that are made: a head line, then clip, file and reason of each, with tabs between them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from in2in.errors import InputError, SetupError, writing

Item = TypeVar("Item")
Result = TypeVar("Result")

REPORT = "left_out.tsv"

HEAD = "clip\tfile\treason\n"

MAX_LEFT_OUT = 0.5
"""Share of the clips that may be left out where no option says otherwise."""


@dataclass(frozen=True)
class LeftOut:
    """Something that could not be used.

    Attributes:
        clip: its id, or the take's name.
        reason: one line that names the file and what is wrong with it.
        file: at fault; "" where it is not a matter of one.
    """

    clip: str
    reason: str
    file: str = ""


@dataclass(frozen=True)
class Attempt(Generic[Item, Result]):
    """Work on one clip after the other of which none can stop the others; it can be pickled if its parts can.

    Attributes:
        work: raises an InputError for what cannot be used.
        name: id of an item.
        file: path of an item, for the report.
    """

    work: Callable[[Item], Result]
    name: Callable[[Item], str] = str
    file: Callable[[Item], str | Path] | None = None

    def __call__(self, item: Item) -> Result | LeftOut:
        """What the work returns, or why the item is left out; what is no fault of the item is an error still."""
        try:
            return self.work(item)
        except SetupError:
            raise
        except InputError as error:
            return LeftOut(self.name(item), str(error), str(self.file(item)) if self.file else "")


def divide(done: Iterable[Result | LeftOut]) -> tuple[list[Result], list[LeftOut]]:
    """What was done, and what was left out, in their order."""
    results: list[Result] = []
    left_out: list[LeftOut] = []
    for one in done:
        if isinstance(one, LeftOut):
            left_out.append(one)
        else:
            results.append(one)
    return results, left_out


def check_share(max_left_out: float) -> None:
    """One line about a share that is none."""
    if not 0 <= max_left_out <= 1:
        raise InputError(f"max_left_out={max_left_out:g} must be a share from 0 (nothing) to 1 (all but one clip)")


def check_enough(left_out: Sequence[LeftOut], total: int, max_left_out: float, what: str = "clips") -> None:
    """An error where nothing is left, or more than a share was left out.

    Args:
        left_out: what was.
        total: how many there were, these among them.
        max_left_out: share of them that may be left out, 0 to 1.
        what: they are, in messages.
    """
    if not left_out or (len(left_out) < total and len(left_out) <= max_left_out * total):
        return
    first = left_out[0].reason
    if len(left_out) == total == 1:
        raise InputError(first)
    if len(left_out) >= total:
        raise InputError(f"none of {total:,} {what} can be used, the first because: {first}")
    raise InputError(
        f"{len(left_out):,} of {total:,} {what} cannot be used, more than max_left_out={max_left_out:g} allows, "
        f"the first because: {first}"
    )


def report_left_out(
    folder: Path,
    left_out: Sequence[LeftOut],
    total: int,
    max_left_out: float = MAX_LEFT_OUT,
    what: str = "clips",
    where: str = "beside the data",
) -> None:
    """Write what was left out into a folder and print a line about it; nothing of both where it is nothing.

    Args:
        folder: gets `REPORT`.
        left_out: see `check_enough`.
        total: likewise.
        max_left_out: likewise.
        what: likewise.
        where: the folder is, in the line.

    Raises:
        InputError: nothing or too little is left, or the folder cannot be written.
    """
    check_enough(left_out, total, max_left_out, what)
    if not left_out:
        return
    with writing(folder / REPORT):
        rows = ("\t".join(map(_cell, (one.clip, one.file, one.reason))) for one in left_out)
        (folder / REPORT).write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    print(
        f"left out {len(left_out):,} of {total:,} {what}; {REPORT} {where} says why, of the first: {left_out[0].reason}"
    )


def _cell(text: str) -> str:
    """Without tabs and ends of lines, which would be more cells."""
    return " ".join(text.split())
