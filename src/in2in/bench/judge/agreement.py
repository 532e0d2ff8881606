"""How far the judge agrees with the generator on held-out clips, and disagrees on what is made wrong on purpose.

python -m in2in.bench.judge.agreement
"""

from collections.abc import Sequence

import numpy as np
import torch

from in2in.bench.judge.fit import trembling
from in2in.bench.judge.verdict import Verdict, judge, share_table
from in2in.bench.people import KINDS, Clip, generate
from in2in.bench.people.casting import splits
from in2in.bench.people.kinds import HANDED
from in2in.data.layout import TEST
from in2in.motion.representation import mirror

HELD_OUT_SEED = 60217
"""Of clips that nothing was fitted on and no rule was written after. Whoever mends a rule for one takes a new seed."""

TO_CHOOSE_FROM = 12
"""Clips generated for each that is taken: about one in five is of the test split."""

TREMBLE = 0.02
"""Metres of the noise that a generated motion might have."""


def held_out(each: int) -> list[Clip]:
    """As many clips of each kind, of the test split, the kinds in turn."""
    names = splits(range(each * TO_CHOOSE_FROM * len(KINDS)), HELD_OUT_SEED, HANDED)
    of_kind = [[k for k in range(kind, len(names), len(KINDS)) if names[k] == TEST] for kind in range(len(KINDS))]
    chosen = [indices[turn] for turn in range(each) for indices in of_kind]
    return [generate(index, HELD_OUT_SEED, split=TEST) for index in chosen]


def agreement(clips: Sequence[Clip]) -> tuple[tuple[str, list[Verdict]], ...]:
    """Verdicts on the clips as they are, trembling, with the persons exchanged, mirrored, and with others' records."""
    moved = len(KINDS) // 2 - 2
    others = [*clips[moved:], *clips[:moved]]
    trembled = [
        trembling(clip.joints, TREMBLE, np.random.default_rng([HELD_OUT_SEED, k])) for k, clip in enumerate(clips)
    ]
    return (
        ("as it is", [judge(clip.joints, clip.truth) for clip in clips]),
        ("trembling", [judge(joints, clip.truth) for joints, clip in zip(trembled, clips, strict=True)]),
        ("swapped", [judge(clip.joints.flip(0), clip.truth) for clip in clips]),
        ("mirrored", [judge(torch.from_numpy(mirror(clip.motion).joints), clip.truth) for clip in clips]),
        ("another clip's", [judge(clip.joints, other.truth) for clip, other in zip(clips, others, strict=True)]),
    )


def main() -> None:
    """Print the table for 20 clips of each kind."""
    print(share_table(agreement(held_out(20))))


if __name__ == "__main__":
    main()
