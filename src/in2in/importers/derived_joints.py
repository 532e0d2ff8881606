"""Joints that a source lacks, from those it has. The rules are those of our T-pose (`in2in.motion.skeleton`).

A trunk joint or collar is a weighted mean of others, with the weights that place it in the T-pose. A toe lies before
its ankle, at right angles to the shin about the axis of the hips, and somewhat further down it: as in the T-pose.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from in2in.errors import InputError

MEANS = {
    "neck": (("left_shoulder", 0.55), ("right_shoulder", 0.55), ("left_hip", -0.05), ("right_hip", -0.05)),
    "pelvis": (("left_hip", 0.43), ("right_hip", 0.43), ("neck", 0.14)),
    "spine1": (("pelvis", 0.76), ("neck", 0.24)),
    "spine2": (("pelvis", 0.5), ("neck", 0.5)),
    "spine3": (("pelvis", 0.4), ("neck", 0.6)),
    "left_collar": (("spine3", 0.38), ("neck", 0.21), ("left_shoulder", 0.41)),
    "right_collar": (("spine3", 0.38), ("neck", 0.21), ("right_shoulder", 0.41)),
}
"""Weights of other joints, in the order in which the joints are derived; they add up to 1."""

TOES = {"left_foot": ("left_knee", "left_ankle"), "right_foot": ("right_knee", "right_ankle")}
"""The shin that a toe is derived from."""

FORWARD, DOWN = 0.31, 0.11
"""How far a toe lies before its ankle, and down from it, in lengths of the shin."""

RULES = (*MEANS, *TOES)
"""All joints that can be derived."""


def derive(found: Mapping[str, Tensor], wanted: Sequence[str], file: str) -> dict[str, Tensor]:
    """All joints found and those wanted.

    Args:
        found: [..., 3] by our names.
        wanted: names of joints to derive, each one of `RULES`.
        file: names the joint map in messages.
    """
    joints = dict(found)
    for name, weights in MEANS.items():
        if name in wanted:
            if lacking := [other for other, _ in weights if other not in joints]:
                raise InputError(f"{file}: {name} is derived from {lacking[0]}, which must be in joints")
            joints[name] = sum((weight * joints[other] for other, weight in weights), torch.zeros(3))
    for name, (knee, ankle) in TOES.items():
        if name in wanted:
            joints[name] = _toe(joints[knee], joints[ankle], joints["left_hip"] - joints["right_hip"])
    return joints


def _toe(knee: Tensor, ankle: Tensor, left: Tensor) -> Tensor:
    """A toe [..., 3] from its knee and ankle [..., 3] and the direction [..., 3] to the person's left."""
    shin = ankle - knee
    forward = torch.nn.functional.normalize(torch.linalg.cross(shin, left), dim=-1)
    return ankle + FORWARD * shin.norm(dim=-1, keepdim=True) * forward + DOWN * shin
