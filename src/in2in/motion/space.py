"""What a network's numbers mean: the statistics and the 6D layout of the features it was trained on."""

import torch
from torch import Tensor, nn

from in2in.motion.normalizer import Normalizer
from in2in.motion.representation import NUM_FEATURES, ROTATIONS

STACKED_COLUMNS = (0, 2, 4, 1, 3, 5)
"""Where HumanML3D's components (R00, R10, R20, R01, R11, R21) stand in ours (R00, R01, R10, R11, R20, R21)."""


class FeatureSpace(nn.Module):
    """The normalised features of one network: InterHuman's layout.

    Args:
        normalizer: of the data it was trained on.
    """

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
