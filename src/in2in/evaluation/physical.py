"""What a motion itself shows, with units; no model and no text needed. The floor is y = 0.

Real motion is not at 0 in all of them (feet lie above their soles, people jump and hug): read each beside the data's.
"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from itertools import combinations
from typing import NamedTuple

import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.motion.capsules import penetration
from in2in.motion.representation import CONTACT_HEIGHT, FPS
from in2in.motion.skeleton import FEET, bone_lengths


@dataclass(frozen=True)
class Quality:
    """Means over clips, persons and frames.

    Attributes:
        foot_sliding: horizontal speed of feet that are near the floor, cm/s.
        floor_penetration: depth of a person's lowest joint below the floor, cm.
        floating: height of a person's lowest joint above the floor, cm.
        bone_drift: mean absolute deviation of the bones from their mean length in the clip, mm.
        jitter: mean jerk of the joints, m/s^3.
        interpenetration: how deep the bodies lie in each other, cm; 0 where a person is alone.
        intersecting: share of the frames in which they do, 0 to 1.
    """

    foot_sliding: float
    floor_penetration: float
    floating: float
    bone_drift: float
    jitter: float
    interpenetration: float
    intersecting: float


def foot_sliding(joints: Tensor) -> Tensor:
    """Horizontal speed of the feet that are near the floor, now and in the next frame.

    Height alone tells which: a threshold on speed would hide what is measured.

    Args:
        joints: [..., T, 22, 3] metres.

    Returns:
        Mean over those feet and frames, cm/s; 0 where no foot stands.
    """
    feet = joints[..., list(FEET), :]
    planted = feet[..., 1] < feet.new_tensor(CONTACT_HEIGHT)
    stays = planted[..., 1:, :] & planted[..., :-1, :]
    speed = feet[..., [0, 2]].diff(dim=-3).norm(dim=-1) * FPS * 100
    return (speed * stays).sum() / stays.sum().clamp(min=1)


def floor_penetration(joints: Tensor) -> Tensor:
    """Depth of the lowest joint below the floor (Yuan et al., PhysDiff, "Penetrate", on joints).

    Args:
        joints: [..., T, 22, 3] metres.

    Returns:
        Mean over persons and frames, cm; a frame above the floor counts as 0.
    """
    return (-joints[..., 1].amin(dim=-1)).clamp(min=0).mean() * 100


def floating(joints: Tensor) -> Tensor:
    """Height of the lowest joint above the floor (PhysDiff, "Float", on joints). [..., T, 22, 3] metres -> cm."""
    return joints[..., 1].amin(dim=-1).clamp(min=0).mean() * 100


def bone_drift(joints: Tensor) -> Tensor:
    """Mean absolute deviation of each bone from its mean length over the frames. [..., T, 22, 3] -> mm."""
    lengths = bone_lengths(joints)[..., 1:]
    return (lengths - lengths.mean(dim=-2, keepdim=True)).abs().mean() * 1000


def jitter(joints: Tensor) -> Tensor:
    """Mean jerk of the joints: third difference of the positions. [..., T, 22, 3] -> m/s^3."""
    return joints.diff(n=3, dim=-3).norm(dim=-1).mean() * FPS**3


class Interpenetration(NamedTuple):
    """How much bodies share a place.

    Attributes:
        depth: of the deepest pair of capsules, mean over all frames (0 where they are apart), cm.
        share: of the frames in which any capsules intersect, 0 to 1.
    """

    depth: Tensor
    share: Tensor


def interpenetration(joints: Tensor) -> Interpenetration:
    """Intersection of every two bodies, each a capsule around every bone, over one clip.

    Args:
        joints: [P, T, 22, 3] metres.
    """
    pairs = combinations(range(len(joints)), 2)
    deepest = [penetration(joints[one], joints[two]).amax(dim=(-2, -1)) for one, two in pairs]
    depth = torch.stack([joints.new_zeros(joints.shape[1]), *deepest]).amax(dim=0)
    return Interpenetration(depth.mean() * 100, (depth > 0).to(joints.dtype).mean())


def clip_quality(joints: Tensor) -> Quality:
    """All measures of one clip.

    Args:
        joints: [P, T, 22, 3] metres, at least 4 frames (the jerk needs them).
    """
    if joints.shape[-3] < 4:
        raise InputError(f"a motion of {joints.shape[-3]} frames is too short to measure: 4 are needed for its jerk")
    if not joints.isfinite().all():
        raise InputError("a motion holds NaN or infinity and cannot be measured")
    measured = (
        foot_sliding(joints),
        floor_penetration(joints),
        floating(joints),
        bone_drift(joints),
        jitter(joints),
        *interpenetration(joints),
    )
    return Quality(*(float(value) for value in measured))


def quality(clips: Iterable[Tensor]) -> Quality:
    """Mean quality of many clips [P, T, 22, 3]."""
    measured = [astuple(clip_quality(clip)) for clip in clips]
    if not measured:
        raise InputError("there is no clip to measure")
    return Quality(*torch.tensor(measured).mean(dim=0).tolist())


UNITS = {
    "foot_sliding": "cm/s",
    "floor_penetration": "cm",
    "floating": "cm",
    "bone_drift": "mm",
    "jitter": "m/s^3",
    "interpenetration": "cm",
    "intersecting": "of frames",
}


def quality_table(rows: dict[str, Quality]) -> str:
    """A text table, a line for each measure and a column for each named quality."""
    lines = [["", "", *rows]]
    for field in fields(Quality):
        values = (getattr(row, field.name) for row in rows.values())
        lines.append([field.name.replace("_", " "), UNITS[field.name], *(f"{value:.2f}" for value in values)])
    return "\n".join(f"{name:<18} {unit:<9}" + "".join(f"{cell:>12}" for cell in cells) for name, unit, *cells in lines)
