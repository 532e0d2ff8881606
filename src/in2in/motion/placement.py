"""Where each person stands and faces, and the way between the shared frame and each person's own."""

from dataclasses import dataclass

import torch
from torch import Tensor

from in2in.motion.representation import CONTACTS, POSITIONS, ROTATIONS, VELOCITIES, decode_joints
from in2in.motion.rotations import heading, rotate_about_y


@dataclass(frozen=True)
class Placement:
    """A rigid motion in the plane for each person: from its own frame (root at the origin, facing +z) to the shared.

    Attributes:
        heading: [B, P] radians about +y.
        root: [B, P, 3] metres; y is 0, the floor is shared.
    """

    heading: Tensor
    root: Tensor

    @classmethod
    def of(cls, features: Tensor) -> "Placement":
        """Read the placement off frame 0 of features in physical units [B, P, T, 262]."""
        joints = decode_joints(features[:, :, 0])
        root = joints[..., 0, :] * joints.new_tensor([1.0, 0.0, 1.0])
        return cls(heading(joints), root)

    def to_own(self, features: Tensor) -> Tensor:
        """Features in the shared frame to each person's own, [B, P, T, 262] in physical units."""
        moved = _split(features)
        positions = rotate_about_y(moved[0] - self.root[:, :, None, None], -self._angle)
        return _join(positions, rotate_about_y(moved[1], -self._angle), features)

    def to_shared(self, features: Tensor) -> Tensor:
        """Features in each person's own frame to the shared one, [B, P, T, 262] in physical units."""
        moved = _split(features)
        positions = rotate_about_y(moved[0], self._angle) + self.root[:, :, None, None]
        return _join(positions, rotate_about_y(moved[1], self._angle), features)

    @property
    def _angle(self) -> Tensor:
        return self.heading[:, :, None, None]


def _split(features: Tensor) -> tuple[Tensor, Tensor]:
    """Positions and velocities [..., 22, 3]."""
    return features[..., POSITIONS].unflatten(-1, (22, 3)), features[..., VELOCITIES].unflatten(-1, (22, 3))


def _join(positions: Tensor, velocities: Tensor, features: Tensor) -> Tensor:
    """Moved positions and velocities with the rotations and contacts of `features`, which no motion changes."""
    unmoved = features[..., ROTATIONS], features[..., CONTACTS]
    return torch.cat([positions.flatten(-2), velocities.flatten(-2), *unmoved], dim=-1)
