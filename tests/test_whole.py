"""Files and folders appear whole or not at all, also where a process is killed or the disk is full."""

from collections.abc import Callable
from pathlib import Path

import pytest
from killing import files_end_at, killed_in

from in2in.errors import InputError
from in2in.files.whole import clear_unfinished, whole_file, whole_folder, write_bytes, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "below" / "table.csv"
    write_text(path, "old")
    with whole_file(path) as unfinished:
        assert unfinished.suffix == ".csv", "writers choose the format by it"
        assert unfinished.parent == path.parent, "a rename within a file system is one step"
        unfinished.write_text("ne")
        assert path.read_text() == "old"
        unfinished.write_text("new")
    assert path.read_text() == "new"
    assert names(path.parent) == ["table.csv"]


def test_what_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_bytes(path, b"old")
    with pytest.raises(KeyboardInterrupt):
        half_file(path)(interrupt)
    with files_end_at(1000), pytest.raises(InputError, match=f"{path} cannot be written .* make room"):
        write_bytes(path, bytes(2000))
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


def test_what_was_there_may_be_kept(tmp_path: Path) -> None:
    path, previous = tmp_path / "a.txt", tmp_path / "a-previous.txt"
    for text in ("one", "two", "three"):
        with whole_file(path, previous) as unfinished:
            unfinished.write_text(text)
    assert (path.read_text(), previous.read_text()) == ("three", "two")
    assert names(tmp_path) == ["a-previous.txt", "a.txt"]


def interrupt() -> None:
    raise KeyboardInterrupt


def half_file(path: Path) -> Callable[[Callable[[], None]], None]:
    def work(kill: Callable[[], None]) -> None:
        with whole_file(path) as unfinished:
            unfinished.write_bytes(b"half")
            kill()

    return work


def half_folder(path: Path) -> Callable[[Callable[[], None]], None]:
    def work(kill: Callable[[], None]) -> None:
        with whole_folder(path) as unfinished:
            (unfinished / "below").mkdir()
            (unfinished / "below" / "half").write_bytes(b"half")
            kill()

    return work


def test_the_next_writer_clears_what_a_killed_one_left(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a.mp4", b"old")
    killed_in(half_file(tmp_path / "a.mp4"))
    killed_in(half_file(tmp_path / "b.mp4"))
    killed_in(half_folder(tmp_path / "data.v1"))
    assert (tmp_path / "a.mp4").read_bytes() == b"old"
    assert len(names(tmp_path)) == 4
    assert not (tmp_path / "data.v1").exists()
    write_bytes(tmp_path / "a.mp4", b"new")
    assert len([name for name in names(tmp_path) if name.startswith(".a.")]) == 0
    assert len([name for name in names(tmp_path) if name.startswith(".b.")]) == 1, (
        "another file's is left to its writer"
    )
    with whole_folder(tmp_path / "data.v1") as unfinished:
        (unfinished / "whole").touch()
    assert names(tmp_path / "data.v1") == ["whole"]
    assert len(clear_unfinished(tmp_path)) == 1
    assert names(tmp_path) == ["a.mp4", "data.v1"]


def test_two_writers_leave_each_other_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    with whole_file(path) as slow, whole_folder(tmp_path / "data") as folder:
        slow.write_bytes(b"slow")
        assert clear_unfinished(tmp_path) == []
        write_bytes(path, b"fast")
        assert slow.read_bytes() == b"slow"
        assert folder.is_dir()
    assert path.read_bytes() == b"slow"
    assert names(tmp_path) == ["a.bin", "data"]


def test_a_folder_takes_an_empty_ones_place_only(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with whole_folder(tmp_path / "empty") as unfinished:
        (unfinished / "a").touch()
    assert names(tmp_path / "empty") == ["a"]
    with pytest.raises(InputError, match="cannot be written"), whole_folder(tmp_path / "empty") as unfinished:
        (unfinished / "b").touch()
    with pytest.raises(KeyboardInterrupt):
        half_folder(tmp_path / "new")(interrupt)
    assert names(tmp_path) == ["empty"]
    assert names(tmp_path / "empty") == ["a"]


@pytest.mark.parametrize("name", ["", ".", "/"])
def test_what_names_no_file_is_one_line(name: str) -> None:
    with pytest.raises(InputError, match="is not the name of a file"):
        write_text(name, "words")
