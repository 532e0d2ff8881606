"""SMPL's rotations of AMASS for the clips of HumanML3D, found through its index.csv.

Both of AMASS' releases are read: SMPL+H, whose files are called as in index.csv, and SMPL-X, whose files are called
NAME_stageii.npz with underscores for spaces. Some subsets have another name in the later one.

index.csv names for each clip a file of AMASS (as ./pose_data/SUBSET/.../NAME.npy, of SUBSET/.../NAME.npz) and its first
and last frame, counted at 20 frames a second: HumanML3D took every int(rate / 20)-th frame of a file, and of some
subsets cut off the beginning first. Turning the world does not change local rotations, so they are used as they are.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import roma
import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.files.arrays import check_numbers, number, read_npz
from in2in.files.text_files import read_rows
from in2in.motion.representation import FPS
from in2in.motion.resampling import turns_at
from in2in.motion.rotations import matrix_to_6d

RATE = 20
"""Frames a second of HumanML3D."""

CUT_OFF = {
    "Eyes_Japan_Dataset": 3.0,
    "MPI_HDM05": 3.0,
    "TotalCapture": 1.0,
    "MPI_Limits": 1.0,
    "Transitions_mocap": 0.5,
}
"""Seconds that HumanML3D cut off at the beginning of a subset's files, before it counted frames."""

BODY = slice(3, 66)
"""Axis-angle numbers of the 21 body joints in a row of AMASS' poses; the root's three come first."""

LATER = {
    "BioMotionLab_NTroje": "BMLrub",
    "DFaust_67": "DFaust",
    "MPI_HDM05": "HDM05",
    "MPI_Limits": "PosePrior",
    "MPI_mosh": "MoSh",
    "SSM_synced": "SSM",
    "TCD_handMocap": "TCDHands",
    "Transitions_mocap": "Transitions",
}
"""What subsets of index.csv are called in later releases."""

ENDING = "_poses"
"""At the end of most names; in SMPL-X files it is _stageii."""

RATES = ("mocap_framerate", "mocap_frame_rate")


@dataclass(frozen=True)
class Excerpt:
    """Where a clip comes from.

    Attributes:
        file: path below the folder of AMASS, as index.csv has it.
        start: first frame, at 20 frames a second, with what was cut off.
    """

    file: Path
    start: float

    def places(self) -> Iterator[Path]:
        """Where its file may lie below the folder of AMASS, in the order of likelihood."""
        subset, *between, name = self.file.with_suffix("").parts
        subsets = dict.fromkeys((subset, LATER.get(subset, subset)))
        plain = name.removesuffix(ENDING)
        for start in (*((own,) for own in subsets), *((own, own) for own in subsets)):  # archives hold the subset, too
            for stem in (name, f"{plain}_stageii", f"{plain}{ENDING}", plain):
                yield Path(*start, *between, f"{stem}.npz")
                yield Path(*start, *(part.replace(" ", "_") for part in (*between, f"{stem}.npz")))


class AmassRotations:
    """Rotations of HumanML3D's clips.

    Args:
        amass_dir: folder of AMASS, SMPL+H or SMPL-X, with the subsets in it.
        index: HumanML3D's index.csv.

    Raises:
        InputError: one of them is missing, or index.csv has other columns.
    """

    def __init__(self, amass_dir: Path, index: Path) -> None:
        if not amass_dir.is_dir():
            raise InputError(
                f"amass_dir={amass_dir} is not a folder: give the one that holds the subsets (KIT, CMU, ...)"
            )
        self.folder, self.index, self.excerpts = amass_dir, index, _read_index(index)

    def find(self, clip: str) -> Path | None:
        """The file that a clip is of; None if index.csv does not name the clip or AMASS lacks the file."""
        excerpt = self.excerpts.get(clip)
        if excerpt is None:
            return None
        return next((path for path in (self.folder / place for place in excerpt.places()) if path.is_file()), None)

    def check(self, clips: Iterable[str]) -> None:
        """One line if there is no file for any of these clips: then the folder is another one than was meant."""
        named = [clip for clip in clips if clip in self.excerpts]
        if not named:
            raise InputError(f"{self.index} names none of the clips of the splits: is it of this HumanML3D?")
        if not any(self.find(clip) for clip in named):
            tried = list(dict.fromkeys(self.excerpts[named[0]].places()))
            raise InputError(
                f"amass_dir={self.folder} holds no file that {self.index} names, neither {tried[0]} nor "
                f"{Path(*tried[0].parts[:-1], next(t.name for t in tried if 'stageii' in t.name))}: "
                "give the folder that holds the subsets (KIT, CMU, ...), or leave amass_dir out"
            )

    def __call__(self, clip: str, frames: int) -> Tensor | None:
        """Rotations of a clip at 30 frames a second, on great circles between the file's frames.

        Args:
            clip: id, not a mirrored one.
            frames: how many, from the clip's first.

        Returns:
            [frames, 21, 6]; None where the clip is not of AMASS or its file is not there.
        """
        path = self.find(clip)
        if path is None:
            return None
        excerpt = self.excerpts[clip]
        body, rate = _read(path)
        place = (excerpt.start + torch.arange(frames, dtype=torch.float64) * RATE / FPS) * max(int(rate / RATE), 1)
        if float(place[-1]) > len(body) - 1:
            raise InputError(
                f"{path} has {len(body)} frames, index.csv asks for {int(place[-1]) + 1} of them: replace it"
            )
        return matrix_to_6d(turns_at(roma.rotvec_to_rotmat(body), place)).float()


def _read_index(path: Path) -> dict[str, Excerpt]:
    if not path.is_file():
        raise InputError(f"{path} is missing: amass_dir= needs HumanML3D's index.csv there")
    rows = list(csv.DictReader(f"{row}\n" for row in read_rows(path)))
    found = {}
    for line, row in enumerate(rows, start=2):
        try:
            source = Path(row["source_path"])
            parts = source.parts[source.parts.index("pose_data") + 1 :]
            start = float(row["start_frame"]) + RATE * CUT_OFF.get(parts[0], 0.0)
            if len(parts) < 2 or ".." in parts or not 0 <= start < float("inf"):
                raise ValueError("no path below a subset, or no frame")
            found[Path(row["new_name"]).stem] = Excerpt(Path(*parts).with_suffix(".npz"), start)
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(
                f"{path}:{line} is not a line of source_path,start_frame,end_frame,new_name: is it HumanML3D's?"
            ) from error
    return found


def _read(path: Path) -> tuple[Tensor, float]:
    """Body rotations [T, 21, 3] as rotation vectors, and frames a second."""
    remedy = "replace it by AMASS'"
    found = read_npz(path, (), remedy, ("poses", "pose_body", *RATES))
    for name, places in (("poses", BODY), ("pose_body", slice(0, 63))):
        if name in found:
            poses = found[name]
            check_numbers(path, name, poses, remedy)
            if poses.ndim != 2 or poses.shape[1] < places.stop or not len(poses):
                raise InputError(f"{path}: {name} has shape {list(poses.shape)}, expected [T, {places.stop}]: {remedy}")
            body = torch.from_numpy(poses[:, places].astype(np.float64))
            break
    else:
        raise InputError(f"{path} holds neither poses nor pose_body: {remedy}")
    rate = next((number(path, name, found[name], remedy) for name in RATES if name in found), 0.0)
    if not rate > 0 or not torch.isfinite(body).all():
        raise InputError(f"{path} holds no frames a second, or numbers that are not finite: {remedy}")
    return body.unflatten(-1, (21, 3)), rate
