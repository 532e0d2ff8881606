"""What a network's numbers mean: the statistics and the 6D layout of the features it was trained on."""

import copy

import torch
from torch import Tensor, nn

from in2in.motion.normalizer import Normalizer
from in2in.motion.representation import NUM_FEATURES, POSITIONS, ROTATIONS, VELOCITIES

STACKED_COLUMNS = (0, 2, 4, 1, 3, 5)
"""Where HumanML3D's components (R00, R10, R20, R01, R11, R21) stand in ours (R00, R01, R10, R11, R20, R21)."""


class FeatureSpace(nn.Module):
    """The normalised features of one network: InterHuman's layout.

    Args:
        normalizer: of the data it was trained on.
    """

    statistics = "stats.npz"
    """Where a prepared data set's cache keeps mean and deviation of these features."""

    least_rotation = 0.0
    """Floor under the deviations of the rotations, where data are to be fitted for this space."""

    def __init__(self, normalizer: Normalizer) -> None:
        super().__init__()
        self.normalizer = normalizer

    def encode(self, features: Tensor) -> Tensor:
        """Features in physical units to the network's numbers, [..., 262]."""
        return self.normalizer.normalize(features)

    def decode(self, features: Tensor) -> Tensor:
        """The network's numbers to features in physical units, [..., 262]."""
        return self.normalizer.denormalize(features)

    def same(self, other: "FeatureSpace") -> bool:
        """Whether another network's numbers mean the same."""
        ours, theirs = self.normalizer, other.normalizer
        alike = torch.equal(ours.mean, theirs.mean) and torch.equal(ours.std, theirs.std)
        return type(self) is type(other) and alike


class PelvisSpace(FeatureSpace):
    """Joints and their velocities relative to the person's own pelvis; the pelvis' own stay in the shared frame.

    In the shared frame a joint's deviation is that of where people stand, about a metre, beside which a hip that is
    6 cm wrong vanishes; from the pelvis it is some centimetres. The change is linear and invertible.

    Args:
        normalizer: statistics in that layout.
    """

    statistics = "stats_pelvis.npz"
    least_rotation = 0.05

    def encode(self, features: Tensor) -> Tensor:
        """See `FeatureSpace.encode`."""
        return super().encode(_from_pelvis(features, -1))

    def decode(self, features: Tensor) -> Tensor:
        """See `FeatureSpace.decode`."""
        return _from_pelvis(super().decode(features), 1)


def _from_pelvis(features: Tensor, sign: int) -> Tensor:
    """Features [..., 262] with the pelvis' position and velocity added to (1) or taken off (-1) the other joints'."""
    parts = []
    for part in (POSITIONS, VELOCITIES):
        joints = features[..., part].unflatten(-1, (22, 3))
        pelvis = joints[..., :1, :]
        parts.append(torch.cat([pelvis, joints[..., 1:, :] + sign * pelvis], dim=-2).flatten(-2))
    return torch.cat([*parts, features[..., VELOCITIES.stop :]], dim=-1)


class HumanML3DSpace(FeatureSpace):
    """The same features with 6D rotations stacked by columns, as HumanML3D has them and the published prior saw them.

    Args:
        normalizer: statistics in that layout.
    """

    order: Tensor

    def __init__(self, normalizer: Normalizer) -> None:
        super().__init__(normalizer)
        order = torch.arange(NUM_FEATURES)
        order[ROTATIONS] = order[ROTATIONS].unflatten(0, (-1, 6))[:, list(STACKED_COLUMNS)].flatten()
        self.register_buffer("order", order, persistent=False)

    def encode(self, features: Tensor) -> Tensor:
        """See `FeatureSpace.encode`."""
        return super().encode(features[..., self.order])

    def decode(self, features: Tensor) -> Tensor:
        """See `FeatureSpace.decode`."""
        return super().decode(features)[..., self.order.argsort()]


def change(ours: FeatureSpace, theirs: FeatureSpace) -> tuple[Tensor, Tensor]:
    """Our numbers to theirs, all spaces being affine in the features: theirs = ours @ matrix + shift.

    Returns:
        [262, 262] and [262], in double precision.
    """
    points = torch.cat([torch.zeros(1, NUM_FEATURES), torch.eye(NUM_FEATURES)]).double()
    ours, theirs = copy.deepcopy(ours).double(), copy.deepcopy(theirs).double()
    reached = theirs.encode(ours.decode(points))
    return reached[1:] - reached[0], reached[0]
