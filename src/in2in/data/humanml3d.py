"""HumanML3D, in its own layout, to a data set of single persons in the InterHuman layout.

new_joints/ID.npy        [T, 22, 3] float32 metres, y up, 20 frames a second
texts/ID.txt             a caption a line: caption#tokens#start#end in seconds; 0.0 and 0.0 for the whole clip
{train,val,test}.txt     clip ids, one a line

Its rotations (new_joint_vecs) are by inverse kinematics from these positions, so they are not read: SMPL's are taken
from AMASS where the user has it, and ours are solved from the positions elsewhere.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from in2in.data.amass import RATE, AmassRotations
from in2in.data.cache import MIN_FRAMES, SPLITS
from in2in.data.import_check import ImportCheck, check_motion, report
from in2in.data.layout import Texts, write_motion, write_split, write_texts
from in2in.data.positions import check_positions, motion_from_positions
from in2in.data.processes import map_in_processes
from in2in.errors import InputError
from in2in.motion.representation import FPS, RawMotion, mirror
from in2in.motion.skeleton import NUM_JOINTS

INDEX = "index.csv"
"""Where HumanML3D says which part of AMASS a clip is."""

MIRRORED = "M"
"""The ids of mirrored copies start with it."""


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
    """

    humanml3d_dir: str
    mirrored: bool = False
    processes: int = 1
    amass_dir: str | None = None

    def __call__(self, folder: Path) -> None:
        """Read and check all captions, then write a clip for each range that has some."""
        source = Path(self.humanml3d_dir)
        splits = {name: self._split(source, name) for name in SPLITS if name == "train" or _ids(source, name).is_file()}
        ranges = {clip: read_captions(source, clip) for clips in splits.values() for clip in clips}
        if missing := [clip for clip in ranges if not _joints_path(source, clip).is_file()]:
            raise InputError(f"{_joints_path(source, missing[0])} is missing: add it, or take the id out of the splits")
        amass = None
        if self.amass_dir is not None:
            index = next((path for path in (source / INDEX, source.parent / INDEX) if path.is_file()), source / INDEX)
            amass = AmassRotations(Path(self.amass_dir), index)
        work = partial(_write, source, folder, amass)
        written = map_in_processes(work, list(ranges.items()), self.processes, "importing")
        clips = dict(zip(ranges, (done.clips for done in written), strict=True))
        for name, ids in splits.items():
            write_split(folder, name, [part for clip in ids for part in clips[clip]])
        left_out = sum(map(len, ranges.values())) - sum(map(len, clips.values()))
        if left_out:
            print(f"left out {left_out} ranges: shorter than {MIN_FRAMES} frames")
        taken = sum(done.from_amass for done in written)
        print(f"rotations: of {taken} clips from AMASS, of {len(written) - taken} by inverse kinematics")
        print(report([done.check for done in written]))

    def _split(self, source: Path, name: str) -> list[str]:
        path = _ids(source, name)
        if not path.is_file():
            raise InputError(f"{path} is missing: is humanml3d_dir={source} the folder of HumanML3D?")
        ids = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        return [clip for clip in ids if clip and (self.mirrored or not clip.startswith(MIRRORED))]


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
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        fields = line.strip().split("#")
        if len(fields) != 4 or not fields[0].strip():
            raise InputError(f"{path}:{number} has {len(fields) - 1} '#', expected caption#tokens#start#end: repair it")
        try:
            seconds = [0.0 if math.isnan(float(field)) else float(field) for field in fields[2:]]
        except ValueError as error:
            raise InputError(f"{path}:{number}: {error}; start and end are in seconds: repair it") from error
        told.setdefault((seconds[0], seconds[1]), []).append(fields[0].strip())
    if not told:
        raise InputError(f"{path} holds no caption: add one, or take the id out of the splits")
    whole = told.pop((0.0, 0.0), None)
    parts = (Range(f"{clip}_{k}", seconds, tuple(told[seconds])) for k, seconds in enumerate(sorted(told), start=1))
    return (*([Range(clip, None, tuple(whole))] if whole else []), *parts)


@dataclass(frozen=True)
class _Written:
    """What became of a clip: ids written, figures of the whole of it, whose rotations it has."""

    clips: list[str]
    check: ImportCheck
    from_amass: bool


def _write(source: Path, folder: Path, amass: AmassRotations | None, named: tuple[str, Sequence[Range]]) -> _Written:
    clip, ranges = named
    path = _joints_path(source, clip)
    joints = _read_joints(path)
    check_positions(joints, str(path))
    motion = motion_from_positions(joints, RATE)
    rotations = None if amass is None else _rotations(amass, clip, motion)
    if rotations is not None:
        motion = replace(motion, rotations=rotations)
    written = []
    for part in ranges:
        own = motion
        if part.seconds is not None:
            start, end = (round(max(second, 0.0) * FPS) for second in part.seconds)
            own = motion.crop(start, max(end + 1 - start, 0))  # the last frame has no velocity and becomes no feature
        if len(own) >= MIN_FRAMES:
            write_motion(folder, part.clip, own)
            write_texts(folder, part.clip, Texts(part.captions, (part.captions,)))
            written.append(part.clip)
    return _Written(written, check_motion(motion, joints, RATE), rotations is not None)


def _rotations(amass: AmassRotations, clip: str, motion: RawMotion) -> torch.Tensor | None:
    """Rotations [1, T, 21, 6] of a clip or of its mirrored copy."""
    own = amass(clip.removeprefix(MIRRORED), len(motion))
    if own is None or not clip.startswith(MIRRORED):
        return None if own is None else own[None]
    return mirror(replace(motion, rotations=own[None])).rotations


def _read_joints(path: Path) -> torch.Tensor:
    try:
        joints = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"{path} cannot be read as a .npy array ({error}): replace it") from error
    if joints.ndim != 3 or joints.shape[1:] != (NUM_JOINTS, 3):
        raise InputError(f"{path} has shape {list(joints.shape)}, expected [T, 22, 3]: is it from new_joints?")
    return torch.from_numpy(joints.astype(np.float64))[None]
