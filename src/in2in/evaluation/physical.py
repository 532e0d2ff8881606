"""What a motion itself shows, with units; no model and no text needed."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

import torch
from torch import Tensor

from in2in.motion.representation import CONTACT_HEIGHT, FPS
from in2in.motion.skeleton import FEET, bone_lengths


@dataclass(frozen=True)
class Quality:
    """Means over clips, persons and frames.

    Attributes:
        foot_sliding: horizontal speed of feet that are near the floor, cm/s.
        bone_drift: mean absolute deviation of the bones from their mean length in the clip, mm.
        jitter: mean jerk of the joints, m/s^3.
    """

    foot_sliding: float
    bone_drift: float
    jitter: float


def foot_sliding(joints: Tensor) -> Tensor:
    """Horizontal speed of the feet that are near the floor (y = 0) now and in the next frame.

    Height alone tells which: a threshold on speed would hide what is measured.

    Args:
        joints: [..., T, 22, 3] metres.

    Returns:
        Mean over those feet and frames, cm/s; 0 where no foot is near the floor.
    """
    feet = joints[..., list(FEET), :]
    low = feet[..., 1] < feet.new_tensor(CONTACT_HEIGHT)
    near = low[..., 1:, :] & low[..., :-1, :]
    speed = feet[..., [0, 2]].diff(dim=-3).norm(dim=-1) * FPS * 100
    return (speed * near).sum() / near.sum().clamp(min=1)


def bone_drift(joints: Tensor) -> Tensor:
    """Mean absolute deviation of each bone from its mean length over the frames. [..., T, 22, 3] -> mm."""
    lengths = bone_lengths(joints)[..., 1:]
    return (lengths - lengths.mean(dim=-2, keepdim=True)).abs().mean() * 1000


def jitter(joints: Tensor) -> Tensor:
    """Mean jerk of the joints: third difference of the positions. [..., T, 22, 3] -> m/s^3."""
    return joints.diff(n=3, dim=-3).norm(dim=-1).mean() * FPS**3


def quality(clips: Iterable[Tensor]) -> Quality:
    """Mean quality of many clips [P, T, 22, 3]."""
    measured = torch.tensor([[float(measure(c)) for measure in (foot_sliding, bone_drift, jitter)] for c in clips])
    return Quality(*measured.mean(dim=0).tolist())


def quality_table(rows: dict[str, Quality]) -> str:
    """A text table, a line for each named quality."""
    columns = {"foot sliding": "cm/s", "bone drift": "mm", "jitter": "m/s^3"}
    lines = [["", *columns], ["", *columns.values()]]
    lines += [[name, *(f"{value:.1f}" for value in astuple(own))] for name, own in rows.items()]
    return "\n".join(f"{name:<12}" + "".join(f"{cell:>14}" for cell in cells) for name, *cells in lines)
