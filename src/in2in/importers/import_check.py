"""Is imported motion consistent? Its rotations pose its joints, its feet are on the floor, its joints are the source's.

    python -m in2in.importers.import_check FOLDER

prints the share of the clips of a data set that pass. The comparison with the source is made while importing.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import roma
import torch
from torch import Tensor
from tqdm import tqdm

from in2in.data.layout import read_motion, read_split
from in2in.errors import InputError
from in2in.motion.inverse_kinematics import fit_rotation, inverse_kinematics
from in2in.motion.motion import Motion
from in2in.motion.representation import CONTACT_HEIGHT, FPS
from in2in.motion.rotations import matrix_from_6d
from in2in.motion.skeleton import FEET, forward_kinematics, local_offsets

POSED = 0.02
"""Metres that forward kinematics of the rotations may be away from any joint in any frame."""

SHARED = 0.01
"""Metres that any joint may be away from the source's where both have a frame."""

STANDING = 0.5
"""Share of the frames in which somebody's foot must be as low as a planted one's."""


@dataclass(frozen=True)
class ImportCheck:
    """Figures of one clip.

    Attributes:
        posed: metres, the largest distance of any joint from forward kinematics on the clip's own bones.
        standing: share of the frames, for the worse person, in which a foot is as low as a planted one.
        turn: degrees, the largest change of a local rotation from a frame to the next.
        shared: metres, the largest distance from the source at shared instants; None if there is no source.
    """

    posed: float
    standing: float
    turn: float
    shared: float | None = None

    @property
    def passed(self) -> bool:
        """Whether all that was measured is as it should be."""
        return self.posed <= POSED and self.standing >= STANDING and (self.shared or 0.0) <= SHARED


def check_motion(motion: Motion, source: Tensor | None = None, fps: float = FPS) -> ImportCheck:
    """Measure a clip.

    Args:
        motion: as imported.
        source: [P, T, 22, 3] metres, y up, at any height: what it was imported from.
        fps: rate of the source.
    """
    joints, rotations = motion.tensors()
    local = matrix_from_6d(rotations.double())
    posed = max(_posed_error(*person) for person in zip(joints.double(), local, strict=True))
    low = joints[:, :, list(FEET), 1] < torch.tensor(CONTACT_HEIGHT)
    turn = roma.rotmat_geodesic_distance(local[:, 1:], local[:, :-1]).max().rad2deg()
    shared = None if source is None else shared_error(motion, source, fps)
    return ImportCheck(posed, float(low.any(dim=-1).float().mean(dim=1).min()), float(turn), shared)


def shared_error(motion: Motion, source: Tensor, fps: float) -> float:
    """Metres from any joint to the source's at the instants that have a frame in both, but for a shift of height."""
    rate = Fraction(fps).limit_denominator(1000)
    ours, theirs = (Fraction(FPS) / rate).as_integer_ratio()  # every ours-th of our frames is a theirs-th of theirs
    kept = torch.from_numpy(motion.joints)[:, ::ours].double()
    apart = kept - source[:, ::theirs].double()[:, : kept.shape[1]]
    apart[..., 1] -= apart[..., 1].median()
    return float(apart.norm(dim=-1).max())


def _posed_error(joints: Tensor, local: Tensor) -> float:
    """Largest distance in metres of joints [T, 22, 3] from the bones' mean offsets, posed by [T, 21, 3, 3].

    The file holds no rotation of the pelvis: that of inverse kinematics is improved in turns with the offsets.
    """
    still = torch.eye(3).to(joints).expand(len(joints), 3, 3)
    _, root = inverse_kinematics(joints)
    errors = []
    for _ in range(5):
        offsets = local_offsets(joints, local, root).expand_as(joints)
        posed = forward_kinematics(local, root, joints[:, 0], offsets)
        errors.append(float((posed - joints).norm(dim=-1).max()))
        posed = forward_kinematics(local, still, torch.zeros_like(joints[:, 0]), offsets)
        root = fit_rotation(posed, joints - joints[:, :1])
    return min(errors)


def report(checks: Sequence[ImportCheck]) -> str:
    """The figures of many clips in a few lines."""
    lines = [
        _line("rotations pose the joints within 2 cm", [c.posed for c in checks], [c.posed <= POSED for c in checks]),
        _line("feet on the floor in half the frames", None, [c.standing >= STANDING for c in checks]),
    ]
    if shared := [c.shared for c in checks if c.shared is not None]:
        lines.append(_line("joints within 1 cm of the source", shared, [error <= SHARED for error in shared]))
    lines.append(_line("all of these", None, [c.passed for c in checks]))
    turns = np.percentile([c.turn for c in checks], [50, 99])
    lines.append(f"largest turn of a joint in a frame: median clip {turns[0]:.0f} degrees, 99 % {turns[1]:.0f}")
    return "\n".join(lines)


def _line(what: str, metres: Sequence[float] | None, passed: Sequence[bool]) -> str:
    line = f"{what}: {sum(passed)} of {len(passed)} clips ({100 * sum(passed) / len(passed):.1f} %)"
    if metres is None:
        return line
    middle, worst = np.percentile(metres, [50, 100]) * 100
    return f"{line}; worst joint and frame: median clip {middle:.2f} cm, worst clip {worst:.2f} cm"


def main() -> None:
    """Print the figures of a folder's splits."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m in2in.importers.import_check FOLDER")
    folder = Path(sys.argv[1])
    try:
        splits = [name for name in ("train", "val", "test") if (folder / "split" / f"{name}.txt").is_file()]
        clips = [clip for name in splits or ["train"] for clip in read_split(folder, name)]
        print(report([check_motion(read_motion(folder, clip)) for clip in tqdm(clips, desc="check", unit="clip")]))
    except InputError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
