"""BVH files of pairs or of single persons to a data set in the InterHuman layout."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import torch

from in2in.data.cache import MIN_FRAMES
from in2in.data.layout import write_motion, write_split, write_texts
from in2in.data.left_out import MAX_LEFT_OUT, Attempt, LeftOut, check_enough, check_share, divide, report_left_out
from in2in.data.processes import map_in_processes
from in2in.errors import InputError
from in2in.files.inside import check_id
from in2in.importers.axes import check_up
from in2in.importers.bvh.file import BvhFile, read_bvh_file
from in2in.importers.bvh.names import Person, Skeletons, choose, people
from in2in.importers.bvh.read import motion_of
from in2in.importers.bvh.set import Assumed, Look, assume, look_at
from in2in.importers.takes import TakeFiles, find_takes, of_usual_number, split_takes
from in2in.importers.text_tables import read_text_table
from in2in.importers.units import check_rate, read_unit
from in2in.motion.motion import Motion
from in2in.motion.representation import FPS
from in2in.motion.texts import Texts

ALMOST = 0.9
"""Share of a clip's length that a take must have to be a clip."""

LONGEST = 1e6
"""Seconds of a take."""

BATCH = 16
"""Takes that are worth another process."""

Chosen = Mapping[str, Mapping[str, Sequence[str]]]


class Looked(NamedTuple):
    """A take and what each of its persons looks like."""

    take: TakeFiles
    looks: list[Look]


@dataclass(frozen=True)
class Written:
    """What a take became.

    Attributes:
        clips: their ids.
        rested: whether a rest pose at its beginning was left out.
        short: whether it is shorter than a clip should be.
    """

    clips: tuple[str, ...]
    rested: bool
    short: bool


@dataclass(frozen=True)
class BvhPairs:
    """A data set to be made of BVH files.

    Attributes:
        person1, person2: globs of files, several with commas between them; paired in sorted order. Without person2,
            each file holds one person, or each two.
        texts: file with a line for each clip or take: id, a tab, the interaction text, and optionally, after further
            tabs, the text of each person. A take's id is the name of its first file, with its folder where two takes
            have one name.
        skeletons: see `in2in.importers.bvh.names`.
        fps: frames a second of the files, in place of their headers'.
        unit: of the files, a name or metres; None to tell it from all files.
        up: the axis of the files that points up; auto to tell it from all files.
        skeleton: a known one or a yaml file; None to tell it from names.
        clip_seconds: length of a clip.
        first_second: where in a take its first clip starts.
        clips_per_take: how many clips to cut from a take, in a row; None for all.
        val_share, test_share: of the takes, the last ones.
        max_left_out: share of the takes that may be left out.
        processes: how many work side by side, where there are many takes.
    """

    person1: str
    texts: str
    skeletons: Skeletons
    person2: str | None = None
    fps: float | None = None
    unit: str | float | None = None
    up: str = "auto"
    skeleton: str | None = None
    clip_seconds: float = 4.0
    first_second: float = 0.0
    clips_per_take: int | None = None
    val_share: float = 0.1
    test_share: float = 0.1
    max_left_out: float = MAX_LEFT_OUT
    processes: int = 1

    def __call__(self, folder: Path) -> None:
        """Look at every take, decide what holds for all, then cut them into clips and write these."""
        check_share(self.max_left_out)
        check_up(self.up)
        read_unit(self.unit)
        if self.fps is not None:
            check_rate(self.fps)
        self._check_clips()
        skeletons = choose(self.skeletons, self.skeleton)
        takes = find_takes(
            {"person1": self.person1} | ({} if self.person2 is None else {"person2": self.person2}), ".bvh"
        )
        texts = self._texts(takes)
        processes = min(self.processes, 1 + len(takes) // BATCH)

        look = Attempt(partial(_look, skeletons, self.fps), attrgetter("name"), attrgetter("file"))
        looked, left_out = divide(map_in_processes(look, takes, processes, "looking"))
        looked, others = of_usual_number(looked, lambda one: len(one.looks), _another_number)
        left_out += others
        check_enough(left_out, len(takes), self.max_left_out, "takes")
        assumed = assume([own for one in looked for own in one.looks], self.unit, self.up)
        print("\n".join(assumed.lines))

        write = Attempt(
            partial(self._write, folder, skeletons, assumed, texts), attrgetter("take.name"), attrgetter("take.file")
        )
        written, unusable = divide(map_in_processes(write, looked, processes, "importing"))
        report_left_out(folder, [*left_out, *unusable], len(takes), self.max_left_out, "takes")
        if rested := sum(one.rested for one in written):
            print(
                "rest pose that is no motion (a jump follows): left out at the beginning of "
                f"{rested} of {len(written)} takes"
            )
        if short := sum(one.short for one in written):
            print(
                f"{short} of {len(written)} takes are a little shorter than clip_seconds={self.clip_seconds:g}: "
                "one clip of what there is"
            )
        for name, chosen in split_takes([one.clips for one in written], self.val_share, self.test_share).items():
            write_split(folder, name, list(chain(*chosen)))

    def _check_clips(self) -> None:
        if not (0 <= self.first_second <= LONGEST and 0 <= self.clip_seconds <= LONGEST):
            raise InputError(
                f"clip_seconds={self.clip_seconds:g} and first_second={self.first_second:g} must be 0 to {LONGEST:g}"
            )
        if self._length < MIN_FRAMES:
            raise InputError(f"clip_seconds={self.clip_seconds:g} is too short: a clip has {MIN_FRAMES} frames or more")
        if self.clips_per_take is not None and self.clips_per_take < 1:
            raise InputError(f"clips_per_take={self.clips_per_take} must be 1 or more, or null for all")

    def _texts(self, takes: Sequence[TakeFiles]) -> dict[str, Texts]:
        """The table of texts; an error where a take has none, as takes are called now."""
        texts = read_text_table(Path(self.texts))
        for name in texts:
            check_id(name, self.texts)
        for take in takes:
            if take.name not in texts and not any(key.startswith(f"{take.name}_") for key in texts):
                if (short := take.files[0].stem) != take.name and short in texts:
                    ids = [own.name for own in takes if own.files[0].stem == short]
                    raise InputError(
                        f"{self.texts} names {short}, but {len(ids)} takes are called so: their ids are "
                        f"{', '.join(ids)}; write these"
                    )
                raise InputError(
                    f"{self.texts} has no line for the clip {take.name}_000 (nor for the take {take.name})"
                )
        return texts

    def _write(
        self, folder: Path, skeletons: Chosen, assumed: Assumed, texts: Mapping[str, Texts], looked: Looked
    ) -> Written:
        take, looks = looked
        motion, first = self._motion(take, looks, skeletons, assumed)
        clips = list(self._clips(take, motion, first))
        said = {}
        for clip, _ in clips:
            if (told := texts.get(clip) or texts.get(take.name)) is None:
                raise InputError(f"{self.texts} has no line for the clip {clip} (nor for the take {take.name})")
            said[clip] = told if len(looks) > 1 else Texts(told.interaction, (told.interaction,))
        for clip, own in clips:
            write_motion(folder, clip, own)
            write_texts(folder, clip, said[clip])
        return Written(tuple(said), first > 0, len(clips[0][1]) < self._length)

    @property
    def _length(self) -> int:
        return round(self.clip_seconds * FPS) + 1  # the last frame has no velocity and becomes no feature

    def _clips(self, take: TakeFiles, motion: Motion, first: int) -> Iterator[tuple[str, Motion]]:
        """Clips of a take whose motion begins with its frame `first`."""
        begin = max(round(self.first_second * FPS) - first, 0)
        there, length = len(motion) - begin, self._length
        if length > there >= ALMOST * length:
            length = there
        if there < max(length, MIN_FRAMES):
            raise InputError(
                f"{take.files[0]} has {len(motion) / FPS:.1f} s: too short for a clip of {self.clip_seconds:g} s "
                f"from second {self.first_second:g}; change clip_seconds or first_second"
            )
        starts = range(begin, len(motion) - length + 1, length - 1)
        for number, start in enumerate(starts[: self.clips_per_take]):
            yield f"{take.name}_{number:03d}", motion.crop(start, length)

    def _motion(
        self, take: TakeFiles, looks: Sequence[Look], skeletons: Chosen, assumed: Assumed
    ) -> tuple[Motion, int]:
        """The motion of all persons where all have one, and the number of the frame at which it begins."""
        persons = [
            motion_of(file, person, look, assumed)
            for (file, person), look in zip(_persons(take, skeletons), looks, strict=True)
        ]
        ends = [person.start + len(person.joints) for person in persons]
        if max(ends) - min(ends) > FPS // 2:
            raise InputError(
                f"{take.files[0]} has {ends[0]} frames and {take.files[-1]} {ends[1]} (at {FPS} a second): "
                "are they of one take?"
            )
        first = max(person.start for person in persons)
        joints, rotations = (
            torch.stack([getattr(one, part)[first - one.start : min(ends) - one.start] for one in persons])
            for part in ("joints", "rotations")
        )
        return Motion.from_tensors(joints, rotations), first


def _look(skeletons: Chosen, fps: float | None, take: TakeFiles) -> Looked:
    return Looked(take, [look_at(file, person, fps) for file, person in _persons(take, skeletons)])


def _another_number(looked: Looked, usual: int) -> LeftOut:
    take, looks = looked
    reason = f"{take.file} has {len(looks)} people, most takes have {usual}: import it on its own"
    return LeftOut(take.name, reason, str(take.file))


def _persons(take: TakeFiles, skeletons: Chosen) -> list[tuple[BvhFile, Person]]:
    """The persons of a take: one a file, or all of its one file."""
    if len(set(take.files)) == 1:
        file = read_bvh_file(take.files[0])
        found = people(file, skeletons)
        if len(found) > 2 or len(found) < len(take.files):
            raise InputError(f"{file.path} has {len(found)} people: files of one person, or of two, can be used")
        return [(file, person) for person in found]
    persons = []
    for path in take.files:
        file = read_bvh_file(path)
        if len(found := people(file, skeletons)) != 1:
            raise InputError(f"{path} has {len(found)} people: leave person2 out where each file holds both")
        persons.append((file, found[0]))
    return persons
