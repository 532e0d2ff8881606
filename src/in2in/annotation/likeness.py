"""Of what sort a clause's deed is: the sort that lists its verb; else how near in meaning it is to each."""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from in2in.annotation.cues import CUES, Cue, listed
from in2in.evaluation.judge.signals import Array

if TYPE_CHECKING:
    from in2in.text.encoders import MiniLMEncoder

SPREAD = 0.06
"""Cosine by which a sort may be less near than the nearest and still count by a third."""

FAR, NEAR = 0.3, 0.6
"""Cosines to the nearest example between which a clause begins to count and counts fully."""

SLIGHT = 0.05
"""Shares below this are left out."""


class Likeness:
    """Sorts of deeds by their examples."""

    @cached_property
    def _encoder(self) -> "MiniLMEncoder":
        from in2in.text.encoders import MiniLMEncoder

        return MiniLMEncoder()

    @cached_property
    def _examples(self) -> Array:
        return self._embedded([example for cue in CUES for example in cue.examples])

    def _embedded(self, deeds: Sequence[str]) -> Array:
        """Unit vectors [deeds, C], the mean of the states of "A person does it."."""
        states = self._encoder([f"A person {deed}." for deed in deeds])
        kept = states.mask[..., None]
        mean = ((states.states * kept).sum(1) / kept.sum(1)).double().numpy()
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    @lru_cache(20_000)  # noqa: B019, one for the annotator's life
    def sorts(self, deed: str) -> tuple[tuple[Cue, float], ...]:
        """The sorts that a deed may be of, with shares that add up to 1 where the deed is near to one of them."""
        if (cue := listed(deed)) is not None:
            return ((cue, 1.0),)
        near = self._examples @ self._embedded([deed])[0]
        ends = np.cumsum([len(cue.examples) for cue in CUES])[:-1]
        nearest = np.array([part.max() for part in np.split(near, ends)])
        shares = np.exp((nearest - nearest.max()) / SPREAD)
        shares *= np.clip((nearest.max() - FAR) / (NEAR - FAR), 0.0, 1.0) / shares.sum()
        return tuple((cue, float(share)) for cue, share in zip(CUES, shares, strict=True) if share > SLIGHT)
