"""How features become joints that can be shown: the predicted positions, or the predicted rotations on one skeleton.

A network predicts where the joints are and, apart from that, how they turn; the two agree only roughly. Positions let
bones change their length from frame to frame; rotations on constant bones cannot.
"""

from collections.abc import Sequence
from typing import Protocol

import torch
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from in2in.errors import InputError
from in2in.motion.inverse_kinematics import fit_rotation
from in2in.motion.motion import Motion
from in2in.motion.representation import decode, decode_joints, decode_rotations
from in2in.motion.rotations import matrix_from_6d, matrix_to_6d
from in2in.motion.skeleton import BONE_LENGTHS, MIRROR, NUM_JOINTS, forward_kinematics, tpose_offsets


class Decoding(Protocol):
    """Features to motion."""

    def __call__(self, features: Tensor) -> Motion:
        """The motion that features [P, T, 262] in physical units tell of, which it keeps."""
        ...

    def joints(self, features: Tensor) -> Tensor:
        """The joints [P, T, 22, 3] of that motion in metres, through which gradients flow."""
        ...


class PositionDecoding:
    """The joints are where the network puts them (published)."""

    def __call__(self, features: Tensor) -> Motion:
        """See `Decoding`."""
        return decode(features)

    def joints(self, features: Tensor) -> Tensor:
        """See `Decoding.joints`."""
        return decode_joints(features)


class RotationDecoding:
    """The joints are where the predicted rotations put them on bones of constant length.

    How the pelvis is turned is no feature. The posed body is moved and turned as a whole, in each frame, to where it
    lies nearest to the predicted positions of all joints: hips that are predicted crossed are outvoted by the others.

    Args:
        bones: 22 lengths in metres, each joint's bone to its parent, of every person; the left side's must be the
            right side's. SMPL's neutral body where they are not given; training puts its data's in.
        smoothing: deviation in frames of a Gaussian over the features' time; 0 leaves them as predicted.
    """

    def __init__(self, bones: Sequence[float] | None = None, smoothing: float = 1.5) -> None:
        self.bones = tuple(float(length) for length in (BONE_LENGTHS if bones is None else bones))
        if len(self.bones) != NUM_JOINTS or min(self.bones[1:]) <= 0:
            raise InputError(f"decoding.bones are {NUM_JOINTS} lengths in metres, greater than 0 but for the first")
        if any(abs(self.bones[joint] - self.bones[other]) > 1e-6 for joint, other in enumerate(MIRROR)):
            raise InputError("decoding.bones must be alike on both sides of the body")
        if smoothing < 0:
            raise InputError(f"decoding.smoothing={smoothing} is no number of frames")
        self.smoothing = smoothing

    def __call__(self, features: Tensor) -> Motion:
        """See `Decoding`."""
        smooth = features.numpy()
        if self.smoothing and features.shape[1]:
            smooth = gaussian_filter1d(smooth, self.smoothing, axis=1, mode="nearest")
        joints, rotations = pose(torch.from_numpy(smooth), torch.tensor(self.bones))
        return Motion(
            joints.numpy(), rotations.numpy(), features=features.numpy().copy(), bones=torch.tensor(self.bones).numpy()
        )

    def joints(self, features: Tensor) -> Tensor:
        """See `Decoding.joints`."""
        frames = features.shape[1]
        if self.smoothing and frames:
            window = gaussian_filter1d(torch.eye(frames).double().numpy(), self.smoothing, axis=0, mode="nearest")
            features = torch.from_numpy(window).to(features) @ features
        body, placed, _ = _unplaced(features, torch.tensor(self.bones).to(features))
        return _placed(body, fit_rotation(body, placed - placed.mean(dim=-2, keepdim=True)), placed)


def pose(features: Tensor, bones: Tensor) -> tuple[Tensor, Tensor]:
    """Joints by forward kinematics of the features' rotations.

    Args:
        features: [..., T, 262] in physical units.
        bones: [..., 22] metres, broadcast over the frames.

    Returns:
        Joints [..., T, 22, 3] in metres, and the local rotations [..., T, 21, 6] that give them, made whole.
    """
    body, placed, local = _unplaced(features, bones)
    with torch.no_grad():  # training needs no gradient through it
        turn = fit_rotation(body, placed - placed.mean(dim=-2, keepdim=True))
    return _placed(body, turn, placed), matrix_to_6d(local)


def _unplaced(features: Tensor, bones: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The posed body about its middle, the predicted joints, and the local rotations as matrices."""
    local, placed = matrix_from_6d(decode_rotations(features)), decode_joints(features)
    upright = torch.eye(3, dtype=local.dtype, device=local.device).expand(*local.shape[:-3], 3, 3)
    offsets = tpose_offsets(bones).unsqueeze(-3).expand_as(placed)
    body = forward_kinematics(local, upright, torch.zeros_like(placed[..., 0, :]), offsets)
    return body - body.mean(dim=-2, keepdim=True), placed, local


def _placed(body: Tensor, turn: Tensor, placed: Tensor) -> Tensor:
    return (turn.unsqueeze(-3) @ body[..., None]).squeeze(-1) + placed.mean(dim=-2, keepdim=True)
