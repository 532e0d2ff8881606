"""The verdict on a motion of two persons: does it show what its truth record says?

Works for any motion, whoever made it: measures are smoothed, put to one body size and free of place and direction;
thresholds leave centimetres of room. Persons are ordered: person 0 of the record is row 0 of the joints.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from torch import Tensor

from in2in.bench.judge.contact import touched
from in2in.bench.judge.facing import MET, faces_rightly, walked_up
from in2in.bench.judge.hands import acting_sides, way
from in2in.bench.judge.kinds import recognise_kind
from in2in.bench.judge.roles import STARTS
from in2in.bench.judge.tempo import rates, usual_paces
from in2in.bench.people.truth import Truth
from in2in.motion.signals import Signals

ONE_SIDED = ("left", "right")

NORMAL = 1.959964
"""Of the standard normal distribution, between plus and minus which 95 % lie."""


@dataclass(frozen=True)
class Verdict:
    """Right or wrong for every question; None where a question does not apply.

    Attributes:
        kind: the motion is recognised as the record's kind.
        role: the person who starts, or does what the kind is named after, is the record's starter. Does not apply to a
            circle dance whose hands are joined from the first frame, where nothing shows who started.
        hand: the starter acts with the named hand (or leg). Does not apply where both or none act.
        partner_hand: the same of the other person.
        way: both go to the named side of their own (in a circle dance).
        approach: just those who are said to walk up do. Does not apply to kinds in which both walk anyway.
        contact: all recorded joints meet. Does not apply where nobody touches.
        tempo: faster or slower than the middle of its kind. Does not apply at a normal tempo, which texts leave out.
        facing: the two face as the kind asks for.
    """

    kind: bool
    role: bool | None
    hand: bool | None
    partner_hand: bool | None
    way: bool | None
    approach: bool | None
    contact: bool | None
    tempo: bool | None
    facing: bool | None


def recognise(joints: Tensor) -> str:
    """The kind of interaction of joints [2, T, 22, 3] in metres, y up, 30 frames a second, or `UNKNOWN`."""
    return recognise_kind(Signals.of(joints))


def judge(joints: Tensor, truth: Truth) -> Verdict:
    """Ask all questions of joints [2, T, 22, 3] in metres, y up, 30 frames a second.

    Whether kind is right does not touch the other questions: they are asked as of a motion of the record's kind.
    """
    s = Signals.of(joints)
    starter, partner = truth.starter, 1 - truth.starter
    sides = acting_sides(s, truth.kind, truth.limb)
    hands = [
        sides[person] == truth.hands[person] if truth.hands[person] in ONE_SIDED else None
        for person in (starter, partner)
    ]
    shows_start = truth.kind != "circle dance" or all(touch.start > 0 for touch in truth.touches)
    speed = usual_paces().speed(truth.kind, rates(s))
    return Verdict(
        kind=recognise_kind(s) == truth.kind,
        role=STARTS[truth.kind](s) == starter if shows_start else None,
        hand=hands[0],
        partner_hand=hands[1],
        way=way(s) == truth.way if truth.way in ONE_SIDED else None,
        approach=walked_up(s) == truth.approaches if truth.kind in MET else None,
        contact=touched(s, truth.touches) if truth.touches else None,
        tempo=(speed > 0) == (truth.tempo == "fast") if truth.tempo != "normal" else None,
        facing=faces_rightly(s, truth.kind, starter),
    )


@dataclass(frozen=True)
class Share:
    """How often a question was answered rightly.

    Attributes:
        question: field of `Verdict`.
        right, asked: numbers of motions.
    """

    question: str
    right: int
    asked: int

    @property
    def share(self) -> float:
        """0 to 1; NaN where the question was never asked."""
        return self.right / self.asked if self.asked else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval (Wilson, 1927)."""
        if not self.asked:
            return 0.0, 1.0
        n, p, z = self.asked, self.share, NORMAL
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * float(np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)))
        return max(0.0, middle - half), min(1.0, middle + half)


def share_right(verdicts: Sequence[Verdict]) -> tuple[Share, ...]:
    """For every question the share of right answers, in the order of `Verdict`."""
    shares = []
    for field in fields(Verdict):
        answers = [answer for verdict in verdicts if (answer := getattr(verdict, field.name)) is not None]
        shares.append(Share(field.name, sum(answers), len(answers)))
    return tuple(shares)


def share_table(columns: Sequence[tuple[str, Sequence[Verdict]]]) -> str:
    """A text table: a line for each question, for each named set of verdicts its percentage, interval and number."""
    lines = ["".join([f"{'question':<14}", *(f"{name:>28}" for name, _ in columns)])]
    for shares in zip(*(share_right(verdicts) for _, verdicts in columns), strict=True):
        cells = []
        for share in shares:
            low, high = share.interval
            cell = f"{share.share:.1%} ({low:.1%}-{high:.1%}) {share.asked}" if share.asked else "-"
            cells.append(f"{cell:>28}")
        lines.append("".join([f"{shares[0].question:<14}", *cells]))
    return "\n".join(lines)
