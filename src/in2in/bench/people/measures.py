"""How good generated motion is, in physical measures: planted feet, touching hands, room between bodies."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch

from in2in.bench.people.clip import Clip
from in2in.bench.people.curves import Array
from in2in.bench.people.truth import Touch
from in2in.motion.capsules import penetration
from in2in.motion.representation import FPS
from in2in.motion.rotations import matrix_from_6d
from in2in.motion.skeleton import INDEX, PALM, bone_lengths, forward_kinematics, tpose_offsets

TRUNK = tuple(INDEX[name] - 1 for name in ("spine1", "spine2", "spine3", "neck", "head"))
FOREARMS = tuple(INDEX[name] - 1 for name in ("left_wrist", "right_wrist"))
"""Bones by number: bone k ends at joint k + 1."""

CLOSE_KINDS = ("hug",)
"""Kinds in which bodies press against each other."""


@dataclass(frozen=True)
class Quality:
    """The measures of one clip, the worst of both persons and all frames.

    Attributes:
        planted_speed: m/s, of a foot's ankle or toe while its truth says that it stands.
        planted_share: share of the foot-frames in which the truth says so.
        bone_change: metres by which a bone's length varies.
        palm_gap: metres between palms while the truth says that hands touch; 0 where none do.
        body_depth: metres by which one body lies in the other; 0 in kinds where they press.
        own_depth: metres by which a forearm lies in the person's own trunk.
        below_floor: metres by which anybody is below the floor.
        wrist_speed, fastest: m/s, of the wrists and of any joint.
        acceleration: m/s^2, of any joint.
        rotation_error: metres between the positions and the forward kinematics of the rotations.
    """

    planted_speed: float
    planted_share: float
    bone_change: float
    palm_gap: float
    body_depth: float
    own_depth: float
    below_floor: float
    wrist_speed: float
    fastest: float
    acceleration: float
    rotation_error: float


def palm(joints: Array, wrist: str) -> Array:
    """[T, 3] metres, the middle of the palm, on the line of the forearm."""
    end, elbow = joints[:, INDEX[wrist]], joints[:, INDEX[wrist.replace("wrist", "elbow")]]
    forearm = end - elbow
    return end + PALM * forearm / np.linalg.norm(forearm, axis=-1, keepdims=True)


def palm_gap(joints: Array, touch: Touch) -> Array:
    """[frames of the touch] metres between the two palms; joints [2, T, 22, 3]."""
    one, two = (palm(joints[person, touch.start : touch.end], joint) for person, joint in (touch.first, touch.second))
    return np.linalg.norm(one - two, axis=-1)


def _planted_speed(clip: Clip, joints: Array) -> float:
    worst = 0.0
    for stance in clip.truth.stances:
        for part in ("ankle", "foot"):
            place = joints[stance.person, stance.start : stance.end, INDEX[f"{stance.foot}_{part}"]]
            worst = max(worst, float(np.linalg.norm(np.diff(place, axis=0), axis=-1).max(initial=0.0)) * FPS)
    return worst


def _pelvis_frame(hips_and_spine: torch.Tensor) -> torch.Tensor:
    """[..., 3, 3] spanned by left hip, right hip and first spine joint as seen from the pelvis, [..., 3, 3]."""
    left, right, spine = hips_and_spine.unbind(-2)
    across = torch.nn.functional.normalize(left - right, dim=-1)
    up = torch.nn.functional.normalize(spine - (spine * across).sum(-1, keepdim=True) * across, dim=-1)
    return torch.stack([across, up, torch.linalg.cross(across, up)], dim=-1)


def _rotation_error(clip: Clip) -> float:
    worst = 0.0
    for joints, six in zip(*(part.double() for part in clip.motion.tensors()), strict=True):
        offsets = tpose_offsets(bone_lengths(joints).mean(dim=0))
        root = _pelvis_frame(joints[:, 1:4] - joints[:, :1]) @ _pelvis_frame(offsets[1:4]).mT
        posed = forward_kinematics(matrix_from_6d(six), root, joints[:, 0], offsets)
        worst = max(worst, float((posed - joints).norm(dim=-1).max()))
    return worst


def measure(clip: Clip) -> Quality:
    """All measures of a clip."""
    joints = clip.joints.double().numpy()
    speed = np.linalg.norm(np.diff(joints, axis=1), axis=-1) * FPS
    acceleration = np.linalg.norm(np.diff(joints, n=2, axis=1), axis=-1) * FPS**2
    planted = sum(stance.end - stance.start for stance in clip.truth.stances)
    lengths = bone_lengths(clip.joints)
    wrists = [INDEX["left_wrist"], INDEX["right_wrist"]]
    gaps = [float(palm_gap(joints, touch).max(initial=0.0)) for touch in clip.truth.touches if touch.of_hands()]
    one, two = clip.joints.double()
    depth = 0.0 if clip.truth.kind in CLOSE_KINDS else float(penetration(one, two).max())
    return Quality(
        planted_speed=_planted_speed(clip, joints),
        planted_share=planted / (4 * len(clip.motion)),
        bone_change=float((lengths.amax(1) - lengths.amin(1)).max()),
        palm_gap=max(gaps, default=0.0),
        body_depth=max(depth, 0.0),
        own_depth=max(float(penetration(p, p, FOREARMS, TRUNK).max()) for p in torch.from_numpy(joints)),
        below_floor=max(0.0, -float(joints[..., 1].min())),
        wrist_speed=float(speed[:, :, wrists].max()),
        fastest=float(speed.max()),
        acceleration=float(acceleration.max()),
        rotation_error=_rotation_error(clip),
    )


def summary(qualities: Sequence[Quality]) -> str:
    """The median and the worst of every measure, one a line."""
    lines = [f"{'measure':16} {'median':>9} {'worst':>9}"]
    for field in fields(Quality):
        values = np.array([getattr(quality, field.name) for quality in qualities])
        worst = values.min() if field.name == "planted_share" else values.max()
        lines.append(f"{field.name:16} {np.median(values):9.4f} {worst:9.4f}")
    return "\n".join(lines)
