"""The cache: the same bytes however it is made, bad clips left out, resuming after kills that lose nothing."""

import csv
import fcntl
import hashlib
import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Cli
from killing import killed_in
from prepared import CHUNKS, contents, made_anew, names, six_clips

from in2in.data import preparation
from in2in.data.cache import MotionCache
from in2in.data.layout import interaction_path, motion_path, read_motion, read_texts, split_path, write_motion
from in2in.data.preparation import build_cache
from in2in.errors import InputError
from in2in.motion.motion import Motion


@pytest.fixture
def folder(tmp_path: Path, raw: Motion, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six clips in three chunks."""
    return six_clips(tmp_path, raw, monkeypatch)


def test_processes_change_no_byte(folder: Path) -> None:
    before = names(folder)
    build_cache(folder, processes=2)
    made = contents(folder / "cache")
    assert made == made_anew(folder)
    assert sorted(made) == ["index.json", "index.npz", "motions.npy", "stats.npz", "texts.jsonl"]
    assert names(folder) == sorted([*before, "cache"]), "nothing else is left"


def test_motion_is_one_memory_map_that_other_processes_open_anew(folder: Path) -> None:
    built = build_cache(folder)
    flat = np.load(folder / "cache" / "motions.npy", mmap_mode="r")
    assert (flat.dtype, flat.shape) == (np.float32, (int(built.lengths.sum()), 2, 192))
    for cache in (built, pickle.loads(pickle.dumps(built))):
        assert isinstance(cache.motions[0], np.memmap)
        for clip in ("clip5", "clip0", "clip3", "clip5"):
            torch.testing.assert_close(cache.motion(clip).joints, read_motion(folder, clip).joints)
            assert cache.texts(clip) == read_texts(folder, clip)
            assert cache.length(clip) == len(read_motion(folder, clip))
        assert list(cache.clips) == [f"clip{number}" for number in range(6)]
        assert "clip6" not in cache.clips
    assert len(pickle.dumps(built)) < 1_000, "cheap to hand to a worker"


@pytest.mark.parametrize("moment", ["second chunk", "third chunk", "joining", "between two moves", "tidying"])
def test_after_a_kill_it_goes_on_and_the_old_cache_is_never_lost(
    folder: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_cache(folder)
    old = contents(folder / "cache")
    write_motion(folder, "clip5", read_motion(folder, "clip4"))
    expected = made_anew(folder)

    def work(here: Callable[[], None]) -> None:
        read, table, rename, remove = preparation._read_clip, preparation._without_content, Path.rename, shutil.rmtree
        if moment.endswith("chunk"):
            clip = {"second chunk": "clip3", "third chunk": "clip4"}[moment]
            monkeypatch.setattr(preparation, "_read_clip", lambda at, own: here() if own == clip else read(at, own))
        elif moment == "joining":
            monkeypatch.setattr(preparation, "_without_content", lambda at: here() if "2" in at.name else table(at))
        elif moment == "between two moves":
            monkeypatch.setattr(Path, "rename", lambda own, to: here() if to.name == "cache" else rename(own, to))
        else:
            monkeypatch.setattr(shutil, "rmtree", lambda own, **_: here() if own.is_dir() else remove(own, **_))
        build_cache(folder)

    killed_in(work)
    growing = folder / "cache.partial"
    done = [name for name in names(growing) if not name.startswith(".")]
    assert done == {"second chunk": CHUNKS[:1], "third chunk": CHUNKS[:2]}.get(moment, CHUNKS)
    assert len(MotionCache(folder).clips) == 6
    assert contents(folder / "cache") == (expected if moment == "tidying" else old)
    kept = {name: os.stat(growing / name).st_ino for name in done}
    remove = shutil.rmtree
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda own, **given: None if own == growing else remove(own, **given))
        build_cache(folder)
    assert {name: os.stat(growing / name).st_ino for name in done} == kept, "what was done is not made again"
    build_cache(folder)
    assert contents(folder / "cache") == expected
    assert names(folder) == ["annots", "annots_individual", "cache", "motions_processed", "split"]


def spoil(folder: Path, clip: str) -> bytes:
    """Put a NaN into a clip; returns what was there."""
    path = motion_path(folder, "person2", clip)
    before = path.read_bytes()
    raw = np.load(path)
    raw[3, 3] = np.nan
    np.save(path, raw)
    return before


@pytest.mark.parametrize("change", ["text", "length", "removed", "split", "none"])
def test_what_has_changed_is_made_again(folder: Path, change: str) -> None:
    before = spoil(folder, "clip4")
    with pytest.raises(InputError, match="1 of 6 clips cannot be used, more than max_left_out=0 allows, .*clip4"):
        build_cache(folder, max_left_out=0)
    assert names(folder / "cache.partial") == CHUNKS
    assert not (folder / "cache").exists()
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
    elif change == "split":
        split_path(folder, "train").write_text("clip1\nclip0\n")
    build_cache(folder)
    assert contents(folder / "cache") == made_anew(folder)


def test_bad_clips_are_left_out_and_listed(cli: Cli, folder: Path) -> None:
    spoil(folder, "clip2")
    interaction_path(folder, "clip3").unlink()
    motion_path(folder, "person1", "clip5").write_bytes(b"no array")
    finished = cli("prepare", "source=interhuman", f"data_dir={folder}", "processes=1")
    assert finished.code == 0, finished.err
    told = f"left out 3 of 6 clips; left_out.tsv in cache/ says why, of the first: {folder}"
    [line] = [line for line in finished.out.splitlines() if line.startswith("left out")]
    assert line.startswith(told)
    assert "person2/clip2.npy holds NaN" in line
    with open(folder / "cache" / "left_out.tsv", newline="") as file:
        rows = {row["clip"]: row["reason"] for row in csv.DictReader(file, delimiter="\t")}
    assert list(rows) == ["clip2", "clip3", "clip5"]
    assert "clip3.txt is missing" in rows["clip3"]
    assert "clip5.npy cannot be read" in rows["clip5"]
    cache = MotionCache(folder)
    assert list(cache.clips) == cache.split("train") + cache.split("val") == ["clip0", "clip1", "clip4"]
    stats = dict(np.load(cache.stats))
    for clip in ("clip2", "clip3", "clip5"):
        with open(folder / "split" / "ignore_list.txt", "a") as ignored:
            ignored.write(f"{clip}\n")
    without = np.load(build_cache(folder).stats)
    assert all((stats[name] == without[name]).all() for name in stats), "as if they had been ignored"
    assert not (folder / "cache" / "left_out.tsv").exists()


def test_too_much_left_out_is_an_error_that_an_option_lifts(folder: Path) -> None:
    for clip in ("clip0", "clip1", "clip2", "clip4"):
        spoil(folder, clip)
    with pytest.raises(InputError, match="4 of 6 clips cannot be used, more than max_left_out=0.5 allows"):
        build_cache(folder)
    assert list(build_cache(folder, max_left_out=0.7).clips) == ["clip3", "clip5"]
    spoil(folder, "clip3")
    with pytest.raises(InputError, match="no training clip can be used, the first clip because: .*clip0.npy holds NaN"):
        build_cache(folder, max_left_out=1)
    spoil(folder, "clip5")
    with pytest.raises(InputError, match="none of 6 clips can be used, the first because: .*clip0.npy holds NaN"):
        build_cache(folder, max_left_out=1)
    assert list(MotionCache(folder).clips) == ["clip3", "clip5"], "the cache of before stays in use"


def as_before(folder: Path) -> None:
    """Turn a cache into one of the version that wrote shards, with a store of text states in it."""
    made, old = folder / "cache", folder / "old"
    index = np.load(made / "index.npz")
    motions, texts = np.load(made / "motions.npy"), (made / "texts.jsonl").read_bytes()
    shards = []
    for start in range(0, 6, 2):
        shard = old / "shards" / f"{start // 2:05d}"
        shard.mkdir(parents=True)
        ids, lengths, lines, starts = (index[name][start : start + 2] for name in ("ids", "lengths", "lines", "starts"))
        np.save(shard / "motions.npy", motions[starts[0] : starts[0] + lengths.sum()])
        (shard / "texts.jsonl").write_bytes(texts[lines[0, 0] : lines[-1, 1]])
        places = {"ids": ids, "lengths": lengths, "starts": starts - starts[0], "lines": lines - lines[0, 0]}
        np.savez(shard / "index.npz", **places, persons=2)
        shards.append(shard.name)
    (made / "stats.npz").rename(old / "stats.npz")
    (old / "index.json").write_text(json.dumps({"clips": 6, "persons": 2, "shards": shards}))
    (old / "texts-0123").mkdir()
    (old / "texts-0123" / "states.f16").write_bytes(b"hours of work")
    shutil.rmtree(made)
    old.rename(made)


def test_a_cache_of_shards_is_read_still_and_its_text_states_outlive_it(folder: Path) -> None:
    build_cache(folder)
    as_before(folder)
    cache = pickle.loads(pickle.dumps(MotionCache(folder)))
    assert str(cache) == "6 clips of two people, 0.1 minutes"
    for clip in cache.clips:
        torch.testing.assert_close(cache.motion(clip).rotations, read_motion(folder, clip).rotations)
        assert cache.texts(clip) == read_texts(folder, clip)
    for _ in range(2):
        build_cache(folder)
        assert contents(folder / "texts") == {"texts-0123/states.f16": hashlib.sha256(b"hours of work").hexdigest()}
        assert contents(folder / "cache") == made_anew(folder)
        shutil.rmtree(folder.with_name("twin"))


def test_a_cache_of_an_earlier_version_or_a_damaged_one_is_named(folder: Path) -> None:
    build_cache(folder)
    motions = folder / "cache" / "motions.npy"
    os.truncate(motions, motions.stat().st_size - 1)
    again = "is damaged or of an earlier version .*: run in2in-prepare source=interhuman"
    with pytest.raises(InputError, match=again):
        MotionCache(folder)
    (folder / "cache" / "index.json").write_text('{"clips": {}}')
    with pytest.raises(InputError, match=again):
        MotionCache(folder)


def test_two_preparations_of_one_data_set_do_not_mix(cli: Cli, folder: Path) -> None:
    other = os.open(folder / "split", os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)  # as another process holds it
        refused = cli("prepare", "source=interhuman", f"data_dir={folder}", "processes=1")
    finally:
        os.close(other)
    assert refused.code == 1
    assert f"data_dir={folder} is being prepared by another process: wait" in refused.err.splitlines()[-1]
    assert not (folder / "cache").exists()
    assert cli("prepare", "source=interhuman", f"data_dir={folder}", "processes=1").code == 0
    assert contents(folder / "cache") == made_anew(folder)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["source=interhuman", "data_dir=data", "processes=0"], "processes=0 must be 1 or more"),
        (["source=interhuman", "data_dir=data", "processes=half"], "processes='half': "),
        (["source=interhuman", "data_dir=data", "max_left_out=1.5"], "max_left_out=1.5 must be a share from 0"),
        (["source=interhuman", "data_dir=data", "max_left_out=many"], "max_left_out='many': "),
        (["source=interhuman", "data_dir=data", "slice=1/2"], "slice is not an option"),
        (["source=interhuman", "data_dir=nowhere"], "data_dir=nowhere is not a folder"),
    ],
)
def test_bad_input_gets_one_line(cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch, arguments, words) -> None:
    monkeypatch.chdir(folder.parent)
    before = sorted(folder.parent.rglob("*"))
    finished = cli("prepare", *arguments)
    assert finished.code == 1
    [line] = [line for line in finished.err.splitlines() if line.startswith("in2in-prepare: ")]
    assert words in line
    assert sorted(folder.parent.rglob("*")) == before
