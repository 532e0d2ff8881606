"""Which takes files of joint positions hold: each file's own, or one of two files of a person each."""

import glob
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from in2in.data.left_out import Attempt, LeftOut, divide
from in2in.errors import InputError
from in2in.importers.bvh.takes import take_names
from in2in.importers.joint_readers import JointReader, Take

OFF = 0.5
"""Seconds by which the two persons of a take may differ in length; the longer is cut."""


@dataclass(frozen=True)
class TakeFiles:
    """Files of takes.

    Attributes:
        read: yields the takes of a file.
        rate: frames a second of a take.
        files: globs, several with commas between them; or
        person1, person2: globs of files of one person each, paired in sorted order.
    """

    read: JointReader
    rate: Callable[[Take], float]
    files: str | None
    person1: str | None = None
    person2: str | None = None

    def __call__(self) -> tuple[list[Take], list[LeftOut]]:
        """The takes that can be read, each by a name of its own, and what cannot be."""
        named = self._found()
        takes, left_out = divide(map(Attempt(self._takes, _name, _file), named))
        by_name: dict[str, Take] = {}
        for take in (take for own in takes for take in own):
            if take.name in by_name:
                reason = f"{take.file}: there is another take named {take.name}, of {by_name[take.name].file}"
                left_out.append(LeftOut(take.name, reason, str(take.file)))
            else:
                by_name[take.name] = take
        if not by_name and not left_out:
            raise InputError(f"files={self.files or self.person1} hold no take: check the files")
        return list(by_name.values()), left_out

    def _found(self) -> list[tuple[str, tuple[Path, ...]]]:
        """For each file or pair of files, the name that it gives."""
        if (self.person1 is None) != (self.person2 is None) or (self.files is None) == (self.person1 is None):
            raise InputError("give files=GLOB, or person1=GLOB and person2=GLOB for files of one person each")
        if self.files is not None:
            files = [_matching("files", self.files)]
        else:
            files = [_matching("person1", str(self.person1)), _matching("person2", str(self.person2))]
            if len(files[0]) != len(files[1]):
                raise InputError(
                    f"person1={self.person1} matches {len(files[0])} files, person2={self.person2} {len(files[1])}: "
                    "they are paired in sorted order and must be as many"
                )
        return list(zip(take_names(files[0]), zip(*files, strict=True), strict=True))

    def _takes(self, named: tuple[str, tuple[Path, ...]]) -> list[Take]:
        name, files = named
        read = [list(self.read(file)) for file in files]
        if len({len(takes) for takes in read}) > 1:
            raise InputError(f"{files[0]} holds {len(read[0])} takes, {files[1]} {len(read[1])}: they are no pair")
        takes = read[0] if len(read) == 1 else [self._pair(*pair) for pair in zip(*read, strict=True)]
        stem = files[0].stem
        return [replace(take, name=name, group=name) if take.name == take.group == stem else take for take in takes]

    def _pair(self, first: Take, second: Take) -> Take:
        """One take of two persons, in the first's order of joints, as long as the shorter."""
        for take in (first, second):
            if len(take.joints) != 1:
                raise InputError(f"{take.file} has {len(take.joints)} persons: give files=, not person1= and person2=")
        order = list(range(first.joints.shape[2]))
        if first.names and second.names:
            if sorted(first.names) != sorted(second.names):
                raise InputError(f"{first.file} and {second.file} name different joints: they are no pair")
            order = [second.names.index(name) for name in first.names]
        if first.joints.shape[2] != second.joints.shape[2]:
            raise InputError(
                f"{first.file} has {first.joints.shape[2]} joints, {second.file} {second.joints.shape[2]}: they are "
                "no pair"
            )
        rates, lengths = (self.rate(first), self.rate(second)), (first.joints.shape[1], second.joints.shape[1])
        if rates[0] != rates[1]:
            raise InputError(f"{first.file} has {rates[0]:g} frames a second, {second.file} {rates[1]:g}: give fps=")
        if abs(lengths[0] - lengths[1]) > OFF * rates[0]:
            raise InputError(f"{first.file} has {lengths[0]} frames and {second.file} {lengths[1]}: they are no pair")
        both = [take.joints[0, : min(lengths)] for take in (first, second)]
        return replace(first, joints=np.stack([both[0], both[1][:, order]]))


def _name(named: tuple[str, tuple[Path, ...]]) -> str:
    return named[0]


def _file(named: tuple[str, tuple[Path, ...]]) -> Path:
    return named[1][0]


def _matching(key: str, patterns: str) -> Sequence[Path]:
    found = {Path(path) for own in patterns.split(",") for path in glob.glob(own.strip(), recursive=True)}
    if not (files := sorted(path for path in found if path.is_file())):
        raise InputError(f"{key}={patterns} matches no file: quote the glob and check the folder")
    return files
