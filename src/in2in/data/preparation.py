"""From a data set in the InterHuman layout to its cache: shard by shard, in several processes or on several machines.

While it is made, the cache is DATA/cache.parts; it becomes DATA/cache when it is whole. Shards that are done stay when
work is interrupted, and are made again only if a file of theirs has changed.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch

from in2in.data.cache import MIN_FRAMES, SPLITS, MotionCache
from in2in.data.layout import read_split, split_path
from in2in.data.processes import in_processes
from in2in.data.shard import INDEX, SHARD_CLIPS, ShardPlan, is_done, write_shard
from in2in.errors import InputError, writing
from in2in.motion.normalizer import Moments


def parts_folder(folder: Path) -> Path:
    """Where the cache of a data set grows."""
    return folder / "cache.parts"


def shard_plans(folder: Path) -> list[ShardPlan]:
    """What goes into each shard: the ids of the splits in their order, each once."""
    if not folder.is_dir():
        raise InputError(f"data_dir={folder} is not a folder: give the data set's folder")
    splits = {name: read_split(folder, name) for name in SPLITS if split_path(folder, name).is_file()}
    training = set(splits.get("train", []))
    if not training:
        raise InputError(f"{folder}/split/train.txt names no clip: list one training clip id a line")
    ids = list(dict.fromkeys(clip for clips in splits.values() for clip in clips))
    return [
        ShardPlan(number, own := tuple(ids[start : start + SHARD_CLIPS]), tuple(clip in training for clip in own))
        for number, start in enumerate(range(0, len(ids), SHARD_CLIPS))
    ]


def build_cache(data_dir: str | Path, processes: int | None = 1) -> MotionCache:
    """Check a data set, write its cache and fit its statistics; goes on where an earlier call was interrupted.

    Args:
        data_dir: its folder.
        processes: how many work side by side; None for one on each core. They change no byte.
    """
    folder = Path(data_dir)
    plans = shard_plans(folder)
    known = {plan.name for plan in plans}
    for left in _shards(parts_folder(folder)):
        if left.name not in known:  # the splits have changed since
            shutil.rmtree(left)
    write_shards(folder, plans, processes)
    return merge(folder, [parts_folder(folder)])


def slice_of(plans: Sequence[ShardPlan], share: str) -> list[ShardPlan]:
    """The shards of one machine of several.

    Args:
        plans: all shards.
        share: "K/N", the K-th of N machines, counted from 1.
    """
    number, _, machines = share.partition("/")
    if not (number.isdecimal() and machines.isdecimal() and 1 <= int(number) <= int(machines)):
        raise InputError(f"slice={share} is no K/N with K from 1 to N: slice=2/4 is the second of four machines")
    return list(plans[int(number) - 1 :: int(machines)])


def write_shards(folder: Path, plans: Sequence[ShardPlan], processes: int | None) -> None:
    """Make those shards of the plans that are not done yet; all files that are needed are looked for before."""
    shards = parts_folder(folder) / "shards"
    wanted = [plan for plan in plans if not is_done(folder, shards, plan)]
    if len(wanted) < len(plans):
        print(f"{len(plans) - len(wanted)} of {len(plans)} shards are done already: {shards}")
    try:
        with writing(shards):
            shards.mkdir(parents=True, exist_ok=True)
        sizes = [len(plan.clips) for plan in wanted]
        for _ in in_processes(partial(write_shard, folder, shards), wanted, processes, "cache", sizes):
            pass
    finally:
        for empty in (shards, parts_folder(folder)):
            if empty.is_dir() and not any(empty.iterdir()):
                empty.rmdir()


def merge(folder: Path, sources: Sequence[Path]) -> MotionCache:
    """Gather the shards of a data set, check that none is missing, twice or another's, and make them its cache.

    Args:
        folder: of the data set.
        sources: folders that `write_shards` made, here or on other machines; their shards are moved.
    """
    plans = shard_plans(folder)
    parts = parts_folder(folder)
    found = [_find(plan, sources) for plan in plans]
    known = {plan.name for plan in plans}
    for strange in sorted(path for source in sources for path in _shards(source) if path.name not in known):
        raise InputError(f"{strange} belongs to no clips of {folder}: were the splits changed? Remove it")
    with writing(parts):
        (parts / "shards").mkdir(parents=True, exist_ok=True)
    for plan, path in zip(plans, found, strict=True):
        _move(path, parts / "shards" / plan.name)
    persons, kept, moments = _read(parts, plans)
    if not moments.count:
        raise InputError(f"every training clip of {folder} is shorter than {MIN_FRAMES} frames")
    clips = sum(len(plan.clips) for plan in plans)
    if kept < clips:
        print(f"left out {clips - kept} of {clips} clips: shorter than {MIN_FRAMES} frames")
    index = {"clips": kept, "persons": persons, "shards": [plan.name for plan in plans]}
    with writing(parts):
        moments.normalizer().save(parts / "stats.npz")
        (parts / "index.json").write_text(json.dumps(index), encoding="utf-8")
        shutil.rmtree(folder / "cache", ignore_errors=True)
        parts.rename(folder / "cache")
    return MotionCache(folder)


def _shards(source: Path) -> Iterator[Path]:
    return (path for path in (source / "shards").glob("[0-9]*") if path.is_dir())


def _find(plan: ShardPlan, sources: Sequence[Path]) -> Path:
    """Where the one shard of a plan lies."""
    places = [source / "shards" / plan.name for source in sources]
    there = [place for place in places if (place / INDEX).is_file()]
    if not there:
        raise InputError(f"{plan} is in none of {', '.join(map(str, sources))}: prepare its slice, or bring its folder")
    if len(there) > 1:
        raise InputError(f"{plan} is twice, in {there[0]} and in {there[1]}: remove one")
    with np.load(there[0] / INDEX) as made:
        if str(made["key"]) != plan.key:
            raise InputError(
                f"{there[0]} was made from other splits than {plan} has now: remove it and prepare it again"
            )
    return there[0]


def _move(path: Path, place: Path) -> None:
    """A shard into the cache that grows, whole or not at all."""
    if path == place:
        return
    with writing(place):
        unfinished = place.with_name(f".{place.name}.moving")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.move(path, unfinished)
        unfinished.rename(place)


def _read(parts: Path, plans: Sequence[ShardPlan]) -> tuple[int, int, Moments]:
    """Persons, clips and moments of all shards, added up in their order; every clip must be there once."""
    persons, kept, moments = set(), 0, Moments.none()
    for plan in plans:
        with np.load(parts / "shards" / plan.name / INDEX) as made:
            ids = made["ids"].tolist()
            if len(set(ids)) < len(ids) or not set(ids) <= set(plan.clips):
                raise InputError(f"{plan} holds other clips than its own: remove {parts / 'shards' / plan.name}")
            persons.add(int(made["persons"]))
            kept += len(ids)
            own = Moments(int(made["count"]), torch.from_numpy(made["total"]), torch.from_numpy(made["squares"]))
            moments = moments + own
    if len(persons) > 1:
        raise InputError(f"some shards of {parts} are of two persons, some of one: prepare them again")
    return persons.pop(), kept, moments
