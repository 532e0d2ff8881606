"""One self-contained page with a list of clips, of which the chosen one plays."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from in2in.export.html import asset, page_around, page_data, script_safe_json
from in2in.files.whole import write_text
from in2in.motion.motion import Motion


@dataclass(frozen=True)
class Entry:
    """A line of the list.

    Attributes:
        label: what it says.
        motion: what plays when it is chosen; None if nothing can be shown.
        frame: where the player starts, half a second before.
    """

    label: str
    motion: Motion | None
    frame: int = 0


@dataclass(frozen=True)
class Group:
    """Entries under one heading, with a line that explains it."""

    title: str
    meaning: str
    entries: Sequence[Entry]


def write_gallery(path: str | Path, title: str, report: str, groups: Sequence[Group]) -> None:
    """Write the page in one step; the first clip plays when it is opened.

    Args:
        path: the .html file; its folder is made if it is missing.
        title: heading of the list and of the browser's tab.
        report: shown as it is, folded in.
        groups: of the list.
    """
    takes: list[str] = []
    listed = []
    for group in groups:
        lines = "\n".join(_line(entry, takes) for entry in group.entries)
        heading, meaning = html.escape(group.title), html.escape(group.meaning)
        listed.append(f"<details open><summary>{heading}</summary><p>{meaning}</p><ul>\n{lines}\n</ul></details>")
    parts = {
        "title": html.escape(title),
        "report": html.escape(report),
        "groups": "\n".join(listed),
        "shell": script_safe_json(page_around(title)),
        "takes": "\n".join(takes),
    }
    page = re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], asset("gallery.html"))
    write_text(path, page)


def _line(entry: Entry, takes: list[str]) -> str:
    label = html.escape(entry.label)
    if entry.motion is None:
        return f"<li><span>{label}</span></li>"
    name = f"take{len(takes)}"
    takes.append(f'<script id="{name}" type="application/json">{page_data([entry.motion])}</script>')
    return f'<li><button data-take="{name}" data-frame="{entry.frame}">{label}</button></li>'
