"""Inter-X (Xu et al., CVPR 2024), in its own layout, to a data set in the InterHuman layout.

motions/ID/P1.npz, P2.npz    SMPL-X parameters of each person: pose_body [T, 21, 3] and root_orient [T, 3] axis-angle,
                             trans [T, 3] metres, betas, gender; hands are not used
texts/ID.txt                 a text a line
splits/{train,val,test}.txt  clip ids, one a line

SMPL-X has SMPL's 22 body joints. Where the body model's files are at hand they give each person's own bones from
betas; else everybody gets the bones of the neutral body. What cannot be used is left out and listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import roma
import torch
from torch import Tensor

from in2in.data.cache import MIN_FRAMES
from in2in.data.layout import write_motion, write_split, write_texts
from in2in.data.left_out import MAX_LEFT_OUT, Attempt, check_share, divide, report_left_out
from in2in.data.processes import map_in_processes
from in2in.errors import InputError
from in2in.files.text_files import read_lines
from in2in.importers.axes import check_up, rotation
from in2in.importers.import_check import ImportCheck, check_motion, report
from in2in.importers.positions import check_positions
from in2in.importers.posture import decide, postures
from in2in.importers.smplx import own_rest, read_parameters
from in2in.importers.source_splits import read_splits
from in2in.importers.units import check_rate
from in2in.motion.motion import Motion
from in2in.motion.representation import FPS
from in2in.motion.resampling import resample_turns
from in2in.motion.rotations import matrix_to_6d
from in2in.motion.skeleton import BONE_LENGTHS, forward_kinematics, tpose_offsets
from in2in.motion.texts import Texts

PERSONS = ("P1", "P2")

OFF = 0.5
"""Seconds by which the two persons of a clip may differ in length; the longer is cut."""


@dataclass(frozen=True)
class InterX:
    """A data set to be made of Inter-X.

    Attributes:
        interx_dir: the folder that holds motions, texts and splits.
        fps: frames a second of its files.
        axes: the source's axes that are our x, y (up) and z: [x, z, -y] where the source's z is up; None to tell the
            one that is up from all clips.
        up: the axis of the source that points up, in place of `axes`; auto to tell it from all clips.
        body_model: folder with SMPLX_NEUTRAL.npz, SMPLX_MALE.npz, SMPLX_FEMALE.npz; None for neutral bones.
        max_left_out: share of the clips that may be left out because they cannot be used, 0 to 1.
        processes: how many work side by side.
    """

    interx_dir: str
    fps: float = 120
    axes: Sequence[str] | None = None
    up: str = "auto"
    body_model: str | None = None
    max_left_out: float = MAX_LEFT_OUT
    processes: int = 1

    def __call__(self, folder: Path) -> None:
        """Write a clip for each id of the splits, and list what cannot be used."""
        check_share(self.max_left_out)
        source = Path(self.interx_dir)
        check_up(self.up)
        if self.axes is not None:
            rotation(self.axes)
        check_rate(self.fps)
        if self.body_model is not None and not Path(self.body_model).is_dir():
            raise InputError(f"body_model={self.body_model} is not a folder: give the one with SMPLX_NEUTRAL.npz")
        splits = read_splits(source, partial(_ids, source), f"interx_dir={source} the folder of Inter-X")
        clips = list(dict.fromkeys(chain(*splits.values())))
        turn = torch.eye(3, dtype=torch.float64)
        if seen := postures(partial(_joints, source, turn, self.fps), clips):
            turn = rotation(decide(seen, str(source / "motions"), 1.0, self.axes, self.up)[1])
        work = Attempt(partial(_write, source, folder, turn, self.fps, self.body_model), file=partial(_folder, source))
        written, left_out = divide(map_in_processes(work, clips, self.processes, "importing"))
        report_left_out(folder, left_out, len(clips), self.max_left_out)
        lost = {one.clip for one in left_out}
        for name, ids in splits.items():
            write_split(folder, name, [clip for clip in ids if clip not in lost])
        if cut := [one.cut for one in written if one.cut]:
            print(f"{len(cut)} clips are as long as the shorter of their persons, such as {cut[0]}")
        print("bones of " + ("the neutral body" if self.body_model is None else f"{self.body_model} and betas"))
        print(report([one.check for one in written]))


def _ids(source: Path, split: str) -> Path:
    return source / "splits" / f"{split}.txt"


def _folder(source: Path, clip: str) -> Path:
    return source / "motions" / clip


def _motion(source: Path, clip: str, person: str) -> Path:
    return _folder(source, clip) / f"{person}.npz"


def _text(source: Path, clip: str) -> Path:
    return source / "texts" / f"{clip}.txt"


@dataclass(frozen=True)
class _Written:
    """Figures of a clip; what was cut off, "" for nothing."""

    check: ImportCheck
    cut: str


def _joints(source: Path, turn: Tensor, fps: float, clip: str) -> Tensor:
    """Both persons one after the other [1, T, 22, 3], with neutral bones."""
    return torch.cat([_read_person(_motion(source, clip, person), turn, fps, None)[0] for person in PERSONS])[None]


def _write(source: Path, folder: Path, turn: Tensor, fps: float, body_model: str | None, clip: str) -> _Written:
    for path in (*(_motion(source, clip, person) for person in PERSONS), _text(source, clip)):
        if not path.is_file():
            raise InputError(f"{path} is missing: add it, or take the id {clip} out of the splits")
    persons = [_read_person(_motion(source, clip, person), turn, fps, body_model) for person in PERSONS]
    lengths = [len(joints) for joints, _ in persons]
    if max(lengths) - min(lengths) > OFF * FPS:
        raise InputError(
            f"clip {clip} of {source}: {lengths[0]} and {lengths[1]} frames at {FPS} a second; leave it out"
        )
    cut = "" if lengths[0] == lengths[1] else f"{clip}: {lengths[0]} and {lengths[1]} frames at {FPS} a second"
    shorter = [tuple(part[: min(lengths)] for part in person) for person in persons]
    joints, rotations = (torch.stack(parts) for parts in zip(*shorter, strict=True))
    motion = Motion.from_tensors(joints, rotations)
    if len(motion) < MIN_FRAMES:
        raise InputError(f"clip {clip} of {source} has {len(motion)} frames at {FPS} a second: is fps={fps:g} right?")
    check_positions(joints, f"clip {clip} of {source}")
    joints[..., 1] -= joints[..., 1].min()  # the motion shares their memory
    if not (told := tuple(line for line in read_lines(_text(source, clip), dataset=source) if line)):
        raise InputError(f"{_text(source, clip)} holds no text: add one, or take the id {clip} out of the splits")
    write_motion(folder, clip, motion)
    write_texts(folder, clip, Texts(told, ((), ())))
    return _Written(check_motion(motion), cut)


def _read_person(path: Path, turn: Tensor, fps: float, body_model: str | None) -> tuple[Tensor, Tensor]:
    """Joints [T, 22, 3] (y up) and local rotations [T, 21, 6] at 30 frames a second, float32."""
    body = read_parameters(path)
    rest = (
        tpose_offsets(torch.tensor(BONE_LENGTHS, dtype=torch.float64))
        if body_model is None
        else own_rest(Path(body_model), body)
    )
    turns = roma.rotvec_to_rotmat(torch.from_numpy(np.concatenate([body.root_orient[:, None], body.pose_body], axis=1)))
    pelvis = torch.from_numpy(body.trans) + rest[0]
    moved, turns = resample_turns(pelvis[:, None], turns, fps)
    root, local = turn @ turns[:, 0], turns[:, 1:]
    joints = forward_kinematics(local, root, moved[:, 0] @ turn.T, rest.expand(len(local), -1, -1))
    return joints.float(), matrix_to_6d(local).float()
