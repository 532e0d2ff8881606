"""The prepared form of a data set, opened for reading: shards of some hundred clips that are memory-mapped.

cache/index.json                  clips, persons and names of the shards
cache/stats.npz                   mean and std of the features, fitted on the training split
cache/shards/00000/motions.npy    [frames of all its clips, P, 192] float32: 66 joint coordinates (y up), 126 rotation
                                  numbers
cache/shards/00000/texts.jsonl    the texts of each clip, one a line
cache/shards/00000/index.npz      ids, first frames, lengths and places of the texts
"""

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from in2in.data.layout import Texts, read_split
from in2in.errors import InputError
from in2in.motion.representation import FPS, RawMotion

SPLITS = ("train", "val", "test")
MIN_FRAMES = 15
"""Shorter clips are left out."""

MAX_FRAMES = 300
"""Longer clips are cropped."""

COORDINATES = 66

OPEN_SHARDS = 200
"""Shards that are mapped at a time; each takes two of the files that a process may open."""


class Shard:
    """One shard's files, mapped.

    Args:
        folder: that holds them.
    """

    def __init__(self, folder: Path) -> None:
        self.motions = np.load(folder / "motions.npy", mmap_mode="r")
        self.texts = np.memmap(folder / "texts.jsonl", mode="r", dtype=np.uint8)


@dataclass(frozen=True)
class CachedClip:
    """A clip of the cache.

    Attributes:
        cache: that holds it.
        row: its place among all clips.
    """

    cache: "MotionCache"
    row: int

    @property
    def length(self) -> int:
        """Number of frames."""
        return int(self.cache.lengths[self.row])

    @property
    def texts(self) -> Texts:
        """What is said of it."""
        line = json.loads(bytes(self.cache.shard(self.row).texts[slice(*self.cache.lines[self.row])]))
        return Texts(tuple(line["interaction"]), tuple(tuple(lines) for lines in line["individuals"]))

    @property
    def motion(self) -> RawMotion:
        """All of its frames."""
        start = int(self.cache.starts[self.row])
        frames = np.array(self.cache.shard(self.row).motions[start : start + self.length])
        flat = torch.from_numpy(frames).transpose(0, 1)
        return RawMotion(flat[..., :COORDINATES].unflatten(-1, (22, 3)), flat[..., COORDINATES:].unflatten(-1, (21, 6)))


class Clips(Mapping[str, CachedClip]):
    """The clips of a cache by their ids, in the order of the splits."""

    def __init__(self, cache: "MotionCache", ids: list[str]) -> None:
        self._cache = cache
        self._rows = {clip: row for row, clip in enumerate(ids)}

    def __getitem__(self, clip: str) -> CachedClip:
        return CachedClip(self._cache, self._rows[clip])

    def __contains__(self, clip: object) -> bool:
        return clip in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        """Number of clips."""
        return len(self._rows)


class MotionCache:
    """A prepared data set.

    A clip takes some hundred bytes of memory; motion and texts stay on disk until they are asked for.

    Args:
        data_dir: the data set's folder.

    Attributes:
        folder: of the data set.
        persons: P of all clips.
        clips: by their ids.
        lengths: [clips] frames.
        starts: [clips] first frames in their shards.
        lines: [clips, 2] places of their texts in their shards.
    """

    def __init__(self, data_dir: str | Path) -> None:
        self.folder = Path(data_dir)
        index = self.folder / "cache" / "index.json"
        if not self.folder.is_dir():
            raise InputError(f"data_dir={data_dir} is not a folder: give the data set's folder")
        again = f"run in2in-prepare source=interhuman data_dir={data_dir}"
        if not index.is_file():
            raise InputError(f"data_dir={data_dir} is not prepared: {again}")
        told = json.loads(index.read_text(encoding="utf-8"))
        if "shards" not in told:
            raise InputError(f"data_dir={data_dir} was prepared by an earlier version: {again}")
        self.persons: int = told["persons"]
        self._shards = [self.folder / "cache" / "shards" / name for name in told["shards"]]
        self._open: OrderedDict[int, Shard] = OrderedDict()
        columns: dict[str, list[np.ndarray]] = {name: [] for name in ("ids", "lengths", "starts", "lines")}
        for folder in self._shards:
            with np.load(folder / "index.npz") as own:
                for name, parts in columns.items():
                    parts.append(own[name])
        self._shard_of = np.repeat(np.arange(len(self._shards)), [len(ids) for ids in columns["ids"]])
        self.lengths, self.starts, self.lines = (
            np.concatenate(columns[name]) for name in ("lengths", "starts", "lines")
        )
        self.clips = Clips(self, [clip for ids in columns["ids"] for clip in ids.tolist()])

    def __reduce__(self) -> tuple[type["MotionCache"], tuple[Path]]:
        """Another process opens the files anew."""
        return MotionCache, (self.folder,)

    def __str__(self) -> str:
        people = "two people" if self.persons == 2 else "one person"
        return f"{len(self.clips):,} clips of {people}, {self.lengths.sum() / FPS / 60:.1f} minutes"

    @property
    def stats(self) -> Path:
        """File of the statistics."""
        return self.folder / "cache" / "stats.npz"

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
        """A clip's motion."""
        return self.clips[clip].motion

    def shard(self, row: int) -> Shard:
        """The shard that holds a clip; the least recently used ones are closed."""
        number = int(self._shard_of[row])
        if number not in self._open:
            if len(self._open) >= OPEN_SHARDS:
                self._open.popitem(last=False)
            self._open[number] = Shard(self._shards[number])
        self._open.move_to_end(number)
        return self._open[number]
