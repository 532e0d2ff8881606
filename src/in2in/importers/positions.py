"""Motion that is given as joint positions alone: checked, at 30 frames a second, on the floor, with rotations."""

import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.motion.inverse_kinematics import inverse_kinematics
from in2in.motion.motion import Motion
from in2in.motion.resampling import resample
from in2in.motion.rotations import matrix_to_6d
from in2in.motion.skeleton import INDEX, JOINTS, bone_lengths, forward_kinematics, local_offsets

LEG = (0.4, 1.2)
"""Metres from hip to ankle of people, the small ones too."""


def check_positions(joints: Tensor, what: str) -> None:
    """One line about positions that are not those of people in metres, upright or not.

    Args:
        joints: [P, T, 22, 3].
        what: names the file or take in the message.
    """
    if joints.shape[1] < 2:
        raise InputError(f"{what} has {joints.shape[1]} frames: a motion needs at least 2, leave it out")
    finite = torch.isfinite(joints).all(dim=-1)
    if not finite.all():
        person, frame, joint = (~finite).nonzero()[0].tolist()
        raise InputError(
            f"{what}: frame {frame}, person {person + 1}, {JOINTS[joint]} is NaN or infinite: repair it or leave it out"
        )
    leg = leg_length(joints)
    if not LEG[0] < leg < LEG[1]:
        raise InputError(f"{what}: a leg is {leg:.3g} m long, a person's is {LEG[0]} to {LEG[1]} m: is the unit right?")


def leg_length(joints: Tensor) -> float:
    """From hip to ankle, the middle of all frames and persons of [P, T, 22, 3]; those that are not finite are none."""
    lengths = bone_lengths(joints).flatten(0, 1).nanmedian(dim=0).values
    return float(lengths[INDEX["left_knee"]] + lengths[INDEX["left_ankle"]])


def motion_from_positions(joints: Tensor, fps: float, rigid: bool = False) -> Motion:
    """The motion that has these joints: resampled, the lowest joint of all persons and frames put on y = 0.

    Args:
        joints: [P, T, 22, 3] metres, y up.
        fps: their rate.
        rigid: give every bone its median length in the clip, for sources whose bones stretch.
    """
    moved = resample(joints.double(), fps)
    local, root = inverse_kinematics(moved)
    if rigid:
        moved = torch.stack([_rigid(*person) for person in zip(moved, local, root, strict=True)])
    moved[..., 1] -= moved[..., 1].min()
    return Motion.from_tensors(moved.float(), matrix_to_6d(local).float())


def _rigid(joints: Tensor, local: Tensor, root: Tensor) -> Tensor:
    """One person [T, 22, 3] posed again on bones that do not change, without moving the pelvis."""
    directions = torch.nn.functional.normalize(local_offsets(joints, local, root), dim=-1)
    offsets = directions * bone_lengths(joints).median(dim=0).values[:, None]
    return forward_kinematics(local, root, joints[:, 0], offsets.expand_as(joints))
