"""The prepared form of a data set: one flat array that is memory-mapped, offsets, texts and statistics.

cache/motions.npy   [frames of all clips, P, 192] float32: 66 joint coordinates (y up), 126 rotation numbers
cache/index.json    clip ids, first frames, lengths and texts
cache/stats.npz     mean and std of the features, fitted on the training split
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from in2in.data.layout import FIRST, Texts, count_persons, motion_path, read_motion, read_split, read_texts
from in2in.errors import InputError
from in2in.motion.normalizer import Normalizer
from in2in.motion.representation import RawMotion, canonicalise, encode, mirror

SPLITS = ("train", "val", "test")
MIN_FRAMES = 15
"""Shorter clips are left out."""

MAX_FRAMES = 300
"""Longer clips are cropped."""

COORDINATES = 66


@dataclass(frozen=True)
class CachedClip:
    """Where a clip lies in the flat array, and its texts."""

    start: int
    length: int
    texts: Texts


class MotionCache:
    """A prepared data set, opened for reading.

    Args:
        data_dir: the data set's folder.
    """

    def __init__(self, data_dir: str | Path) -> None:
        self.folder = Path(data_dir)
        cache = self.folder / "cache"
        if not self.folder.is_dir():
            raise InputError(f"data_dir={data_dir} is not a folder: give the data set's folder")
        if not (cache / "index.json").is_file():
            raise InputError(
                f"data_dir={data_dir} is not prepared: run in2in-prepare source=interhuman data_dir={data_dir}"
            )
        index = json.loads((cache / "index.json").read_text(encoding="utf-8"))
        self.clips = {
            clip: CachedClip(entry["start"], entry["length"], _texts_from_json(entry))
            for clip, entry in index["clips"].items()
        }
        self.motions = np.load(cache / "motions.npy", mmap_mode="r")

    @property
    def stats(self) -> Path:
        """File of the statistics."""
        return self.folder / "cache" / "stats.npz"

    @property
    def persons(self) -> int:
        """P of all clips."""
        return self.motions.shape[1]

    def split(self, name: str) -> list[str]:
        """Ids of a split; too short clips, which the cache does not hold, are left out."""
        wanted = read_split(self.folder, name)
        clips = [clip for clip in wanted if clip in self.clips]
        if not clips:
            raise InputError(
                f"the split {name} of {self.folder} has no usable clip: "
                f"fill split/{name}.txt, then run in2in-prepare again"
            )
        return clips

    def motion(self, clip: str) -> RawMotion:
        """A clip's motion, as a view on the file."""
        entry = self.clips[clip]
        return _unpack(self.motions[entry.start : entry.start + entry.length])


def _texts_from_json(entry: dict[str, list]) -> Texts:
    return Texts(tuple(entry["interaction"]), tuple(tuple(lines) for lines in entry["individuals"]))


def _unpack(frames: np.ndarray) -> RawMotion:
    flat = torch.from_numpy(np.array(frames)).transpose(0, 1)
    return RawMotion(flat[..., :COORDINATES].unflatten(-1, (22, 3)), flat[..., COORDINATES:].unflatten(-1, (21, 6)))


def _pack(motion: RawMotion) -> np.ndarray:
    flat = torch.cat([motion.joints.flatten(-2), motion.rotations.flatten(-2)], dim=-1)
    return flat.transpose(0, 1).numpy()


def build_cache(data_dir: str | Path) -> MotionCache:
    """Check a data set in the InterHuman layout, write its cache and fit its statistics.

    The cache is written beside its final place and moved there when it is whole. Reports clips that are left out.
    """
    folder = Path(data_dir)
    if not folder.is_dir():
        raise InputError(f"data_dir={data_dir} is not a folder: give the data set's folder")
    splits = {name: read_split(folder, name) for name in SPLITS if (folder / "split" / f"{name}.txt").is_file()}
    if not splits.get("train"):
        raise InputError(f"{folder}/split/train.txt names no clip: list one training clip id a line")
    ids = list(dict.fromkeys(clip for clips in splits.values() for clip in clips))
    lengths = {clip: _frames(folder, clip) for clip in ids}
    kept = [clip for clip in ids if lengths[clip] >= MIN_FRAMES]
    if len(kept) < len(ids):
        print(f"left out {len(ids) - len(kept)} of {len(ids)} clips: shorter than {MIN_FRAMES} frames")
    if not any(clip in lengths and lengths[clip] >= MIN_FRAMES for clip in splits["train"]):
        raise InputError(f"every training clip of {folder} is shorter than {MIN_FRAMES} frames")

    partial = folder / f"cache.partial-{os.getpid()}"
    partial.mkdir(parents=True)
    try:
        index = _write_motions(folder, partial, kept, lengths)
        (partial / "index.json").write_text(json.dumps(index), encoding="utf-8")
        train = [clip for clip in splits["train"] if clip in index["clips"]]
        Normalizer.fit(_training_features(folder, train)).save(partial / "stats.npz")
        shutil.rmtree(folder / "cache", ignore_errors=True)
        partial.rename(folder / "cache")
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return MotionCache(folder)


def _frames(folder: Path, clip: str) -> int:
    """Length of a clip from its first person's file header, without reading the motion."""
    path = motion_path(folder, FIRST, clip)
    if not path.is_file():
        raise InputError(f"{path} is missing: every id of a split needs a file for each person")
    try:
        return len(np.load(path, mmap_mode="r", allow_pickle=False))
    except (ValueError, OSError, EOFError, TypeError) as error:
        raise InputError(f"{path} cannot be read as a .npy array ({error}): replace it or ignore the clip") from error


def _write_motions(folder: Path, out: Path, clips: list[str], lengths: dict[str, int]) -> dict:
    total = sum(lengths[clip] for clip in clips)
    shape = (total, count_persons(folder), COORDINATES + 126)
    flat = np.lib.format.open_memmap(out / "motions.npy", mode="w+", dtype=np.float32, shape=shape)
    entries, start = {}, 0
    for clip in tqdm(clips, desc="cache", unit="clip"):
        motion, texts = read_motion(folder, clip), read_texts(folder, clip)
        flat[start : start + len(motion)] = _pack(motion)
        entries[clip] = {
            "start": start,
            "length": len(motion),
            "interaction": texts.interaction,
            "individuals": texts.individuals,
        }
        start += len(motion)
    flat.flush()
    return {"clips": entries}


def _training_features(folder: Path, clips: list[str]) -> Iterator[Tensor]:
    """Every training window as training sees it: in either order of persons, plain and mirrored."""
    for clip in tqdm(clips, desc="statistics", unit="clip"):
        motion = read_motion(folder, clip)
        for start in range(0, max(len(motion) - MIN_FRAMES, 1), MAX_FRAMES):
            window = motion.crop(start, MAX_FRAMES)
            for ordered in (window, window.swap()):
                yield encode(canonicalise(ordered))
                yield encode(canonicalise(mirror(ordered)))
