"""The annotation files and the report, made from the journal; each file is whole or not there."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from in2in.annotation.answer import Answer
from in2in.annotation.task import Task
from in2in.data.layout import person_names, read_texts
from in2in.errors import InputError


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place and move it there."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise InputError(
            f"{path} cannot be written ({error.strerror}): make room and run the command again; "
            "all answers are in the journal"
        ) from error


def write_descriptions(data_dir: Path, answered: Mapping[Task, Answer], clips: Iterable[str], overwrite: bool) -> int:
    """Write annots_individual/person{1,2}/ID.txt for some clips; how many these were.

    Lines that are there stay, unless they are to be replaced; a text without an answer has an empty line.
    """
    by_clip: dict[str, dict[int, Answer]] = {clip: {} for clip in clips}
    for task, answer in answered.items():
        by_clip[task.clip][task.line] = answer
    for clip, answers in by_clip.items():
        texts = read_texts(data_dir, clip)
        for person, old in zip(person_names(2), texts.individuals, strict=True):
            lines = []
            for line in range(len(texts.interaction)):
                there = old[line] if line < len(old) else ""
                new = getattr(answers[line], person) if line in answers else ""
                lines.append((new or there) if overwrite else (there or new))
            path = data_dir / "annots_individual" / person / f"{clip}.txt"
            text = "".join(f"{line}\n" for line in lines)
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                write_whole(path, text)
    return len(by_clip)


def write_report(path: Path, tasks: Sequence[Task], reasons: Mapping[Task, str]) -> None:
    """Write what could not be annotated and why, as JSON lines in the order of the tasks; no file if there is none."""
    rows: Iterable[dict[str, object]] = (
        {"clip": task.clip, "line": task.line, "text": task.text, "reason": reasons[task]}
        for task in tasks
        if task in reasons
    )
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if text:
        write_whole(path, text)
    else:
        path.unlink(missing_ok=True)
