"""SMPL's rotations of AMASS for the clips of HumanML3D, found through its index.csv.

index.csv names for each clip a file of AMASS (as ./pose_data/SUBSET/.../NAME.npy, of SUBSET/.../NAME.npz) and its first
and last frame, counted at 20 frames a second: HumanML3D took every int(rate / 20)-th frame of a file, and of some
subsets cut off the beginning first. Turning the world does not change local rotations, so they are used as they are.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import roma
import torch
from torch import Tensor

from in2in.errors import InputError
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


@dataclass(frozen=True)
class Excerpt:
    """Where a clip comes from.

    Attributes:
        file: path below the folder of AMASS.
        start: first frame, at 20 frames a second, with what was cut off.
    """

    file: Path
    start: float


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
        self.folder, self.excerpts = amass_dir, _read_index(index)

    def __call__(self, clip: str, frames: int) -> Tensor | None:
        """Rotations of a clip at 30 frames a second, on great circles between the file's frames.

        Args:
            clip: id, not a mirrored one.
            frames: how many, from the clip's first.

        Returns:
            [frames, 21, 6]; None where the clip is not of AMASS or its file is not there.
        """
        excerpt = self.excerpts.get(clip)
        path = None if excerpt is None else self.folder / excerpt.file
        if excerpt is None or path is None or not path.is_file():
            return None
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
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for number, row in enumerate(rows, start=2):
        try:
            source = Path(row["source_path"])
            parts = source.parts[source.parts.index("pose_data") + 1 :]
            start = float(row["start_frame"]) + RATE * CUT_OFF.get(parts[0], 0.0)
            found[Path(row["new_name"]).stem] = Excerpt(Path(*parts).with_suffix(".npz"), start)
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise InputError(
                f"{path}:{number} is not a line of source_path,start_frame,end_frame,new_name: is it HumanML3D's?"
            ) from error
    return found


def _read(path: Path) -> tuple[Tensor, float]:
    """Body rotations [T, 21, 3] as rotation vectors, and frames a second."""
    try:
        with np.load(path, allow_pickle=False) as file:
            rate = float(file["mocap_framerate" if "mocap_framerate" in file else "mocap_frame_rate"])
            return torch.from_numpy(file["poses"][:, BODY].astype(np.float64)).unflatten(-1, (21, 3)), rate
    except Exception as error:
        raise InputError(f"{path} cannot be read as a file of AMASS ({type(error).__name__}): replace it") from error
