"""Preparation on full disks: nothing is lost, no half is left."""

from pathlib import Path

import pytest
from conftest import Cli
from killing import files_end_at
from prepared import CHUNKS, contents, made_anew, names, six_clips

from in2in.data.layout import read_motion, write_motion
from in2in.data.preparation import build_cache
from in2in.errors import InputError, writing
from in2in.motion.motion import Motion
from in2in.text.tokens import TokenCount


@pytest.fixture
def folder(tmp_path: Path, raw: Motion, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six clips in three chunks."""
    return six_clips(tmp_path, raw, monkeypatch)


def test_a_full_disk_loses_nothing(cli: Cli, folder: Path) -> None:
    build_cache(folder)
    chunk = 4 * 2 * 192 * sum(len(read_motion(folder, f"clip{number}")) for number in (4, 5))  # the largest
    old = contents(folder / "cache")
    write_motion(folder, "clip0", read_motion(folder, "clip0").crop(0, 20))
    with files_end_at(chunk):
        finished = cli("prepare", "source=interhuman", f"data_dir={folder}", "processes=1")
    assert finished.code == 1
    [line] = [line for line in finished.err.splitlines() if line.startswith("in2in-prepare: ")]
    assert "cannot be written (File too large): make room or choose another folder" in line
    assert "Traceback" not in finished.err
    assert names(folder / "cache.partial") == CHUNKS[:2]
    with files_end_at(2 * chunk):  # the chunks have room, not all of them in one file
        finished = cli("prepare", "source=interhuman", f"data_dir={folder}", "processes=1")
    assert "cache cannot be written (File too large): make room" in finished.err.splitlines()[-1]
    assert contents(folder / "cache") == old
    assert cli("prepare", "source=interhuman", f"data_dir={folder}", "processes=1").code == 0
    assert contents(folder / "cache") == made_anew(folder)
    assert names(folder) == ["annots", "annots_individual", "cache", "motions_processed", "split"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_is_found_full_when_a_file_is_closed_is_told_in_a_line(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"here cannot be written \(No space left on device\)"),
        writing(tmp_path / "here"),
        open("/dev/full", "wb") as file,
    ):
        file.write(b"in the buffer")


def test_a_full_disk_leaves_no_half_of_a_new_data_set_or_report(cli: Cli, folder: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    with files_end_at(20_000):
        finished = cli("prepare", "source=synthetic", "clips=18", "processes=1", f"out={tmp_path}/new")
    assert "cannot be written (" in finished.err.splitlines()[-1]
    assert sorted(tmp_path.rglob("*")) == before
    TokenCount()  # its vocabulary passes through a larger file, once in a process
    with files_end_at(20_000):
        finished = cli("check", f"data_dir={folder}", "processes=1", f"out={tmp_path}/checked")
    assert "check.html cannot be written (File too large)" in finished.err.splitlines()[-1]
    assert sorted(path.name for path in (tmp_path / "checked").iterdir()) == ["check.json", "check.txt"]
