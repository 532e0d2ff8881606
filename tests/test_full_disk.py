"""A full disk is one line in every command; nothing is lost, nothing half-written stays, the same command resumes."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Cli
from killing import files_end_at
from takes import pushed, sample_of

from in2in.export.formats import FORMATS
from in2in.runs.folder import BUNDLED, BUNDLED_PRIOR

FEW = ["sampler=ddim", "sampler.steps=2"]

COMMANDS = {
    "prepare": ["source=synthetic", "clips=4", "processes=1"],
    "sample": ["run=RUN", "prompt=hug", "seconds=0.6", *FEW],
    "pack": [f"run={BUNDLED_PRIOR}"],
    "blend": [f"run={BUNDLED}", f"prior_run={BUNDLED_PRIOR}", "composition=exp", "pack=true"],
    "judge": ["run=RUN", "data_dir=BENCH", "clips=2", *FEW],
    "check": ["data_dir=SMALL"],
    "schedules": [],
    "recall": ["run=RUN", "data_dir=SMALL", "clips=4", "seeds=40", *FEW],
}

ROOM = {"recall": 4000}
"""Bytes a file may have before the disk is full; 8,000 for most."""


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused_and_done_again(cli: Cli, name: str, arguments: Sequence[str], out: Path, room: int) -> None:
    before = contents(out.parent)
    with files_end_at(room):
        full = cli(name, *arguments)
    assert full.code == 1
    assert "Traceback" not in full.err
    [line] = [line for line in full.err.splitlines() if line.startswith(f"in2in-{name}: ")]
    assert "cannot be written" in line
    assert "make room" in line
    there = contents(out.parent)
    assert {path: there[path] for path in before} == before, "what was there stays"
    again = cli(name, *arguments)
    assert again.code == 0, again.err
    done = contents(out.parent)
    assert {path: done[path] for path in there} == there, "whatever was written before the disk was full was whole"
    assert max(len(done[path]) for path in done.keys() - before.keys()) > room


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk_is_one_line(
    cli: Cli, name: str, run_folder: Path, bench: Path, dataset: Path, tmp_path: Path
) -> None:
    places = {"RUN": run_folder, "BENCH": bench, "SMALL": dataset}
    out = tmp_path / "out"
    given = [argument.partition("=") for argument in COMMANDS[name]]
    arguments = [f"{key}{equals}{places.get(value, value)}" for key, equals, value in given]
    refused_and_done_again(cli, name, [*arguments, f"out={out}"], out, ROOM.get(name, 8000))


@pytest.mark.parametrize("name", FORMATS)
def test_a_full_disk_is_one_line_for_every_export(cli: Cli, name: str, tmp_path: Path) -> None:
    if name == "mp4" and shutil.which("ffmpeg") is None:
        pytest.importorskip("imageio_ffmpeg")
    (tmp_path / "made").mkdir()
    sample_of(pushed(), tmp_path / "made" / "000.npz")
    out = tmp_path / "made" / "out"
    given = [f"files={tmp_path}/made/*.npz", f"to={name}", f"out={out}"]
    refused_and_done_again(cli, "export", given, out, 8000)
