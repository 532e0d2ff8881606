"""In which frame DualMDM shows the persons to the prior."""

from typing import Protocol

from torch import Tensor

from in2in.motion.placement import Placement


class Frame(Protocol):
    """Reads off a predicted motion where the prior should see the persons."""

    def __call__(self, features: Tensor) -> Placement | None:
        """Placements in a predicted motion [B, P, T, 262] in physical units; None leaves the persons where they are."""
        ...


class OwnFrame:
    """Each person in its own frame, the one that the prior was trained in."""

    def __call__(self, features: Tensor) -> Placement | None:
        """See `Frame`."""
        return Placement.of(features)


class SharedFrame:
    """All persons in the first person's frame, as published: the prior sees the others displaced and turned."""

    def __call__(self, features: Tensor) -> Placement | None:
        """See `Frame`."""
        return None
