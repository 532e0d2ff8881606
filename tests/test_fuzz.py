"""A few cases of each kind of `scripts/fuzz.py`, and that it sees the faults that it looks for."""

import builtins
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from in2in.errors import InputError

pytest.importorskip("hypothesis")
SCRIPTS = Path(__file__).parents[1] / "scripts"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import fuzz

    return fuzz


def test_a_few_cases_of_each_kind_have_no_fault(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    counts = script.fuzz(24, seed=1)
    assert sum(count["faults"] for count in counts.values()) == 0, capsys.readouterr().out
    assert list(counts) == list(script.KINDS)
    assert sum(sum(count.values()) for count in counts.values()) in range(23, 27)
    assert sum(count["accepted"] for count in counts.values()) > 3
    assert sum(count["refused"] for count in counts.values()) > 3


def test_the_same_seed_draws_the_same_cases(script: ModuleType) -> None:
    for kind in script.KINDS:
        assert script.drawn(kind, 5, 3) == script.drawn(kind, 5, 3) != script.drawn(kind, 5, 4)


def raises(here: Path) -> None:
    raise ValueError("a mistake of ours")


def escapes(here: Path) -> None:
    raise InputError("not caught by the command")


def dies(here: Path) -> None:
    os.abort()


def hangs(here: Path) -> None:
    while True:
        pass


def tells_much(here: Path) -> None:
    sys.exit("one\ntwo")


def writes_and_refuses(here: Path) -> None:
    (here / "out").mkdir()
    sys.exit("refused")


def leaves_half(here: Path) -> None:
    (here / ".x.unfinished-12345678").touch()


def fills_memory(here: Path) -> None:
    bytearray(5 << 30)


def runs_code(here: Path) -> None:
    builtins.fuzz_ran = True  # type: ignore[attr-defined]


def ends_well(here: Path) -> None:
    (here / "out").mkdir()


def refuses(here: Path) -> None:
    sys.exit("in2in-x: this cannot be used")


FAULTS = (raises, escapes, dies, hangs, tells_much, writes_and_refuses, leaves_half, fills_memory, runs_code)


def test_faults_are_seen_and_the_cases_after_them_are_tried(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    works: dict[str, Callable[[Path], None]] = {work.__name__: work for work in (*FAULTS, ends_well, refuses)}
    monkeypatch.setitem(script.CARRY_OUT, "BVH", lambda world, case, here: works[case](here))
    monkeypatch.setattr(script, "SECONDS", 1)
    count = script.carried_out(None, "BVH", list(enumerate(works)), tmp_path)
    assert count == {"faults": len(FAULTS), "accepted": 1, "refused": 1}
    told = capsys.readouterr().out
    assert [line.split(":")[0] for line in told.splitlines() if line.startswith("FAULT")] == [
        f"FAULT --kind 'BVH' --only {number}" for number in range(len(FAULTS))
    ]
