"""The journal of a run: every answer, usable or not, a line each, on the disk before the next request is made.

A line is JSON: `{"key", "clip", "line", "version", "person1", "person2", "tokens"}` for an answer, `{"key", ...,
"failed", "raw"}` for one that was rejected, `{"key", ..., "gave_up"}` for a text that the server failed on while it
answered others, `{"forget": "all"}` where earlier rejections and failures no longer count.
"""

import fcntl
import json
import os
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from in2in.annotate.answer import Answer
from in2in.annotate.tasks import Task
from in2in.errors import InputError
from in2in.files.inside import check_own

KEPT = 2000
"""Letters of a rejected answer that are kept."""


@dataclass(frozen=True)
class Rejection:
    """An answer that cannot be used.

    Attributes:
        reason: what is wrong with it, in words.
        answer: its start.
    """

    reason: str
    answer: str

    @classmethod
    def of(cls, reason: str, words: str) -> "Rejection":
        """A rejection of what a model wrote, however much that is."""
        return cls(reason, words[:KEPT])


class Journal:
    """A journal opened for reading and appending; only one run at a time may hold it.

    Args:
        path: the file; made if it is not there.
        version: of the annotator.

    Attributes:
        answers: usable answers by the texts' keys.
        unreadable: lines that were passed over; what they held is asked for again.
    """

    def __init__(self, path: Path, version: str) -> None:
        self.path = check_own(path, path.parent)
        self.version = version
        self.answers: dict[str, Answer] = {}
        self.unreadable = 0
        self._rejected: dict[str, list[Rejection]] = defaultdict(list)
        self._gave_up: dict[str, str] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(path, "ab+", buffering=0)  # noqa: SIM115, closed by __exit__
        except OSError as error:
            raise InputError(f"{path} cannot be written ({error.strerror}): choose another out=FOLDER") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise InputError(f"{path} is in use: another in2in-annotate writes to it, let it finish") from error
        self._read()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._file.seek(0, os.SEEK_END):  # nothing came of it: leave nothing behind
            self.path.unlink()
            with suppress(OSError):
                self.path.parent.rmdir()
        self._file.close()

    def answer_to(self, task: Task) -> Answer | None:
        """The usable answer for a text, if there is one."""
        return self.answers.get(task.key(self.version))

    def rejected(self, task: Task) -> list[Rejection]:
        """The answers for a text that were rejected, in their order."""
        return list(self._rejected.get(task.key(self.version), ()))

    def gave_up(self, task: Task) -> str:
        """Why the server never answered a text; "" if it may yet."""
        return self._gave_up.get(task.key(self.version), "")

    def answer(self, task: Task, answer: Answer, tokens: tuple[int, int]) -> None:
        """Write a usable answer; tokens read and written by the model."""
        self._append({**self._head(task), **answer.model_dump(), "tokens": tokens})

    def reject(self, task: Task, rejection: Rejection) -> None:
        """Write an answer that cannot be used."""
        self._append({**self._head(task), "failed": rejection.reason, "raw": rejection.answer})

    def give_up(self, task: Task, reason: str) -> None:
        """Write that the server fails on a text."""
        self._append({**self._head(task), "gave_up": reason})

    def forget_failures(self) -> None:
        """From here on earlier rejections and failures do not count."""
        self._append({"forget": "all"})

    def _head(self, task: Task) -> dict[str, Any]:
        return {"key": task.key(self.version), "clip": task.clip, "line": task.line, "version": self.version}

    def _read(self) -> None:
        """Take in what is there; a last line that was cut short by a kill or a full disk is removed."""
        self._file.seek(0)
        *lines, torn = self._file.read().split(b"\n")
        for line in lines:
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                self.unreadable += 1
        if torn:
            self._file.truncate(self._file.seek(0, os.SEEK_END) - len(torn))

    def _take(self, row: dict[str, Any]) -> None:
        if "forget" in row:
            if row["forget"] == "all":
                self._rejected.clear()
                self._gave_up.clear()
        elif "gave_up" in row:
            self._gave_up[row["key"]] = str(row["gave_up"])
        elif row.get("unreachable"):
            pass  # one failed request of several: earlier versions wrote them down
        elif "failed" in row:
            self._rejected[row["key"]].append(Rejection.of(row["failed"], row["raw"]))
        else:
            self.answers[row["key"]] = Answer(person1=row["person1"], person2=row["person2"])

    def _append(self, row: dict[str, Any]) -> None:
        line = (json.dumps(row) + "\n").encode()
        end = self._file.seek(0, os.SEEK_END)
        try:
            written = 0
            while written < len(line):  # at a full disk, part of a line is written before the error comes
                written += self._file.write(line[written:]) or 0
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(end)
            raise InputError(
                f"{self.path} cannot be written ({error.strerror}): make room and run the command again; "
                f"{len(self.answers)} answers are kept"
            ) from error
        self._take(row)
