"""The 262 features of one person in one frame, and the way from motion to them and back.

Features (Liang et al., InterGen, section 3.1): 22 joint positions in one world frame for both persons, their
velocities (per frame), 21 local rotations in 6D and 4 foot contacts; y up, metres, 30 frames a second.
"""

from dataclasses import replace

import torch
from torch import Tensor

from in2in.motion.motion import Motion
from in2in.motion.rate import FPS as FPS
from in2in.motion.rotations import heading, rotate_about_y
from in2in.motion.skeleton import FEET, MIRROR

POSITIONS = slice(0, 66)
VELOCITIES = slice(66, 132)
ROTATIONS = slice(132, 258)
CONTACTS = slice(258, 262)
NUM_FEATURES = 262

CONTACT_SPEED = 0.001
"""Largest squared displacement of a planted foot, m^2 per frame (published: generous, up to 0.95 m/s)."""

CONTACT_HEIGHT = (0.12, 0.05, 0.12, 0.05)
"""Largest height of a planted foot in metres, in the order of `FEET`: ankles, toes."""


def mirror(motion: Motion) -> Motion:
    """The motion seen in a mirror (x negated, left and right swapped); the persons keep their order."""
    joints, rotations = motion.tensors()
    side = torch.tensor(MIRROR)
    # whole frames are multiplied at once: rows of 3 or 6 numbers are slow
    joints = joints.index_select(2, side).flatten(2) * joints.new_tensor([-1.0, 1.0, 1.0]).repeat(len(side))
    signs = rotations.new_tensor([1.0, -1.0, -1.0, 1.0, -1.0, 1.0]).repeat(len(side) - 1)
    rotations = rotations.index_select(2, side[1:] - 1).flatten(2) * signs
    return replace(
        motion, joints=joints.unflatten(2, (-1, 3)).numpy(), rotations=rotations.unflatten(2, (-1, 6)).numpy()
    )


def canonicalise(motion: Motion, shared_floor: bool = True) -> Motion:
    """Put all persons into the first person's frame: root at the origin in frame 0, facing +z, feet on y = 0.

    Args:
        motion: persons in one world frame.
        shared_floor: one floor for all (the lowest joint of anyone); if False, each person's own lowest joint is
            put on the floor, as published, which also grounds a person who is lifted.
    """
    joints = torch.from_numpy(motion.joints)
    floor = torch.from_numpy(motion.joints[..., 1].min(axis=(1, 2)))  # several times as fast as torch's
    if shared_floor:
        floor = floor.min().expand_as(floor)
    first = joints[0, 0]
    origin = torch.stack([first[0, 0].expand_as(floor), floor, first[0, 2].expand_as(floor)], dim=-1)
    placed = rotate_about_y(joints - origin[:, None, None], -heading(first))
    return replace(motion, joints=placed.numpy())


def foot_contacts(joints: Tensor) -> Tensor:
    """Which feet are planted: slow towards the next frame and low in this one.

    Args:
        joints: [..., T, 22, 3] metres, floor at y = 0.

    Returns:
        [..., T - 1, 4] of 0 and 1, in the order of `FEET`.
    """
    feet = torch.stack([joints[..., joint, :] for joint in FEET], dim=-2)
    slow = feet.flatten(-2).diff(dim=-2).square().unflatten(-1, (-1, 3)).sum(dim=-1) < CONTACT_SPEED
    low = feet[..., :-1, :, 1] < feet.new_tensor(CONTACT_HEIGHT)
    return (slow & low).to(joints.dtype)


def encode(motion: Motion) -> Tensor:
    """Features of a canonical motion of T frames: [P, T - 1, 262] (the last frame has no velocity)."""
    joints, rotations = motion.tensors()
    positions = joints.flatten(-2)
    velocities = positions[:, 1:] - positions[:, :-1]
    contacts = foot_contacts(joints)
    return torch.cat([positions[:, :-1], velocities, rotations.flatten(-2)[:, :-1], contacts], dim=-1)


def decode(features: Tensor) -> Motion:
    """The motion that features [P, T, 262] in physical units tell of, which it keeps."""
    joints, rotations, kept = (
        part.numpy().copy() for part in (decode_joints(features), decode_rotations(features), features)
    )
    return Motion(joints, rotations, features=kept)


def shown_features(motion: Motion) -> Tensor:
    """The features [P, T, 262] of what a generated motion shows: the predicted ones, or where its joints are posed on
    bones of constant length (`motion.bones`), theirs and their rotations', with the predicted contacts."""
    assert motion.features is not None
    features = torch.from_numpy(motion.features)
    if motion.bones is None:
        return features
    joints, rotations = (part.flatten(-2) for part in motion.tensors())
    steps = joints.diff(dim=1)
    velocities = torch.cat([steps, steps[:, -1:]], dim=1) if len(motion) > 1 else torch.zeros_like(joints)
    return torch.cat([joints, velocities, rotations, features[..., CONTACTS]], dim=-1)


def decode_joints(features: Tensor) -> Tensor:
    """Joint positions from features in physical units: [..., 262] -> [..., 22, 3] metres."""
    return features[..., POSITIONS].unflatten(-1, (22, 3))


def decode_rotations(features: Tensor) -> Tensor:
    """Local rotations from features in physical units: [..., 262] -> [..., 21, 6]."""
    return features[..., ROTATIONS].unflatten(-1, (21, 6))
