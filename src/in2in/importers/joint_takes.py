"""Which takes files of joint positions hold: each file's own, or one of two files of a person each."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from in2in.data.left_out import Attempt, LeftOut, divide
from in2in.errors import InputError
from in2in.importers.joint_readers import JointReader, Recording
from in2in.importers.takes import TakeFiles, find_takes

OFF = 0.5
"""Seconds by which the two persons of a take may differ in length; the longer is cut."""


@dataclass(frozen=True)
class JointTakes:
    """Takes of joint positions.

    Attributes:
        read: yields the takes of a file.
        rate: frames a second of a take.
        files: globs, several with commas between them; or
        person1, person2: globs of files of one person each, paired in sorted order.
    """

    read: JointReader
    rate: Callable[[Recording], float]
    files: str | None
    person1: str | None = None
    person2: str | None = None

    def __call__(self) -> tuple[list[Recording], list[LeftOut]]:
        """The takes that can be read, each by a name of its own, and what cannot be."""
        takes, left_out = divide(map(Attempt(self._takes, attrgetter("name"), attrgetter("file")), self._found()))
        by_name: dict[str, Recording] = {}
        for take in (take for own in takes for take in own):
            if take.name in by_name:
                reason = f"{take.file}: there is another take named {take.name}, of {by_name[take.name].file}"
                left_out.append(LeftOut(take.name, reason, str(take.file)))
            else:
                by_name[take.name] = take
        if not by_name and not left_out:
            raise InputError(f"files={self.files or self.person1} hold no take: check the files")
        return list(by_name.values()), left_out

    def _found(self) -> list[TakeFiles]:
        """Each file or pair of files."""
        if (self.person1 is None) != (self.person2 is None) or (self.files is None) == (self.person1 is None):
            raise InputError("give files=GLOB, or person1=GLOB and person2=GLOB for files of one person each")
        if self.files is not None:
            return find_takes({"files": self.files})
        return find_takes({"person1": str(self.person1), "person2": str(self.person2)})

    def _takes(self, found: TakeFiles) -> list[Recording]:
        name, files = found.name, found.files
        read = [list(self.read(file)) for file in files]
        if len({len(takes) for takes in read}) > 1:
            raise InputError(f"{files[0]} holds {len(read[0])} takes, {files[1]} {len(read[1])}: they are no pair")
        takes = read[0] if len(read) == 1 else [self._pair(*pair) for pair in zip(*read, strict=True)]
        stem = files[0].stem
        return [replace(take, name=name, group=name) if take.name == take.group == stem else take for take in takes]

    def _pair(self, first: Recording, second: Recording) -> Recording:
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
