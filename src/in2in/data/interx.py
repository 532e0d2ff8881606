"""Inter-X (Xu et al., CVPR 2024), in its own layout, to a data set in the InterHuman layout.

motions/ID/P1.npz, P2.npz    SMPL-X parameters of each person: pose_body [T, 21, 3] and root_orient [T, 3] axis-angle,
                             trans [T, 3] metres, betas, gender; hands are not used
texts/ID.txt                 a text a line
splits/{train,val,test}.txt  clip ids, one a line

SMPL-X has SMPL's 22 body joints. Where the body model's files are at hand they give each person's own bones from
betas; else everybody gets the bones of the neutral body.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import roma
import torch
from torch import Tensor

from in2in.data.cache import MIN_FRAMES, SPLITS
from in2in.data.import_check import ImportCheck, check_motion, report
from in2in.data.layout import Texts, write_motion, write_split, write_texts
from in2in.data.positions import check_positions
from in2in.data.processes import map_in_processes
from in2in.data.smplx import own_rest, read_parameters
from in2in.errors import InputError
from in2in.motion.representation import FPS, RawMotion
from in2in.motion.resampling import resample_turns
from in2in.motion.rotations import matrix_to_6d
from in2in.motion.skeleton import BONE_LENGTHS, forward_kinematics, tpose_offsets

PERSONS = ("P1", "P2")


@dataclass(frozen=True)
class InterX:
    """A data set to be made of Inter-X.

    Attributes:
        interx_dir: the folder that holds motions, texts and splits.
        fps: frames a second of its files.
        axes: the source's axes that are our x, y (up) and z: [x, z, -y] where the source's z is up.
        body_model: folder with SMPLX_NEUTRAL.npz, SMPLX_MALE.npz, SMPLX_FEMALE.npz; None for neutral bones.
        processes: how many work side by side.
    """

    interx_dir: str
    fps: float = 120
    axes: Sequence[str] = ("x", "y", "z")
    body_model: str | None = None
    processes: int = 1

    def __call__(self, folder: Path) -> None:
        """Check that all files are there, then write a clip for each id of the splits."""
        source = Path(self.interx_dir)
        turn = axes_matrix(self.axes)
        if self.fps <= 0:
            raise InputError(f"fps={self.fps:g} must be more than 0")
        if self.body_model is not None and not Path(self.body_model).is_dir():
            raise InputError(f"body_model={self.body_model} is not a folder: give the one with SMPLX_NEUTRAL.npz")
        splits = {name: self._split(source, name) for name in SPLITS if name == "train" or _ids(source, name).is_file()}
        clips = list(dict.fromkeys(clip for ids in splits.values() for clip in ids))
        if not splits["train"]:
            raise InputError(f"{_ids(source, 'train')} names no clip: list one id a line")
        for clip in clips:
            for path in (*(_motion(source, clip, person) for person in PERSONS), _text(source, clip)):
                if not path.is_file():
                    raise InputError(f"{path} is missing: add it, or take the id {clip} out of the splits")
        work = partial(_write, source, folder, turn, self.fps, self.body_model)
        checks = map_in_processes(work, clips, self.processes, "importing")
        for name, ids in splits.items():
            write_split(folder, name, ids)
        print("bones of " + ("the neutral body" if self.body_model is None else f"{self.body_model} and betas"))
        print(report(checks))

    def _split(self, source: Path, name: str) -> list[str]:
        path = _ids(source, name)
        if not path.is_file():
            raise InputError(f"{path} is missing: is interx_dir={source} the folder of Inter-X?")
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _ids(source: Path, split: str) -> Path:
    return source / "splits" / f"{split}.txt"


def _motion(source: Path, clip: str, person: str) -> Path:
    return source / "motions" / clip / f"{person}.npz"


def _text(source: Path, clip: str) -> Path:
    return source / "texts" / f"{clip}.txt"


def axes_matrix(axes: Sequence[str]) -> Tensor:
    """The rotation [3, 3] that takes the source's axes to ours."""
    if sorted(axis.lstrip("-") for axis in axes) != ["x", "y", "z"]:
        raise InputError(f"axes={list(axes)} must be x, y and z, each once, with or without a -")
    turn = torch.zeros(3, 3, dtype=torch.float64)
    for row, axis in enumerate(axes):
        turn[row, "xyz".index(axis.lstrip("-"))] = -1.0 if axis.startswith("-") else 1.0
    if torch.linalg.det(turn) < 0:
        raise InputError(f"axes={list(axes)} would mirror the motion: change one sign")
    return turn


def _write(source: Path, folder: Path, turn: Tensor, fps: float, body_model: str | None, clip: str) -> ImportCheck:
    persons = [_read_person(_motion(source, clip, person), turn, fps, body_model) for person in PERSONS]
    lengths = [len(joints) for joints, _ in persons]
    if lengths[0] != lengths[1]:
        raise InputError(
            f"clip {clip} of {source}: {lengths[0]} and {lengths[1]} frames at {FPS} a second; leave it out"
        )
    motion = RawMotion(*(torch.stack(parts) for parts in zip(*persons, strict=True)))
    if len(motion) < MIN_FRAMES:
        raise InputError(f"clip {clip} of {source} has {len(motion)} frames at {FPS} a second: is fps={fps:g} right?")
    check_positions(motion.joints, f"clip {clip} of {source}")
    motion.joints[..., 1] -= motion.joints[..., 1].min()
    lines = [line.strip() for line in _text(source, clip).read_text(encoding="utf-8").splitlines()]
    if not (told := tuple(line for line in lines if line)):
        raise InputError(f"{_text(source, clip)} holds no text: add one, or take the id {clip} out of the splits")
    write_motion(folder, clip, motion)
    write_texts(folder, clip, Texts(told, ((), ())))
    return check_motion(motion)


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
