"""Pairs of BVH files, one a person, to a data set in the InterHuman layout."""

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from tqdm import tqdm

from in2in.data.bvh import Skeletons, read_bvh
from in2in.data.cache import MIN_FRAMES
from in2in.data.layout import write_motion, write_split, write_texts
from in2in.data.text_tables import read_text_table
from in2in.errors import InputError
from in2in.motion.representation import FPS, RawMotion


@dataclass(frozen=True)
class BvhPairs:
    """A data set to be made of BVH files.

    Attributes:
        person1, person2: globs of files, several with commas between them; paired in sorted order.
        texts: file with a line for each clip or take: id, a tab, the interaction text, and optionally, after further
            tabs, the text of each person. A take's id is the name of its first file.
        skeletons: see `in2in.data.bvh.read_bvh`.
        fps: frames a second of the files, in place of their headers'.
        clip_seconds: length of a clip.
        first_second: where in a take its first clip starts.
        clips_per_take: how many clips to cut from a take, in a row; None for all.
        val_share, test_share: of the takes, the last ones.
    """

    person1: str
    person2: str
    texts: str
    skeletons: Skeletons
    fps: float | None = None
    clip_seconds: float = 4.0
    first_second: float = 0.0
    clips_per_take: int | None = None
    val_share: float = 0.1
    test_share: float = 0.1

    def __call__(self, folder: Path) -> None:
        """Read every pair, cut it into clips and write them."""
        pairs = self._pairs()
        texts = read_text_table(Path(self.texts))
        by_take: dict[str, list[str]] = {}
        for first, second in tqdm(pairs, desc="BVH", unit="take"):
            by_take[first.stem] = []
            for clip, motion in self._clips(first, second):
                if (said := texts.get(clip) or texts.get(first.stem)) is None:
                    raise InputError(f"{self.texts} has no line for the clip {clip} (nor for the take {first.stem})")
                write_motion(folder, clip, motion)
                write_texts(folder, clip, said)
                by_take[first.stem].append(clip)
        for name, takes in split_takes(list(by_take), self.val_share, self.test_share).items():
            write_split(folder, name, [clip for take in takes for clip in by_take[take]])

    def _pairs(self) -> list[tuple[Path, Path]]:
        found = []
        for key, pattern in (("person1", self.person1), ("person2", self.person2)):
            globs = [own.strip() for own in pattern.split(",")]
            files = sorted({Path(path) for own in globs for path in glob.glob(own, recursive=True)})
            if not files:
                raise InputError(f"{key}={pattern} matches no file: quote the glob and check the folder")
            found.append(files)
        if len(found[0]) != len(found[1]):
            raise InputError(
                f"person1={self.person1} matches {len(found[0])} files, person2={self.person2} {len(found[1])}: "
                "they are paired in sorted order and must be as many"
            )
        return list(zip(*found, strict=True))

    def _clips(self, first: Path, second: Path) -> Iterator[tuple[str, RawMotion]]:
        take = self._take(first, second)
        length = round(self.clip_seconds * FPS) + 1  # the last frame has no velocity and becomes no feature
        starts = range(round(self.first_second * FPS), len(take) - length + 1, length - 1)
        if length < MIN_FRAMES or not starts:
            raise InputError(
                f"{first} has {len(take) / FPS:.1f} s: too short for a clip of {self.clip_seconds:g} s "
                f"from second {self.first_second:g}; change clip_seconds or first_second"
            )
        for number, start in enumerate(starts[: self.clips_per_take]):
            yield f"{first.stem}_{number:03d}", take.crop(start, length)

    def _take(self, first: Path, second: Path) -> RawMotion:
        persons = [read_bvh(path, self.skeletons, self.fps) for path in (first, second)]
        lengths = [len(person.joints) for person in persons]
        if abs(lengths[0] - lengths[1]) > FPS // 2:
            raise InputError(
                f"{first} has {lengths[0]} frames and {second} {lengths[1]} (at 30 a second): are they of one take?"
            )
        joints, rotations = ([getattr(p, part)[: min(lengths)] for p in persons] for part in ("joints", "rotations"))
        return RawMotion(torch.stack(joints), torch.stack(rotations))


def split_takes(takes: list[str], val_share: float, test_share: float) -> dict[str, list[str]]:
    """Whole takes go to one split, so that no clip's neighbour is in another."""
    if not 0 <= val_share + test_share < 1:
        raise InputError(f"val_share={val_share:g} and test_share={test_share:g} must leave takes to train on")
    held_out = [round(share * len(takes)) for share in (val_share, test_share)]
    train = len(takes) - sum(held_out)
    return {
        "train": takes[:train],
        "val": takes[train : train + held_out[0]],
        "test": takes[train + held_out[0] :],
    }
