"""From the joints that a source has, by name, to our 22."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.importers.axes import check_axes, turned
from in2in.importers.derived_joints import RULES, derive
from in2in.importers.joint_readers import JointReader, Recording, read_arrays
from in2in.importers.units import is_rate
from in2in.motion.skeleton import JOINTS

Place = str | Sequence
"""A joint of the source, or [one, other, fraction]: the point that far along the way from one to the other."""


@dataclass(frozen=True)
class JointMap:
    """What a source's joints are.

    Attributes:
        file: names the map in messages.
        joints: for each of our joints, the source's.
        derived: our joints that the source lacks, to be derived by the rules of `in2in.importers.derived_joints`.
        names: the source's joints in their order, where its files do not name them.
        fps: frames a second, where the source's files do not say.
        unit: metres of the source's unit of length; None to tell it from all takes.
        axes: the source's axes that are our x, y (up) and z: [x, z, -y] where the source's z is up; None to tell the
            one that is up from all takes.
        persons: which persons to take, counted from 0; all if left out.
        rigid: bones that stretch get their median length in the clip.
        texts: file of texts that belongs to the source.
        read: yields the takes of a file.
    """

    file: str
    joints: Mapping[str, Place]
    derived: Sequence[str] = ()
    names: Sequence[str] = ()
    fps: float | None = None
    unit: float | None = None
    axes: Sequence[str] | None = None
    persons: Sequence[int] | None = None
    rigid: bool = False
    texts: str | None = None
    read: JointReader = field(default=read_arrays)

    def __post_init__(self) -> None:
        """Every one of our joints must be mapped or derived, once."""
        given = (*self.joints, *self.derived)
        if unknown := [joint for joint in given if joint not in JOINTS]:
            raise InputError(f"{self.file}: {unknown[0]!r} is none of our joints: they are {', '.join(JOINTS)}")
        if twice := [joint for joint in self.joints if joint in self.derived]:
            raise InputError(f"{self.file}: {twice[0]} is both in joints and in derived: keep one")
        if missing := [joint for joint in JOINTS if joint not in given]:
            raise InputError(f"{self.file} lacks {', '.join(missing)}: add to joints, or name it in derived")
        if without := [joint for joint in self.derived if joint not in RULES]:
            raise InputError(f"{self.file}: {without[0]} cannot be derived, only {', '.join(RULES)} can: add to joints")
        if self.axes is not None:
            check_axes(self.axes, f"{self.file}: axes ")
        for place in self.joints.values():
            if not isinstance(place, str) and (len(place) != 3 or not isinstance(place[2], int | float)):
                raise InputError(f"{self.file}: {place} is neither a joint's name nor [one, other, fraction]")

    def rate(self, take: Recording) -> float:
        """Frames a second of a take: of its file, or else of the map."""
        if take.fps is None and self.fps is None:
            raise InputError(f"{take.file} does not say its rate: give fps=, or add fps to {self.file}")
        if None not in (take.fps, self.fps) and take.fps != self.fps:
            raise InputError(
                f"{take.file} has {take.fps:g} frames a second, {self.file} says {self.fps:g}: change it, or give fps="
            )
        rate = float(self.fps if take.fps is None else take.fps)  # type: ignore[arg-type]
        if not is_rate(rate):
            raise InputError(f"{take.file} has {rate:g} frames a second, which is no motion's: give fps=")
        return rate

    def count_persons(self, take: Recording) -> int:
        """How many persons of a take are taken."""
        return len(take.joints) if self.persons is None else len(self.persons)

    def check(self, take: Recording) -> None:
        """One line about a take that lacks a joint or a person."""
        names = take.names or tuple(self.names)
        if not names:
            raise InputError(f"{take.file} does not name its joints: add names, in their order, to {self.file}")
        if len(names) != take.joints.shape[2]:
            raise InputError(f"{take.file} has {take.joints.shape[2]} joints, but {len(names)} names: see {self.file}")
        for ours, place in self.joints.items():
            for theirs in (place,) if isinstance(place, str) else place[:2]:
                if theirs not in names:
                    raise InputError(
                        f"{self.file}: {ours} is {theirs!r}, which {take.file} lacks; it has {', '.join(names)}"
                    )
        if lacking := [person for person in self.persons or () if not 0 <= person < len(take.joints)]:
            raise InputError(
                f"{self.file}: there is no person {lacking[0]} in {take.file}, which has {len(take.joints)}"
            )

    def __call__(self, take: Recording) -> Tensor:
        """Our joints of a take: [P, T, 22, 3] metres, y up, at the take's rate; its own where that is not told."""
        names = take.names or tuple(self.names)
        persons = list(range(len(take.joints)) if self.persons is None else self.persons)
        points = torch.from_numpy(take.joints[persons]).double() * (1.0 if self.unit is None else self.unit)
        points = points if self.axes is None else turned(points, self.axes)
        found = {}
        for ours, place in self.joints.items():
            one, other, part = (place, place, 0.0) if isinstance(place, str) else place
            found[ours] = torch.lerp(points[..., names.index(one), :], points[..., names.index(other), :], float(part))
        complete = derive(found, self.derived, self.file)
        return torch.stack([complete[joint] for joint in JOINTS], dim=-2)
