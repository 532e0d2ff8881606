"""From a data set in the InterHuman layout to its cache, on all cores, resuming where it stopped.

Chunks of clips are put into DATA/cache.partial, each whole or not at all; one that is there stays as long as the files
that it was made of do. When all are there they are joined, and take the place of DATA/cache in one step.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from torch import Tensor

from in2in.data import layout
from in2in.data.cache import (
    COORDINATES,
    MAX_FRAMES,
    MIN_FRAMES,
    MotionCache,
    cache_folder,
    previous_folder,
    put_back,
)
from in2in.data.left_out import MAX_LEFT_OUT, Attempt, LeftOut, check_share, divide, report_left_out
from in2in.data.oddities import tell_pairing, tell_repeated
from in2in.data.processes import in_processes
from in2in.errors import InputError, writing
from in2in.files.inside import check_own
from in2in.files.whole import alone, whole_file, whole_folder
from in2in.motion.motion import Motion
from in2in.motion.normalizer import Moments
from in2in.motion.representation import canonicalise, encode, mirror

CHUNK_CLIPS = 64

NUMBERS = COORDINATES + 126
"""Of a person in a frame."""


@dataclass(frozen=True)
class Chunk:
    """Clips that are prepared together.

    Attributes:
        path: its file.
        clips: ids, in order.
        training: those that the statistics count.
    """

    path: Path
    clips: tuple[str, ...]
    training: frozenset[str]


def build_cache(data_dir: str | Path, processes: int | None = 1, max_left_out: float = MAX_LEFT_OUT) -> MotionCache:
    """Check a data set, write its cache and fit its statistics; resumes where an earlier call was interrupted.

    Args:
        data_dir: its folder.
        processes: how many work side by side; None for one on each core. They change no byte.
        max_left_out: share of the clips that may be left out since they cannot be used, 0 to 1.

    Raises:
        InputError: too much is left out, the disk is full, or another process prepares the same data set.
    """
    folder, growing = Path(data_dir), Path(data_dir) / "cache.partial"
    check_share(max_left_out)
    for written in (growing, cache_folder(folder), previous_folder(folder)):
        check_own(written, folder)
    chunks = list(_chunks(folder, growing))
    sizes = [len(chunk.clips) for chunk in chunks]
    with alone(layout.split_path(folder, "train").parent) as held:
        if not held:
            raise InputError(f"data_dir={folder} is being prepared by another process: wait until it is done")
        for _ in in_processes(partial(write_chunk, folder), chunks, processes, "cache", sizes):
            pass
        put_back(folder)
        _keep_text_states(folder)
        with writing(cache_folder(folder)):
            shutil.rmtree(previous_folder(folder), ignore_errors=True)
            with whole_folder(cache_folder(folder), previous_folder(folder)) as cache:
                _join([chunk.path for chunk in chunks], cache, layout.count_persons(folder), max_left_out)
            shutil.rmtree(previous_folder(folder), ignore_errors=True)
            shutil.rmtree(growing)
    return MotionCache(folder)


def _chunks(folder: Path, growing: Path) -> Iterator[Chunk]:
    """The ids of the splits in their order, each once."""
    if not folder.is_dir():
        raise InputError(f"data_dir={folder} is not a folder: give the data set's folder")
    splits = {
        name: layout.read_split(folder, name) for name in layout.SPLITS if layout.split_path(folder, name).is_file()
    }
    training = set(splits.get("train", []))
    if not training:
        raise InputError(f"{folder}/split/train.txt names no clip: list one training clip id a line")
    tell_repeated(folder, splits)
    ids = list(dict.fromkeys(clip for clips in splits.values() for clip in clips))
    for number, start in enumerate(range(0, len(ids), CHUNK_CLIPS)):
        own = tuple(ids[start : start + CHUNK_CLIPS])
        yield Chunk(growing / f"{number:06d}.npz", own, frozenset(training.intersection(own)))


def _key(folder: Path, chunk: Chunk) -> str:
    """Stands for what a chunk is made of: ids, what the statistics count, size and time of each file."""
    told, persons = hashlib.sha256(), layout.person_names(layout.count_persons(folder))
    for clip in chunk.clips:
        paths = [layout.interaction_path(folder, clip)]
        paths += [layout.motion_path(folder, person, clip) for person in persons]
        paths += [layout.individual_path(folder, person, clip) for person in persons]
        states = [path.stat() if path.is_file() else None for path in paths]
        files = [state and (state.st_size, state.st_mtime_ns) for state in states]
        told.update(repr((clip, clip in chunk.training, files)).encode())
    return told.hexdigest()


def write_chunk(folder: Path, chunk: Chunk) -> None:
    """Read and check the clips of a chunk and write its file, unless it is there already."""
    key = _key(folder, chunk)  # before reading: a file that is changed meanwhile is read again
    with suppress(OSError, ValueError, KeyError, EOFError, BadZipFile), np.load(chunk.path) as made:
        if str(made["key"]) == key:
            return
    clips, left_out = divide(map(Attempt(partial(_read_clip, folder)), chunk.clips))
    moments, frames, lines = Moments.none(), [np.empty((0, layout.count_persons(folder), NUMBERS), np.float32)], []
    for clip, motion, line in clips:
        frames.append(_pack(motion))
        lines.append(line)
        if clip in chunk.training:
            for features in training_features(motion):
                moments.add(features)
    with whole_file(chunk.path) as unfinished:
        np.savez(
            unfinished,
            key=key,
            motions=np.concatenate(frames),
            texts=np.frombuffer(b"".join(lines), np.uint8),
            sha256=np.array([_digest(own, line) for own, line in zip(frames[1:], lines, strict=True)], np.str_),
            ids=np.array([clip for clip, _, _ in clips], np.str_),
            lengths=np.array([len(own) for own in frames[1:]], np.int64),
            lines=np.array([len(line) for line in lines], np.int64),
            left_out=np.array([(one.clip, one.reason) for one in left_out], np.str_).reshape(-1, 2),
            count=moments.count,
            total=moments.total.numpy(),
            squares=moments.squares.numpy(),
        )


def _read_clip(folder: Path, clip: str) -> tuple[str, Motion, bytes]:
    motion, texts = layout.read_motion(folder, clip), layout.read_texts(folder, clip)
    if len(motion) < MIN_FRAMES:
        raise InputError(f"clip {clip} has {len(motion)} frames, fewer than {MIN_FRAMES}")
    tell_pairing(folder, clip, texts)
    line = json.dumps({"interaction": texts.interaction, "individuals": texts.individuals}) + "\n"
    return clip, motion, line.encode()


def _pack(motion: Motion) -> np.ndarray:
    flat = torch.cat([part.flatten(-2) for part in motion.tensors()], dim=-1)
    return flat.transpose(0, 1).numpy()


def _digest(frames: np.ndarray, line: bytes) -> str:
    return hashlib.sha256(frames.tobytes() + line).hexdigest()


def training_features(motion: Motion) -> Iterator[Tensor]:
    """Every window of a clip as training sees it: in either order of persons, plain and mirrored."""
    for start in range(0, max(len(motion) - MIN_FRAMES, 1), MAX_FRAMES):
        window = motion.crop(start, MAX_FRAMES)
        for ordered in (window, window.swap()):
            yield encode(canonicalise(ordered))
            yield encode(canonicalise(mirror(ordered)))


def _join(chunks: Sequence[Path], cache: Path, persons: int, max_left_out: float) -> None:
    """Write the files of a cache from those of its chunks."""
    made = [_without_content(chunk) for chunk in chunks]
    columns = ("ids", "lengths", "lines", "sha256")
    ids, lengths, lines, digests = (np.concatenate([own[name] for own in made]) for name in columns)
    left_out = [LeftOut(clip, reason) for own in made for clip, reason in own["left_out"].tolist()]
    report_left_out(cache, left_out, len(ids) + len(left_out), max_left_out, where=f"in {cache_folder(Path())}/")
    moments = Moments.none()
    for own in made:
        moments += Moments(int(own["count"]), torch.from_numpy(own["total"]), torch.from_numpy(own["squares"]))
    if not moments.count:
        raise InputError(f"no training clip can be used, the first clip because: {left_out[0].reason}")
    moments.normalizer().save(cache / "stats.npz")
    frames, texts = lengths.cumsum(), lines.cumsum()
    places = np.stack([texts - lines, texts], axis=1)
    np.savez(cache / "index.npz", ids=ids, starts=frames - lengths, lengths=lengths.astype(np.int32), lines=places)
    header = {"descr": "<f4", "fortran_order": False, "shape": (int(frames[-1]), persons, NUMBERS)}
    with open(cache / "motions.npy", "wb") as all_motions, open(cache / "texts.jsonl", "wb") as all_texts:
        np.lib.format.write_array_header_1_0(all_motions, header)
        for chunk in chunks:
            with np.load(chunk) as content:
                motions = content["motions"]
                all_texts.write(content["texts"].data)
            all_motions.write(motions.data)
    content = hashlib.sha256("".join(digests.tolist()).encode()).hexdigest()
    told = {"clips": len(ids), "persons": persons, "sha256": content}
    (cache / "index.json").write_text(json.dumps(told), encoding="utf-8")


def _without_content(chunk: Path) -> dict[str, Any]:
    with np.load(chunk) as made:
        return {name: made[name] for name in made.files if name not in ("motions", "texts")}


def _keep_text_states(folder: Path) -> None:
    """The states of texts that an earlier version put into the cache: hours of work, and no part of it."""
    for states in cache_folder(folder).glob("texts-*"):
        kept = folder / "texts" / states.name
        with writing(kept):
            kept.parent.mkdir(exist_ok=True)
            if not kept.exists():
                states.rename(kept)
