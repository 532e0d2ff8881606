"""Feed the commands what nobody should: python scripts/fuzz.py [--cases 2000] [--seed 0] [--kind BVH] [--only 17].

Each case must end well or with one line that says what is wrong: no traceback, no hang over 30 seconds, no memory over
4 GB, nothing half-written, nothing written at all if it is refused, and no foreign code run. Prints counts, and for
each fault the case that brings it back; exits with 1 if there is one. The same seed tries the same cases.
"""

import argparse
import builtins
import json
import os
import resource
import select
import shutil
import signal
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from fuzz_cases import KINDS, Case, drawn
from fuzz_world import CARRY_OUT, World, quietly

SECONDS = 30
BYTES = 4 << 30


class Hang(BaseException):
    """A case that takes too long."""


def main() -> int:
    """Draw the cases, carry them out in processes of their own, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=sum(count for count, _ in KINDS.values()), help="in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=list(KINDS), help="this kind alone")
    parser.add_argument("--only", type=int, help="this case alone, with its traceback")
    given = parser.parse_args()
    counts = fuzz(given.cases, given.seed, given.kind, given.only)
    print(table(counts))
    return any(count["faults"] for count in counts.values())


def fuzz(cases: int, seed: int, kind: str | None = None, only: int | None = None) -> dict[str, Counter[str]]:
    """Carry out the cases; how many of each kind were accepted, refused with one line, and faults."""
    whole = sum(count for count, _ in KINDS.values())
    warnings.simplefilter("ignore")
    counts: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory(prefix="in2in-fuzz-") as work:
        worlds: list[World] = []
        (Path(work) / "right").mkdir()
        quietly(lambda: worlds.append(World(Path(work) / "right")))
        for name, (share, _) in KINDS.items():
            if kind not in (None, name):
                continue
            numbered = list(enumerate(drawn(name, max(1, round(cases * share / whole)), seed)))
            counts[name] = carried_out(worlds[0], name, numbered if only is None else [numbered[only]], Path(work))
    return counts


def table(counts: dict[str, Counter[str]]) -> str:
    """The counts as a table."""
    columns = ("accepted", "refused", "faults")
    counts = {**counts, "all": sum(counts.values(), Counter())}
    rows = [(name, sum(count.values()), *(count[column] for column in columns)) for name, count in counts.items()]
    lines = ["| kind | cases | accepted | refused with one line | faults |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def carried_out(world: World, kind: str, cases: list[tuple[int, Case]], work: Path) -> Counter[str]:
    """The outcomes of some cases; a process that dies or hangs is followed by another one."""
    count: Counter[str] = Counter()
    left = list(cases)
    while left:
        reader, writer = os.pipe()
        sys.stdout.flush()
        if (child := os.fork()) == 0:
            os.close(reader)
            work_through(world, kind, left, work, writer)
            os._exit(0)
        os.close(writer)
        hung = False
        with os.fdopen(reader) as told:
            while not (hung := not select.select([told], [], [], 2 * SECONDS)[0]) and (line := told.readline()):
                outcome, words = json.loads(line)
                settle(count, kind, left.pop(0), outcome, words)
        if hung:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if left:
            settle(count, kind, left.pop(0), "faults", f"the process {'hung' if hung else f'died ({status})'}")
    return count


def settle(count: Counter[str], kind: str, case: tuple[int, Case], outcome: str, words: str) -> None:
    """Count an outcome, and tell of a fault."""
    count[outcome] += 1
    if outcome == "faults":
        print(f"FAULT --kind '{kind}' --only {case[0]}: {words}\n  {str(case[1])[:600]}", flush=True)


def work_through(world: World, kind: str, cases: list[tuple[int, Case]], work: Path, writer: int) -> None:
    """In a process of its own: carry out cases, tell of each."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, used + BYTES))
    signal.signal(signal.SIGALRM, alarmed)
    with os.fdopen(writer, "w") as told:
        for _, case in cases:
            here = work / "here"
            shutil.rmtree(here, ignore_errors=True)  # of a case that killed its process
            here.mkdir()
            os.chdir(here)
            outcome = tried(world, kind, case, here)
            told.write(json.dumps(outcome) + "\n")
            told.flush()
            os.chdir(work)


def alarmed(*_: Any) -> None:
    """A case has taken too long."""
    raise Hang


def tried(world: World, kind: str, case: Case, here: Path) -> tuple[str, str]:
    """What becomes of one case: accepted, refused or faults, and in which words."""
    out = here / "out"
    signal.alarm(SECONDS)
    try:
        quietly(lambda: CARRY_OUT[kind](world, case, here))
        outcome, words = "accepted", ""
    except SystemExit as stop:
        words = str(stop.code or "")
        outcome = "refused" if stop.code else "accepted"
        if "\n" in words.strip() or len(words) > 20_000:
            outcome, words = "faults", f"more than one line: {words[:500]!r}"
    except Hang:
        outcome, words = "faults", f"over {SECONDS} s: {traceback.format_exc(limit=-6)}"
    except BaseException:
        outcome, words = "faults", traceback.format_exc(limit=-8)
    finally:
        signal.alarm(0)
    if hasattr(builtins, "fuzz_ran"):
        delattr(builtins, "fuzz_ran")
        return "faults", "foreign code was run"
    if unfinished := [path.name for path in here.rglob(".*") if "unfinished" in path.name]:
        return "faults", f"left unfinished: {unfinished}"
    if outcome == "refused" and out.exists():
        return "faults", f"refused ({words}), and yet wrote {sorted(path.name for path in out.rglob('*'))[:9]}"
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > BYTES:
        return "faults", "over 4 GB of memory"
    return outcome, words


if __name__ == "__main__":
    sys.exit(main())
