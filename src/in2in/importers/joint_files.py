"""Files of joint positions, of any skeleton that a joint map describes, to a data set in the InterHuman layout."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from itertools import product
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from in2in.data.cache import MIN_FRAMES
from in2in.data.layout import write_motion, write_split, write_texts
from in2in.data.left_out import MAX_LEFT_OUT, Attempt, LeftOut, check_enough, check_share, divide, report_left_out
from in2in.data.processes import map_in_processes
from in2in.errors import InputError
from in2in.files.inside import check_id
from in2in.importers.axes import check_up
from in2in.importers.import_check import ImportCheck, check_motion, report
from in2in.importers.joint_map import JointMap
from in2in.importers.joint_readers import Recording
from in2in.importers.joint_takes import JointTakes
from in2in.importers.positions import check_positions, motion_from_positions
from in2in.importers.posture import decide, postures
from in2in.importers.takes import check_held_out, of_usual_number, split_takes
from in2in.importers.text_tables import read_text_table
from in2in.importers.units import read_unit
from in2in.motion.representation import FPS
from in2in.motion.texts import Texts

NAME, FILE = attrgetter("name"), attrgetter("file")
"""Of a take."""


class Told(NamedTuple):
    """A take and its texts."""

    take: Recording
    texts: Texts


@dataclass(frozen=True)
class JointFiles:
    """A data set to be made of joint positions.

    Attributes:
        map: what their joints are.
        files: globs of files, several with commas between them.
        person1, person2: in place of `files`, globs of files of one person each, paired in sorted order.
        texts: file with a line for each take or label: its name, a tab, the text, and for two people optionally,
            after further tabs, the text of each person. A take of several labels is told by their texts in a row. The
            map's own if left out.
        fps: frames a second, in place of the files' and the map's.
        unit: of the files, a name or metres, in place of the map's; None to tell it from all takes.
        up: the axis of the files that points up, in place of the map's axes; auto to tell it from all takes.
        val_share, test_share: of the groups of takes (the same people, where the source says), drawn by their names.
        max_left_out: share of the takes that may be left out because they cannot be used, 0 to 1.
        processes: how many work side by side.
    """

    map: JointMap
    files: str | None = None
    person1: str | None = None
    person2: str | None = None
    texts: str | None = None
    fps: float | None = None
    unit: str | float | None = None
    up: str = "auto"
    val_share: float = 0.1
    test_share: float = 0.1
    max_left_out: float = MAX_LEFT_OUT
    processes: int = 1

    def __call__(self, folder: Path) -> None:
        """Read all takes, decide what holds for all, then write a clip for each that can be used."""
        check_share(self.max_left_out)
        check_up(self.up)
        check_held_out(self.val_share, self.test_share)
        unit = read_unit(self.unit)
        if (file := self.texts or self.map.texts) is None:
            raise InputError("texts is not given: add texts=FILE with a line for each take: its name, a tab, the text")
        joint_map = (
            self.map if self.fps is None else replace(self.map, fps=self.fps, read=partial(_without_rate, self.map))
        )
        takes, left_out = JointTakes(joint_map.read, joint_map.rate, self.files, self.person1, self.person2)()
        for take in takes:
            check_id(take.name, take.file)
        total = len(takes) + len(left_out)
        takes, more = divide(map(Attempt(partial(_checked, joint_map), NAME, FILE), takes))
        takes, others = of_usual_number(takes, joint_map.count_persons, partial(_another_number, joint_map))
        told, untold = divide(
            map(Attempt(partial(_told, read_text_table(Path(file)), file, joint_map), NAME, FILE), takes)
        )
        left_out += [*more, *others, *untold]
        check_enough(left_out, total, self.max_left_out, "takes")

        plain = replace(joint_map, unit=None, axes=None)
        seen = postures(plain, [one.take for one in told])
        metres, axes = decide(seen, self._named, unit[1] if unit else joint_map.unit, joint_map.axes, self.up)
        work = Attempt(
            partial(_write, folder, replace(joint_map, unit=metres, axes=axes)),
            attrgetter("take.name"),
            attrgetter("take.file"),
        )
        written, unusable = divide(map_in_processes(work, told, self.processes, "importing"))
        report_left_out(folder, [*left_out, *unusable], total, self.max_left_out, "takes")
        lost = {one.clip for one in unusable}
        kept = [one.take for one in told if one.take.name not in lost]
        groups = sorted({take.group for take in kept}, key=lambda group: sha256(group.encode()).digest())
        for name, chosen in split_takes(groups, self.val_share, self.test_share).items():
            write_split(folder, name, sorted(take.name for take in kept if take.group in set(chosen)))
        print(report(written))

    @property
    def _named(self) -> str:
        return f"files={self.files}" if self.files else f"person1={self.person1}"


def _without_rate(joint_map: JointMap, path: Path) -> Iterable[Recording]:
    """The takes of a file, whose rates are given."""
    return (replace(take, fps=None) for take in joint_map.read(path))


def _checked(joint_map: JointMap, take: Recording) -> Recording:
    """A take that has all joints, a rate and one or two persons."""
    joint_map.check(take)
    joint_map.rate(take)
    if (people := joint_map.count_persons(take)) not in (1, 2):
        raise InputError(f"{take.file} has {people} persons: choose one or two with persons in {joint_map.file}")
    return take


def _another_number(joint_map: JointMap, take: Recording, usual: int) -> LeftOut:
    people = joint_map.count_persons(take)
    reason = f"{take.file} has {people} persons, most takes {usual}: choose with persons in {joint_map.file}"
    return LeftOut(take.name, reason, str(take.file))


def _told(table: dict[str, Texts], file: str, joint_map: JointMap, take: Recording) -> Told:
    """A take with its texts: its own, or else those of its labels, in all combinations of their lines."""
    keys = (take.name,) if take.name in table or not take.labels else take.labels
    if lacking := [key for key in keys if key not in table]:
        label = "" if lacking[0] == take.name else f"the label {lacking[0]} of "
        short = take.file.stem
        why = f" (several takes are called {short}, so their folders are in their names)" if short in table else ""
        raise InputError(
            f"{file} has no line for {label}the take {take.name}{why}: add {lacking[0]}, a tab and the text"
        )
    lines = [zip(table[key].interaction, *table[key].individuals, strict=True) for key in keys]
    together, *own = zip(*(map(_sentence, zip(*row, strict=True)) for row in product(*lines)), strict=True)
    return Told(take, Texts(together, (together,) if joint_map.count_persons(take) == 1 else tuple(own)))


def _sentence(phrases: Sequence[str]) -> str:
    return " ".join(phrase for phrase in phrases if phrase)


def _write(folder: Path, joint_map: JointMap, told: Told) -> ImportCheck:
    take, texts = told
    joints, fps = joint_map(take), joint_map.rate(take)
    check_positions(joints, f"{take.file}, take {take.name}")
    motion = motion_from_positions(joints, fps, joint_map.rigid)
    if len(motion) < MIN_FRAMES:
        raise InputError(
            f"{take.file}, take {take.name} has {len(motion)} frames at {FPS} a second, {MIN_FRAMES} are needed"
        )
    write_motion(folder, take.name, motion)
    write_texts(folder, take.name, texts)
    return check_motion(motion, joints, fps)
