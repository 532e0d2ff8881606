"""The journal of a run: every answer and every failure, a line each, on the disk before the next request is made.

A line is JSON: `{"key", "clip", "line", "version", "person1", "person2", ...}` for an answer, `{"key", ..., "failed",
"raw", "unreachable"}` for a failure, `{"forget": ...}` where earlier failures no longer count.
"""

import fcntl
import json
import os
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from in2in.annotation.answer import Answer
from in2in.annotation.task import Task
from in2in.errors import InputError


@dataclass(frozen=True)
class Failure:
    """A request that brought nothing usable.

    Attributes:
        reason: what was wrong, in words.
        raw: what was answered, "" if nothing was.
        unreachable: the server failed, not its answer.
    """

    reason: str
    raw: str = ""
    unreachable: bool = False


class Journal:
    """A journal opened for reading and appending; only one run at a time may hold it.

    Args:
        path: the file; made if it is not there.
        version: of the annotator.
    """

    def __init__(self, path: Path, version: str) -> None:
        self.path = path
        self.version = version
        self.answers: dict[str, Answer] = {}
        self.failures: dict[str, list[Failure]] = defaultdict(list)
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(path, "ab+", buffering=0)  # noqa: SIM115, closed by close()
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

    def _read(self) -> None:
        """Take in what is there; a last line that was cut short by a kill or a full disk is removed."""
        self._file.seek(0)
        whole = 0
        for number, line in enumerate(self._file.read().splitlines(keepends=True), start=1):
            if not line.endswith(b"\n"):
                break
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"{self.path}:{number} is not a line of a journal: remove that line") from error
            whole += len(line)
        self._file.truncate(whole)

    def _take(self, row: dict[str, Any]) -> None:
        if "forget" in row:
            for key, failures in self.failures.items():
                self.failures[key] = [f for f in failures if row["forget"] != "all" and not f.unreachable]
        elif "failed" in row:
            self.failures[row["key"]].append(Failure(row["failed"], row["raw"], row["unreachable"]))
        else:
            self.answers[row["key"]] = Answer(person1=row["person1"], person2=row["person2"])

    def _append(self, row: dict[str, Any]) -> None:
        line = (json.dumps(row, ensure_ascii=False) + "\n").encode()
        with self._lock:
            end = self._file.seek(0, os.SEEK_END)
            try:
                written = 0
                while written < len(line):  # at a full disk, part of a line is written before the error comes
                    written += self._file.write(line[written:]) or 0
                os.fsync(self._file.fileno())
            except OSError as error:
                self._file.truncate(end)
                raise InputError(
                    f"{self.path} cannot be written ({error.strerror}): make room and run the command again; "
                    f"{len(self.answers)} answers are kept"
                ) from error
            self._take(row)

    def _head(self, task: Task) -> dict[str, Any]:
        return {"key": task.key(self.version), "clip": task.clip, "line": task.line, "version": self.version}

    def answer(self, task: Task, answer: Answer, tokens: tuple[int, int]) -> None:
        """Write an answer that passed; tokens read and written by the model."""
        self._append({**self._head(task), **answer.model_dump(), "tokens": tokens})

    def fail(self, task: Task, failure: Failure) -> None:
        """Write a failure."""
        about = {"failed": failure.reason, "raw": failure.raw, "unreachable": failure.unreachable}
        self._append({**self._head(task), **about})

    def forget(self, unreachable_only: bool) -> None:
        """From here on earlier failures do not count: all, or only those of a server that could not be reached."""
        self._append({"forget": "unreachable" if unreachable_only else "all"})
