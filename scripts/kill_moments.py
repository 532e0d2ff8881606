"""Runs a command in a process of its own, and kills it at a moment told by the clock or by the files that it writes."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

SHARES = (0.0, 0.3, 0.7, 0.99)
"""How much of a file's content is written when the process is killed while it writes."""


@dataclass(frozen=True)
class Moment:
    """When a process is killed.

    Attributes:
        seconds: after its start; None where `event` says it.
        event: the n-th time that it opens a file to write or gives one its name.
        share: of the content of the file that it opens there is written by then; None for before it is opened.
    """

    seconds: float | None = None
    event: int | None = None
    share: float | None = None


def moments(at: str, kills: int, lasted: float, events: Sequence[tuple[str, str, bool]]) -> list[Moment]:
    """Half of them by the clock, half where files are written whose paths have `at` in them."""
    timed = kills - kills // 2
    found = [Moment(seconds=lasted * (number + 0.5) / timed) for number in range(timed)]
    places = []
    for number, (_, path, whole_content) in enumerate(events, start=1):
        if at in path:
            places.append(Moment(event=number))
            places += [Moment(event=number, share=share) for share in SHARES] if whole_content else []
    step = len(places) / max(kills // 2, 1)
    return found + [places[int((number + 0.5) * step)] for number in range(kills // 2)]


def run(
    log: Path, name: str, arguments: Sequence[str], moment: Moment | None = None, within: Path | None = None
) -> int:
    """Run a command in a process of its own; its exit code, or -9 if it was killed."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            opened = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(opened, 1)
            os.dup2(opened, 2)
            torch.set_num_threads(1)
            sys.argv = [f"in2in-{name}", *arguments]
            if within is not None:
                watch(within, moment or Moment())
            sys.modules[f"in2in.cli.{name}"].main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
            if isinstance(stop.code, str):
                print(stop.code)
        except BaseException as error:
            print(repr(error))
        finally:
            sys.stdout.flush()
            if within is not None:
                events_file(within).write_text(json.dumps(watch.events))  # type: ignore[attr-defined]
            os._exit(code)
    if moment is not None and moment.seconds is not None:
        time.sleep(moment.seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def events_file(within: Path) -> Path:
    """Where a process tells the events that there were."""
    return within.with_name(f"{within.name}.events")


def watch(within: Path, moment: Moment) -> None:
    """Note, in this process, when a file below a folder is opened to write or gets its name; kill it at the moment."""
    watch.events = []  # type: ignore[attr-defined]
    watch.whole_content = False  # type: ignore[attr-defined]
    inside = (f"{within}/", str(within))

    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event not in ("open", "os.rename") or not str(arguments[0]).startswith(inside):
            return
        if event == "open" and not (isinstance(arguments[1], str) and set(arguments[1]) & set("wxa")):
            return
        watch.events.append((event, str(arguments[0]), watch.whole_content))  # type: ignore[attr-defined]
        if len(watch.events) == moment.event and moment.share is None:  # type: ignore[attr-defined]
            kill()

    sys.addaudithook(hook)

    def partly(write: Callable[..., int]) -> Callable[..., int]:
        def written(path: Path, content: bytes | memoryview | str, *more: object, **options: object) -> int:
            watch.whole_content = True  # type: ignore[attr-defined]
            try:
                if len(watch.events) + 1 == moment.event and moment.share is not None and inside[0] in str(path):  # type: ignore[attr-defined]
                    write(path, content[: round(len(content) * moment.share)], *more, **options)
                    kill()
                return write(path, content, *more, **options)
            finally:
                watch.whole_content = False  # type: ignore[attr-defined]

        return written

    Path.write_bytes = partly(Path.write_bytes)  # type: ignore[method-assign]
    Path.write_text = partly(Path.write_text)  # type: ignore[method-assign]
