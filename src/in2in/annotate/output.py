"""The annotation files and the report, made from the journal; each file is whole or not there."""

import json
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

from in2in.annotate.answer import Answer
from in2in.annotate.tasks import Task
from in2in.data.layout import individual_path, interaction_path, person_names, read_texts
from in2in.files.inside import check_own
from in2in.files.text_files import read_lines
from in2in.files.whole import write_text


def write_descriptions(data_dir: Path, tasks: Sequence[Task], answers: Mapping[Task, Answer], overwrite: bool) -> int:
    """Write annots_individual/person{1,2}/ID.txt for the clips of some tasks; how many these were.

    Lines that are there stay, unless they are to be replaced; a text without an answer has an empty line.
    """
    by_clip: dict[str, dict[int, Answer]] = {task.clip: {} for task in tasks}
    for task, answer in answers.items():
        by_clip[task.clip][task.line] = answer
    for clip, of_lines in by_clip.items():
        rows = read_lines(interaction_path(data_dir, clip), dataset=data_dir)
        for person, old in zip(person_names(2), read_texts(data_dir, clip).individuals, strict=True):
            new = {line: getattr(answer, person) for line, answer in of_lines.items()}
            there = {line: text for line, text in enumerate(old) if text}
            kept = there | new if overwrite else new | there
            numbers = count()  # of the texts; a blank line between them stays one in the persons' files
            lines = [kept.get(next(numbers), "") if row else "" for row in rows]
            path = check_own(individual_path(data_dir, person, clip), data_dir)
            text = "".join(f"{line}\n" for line in lines)
            if not path.is_file() or path.read_bytes() != text.encode():
                write_text(path, text)
    return len(by_clip)


def write_report(path: Path, tasks: Sequence[Task], reasons: Mapping[Task, str]) -> None:
    """Write what could not be annotated and why, as JSON lines in the order of the tasks; no file if there is none."""
    rows = (
        {"clip": task.clip, "line": task.line, "text": task.text, "reason": reasons[task]}
        for task in tasks
        if task in reasons
    )
    if text := "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows):
        write_text(path, text)
    else:
        path.unlink(missing_ok=True)
