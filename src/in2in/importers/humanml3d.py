"""HumanML3D, in its own layout, to a data set of single persons in the InterHuman layout.

new_joints/ID.npy        [T, 22, 3] float32 metres, y up, 20 frames a second
texts/ID.txt             a caption a line: caption#tokens#start#end in seconds; 0.0 and 0.0 for the whole clip
{train,val,test}.txt     clip ids, one a line

Its rotations (new_joint_vecs) are by inverse kinematics from these positions, so they are not read: SMPL's are taken
from AMASS where the user has it, and ours are solved from the positions elsewhere. What cannot be used is left out and
listed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import torch

from in2in.data.cache import MIN_FRAMES
from in2in.data.layout import write_motion, write_split, write_texts
from in2in.data.left_out import MAX_LEFT_OUT, Attempt, LeftOut, check_share, divide, report_left_out
from in2in.data.processes import map_in_processes
from in2in.errors import InputError
from in2in.files.arrays import read_npy
from in2in.files.text_files import read_lines
from in2in.importers.amass import RATE, AmassRotations
from in2in.importers.axes import check_up, turned
from in2in.importers.import_check import ImportCheck, check_motion, report
from in2in.importers.positions import check_positions, motion_from_positions
from in2in.importers.posture import decide, postures
from in2in.importers.source_splits import read_splits
from in2in.importers.units import read_unit
from in2in.motion.motion import Motion
from in2in.motion.representation import FPS, mirror
from in2in.motion.skeleton import NUM_JOINTS
from in2in.motion.texts import Texts

INDEX = "index.csv"
"""Where HumanML3D says which part of AMASS a clip is."""

MIRRORED = "M"
"""The ids of mirrored copies start with it."""

LONGEST = 3600.0
"""Seconds; a caption that names a later moment means the end."""


@dataclass(frozen=True)
class Range:
    """A part of a clip that has captions of its own.

    Attributes:
        clip: id that it gets.
        seconds: its start and end; None for the whole clip.
        captions: what is said of it.
    """

    clip: str
    seconds: tuple[float, float] | None
    captions: tuple[str, ...]


@dataclass(frozen=True)
class HumanML3D:
    """A data set to be made of HumanML3D.

    Attributes:
        humanml3d_dir: the folder that holds new_joints, texts and the splits.
        mirrored: take the mirrored copies, too; training mirrors clips by itself.
        processes: how many work side by side.
        amass_dir: AMASS, if its rotations are to be used; index.csv lies in humanml3d_dir or in the folder above it.
        unit: of the files, a name or metres; None to tell it from all clips.
        up: the axis of the files that points up; auto to tell it from all clips.
        max_left_out: share of the clips that may be left out because they cannot be used, 0 to 1.
    """

    humanml3d_dir: str
    mirrored: bool = False
    processes: int = 1
    amass_dir: str | None = None
    unit: str | float | None = None
    up: str = "auto"
    max_left_out: float = MAX_LEFT_OUT

    def __call__(self, folder: Path) -> None:
        """Write a clip for each range that has captions, and list what cannot be used."""
        check_share(self.max_left_out)
        check_up(self.up)
        given = read_unit(self.unit)
        source = Path(self.humanml3d_dir)
        splits = read_splits(
            *(source, partial(_ids, source), f"humanml3d_dir={source} the folder of HumanML3D"),
            kept=lambda clip: self.mirrored or not clip.startswith(MIRRORED),
        )
        clips = list(dict.fromkeys(chain(*splits.values())))
        amass = None
        if self.amass_dir is not None:
            index = next((path for path in (source / INDEX, source.parent / INDEX) if path.is_file()), source / INDEX)
            amass = AmassRotations(Path(self.amass_dir), index)
            amass.check(clip.removeprefix(MIRRORED) for clip in clips)
        frame = _Frame(1.0, ("x", "y", "z"))
        if seen := postures(lambda clip: _read_joints(_joints_path(source, clip)), clips):
            frame = _Frame(*decide(seen, str(source / "new_joints"), given[1] if given else None, None, self.up))
        work = Attempt(partial(_write, source, folder, amass, frame), file=partial(_joints_path, source))
        done = map_in_processes(work, clips, self.processes, "importing")
        written, left_out = divide(done)
        left_out += [range_ for one in written for range_ in one.left_out]
        by_clip = {one.clip: one.parts for one in written}
        kept = sum(map(len, by_clip.values()))
        report_left_out(folder, left_out, kept + len(left_out), self.max_left_out)
        for name, ids in splits.items():
            write_split(folder, name, [part for clip in ids for part in by_clip.get(clip, ())])
        taken = sum(one.from_amass for one in written)
        unused = [one.amass_fault for one in written if one.amass_fault]
        if unused and not taken:
            raise InputError(f"no file of amass_dir={self.amass_dir} can be used, the first because: {unused[0]}")
        print(f"rotations: of {taken} clips from AMASS, of {len(written) - taken} by inverse kinematics")
        if unused:
            print(f"AMASS' files of {len(unused)} clips cannot be used, the first because: {unused[0]}")
        print(report([one.check for one in written]))


def _ids(source: Path, split: str) -> Path:
    return source / f"{split}.txt"


def _joints_path(source: Path, clip: str) -> Path:
    return source / "new_joints" / f"{clip}.npy"


def read_captions(source: Path, clip: str) -> tuple[Range, ...]:
    """The captions of a clip by the range that they describe: the whole clip first, ranges ID_1, ID_2, ... by time."""
    path = source / "texts" / f"{clip}.txt"
    if not path.is_file():
        raise InputError(f"{path} is missing: add it, or take the id out of the splits")
    told: dict[tuple[float, float], list[str]] = {}
    for number, line in enumerate(read_lines(path, dataset=source), start=1):
        if not line:
            continue
        fields = line.split("#")
        if len(fields) != 4 or not fields[0].strip():
            raise InputError(f"{path}:{number} has {len(fields) - 1} '#', expected caption#tokens#start#end: repair it")
        try:
            seconds = [0.0 if math.isnan(float(field)) else min(float(field), LONGEST) for field in fields[2:]]
        except ValueError as error:
            raise InputError(f"{path}:{number}: {error}; start and end are in seconds: repair it") from error
        told.setdefault((seconds[0], seconds[1]), []).append(fields[0].strip())
    if not told:
        raise InputError(f"{path} holds no caption: add one, or take the id out of the splits")
    whole = told.pop((0.0, 0.0), None)
    parts = (Range(f"{clip}_{k}", seconds, tuple(told[seconds])) for k, seconds in enumerate(sorted(told), start=1))
    return (*([Range(clip, None, tuple(whole))] if whole else []), *parts)


@dataclass(frozen=True)
class _Frame:
    """Metres of the source's unit, and its axes that are ours."""

    unit: float
    axes: Sequence[str]

    def __call__(self, joints: torch.Tensor) -> torch.Tensor:
        """Joints in metres, y up."""
        return turned(joints, self.axes) * self.unit


@dataclass(frozen=True)
class _Written:
    """What became of a clip: ids written, ranges left out, figures of the whole of it, whose rotations it has."""

    clip: str
    parts: list[str]
    left_out: list[LeftOut]
    check: ImportCheck
    from_amass: bool
    amass_fault: str


def _write(source: Path, folder: Path, amass: AmassRotations | None, frame: _Frame, clip: str) -> _Written:
    ranges, path = read_captions(source, clip), _joints_path(source, clip)
    joints = frame(_read_joints(path))
    check_positions(joints, str(path))
    motion = motion_from_positions(joints, RATE)
    rotations, fault = None, ""
    try:
        rotations = None if amass is None else _rotations(amass, clip, motion)
    except InputError as error:
        fault = str(error)
    if rotations is not None:
        motion = replace(motion, rotations=rotations.numpy())
    written, left_out = [], []
    for part in ranges:
        own, when = motion, ""
        if part.seconds is not None:
            start, end = (round(max(second, 0.0) * FPS) for second in part.seconds)
            own = motion.crop(start, max(end + 1 - start, 0))  # the last frame has no velocity and becomes no feature
            when = f" from second {part.seconds[0]:g} to {part.seconds[1]:g}"
        if len(own) < MIN_FRAMES:
            reason = f"{path}{when} has {len(own)} frames at {FPS} a second, {MIN_FRAMES} are needed"
            left_out.append(LeftOut(part.clip, reason, str(path)))
            continue
        write_motion(folder, part.clip, own)
        write_texts(folder, part.clip, Texts(part.captions, (part.captions,)))
        written.append(part.clip)
    return _Written(clip, written, left_out, check_motion(motion, joints, RATE), rotations is not None, fault)


def _rotations(amass: AmassRotations, clip: str, motion: Motion) -> torch.Tensor | None:
    """Rotations [1, T, 21, 6] of a clip or of its mirrored copy."""
    own = amass(clip.removeprefix(MIRRORED), len(motion))
    if own is None or not clip.startswith(MIRRORED):
        return None if own is None else own[None]
    return mirror(replace(motion, rotations=own[None].numpy())).tensors()[1]


def _read_joints(path: Path) -> torch.Tensor:
    if not path.is_file():
        raise InputError(f"{path} is missing: add it, or take the id out of the splits")
    joints = read_npy(path, "replace it")
    if joints.ndim != 3 or joints.shape[1:] != (NUM_JOINTS, 3):
        raise InputError(f"{path} has shape {list(joints.shape)}, expected [T, 22, 3]: is it from new_joints?")
    with np.errstate(invalid="ignore"):  # what is not finite is told of where it matters
        return torch.from_numpy(joints.astype(np.float64))[None]
