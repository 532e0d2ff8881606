"""Folders and files with names that are options, quotes or ends of lines to careless programs."""

from pathlib import Path

import av
import pytest
from conftest import Cli
from takes import pushed, sample_of

NAMES = [
    *("-rf", "--x", "-i", "a b", "it's", 'a "b"', "ünï ☃ 挨拶", "a\nb", "$HOME", "${now:x}", "x=y"),
    *("%d", "~", "*", "a\\b", "#1", "(a)", "{a}", "<b>", "a;b|c&d", " lead", "file:x", "null", "1e5", "True"),
]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_of(pushed(), tmp_path_factory.mktemp("sample") / "000.npz")


@pytest.mark.parametrize("name", NAMES)
def test_the_folder_is_called_as_it_is_asked_for(
    name: str, cli: Cli, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    finished = cli("export", f"files={sample}", "to=[csv,bvh,html]", f"out={name}")
    assert finished.code == 0, finished.err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    names = sorted(path.name for path in (tmp_path / name).iterdir())
    assert names == ["000.csv", "000.html", "000_person1.bvh", "000_person2.bvh"]


def test_one_folder_is_made(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    finished = cli("schedules", "out=${now:x}")
    assert finished.code == 0, finished.err
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == ["${now:x}", "${now:x}/schedules.png"]


@pytest.mark.parametrize("name", ["-rf", "--help", "-i", "a\nb", "%03d", "file:x", "pipe:1", "it's"])
def test_files_of_such_names_are_found_and_become_films(
    name: str, cli: Cli, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(f"{name}.npz").write_bytes(sample.read_bytes())
    finished = cli("export", f"files={name}.npz", "to=mp4")
    assert finished.code == 0, finished.err
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"{name}.mp4", f"{name}.npz"])
    with av.open((tmp_path / f"{name}.mp4").open("rb")) as film:
        assert sum(1 for _ in film.decode(video=0)) == 39


@pytest.mark.parametrize("name", ["-rf", "--x", "a b", "it's", "ü\nb"])
def test_samples_lie_where_they_are_asked_for(
    name: str, cli: Cli, run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    short = ["prompt=hug", "seconds=0.5", "sampler=ddim", "sampler.steps=1", "export=[html]"]
    finished = cli("sample", f"run={run_folder}", *short, f"out={name}")
    assert finished.code == 0, finished.err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert {"000.npz", "000.html"} <= {path.name for path in (tmp_path / name).iterdir()}
