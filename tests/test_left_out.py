"""What cannot be used is left out, counted and listed; too much of it is an error."""

import csv
from pathlib import Path

import pytest

from in2in.data.left_out import REPORT, Attempt, LeftOut, check_share, divide, report_left_out
from in2in.errors import InputError, WritingError


def half(number: int) -> int:
    if number % 2:
        raise InputError(f"{number} is odd")
    if number > 8:
        raise WritingError("the disk is full")
    return number // 2


def test_what_fails_is_left_out_and_the_others_are_kept() -> None:
    results, left_out = divide(map(Attempt(half, file=lambda number: f"{number}.npy"), [2, 3, 4, 5]))
    assert results == [1, 2]
    assert left_out == [LeftOut("3", "3 is odd", "3.npy"), LeftOut("5", "5 is odd", "5.npy")]


def test_a_full_disk_is_no_fault_of_the_clip() -> None:
    with pytest.raises(WritingError):
        Attempt(half)(10)


def test_the_report_names_clip_file_and_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report_left_out(tmp_path, [LeftOut("a\tb", "two\nlines", "x.npy")], 3)
    with open(tmp_path / REPORT, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert rows == [{"clip": "a b", "file": "x.npy", "reason": "two lines"}]
    assert "left out 1 of 3 clips" in capsys.readouterr().out


def test_nothing_left_out_writes_and_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report_left_out(tmp_path, [], 3, 0.0)
    assert not list(tmp_path.iterdir())
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    ("bad", "total", "share", "words"),
    [
        (1, 1, 1.0, "^clip 0 is bad$"),
        (3, 3, 1.0, "none of 3 clips can be used, the first because: clip 0 is bad"),
        (2, 3, 0.5, "2 of 3 clips cannot be used, more than max_left_out=0.5 allows, .* clip 0 is bad"),
        (1, 3, 0.0, "1 of 3 clips"),
        (2, 4, 0.5, None),
        (2, 3, 1.0, None),
    ],
)
def test_too_much_is_an_error(tmp_path: Path, bad: int, total: int, share: float, words: str | None) -> None:
    left_out = [LeftOut(str(number), f"clip {number} is bad") for number in range(bad)]
    if words is None:
        report_left_out(tmp_path, left_out, total, share)
        assert (tmp_path / REPORT).is_file()
    else:
        with pytest.raises(InputError, match=words):
            report_left_out(tmp_path, left_out, total, share)
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_share_is_from_0_to_1(share: float) -> None:
    with pytest.raises(InputError, match="max_left_out"):
        check_share(share)
