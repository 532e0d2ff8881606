"""Who plays what: kind, starter, hand, tempo, styles and split of every clip of a data set."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from in2in.bench.people.style import STYLES, Style
from in2in.data.layout import TEST, TRAIN, VAL
from in2in.errors import InputError
from in2in.motion.skeleton import SIDES

TEMPOS = {"normal": 1.0, "slow": 1.38, "fast": 0.74}
"""How long a movement takes, as a factor."""


TEST_SHARE, VAL_SHARE = 0.18, 0.06

FEWEST_CLIPS = 3


@dataclass(frozen=True)
class Casting:
    """What a clip is to show.

    Attributes:
        kind: number of the kind.
        starter: the person who starts, 0 or 1.
        hand: the side that the starter uses, in kinds where a side is used.
        tempo: slow, normal or fast.
        style: how the starter moves.
    """

    kind: int
    starter: int
    hand: str
    tempo: str
    style: Style

    @property
    def pace(self) -> float:
        """Factor of every duration."""
        return TEMPOS[self.tempo]

    def held_out(self, handed: bool) -> bool:
        """Whether this combination of kind, starter, hand and style is kept from training: 1 in 10 for every kind."""
        style = STYLES[(2 * self.kind + 3 * self.starter + 1) % len(STYLES)]
        chosen = SIDES[(self.kind + self.starter) % 2] == self.hand if handed else self.kind % 2 == self.starter
        return chosen and self.style == style


def cast(index: int, seed: int, kinds: int) -> Casting:
    """The casting of a clip: kinds take turns, and within a kind all combinations do."""
    kind = index % kinds
    turn = index // kinds + int(np.random.default_rng([seed, 0]).integers(60))
    return Casting(
        kind=kind,
        starter=(turn + kind) % 2,
        hand=SIDES[(turn // 2 + kind // 2) % 2],
        tempo=tuple(TEMPOS)[(turn + 2 * kind) % len(TEMPOS)],
        style=STYLES[(turn + kind) % len(STYLES)],
    )


def splits(indices: Sequence[int], seed: int, handed: tuple[bool, ...]) -> list[str]:
    """The split of every clip: held-out combinations are for test, which is filled up with others.

    Args:
        indices: numbers of the clips.
        seed: of the data set.
        handed: for each kind, whether it uses a side.
    """
    clips = len(indices)
    if clips < FEWEST_CLIPS:
        raise InputError(f"clips={clips} is too few to split into train, val and test: ask for {FEWEST_CLIPS} or more")
    castings = [cast(index, seed, len(handed)) for index in indices]
    names = [TEST if casting.held_out(handed[casting.kind]) else TRAIN for casting in castings]
    free = [int(k) for k in np.random.default_rng([seed, 1]).permutation(clips) if names[k] == TRAIN]
    missing = max(0, ceil(TEST_SHARE * clips) - names.count(TEST))
    for k in free[:missing]:
        names[k] = TEST
    for k in free[missing : missing + max(1, round(VAL_SHARE * clips))]:
        names[k] = VAL
    return names
