"""The cache at scale: shards that do not depend on who makes them, runs that go on, slices of several machines."""

import hashlib
import os
import pickle
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Cli, write_small_dataset

from in2in.data.cache import MotionCache
from in2in.data.layout import interaction_path, motion_path, read_motion, read_texts, split_path
from in2in.data.preparation import build_cache, merge, parts_folder, shard_plans, slice_of, write_shards
from in2in.errors import InputError, writing
from in2in.motion.representation import RawMotion


@pytest.fixture
def folder(tmp_path: Path, raw: RawMotion, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six clips in three shards."""
    monkeypatch.setattr("in2in.data.preparation.SHARD_CLIPS", 2)
    return write_small_dataset(tmp_path / "data", raw)


def contents(folder: Path) -> dict[str, str]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture
def undisturbed(folder: Path, tmp_path: Path) -> dict[str, str]:
    """The cache of the same data made in one go."""
    shutil.copytree(folder, tmp_path / "twin")
    build_cache(tmp_path / "twin")
    return contents(tmp_path / "twin" / "cache")


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes, as on a disk that is nearly full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_processes_change_no_byte(folder: Path, undisturbed: dict[str, str]) -> None:
    build_cache(folder, processes=2)
    assert contents(folder / "cache") == undisturbed
    assert len([name for name in undisturbed if name.endswith("motions.npy")]) == 3
    assert not parts_folder(folder).exists()


def test_clips_are_read_across_shards_with_few_files_open(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("in2in.data.cache.OPEN_SHARDS", 1)
    built = build_cache(folder)
    for cache in (built, pickle.loads(pickle.dumps(built))):
        for clip in ("clip5", "clip0", "clip3", "clip5"):
            torch.testing.assert_close(cache.motion(clip).joints, read_motion(folder, clip).joints)
            assert cache.clips[clip].texts == read_texts(folder, clip)
            assert cache.clips[clip].length == len(read_motion(folder, clip))
        assert list(cache.clips) == [f"clip{number}" for number in range(6)]
        assert "clip6" not in cache.clips


def spoil(folder: Path, clip: str) -> bytes:
    """Put a NaN into a clip; returns what was there."""
    path = motion_path(folder, "person2", clip)
    before = path.read_bytes()
    raw = np.load(path)
    raw[3, 3] = np.nan
    np.save(path, raw)
    return before


def test_work_goes_on_where_it_stopped(folder: Path, undisturbed: dict[str, str]) -> None:
    before = spoil(folder, "clip4")
    with pytest.raises(InputError, match="clip4.npy holds NaN"):
        build_cache(folder)
    shards = parts_folder(folder) / "shards"
    assert sorted(path.name for path in shards.iterdir()) == ["00000", "00001"], "whole shards only"
    made = {path: path.stat().st_ino for path in shards.rglob("*.np*")}
    (shards / ".00002.77").mkdir()  # a killed process left it
    motion_path(folder, "person2", "clip4").write_bytes(before)
    build_cache(folder)
    assert contents(folder / "cache") == undisturbed
    kept = {folder / "cache" / path.relative_to(parts_folder(folder)): node for path, node in made.items()}
    assert {path: path.stat().st_ino for path in kept} == kept, "what was done is not made again"


@pytest.mark.parametrize("change", ["text", "length", "removed", "split"])
def test_what_has_changed_is_made_again(folder: Path, change: str, tmp_path: Path) -> None:
    before = spoil(folder, "clip4")
    with pytest.raises(InputError):
        build_cache(folder)
    motion_path(folder, "person2", "clip4").write_bytes(before)
    if change == "text":
        path = interaction_path(folder, "clip1")
        path.write_text(path.read_text().swapcase())  # as many bytes
        os.utime(path, ns=(2**62, 2**62))
    elif change == "length":
        for person in ("person1", "person2"):
            path = motion_path(folder, person, "clip1")
            np.save(path, np.load(path)[:-3])
    elif change == "removed":
        (folder / "annots_individual" / "person1" / "clip1.txt").unlink()
    else:
        split_path(folder, "train").write_text("clip1\nclip0\n")
    shutil.copytree(folder, tmp_path / "anew", ignore=shutil.ignore_patterns("cache.parts"))
    build_cache(folder)
    build_cache(tmp_path / "anew")
    assert contents(folder / "cache") == contents(tmp_path / "anew" / "cache")


def test_several_machines_make_the_same_cache(
    cli: Cli, folder: Path, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    machines = [shutil.copytree(folder, tmp_path / f"machine{number}") for number in (1, 2)]
    for number, machine in enumerate(machines, start=1):
        given = ["source=interhuman", f"data_dir={machine}", f"slice={number}/2", "processes=1"]
        finished = cli("prepare", *given)
        assert finished.code == 0, finished.err
        assert f"{3 - number} of 3 shards" in finished.out
    one = cli("merge", f"data_dir={folder}", f"parts={tmp_path}/machine1/cache.parts")
    assert "shard 00001 (clips clip2 to clip3) is in none of" in one.err
    shutil.copytree(machines[1] / "cache.parts" / "shards", tmp_path / "again" / "cache.parts" / "shards")
    twice = cli("merge", f"data_dir={folder}", f"parts={tmp_path}/*/cache.parts")
    assert "shard 00001 (clips clip2 to clip3) is twice, in" in twice.err
    shutil.rmtree(tmp_path / "again")
    assert not (folder / "cache").exists()
    finished = cli("merge", f"data_dir={folder}", f"parts={tmp_path}/machine?/cache.parts")
    assert finished.code == 0, finished.err
    assert finished.out.splitlines()[-2:] == ["6 clips of two people, 0.1 minutes", str(folder)]
    assert contents(folder / "cache") == undisturbed


def test_slices_are_all_shards_once(folder: Path) -> None:
    plans = shard_plans(folder)
    assert [clip for plan in plans for clip in plan.clips] == [f"clip{number}" for number in range(6)]
    for machines in (1, 2, 3, 5):
        slices = [slice_of(plans, f"{number}/{machines}") for number in range(1, machines + 1)]
        assert sorted(plan.number for own in slices for plan in own) == [0, 1, 2]


def test_a_merge_refuses_what_is_not_the_data_set_s(folder: Path, tmp_path: Path) -> None:
    write_shards(folder, shard_plans(folder), 1)
    split_path(folder, "test").write_text("clip5\nclip4\nclip0\n")
    split_path(folder, "val").write_text("")
    with pytest.raises(InputError, match="00002 was made from other splits"):
        merge(folder, [parts_folder(folder)])
    split_path(folder, "test").write_text("")
    with pytest.raises(InputError, match="00002 belongs to no clips of"):
        merge(folder, [parts_folder(folder)])


def test_a_full_disk_loses_nothing(cli: Cli, folder: Path, undisturbed: dict[str, str]) -> None:
    motions = [int(np.load(motion_path(folder, "person1", f"clip{n}"), mmap_mode="r").shape[0]) for n in range(6)]
    with small_disk(4 * 2 * 192 * (motions[2] + motions[3]) + 500):  # the third shard is larger
        finished = cli("prepare", "source=interhuman", f"data_dir={folder}", "processes=1")
    assert finished.code == 1
    [line] = [line for line in finished.err.splitlines() if line.startswith("in2in-prepare: ")]
    assert "cannot be written (File too large): make room or choose another folder" in line
    assert "Traceback" not in finished.err
    shards = parts_folder(folder) / "shards"
    assert sorted(path.name for path in shards.iterdir()) == ["00000", "00001"]
    assert cli("prepare", "source=interhuman", f"data_dir={folder}", "processes=1").code == 0
    assert contents(folder / "cache") == undisturbed


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
    with small_disk(20_000):
        finished = cli("prepare", "source=synthetic", "clips=18", "processes=1", f"out={tmp_path}/new")
    assert "cannot be written (" in finished.err.splitlines()[-1]
    assert sorted(tmp_path.rglob("*")) == before
    with small_disk(20_000):
        finished = cli("check", f"data_dir={folder}", "processes=1", f"out={tmp_path}/checked")
    assert "check.html cannot be written (File too large)" in finished.err.splitlines()[-1]
    assert sorted(path.name for path in (tmp_path / "checked").iterdir()) == ["check.json", "check.txt"]


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("prepare", ["source=interhuman", "data_dir=DATA", "slice=0/2"], "slice=0/2 is no K/N"),
        ("prepare", ["source=interhuman", "data_dir=DATA", "slice=3/2"], "slice=3/2 is no K/N"),
        ("prepare", ["source=interhuman", "data_dir=DATA", "slice=half"], "slice=half is no K/N"),
        ("prepare", ["source=synthetic", "out=new", "slice=1/2"], "slice=1/2 is for source=interhuman"),
        ("prepare", ["source=interhuman", "data_dir=DATA", "processes=0"], "processes=0 must be 1 or more"),
        ("merge", [], "data_dir is not given"),
        ("merge", ["data_dir=DATA"], "shard 00000 (clips clip0 to clip1) is in none of"),
        ("merge", ["data_dir=DATA", "parts=none*"], "parts=none* matches no folder"),
        ("merge", ["data_dir=nowhere"], "data_dir=nowhere is not a folder"),
    ],
)
def test_bad_input_gets_one_line(
    cli: Cli, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name, arguments, words
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    finished = cli(name, *(argument.replace("DATA", "data") for argument in arguments))
    assert finished.code == 1
    [line] = [line for line in finished.err.splitlines() if line.startswith(f"in2in-{name}: ")]
    assert words in line
    assert sorted(tmp_path.rglob("*")) == before


def test_a_cache_of_an_earlier_version_is_named(folder: Path) -> None:
    (folder / "cache").mkdir()
    (folder / "cache" / "index.json").write_text('{"clips": {}}')
    with pytest.raises(InputError, match="prepared by an earlier version: run in2in-prepare source=interhuman"):
        MotionCache(folder)
