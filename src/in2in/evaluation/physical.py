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
from in2in.motion.skeleton import FEET, INDEX, bone_lengths

SLOW = 0.2
"""Metres a second, over 4 frames, below which a joint counts as standing."""

STILL = 0.02
"""Metres a second that nothing of a body exceeds while it is still; people who stand breathe and sway by more."""

TORSO = tuple(INDEX[name] for name in ("spine1", "spine2", "spine3", "neck"))
"""Joints whose bones to their parents make up the torso."""


@dataclass(frozen=True)
class Quality:
    """Means over clips, persons and frames.

    Attributes:
        foot_sliding: horizontal speed of feet that are near the floor, cm/s.
        floor_penetration: depth of a person's lowest joint below the floor, cm.
        floating: height of a person's lowest joint above the floor, cm.
        bone_drift: mean absolute deviation of the bones from their mean length in the clip, mm.
        jitter: mean jerk of the joints, m/s^3.
        shake: how far joints that go slowly tremble about their path, root mean square, mm.
        stillness: share of the frames in which nothing of a person moves, 0 to 1.
        hip_width: between the hips, cm.
        shoulder_width: between the shoulders, cm.
        torso_length: from the pelvis along the spine to the neck, cm.
        sides_exchanged: share of the frames in which the left hip is on the right shoulder's side, 0 to 1.
        interpenetration: how deep the bodies lie in each other, cm; 0 where a person is alone.
        intersecting: share of the frames in which they do, 0 to 1.
    """

    foot_sliding: float
    floor_penetration: float
    floating: float
    bone_drift: float
    jitter: float
    shake: float
    stillness: float
    hip_width: float
    shoulder_width: float
    torso_length: float
    sides_exchanged: float
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


def shake(joints: Tensor) -> Tensor:
    """How far joints that go slowly tremble from frame to frame: standing people hardly do.

    Jitter counts fast movement as well, of which dancers have much; this leaves it out. The fourth difference of the
    positions passes what is faster than some 6 Hz, at a size at which independent noise counts as what it is.

    Args:
        joints: [..., T, 22, 3] metres.

    Returns:
        Root mean square over those joints and frames, mm; 0 where nothing is slow, or in less than 5 frames.
    """
    trembling = joints.diff(n=4, dim=-3).square().sum(dim=-1) / 70  # the sum of 1, -4, 6, -4, 1 squared
    slow = (joints[..., 4:, :, :] - joints[..., :-4, :, :]).norm(dim=-1) * FPS / 4 < SLOW
    return ((trembling * slow).sum() / slow.sum().clamp(min=1)).sqrt() * 1000


def stillness(joints: Tensor) -> Tensor:
    """Share of the frames, 0 to 1, in which no joint of a person moves faster than 2 cm/s. [..., T, 22, 3] metres."""
    fastest = joints.diff(dim=-3).norm(dim=-1).amax(dim=-1) * FPS
    return (fastest < STILL).to(joints.dtype).mean()


def width(joints: Tensor, part: str) -> Tensor:
    """Mean distance of a left and a right joint, such as "hip". [..., T, 22, 3] metres -> cm."""
    return _across(joints, part).norm(dim=-1).mean() * 100


def torso_length(joints: Tensor) -> Tensor:
    """Mean length of the spine's bones together, from the pelvis to the neck. [..., T, 22, 3] metres -> cm."""
    return bone_lengths(joints)[..., list(TORSO)].sum(dim=-1).mean() * 100


def sides_exchanged(joints: Tensor) -> Tensor:
    """Share of the frames, 0 to 1, in which hips and shoulders point to opposite sides. [..., T, 22, 3] metres."""
    opposite = (_across(joints, "hip") * _across(joints, "shoulder")).sum(dim=-1) < 0
    return opposite.to(joints.dtype).mean()


def _across(joints: Tensor, part: str) -> Tensor:
    return joints[..., INDEX[f"left_{part}"], :] - joints[..., INDEX[f"right_{part}"], :]


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
        shake(joints),
        stillness(joints),
        width(joints, "hip"),
        width(joints, "shoulder"),
        torso_length(joints),
        sides_exchanged(joints),
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
    "shake": "mm",
    "stillness": "of frames",
    "hip_width": "cm",
    "shoulder_width": "cm",
    "torso_length": "cm",
    "sides_exchanged": "of frames",
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
