"""Tables of texts, a line for each clip: its id, the interaction text and, if there are some, those of the persons.

Cells are parted by tabs, or by semicolons or commas where a file has no tab and every line has an id before one; a
line with neither is an id and a text with a space between them. Cells may be quoted as spreadsheets do it.
"""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from in2in.errors import InputError
from in2in.files.assumed import ASSUMPTIONS
from in2in.files.text_files import read_rows
from in2in.motion.texts import Texts

HEADS = (
    {
        *("id", "ids", "clip", "clips", "clip_id", "clipid", "name", "file", "filename", "file_name"),
        "take",
        "key",
        "label",
    },
    {"text", "texts", "interaction", "interaction_text", "caption", "captions", "description", "annotation", "prompt"},
    {"person1", "person 1", "person_1", "individual1", "individual 1", "individual_1", "p1", "text1"},
    {"person2", "person 2", "person_2", "individual2", "individual 2", "individual_2", "p2", "text2"},
)
"""What the cells of a head line are called, in their order."""

QUOTED = re.compile(r'"((?:[^"]|"")*)"', re.DOTALL)


def read_text_table(path: Path) -> dict[str, Texts]:
    """Texts by id; an id that has several lines has several texts.

    Raises:
        InputError: there is no such file, or a line has no text or too many; it names the line.
    """
    if not path.is_file():
        raise InputError(f"texts={path} is not a file: give a file with a line for each clip: id, tab, text")
    collected: dict[str, list[list[str]]] = {}
    for number, (clip, *said) in enumerate(_rows(path), start=1):
        while said and not said[-1]:
            said.pop()
        if not clip and not said:
            continue
        if not clip or not said or not said[0]:
            raise InputError(f"{path}:{number} has no {'text' if clip else 'id'}: write the id, a tab, then the text")
        if len(said) > 3:
            raise InputError(f"{path}:{number} has {len(said)} texts: write the interaction and at most one a person")
        if number == 1 and _is_head(path, [clip, *said]):
            continue
        collected.setdefault(clip, []).append([*said, "", ""][:3])
    return {
        clip: Texts(tuple(line[0] for line in lines), tuple(tuple(line[k] for line in lines) for k in (1, 2)))
        for clip, lines in collected.items()
    }


def _is_head(path: Path, cells: Sequence[str]) -> bool:
    """Whether the first line names the columns; an error if it names them in another order than ours."""
    named = [cell.lower().lstrip("#").strip() for cell in cells if cell]
    if len(named) < 2 or any(not any(name in names for names in HEADS) for name in named):
        return False
    if any(name not in names for name, names in zip(named, HEADS, strict=False)):
        if len(set(named) & HEADS[0]) and len(set(named) & HEADS[1]):
            raise InputError(f"{path}:1 names the columns {', '.join(cells)}: put them as id, text, person1, person2")
        return False
    ASSUMPTIONS.tell(f"head of {path}", f"{path}:1 names the columns and is no clip: {', '.join(cells)}")
    return True


def _rows(path: Path) -> list[list[str]]:
    """The cells of each line; a quoted cell may go over several lines, which then count as one."""
    lines = read_rows(path, "save it as UTF-8, a line for each clip: id, tab, text")
    if any("\t" in line for line in lines):
        return [_whole_line(row) if len(row) == 1 else row for row in _split(lines, "\t")]
    for delimiter, name in ((";", "semicolons"), (",", "commas")):
        rows = [row for row in _split(lines, delimiter) if any(row)]
        if rows and all(len(row) > 1 and len(row[0].split()) == 1 for row in rows):
            prose = any(f"{delimiter} " in line for line in lines) and not any('"' in line for line in lines)
            told = f"the first of the {name} of each line" if prose else name
            ASSUMPTIONS.tell(f"cells of {path}", f"{path} has no tabs: its cells are taken to be parted by {told}")
            return (
                [[c.strip() for c in line.split(delimiter, 1)] for line in lines] if prose else _split(lines, delimiter)
            )
    return [_whole_line([line]) for line in lines]


def _whole_line(row: list[str]) -> list[str]:
    """A line without a tab: id and text with white space between them."""
    return row[0].split(maxsplit=1) or [""]


def _split(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Cells as spreadsheets quote them, if that holds for the whole file; else what is between the delimiters."""
    try:
        rows = list(csv.reader([f"{line}\n" for line in lines], delimiter=delimiter, strict=True))
    except csv.Error:
        rows = [[_unquoted(cell.strip()) for cell in line.split(delimiter)] for line in lines]
    return [[" ".join(cell.split("\n")).strip() for cell in row] or [""] for row in rows]


def _unquoted(cell: str) -> str:
    quoted = QUOTED.fullmatch(cell)
    return quoted[1].replace('""', '"') if quoted else cell
