"""Writes one shard of the cache: the motion and texts of some hundred clips, and what the statistics need of them.

A shard is made from its own clips alone and appears when it is whole, so shards can be made in any order, by any
number of processes and machines, and are the same bytes.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from in2in.data.cache import COORDINATES, MAX_FRAMES, MIN_FRAMES
from in2in.data.layout import (
    FIRST,
    count_persons,
    individual_path,
    interaction_path,
    motion_path,
    person_names,
    read_motion,
    read_texts,
)
from in2in.errors import InputError, writing
from in2in.motion.normalizer import Moments
from in2in.motion.representation import RawMotion, canonicalise, encode, mirror

SHARD_CLIPS = 256

INDEX = "index.npz"
"""Its file with the clips' places; it also tells from what the shard was made."""


@dataclass(frozen=True)
class ShardPlan:
    """What goes into a shard.

    Attributes:
        number: of the shard.
        clips: ids, in order.
        training: for each, whether the statistics count it.
    """

    number: int
    clips: tuple[str, ...]
    training: tuple[bool, ...]

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"{self.number:05d}"

    def __str__(self) -> str:
        return f"shard {self.name} (clips {self.clips[0]} to {self.clips[-1]})"

    @property
    def key(self) -> str:
        """Stands for the ids and what the statistics count."""
        told = "\n".join(f"{clip}\t{counts}" for clip, counts in zip(self.clips, self.training, strict=True))
        return hashlib.sha256(told.encode()).hexdigest()


def source_files(folder: Path, clip: str, persons: list[str]) -> list[Path]:
    """The files that a clip is made of, those of the individual texts if they are there; an error if another is not."""
    needed = [
        (motion_path(folder, person, clip), "every id of a split needs a file for each person") for person in persons
    ]
    needed.append((interaction_path(folder, clip), "every clip needs an interaction text, one a line"))
    for path, why in needed:
        if not path.is_file():
            raise InputError(f"{path} is missing: {why}")
    own = (individual_path(folder, person, clip) for person in persons)
    return [*(path for path, _ in needed), *(path for path in own if path.is_file())]


def is_done(folder: Path, shards: Path, plan: ShardPlan) -> bool:
    """Whether a shard is there and no file that it was made of has changed since; an error if one is missing."""
    persons = person_names(count_persons(folder))
    states = [path.stat() for clip in plan.clips for path in source_files(folder, clip, persons)]
    index = shards / plan.name / INDEX
    if not index.is_file():
        return False
    with np.load(index) as made:
        same = str(made["key"]) == plan.key and made["sizes"].tolist() == [state.st_size for state in states]
    return same and max(state.st_mtime_ns for state in states) <= index.stat().st_mtime_ns


def write_shard(folder: Path, shards: Path, plan: ShardPlan) -> None:
    """Read and check the clips of a plan, write its shard into the folder of shards.

    Raises:
        InputError: a clip cannot be used, or the shard cannot be written.
    """
    for left in shards.glob(f".{plan.name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    partial = shards / f".{plan.name}.{os.getpid()}"
    try:
        with writing(shards / plan.name):
            partial.mkdir(parents=True)
        _write(folder, partial, plan)
        with writing(shards / plan.name):
            shutil.rmtree(shards / plan.name, ignore_errors=True)
            partial.rename(shards / plan.name)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(folder: Path, out: Path, plan: ShardPlan) -> None:
    names = person_names(count_persons(folder))
    sizes = [path.stat().st_size for clip in plan.clips for path in source_files(folder, clip, names)]
    lengths = [_frames(folder, clip) for clip in plan.clips]
    moments = Moments.none()
    kept: list[int] = []
    lines = [0]
    header = {"descr": "<f4", "fortran_order": False}
    header["shape"] = (sum(n for n in lengths if n >= MIN_FRAMES), len(names), COORDINATES + 126)
    # What is written is buffered: closing a file may find the disk full, too.
    with (
        writing(out.with_name(plan.name)),
        open(out / "motions.npy", "wb") as frames,
        open(out / "texts.jsonl", "wb") as told,
    ):
        np.lib.format.write_array_header_1_0(frames, header)
        for number, clip in enumerate(plan.clips):
            if lengths[number] < MIN_FRAMES:
                continue
            motion, texts = read_motion(folder, clip), read_texts(folder, clip)
            line = json.dumps({"interaction": texts.interaction, "individuals": texts.individuals}) + "\n"
            frames.write(_pack(motion).tobytes())
            told.write(line.encode())
            kept.append(number)
            lines.append(lines[-1] + len(line))
            if plan.training[number]:
                for features in training_features(motion):
                    moments.add(features)
    with writing(out.with_name(plan.name)):
        np.savez(
            out / INDEX,
            ids=np.array([plan.clips[number] for number in kept], dtype=np.str_),
            lengths=np.array([lengths[number] for number in kept], dtype=np.int32),
            starts=np.cumsum([0, *(lengths[number] for number in kept)])[:-1],
            lines=np.stack([lines[:-1], lines[1:]], axis=1),
            persons=len(names),
            key=plan.key,
            sizes=np.array(sizes),
            count=moments.count,
            total=moments.total.numpy(),
            squares=moments.squares.numpy(),
        )


def _frames(folder: Path, clip: str) -> int:
    """Length of a clip from its first person's file header, without reading the motion."""
    path = motion_path(folder, FIRST, clip)
    try:
        return len(np.load(path, mmap_mode="r", allow_pickle=False))
    except (ValueError, OSError, EOFError, TypeError) as error:
        raise InputError(f"{path} cannot be read as a .npy array ({error}): replace it or ignore the clip") from error


def _pack(motion: RawMotion) -> np.ndarray:
    flat = torch.cat([motion.joints.flatten(-2), motion.rotations.flatten(-2)], dim=-1)
    return flat.transpose(0, 1).numpy()


def training_features(motion: RawMotion) -> Iterator[Tensor]:
    """Every window of a clip as training sees it: in either order of persons, plain and mirrored."""
    for start in range(0, max(len(motion) - MIN_FRAMES, 1), MAX_FRAMES):
        window = motion.crop(start, MAX_FRAMES)
        for ordered in (window, window.swap()):
            yield encode(canonicalise(ordered))
            yield encode(canonicalise(mirror(ordered)))
