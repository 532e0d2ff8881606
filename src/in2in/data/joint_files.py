"""Files of joint positions, of any skeleton that a joint map describes, to a data set in the InterHuman layout."""

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import product
from pathlib import Path

from in2in.data.import_check import ImportCheck, check_motion, report
from in2in.data.joint_map import JointMap
from in2in.data.joint_readers import Take
from in2in.data.layout import Texts, write_motion, write_split, write_texts
from in2in.data.pairs import split_takes
from in2in.data.positions import check_positions, motion_from_positions
from in2in.data.processes import map_in_processes
from in2in.data.text_tables import read_text_table
from in2in.errors import InputError


@dataclass(frozen=True)
class JointFiles:
    """A data set to be made of joint positions.

    Attributes:
        files: globs of files, several with commas between them.
        map: what their joints are.
        texts: file with a line for each take or label: its name, a tab, the text, and for two people optionally,
            after further tabs, the text of each person. A take of several labels is told by their texts in a row. The
            map's own if left out.
        val_share, test_share: of the groups of takes (the same people, where the source says), drawn by their names.
        processes: how many work side by side.
    """

    files: str
    map: JointMap
    texts: str | None = None
    val_share: float = 0.1
    test_share: float = 0.1
    processes: int = 1

    def __call__(self, folder: Path) -> None:
        """Read and check all takes, then write a clip for each."""
        takes = self._takes()
        texts = self._texts(takes)
        groups = sorted({take.group for take in takes}, key=lambda group: sha256(group.encode()).digest())
        splits = split_takes(groups, self.val_share, self.test_share)
        work = partial(_write, folder, self.map)
        checks = map_in_processes(work, list(zip(takes, texts, strict=True)), self.processes, "importing")
        for name, chosen in splits.items():
            write_split(folder, name, sorted(take.name for take in takes if take.group in set(chosen)))
        print(report(checks))

    def _takes(self) -> list[Take]:
        patterns = [own.strip() for own in self.files.split(",")]
        files = sorted({Path(path) for own in patterns for path in glob.glob(own, recursive=True)})
        if not files:
            raise InputError(f"files={self.files} matches no file: quote the glob and check the folder")
        takes = [take for file in files for take in self.map.read(file)]
        if not takes:
            raise InputError(f"files={self.files} hold no take: check the files")
        first, seen = takes[0], set()
        for take in takes:
            self.map.check(take)
            if take.name in seen:
                raise InputError(f"{take.file}: there is another take named {take.name}: rename one")
            seen.add(take.name)
            rates = self.map.rate(first), self.map.rate(take)
            if rates[0] != rates[1]:
                raise InputError(
                    f"{first.file} has {rates[0]:g} frames a second, {take.file} {rates[1]:g}: import them one by one"
                )
            people = self.map.count_persons(first), self.map.count_persons(take)
            if people[0] != people[1] or people[0] not in (1, 2):
                raise InputError(
                    f"{first.file} has {people[0]} persons, {take.file} {people[1]}: all must have one, or all two; "
                    f"choose with persons in {self.map.file}"
                )
            check_positions(self.map(take), f"{take.file}, take {take.name}")
        return takes

    def _texts(self, takes: Sequence[Take]) -> list[Texts]:
        if (file := self.texts or self.map.texts) is None:
            raise InputError("texts is not given: add texts=FILE with a line for each take: its name, a tab, the text")
        table = read_text_table(Path(file))
        return [_told(take, table, file, self.map.count_persons(take)) for take in takes]


def _told(take: Take, table: dict[str, Texts], file: str, persons: int) -> Texts:
    """The texts of a take: its own, or else those of its labels, in all combinations of their lines."""
    keys = (take.name,) if take.name in table or not take.labels else take.labels
    if lacking := [key for key in keys if key not in table]:
        label = "" if lacking[0] == take.name else f"the label {lacking[0]} of "
        raise InputError(f"{file} has no line for {label}the take {take.name}: add {lacking[0]}, a tab and the text")
    lines = [zip(table[key].interaction, *table[key].individuals, strict=True) for key in keys]
    together, *own = zip(*(map(_sentence, zip(*row, strict=True)) for row in product(*lines)), strict=True)
    return Texts(together, (together,) if persons == 1 else tuple(own))


def _sentence(phrases: Sequence[str]) -> str:
    return " ".join(phrase for phrase in phrases if phrase)


def _write(folder: Path, joint_map: JointMap, told: tuple[Take, Texts]) -> ImportCheck:
    take, texts = told
    joints, fps = joint_map(take), joint_map.rate(take)
    motion = motion_from_positions(joints, fps, joint_map.rigid)
    write_motion(folder, take.name, motion)
    write_texts(folder, take.name, texts)
    return check_motion(motion, joints, fps)
