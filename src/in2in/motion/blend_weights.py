"""How much a single-person prior counted while a motion was made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class BlendWeights:
    """DualMDM's weighting of the prior while a motion was made.

    Attributes:
        timesteps: [S] of the denoising steps, 1000 is noise and 0 motion.
        weights: [S, 1], or [S, P] where each person had its own; 0 to 1.
    """

    timesteps: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, guidance: Mapping[str, Any]) -> "BlendWeights | None":
        """The weights that a motion's guidance tells of, None if it tells of none.

        Raises:
            ValueError, TypeError, KeyError: they are no weights.
        """
        if "weights" not in guidance:
            return None
        blend = cls(np.asarray(guidance["timesteps"], dtype=float), np.asarray(guidance["weights"], dtype=float))
        if blend.weights.shape[:-1] != blend.timesteps.shape or not np.isfinite(blend.weights).all():
            raise ValueError("the weights of its blend are not finite numbers for each timestep")
        return blend
