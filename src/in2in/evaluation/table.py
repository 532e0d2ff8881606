"""The figures as tables: markdown to read, LaTeX to publish."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from in2in.evaluation.physical import UNITS

Record = dict[str, Any]
"""What a row is in results.json."""

Cell = tuple[str, str | None] | None
"""Mean and half width of the 95 % interval, None for no such figure."""

EITHER_WAY = "near recorded"


@dataclass(frozen=True)
class Column:
    """A figure in a table.

    Attributes:
        name: of the figure.
        better: "higher", "lower", or `EITHER_WAY` where it should be as in recorded motion.
        unit: of the number.
        percent: whether a share from 0 to 1 is shown as a percentage.
    """

    name: str
    better: str
    unit: str = ""
    percent: bool = False

    def cell(self, record: Record) -> Cell:
        """The figure of a row, mean and half width rounded alike."""
        own = record["figures"].get(self.name)
        if own is None:
            return None
        factor, digits = (100, 1) if self.percent else (1, 3)
        mean, half = own["mean"] * factor, own["half_width_95"]
        return f"{mean:.{digits}f}", None if half is None else f"{half * factor:.{digits}f}"

    @property
    def title(self) -> str:
        """Name, unit and direction."""
        unit = "%" if self.percent else self.unit
        mark = {"higher": " ↑", "lower": " ↓"}.get(self.better, " →")
        return self.name + (f", {unit}" if unit else "") + mark


Parts = Mapping[str, Sequence[Column]]
"""The parts of a table by their titles."""

EMBEDDING = (
    *(Column(f"R top {k}", "higher") for k in (1, 2, 3)),
    Column("FID", "lower"),
    Column("MM distance", "lower"),
    Column("diversity", EITHER_WAY),
    Column("multimodality", "higher"),
)
PHYSICAL = tuple(Column(name.replace("_", " "), EITHER_WAY, unit, unit == "of frames") for name, unit in UNITS.items())
PARTS: Parts = {"text and motion": EMBEDDING, "motion itself": PHYSICAL}
"""Every evaluation's own."""

NO_PARTS: Parts = MappingProxyType({})


def _filled(rows: dict[str, Record], extras: Parts) -> Iterator[tuple[str, list[Column], dict[str, list[Cell]]]]:
    """Of each part that has figures its title, its columns that have some, and the cells of rows that have some."""
    for title, columns in {**PARTS, **extras}.items():
        shown = [column for column in columns if any(column.cell(own) for own in rows.values())]
        cells = {name: [column.cell(record) for column in shown] for name, record in rows.items()}
        if shown:
            yield title, shown, {name: own for name, own in cells.items() if any(own)}


def markdown(rows: dict[str, Record], extras: Parts = NO_PARTS) -> str:
    """A table for each part that has figures, and a line for each row with motions that could not be measured."""
    parts = []
    for title, columns, filled in _filled(rows, extras):
        head = [title, *(column.title for column in columns)]
        lines = [f"| {' | '.join(head)} |", "| --- |" + " ---: |" * len(columns)]
        lines += [f"| {' | '.join([name, *map(_plain, cells)])} |" for name, cells in filled.items()]
        parts.append("\n".join(lines))
    for name, record in rows.items():
        parts += [f"{name}: {count} motions {reason}" for reason, count in record["unusable"].items()]
    return "\n\n".join(parts) + "\n"


def _plain(cell: Cell) -> str:
    if cell is None:
        return "-"
    return cell[0] if cell[1] is None else f"{cell[0]} ± {cell[1]}"


def latex(rows: dict[str, Record], extras: Parts = NO_PARTS) -> str:
    """A tabular for each part that has figures; needs the package booktabs."""
    parts = []
    for title, columns, filled in _filled(rows, extras):
        head = map(_escape, [title, *(column.title for column in columns)])
        lines = [r"\begin{tabular}{l" + "r" * len(columns) + "}", r"\toprule", " & ".join(head) + r" \\", r"\midrule"]
        lines += [" & ".join([_escape(name), *map(_math, cells)]) + r" \\" for name, cells in filled.items()]
        parts.append("\n".join([*lines, r"\bottomrule", r"\end{tabular}"]))
    return "\n\n".join(parts) + "\n"


def _math(cell: Cell) -> str:
    if cell is None:
        return "--"
    return f"${cell[0]}$" if cell[1] is None else rf"${cell[0]}^{{\pm{cell[1]}}}$"


def _escape(text: str) -> str:
    for plain, escaped in (("\\", r"\textbackslash{}"), ("_", r"\_"), ("%", r"\%"), ("&", r"\&"), ("#", r"\#")):
        text = text.replace(plain, escaped)
    arrows = {"↑": r"$\uparrow$", "↓": r"$\downarrow$", "→": r"$\rightarrow$", "^3": "$^3$"}
    for plain, escaped in arrows.items():
        text = text.replace(plain, escaped)
    return text
