"""The prepared form of a data set, opened for reading: the motion of all clips in one memory map, and an index.

cache/index.json     clips, persons, and a digest of motion and texts
cache/index.npz      of each clip: id, first frame, length, place of its texts
cache/motions.npy    [frames of all clips, P, 192] float32: 66 joint coordinates (y up), 126 rotation numbers
cache/texts.jsonl    the texts of each clip, one a line
cache/stats.npz      mean and std of the features, fitted on the training split
cache/left_out.tsv   what could not be used, if anything, and why

Caches of an earlier version, in which folders of 256 clips each had such files, are read as well.
"""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch

from in2in.data.layout import read_split
from in2in.errors import InputError
from in2in.motion.motion import Motion
from in2in.motion.representation import FPS
from in2in.motion.texts import Texts

MIN_FRAMES = 15
"""Shorter clips are left out."""

MAX_FRAMES = 300
"""Longer clips are cropped."""

COORDINATES = 66


def cache_folder(data_dir: Path) -> Path:
    """Where the cache of a data set lies."""
    return data_dir / "cache"


def previous_folder(data_dir: Path) -> Path:
    """Where it lies for the moment in which a new one takes its place."""
    return data_dir / "cache.previous"


def put_back(data_dir: Path) -> None:
    """Undo the first step of a replacement that was killed before its second one: the cache gets its name back."""
    if not cache_folder(data_dir).exists() and previous_folder(data_dir).exists():
        with suppress(OSError):  # another process has just done it, or has put the new one there
            previous_folder(data_dir).rename(cache_folder(data_dir))


class MotionCache:
    """A prepared data set.

    A clip takes some hundred bytes of memory; motion and texts stay on disk until they are asked for.

    Args:
        data_dir: the data set's folder.

    Attributes:
        folder: of the data set.
        persons: P of all clips.
        clips: the row of each clip by its id, in the order of the splits.
        lengths: [clips] frames.
        motions: memory maps of them; a single one, or many in the cache of an earlier version.
    """

    def __init__(self, data_dir: str | Path) -> None:
        self.folder = Path(data_dir)
        if not self.folder.is_dir():
            raise InputError(f"data_dir={data_dir} is not a folder: give the data set's folder")
        put_back(self.folder)
        cache = cache_folder(self.folder)
        again = f"run in2in-prepare source=interhuman data_dir={data_dir}"
        if not (cache / "index.json").is_file():
            raise InputError(f"data_dir={data_dir} is not prepared: {again}")
        try:
            told = json.loads((cache / "index.json").read_text(encoding="utf-8"))
            parts = [cache / "shards" / name for name in told["shards"]] if "shards" in told else [cache]
            self.persons: int = told["persons"]
            tables = [_columns(part / "index.npz") for part in parts]
            ids, self._starts, self.lengths, self._lines = map(np.concatenate, zip(*tables, strict=True))
            self.motions = [np.load(part / "motions.npy", mmap_mode="r") for part in parts]  # of earlier versions, many
            self._texts = [np.memmap(part / "texts.jsonl", mode="r", dtype=np.uint8) for part in parts]
        except (OSError, ValueError, KeyError, TypeError, BadZipFile) as error:
            raise InputError(f"{cache} is damaged or of an earlier version ({error}): {again}") from error
        self._part_of = np.repeat(np.arange(len(parts)), [len(ids) for ids, *_ in tables])
        self.clips = {clip: row for row, clip in enumerate(ids.tolist())}

    def __reduce__(self) -> tuple[type["MotionCache"], tuple[Path]]:
        """Another process opens the files anew."""
        return MotionCache, (self.folder,)

    def __str__(self) -> str:
        people = "two people" if self.persons == 2 else "one person"
        return f"{len(self.clips):,} clips of {people}, {self.lengths.sum() / FPS / 60:.1f} minutes"

    @property
    def stats(self) -> Path:
        """File of the statistics."""
        return cache_folder(self.folder) / "stats.npz"

    def split(self, name: str) -> list[str]:
        """Ids of a split, without those that were left out of the cache."""
        wanted = read_split(self.folder, name)
        clips = [clip for clip in wanted if clip in self.clips]
        if not clips:
            raise InputError(
                f"the split {name} of {self.folder} has no usable clip: "
                f"fill split/{name}.txt, then run in2in-prepare again"
            )
        return clips

    def length(self, clip: str) -> int:
        """Number of a clip's frames."""
        return int(self.lengths[self.clips[clip]])

    def texts(self, clip: str) -> Texts:
        """What is said of a clip."""
        row = self.clips[clip]
        line = json.loads(bytes(self._texts[self._part_of[row]][slice(*self._lines[row])]))
        return Texts(tuple(line["interaction"]), tuple(tuple(lines) for lines in line["individuals"]))

    def motion(self, clip: str) -> Motion:
        """All frames of a clip, with its texts."""
        row = self.clips[clip]
        start = int(self._starts[row])
        frames = np.array(self.motions[self._part_of[row]][start : start + self.length(clip)])
        flat = torch.from_numpy(frames).transpose(0, 1)
        joints, rotations = (
            flat[..., :COORDINATES].unflatten(-1, (22, 3)),
            flat[..., COORDINATES:].unflatten(-1, (21, 6)),
        )
        return replace(Motion.from_tensors(joints, rotations), texts=self.texts(clip))


def _columns(index: Path) -> tuple[np.ndarray, ...]:
    with np.load(index) as table:
        return table["ids"], table["starts"], table["lengths"], table["lines"]
