"""The diagnosis in words and as JSON, and the ignore list that follows from it."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from in2in.check.dataset import Diagnosis
from in2in.check.finding import Kind
from in2in.data.layout import read_ignored, split_path
from in2in.files.inside import check_own
from in2in.files.whole import write_text

NAMED = 8
"""Ids that the text names for each kind; the JSON and the page have all."""


def as_text(diagnosis: Diagnosis) -> str:
    """A table of the splits, one of the findings, and the first findings of each kind."""
    people = "two people" if diagnosis.persons == 2 else "one person"
    lines = [
        f"{diagnosis.folder}: clips of {people}",
        "",
        f"{'':<10}{'clips':>9}{'readable':>10}{'ignored':>9}{'hours':>9}",
    ]
    for name, part in diagnosis.parts.items():
        lines.append(f"{name:<10}{part.clips:>9,}{part.readable:>10,}{part.ignored:>9,}{part.hours:>9.2f}")
    lines += [
        "",
        f"{diagnosis.texts:,} interaction texts, {diagnosis.distinct_texts:,} different ones; "
        f"{diagnosis.with_individual_texts:,} clips have individual texts of every person",
        "",
    ]
    if not diagnosis.findings:
        return "\n".join([*lines, "nothing is suspicious"])
    lines.append(f"{'':<12}{'clips':>7}{'of them ignored':>17}")
    for kind in Kind:
        if clips := diagnosis.clips([kind]):
            ignored = len(diagnosis.ignored & set(clips))
            lines.append(f"{kind:<12}{len(clips):>7,}{ignored:>17,}  {kind.meaning}")
    for kind in Kind:
        own = [finding for finding in diagnosis.findings if finding.kind is kind]
        lines += [""] if own else []
        for finding in sorted(own, key=lambda finding: not finding.known)[:NAMED]:
            known = f" (known: {finding.known})" if finding.known else ""
            lines.append(f"{kind}: {finding.clip}: {finding.message}{known}")
        if len(own) > NAMED:
            lines.append(f"{kind}: and {len(own) - NAMED:,} more")
    return "\n".join(lines)


def as_json(diagnosis: Diagnosis) -> str:
    """All of it, for programs."""
    return json.dumps(
        {
            "data_dir": str(diagnosis.folder),
            "persons": diagnosis.persons,
            "parts": {name: asdict(part) for name, part in diagnosis.parts.items()},
            "texts": diagnosis.texts,
            "distinct_texts": diagnosis.distinct_texts,
            "clips_with_individual_texts": diagnosis.with_individual_texts,
            "ignored": sorted(diagnosis.ignored),
            "findings": [asdict(finding) for finding in diagnosis.findings],
        },
        indent=1,
    )


def extend_ignore_list(diagnosis: Diagnosis, kinds: Sequence[Kind]) -> list[str]:
    """Add the clips with findings of these kinds to split/ignore_list.txt; what it lists already stays.

    Returns:
        The ids that were added.
    """
    known = read_ignored(diagnosis.folder)
    listed = {clip for clip in diagnosis.clips(kinds) if not clip.endswith(".txt")}  # a list of ids is no clip
    if added := sorted(listed - known):
        text = "".join(f"{clip}\n" for clip in sorted(known | listed))
        write_text(check_own(split_path(diagnosis.folder, "ignore_list"), diagnosis.folder), text)
    return added
