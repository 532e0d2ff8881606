"""Which of two moving people is which of a text's two: what the text says of each, held against the motion."""

import re
from collections.abc import Sequence
from itertools import takewhile

import numpy as np

from in2in.annotation.cues import EARLIER, FIRST_MOVER, TALLER, listed
from in2in.annotation.grammar.clause import BODY, PREPOSITIONS, Clause
from in2in.annotation.grammar.passive import suffered
from in2in.annotation.grammar.people import BOTH, FIRST, SECOND
from in2in.annotation.grammar.verbs import is_plain
from in2in.annotation.grammar.wording import told
from in2in.annotation.likeness import Likeness
from in2in.annotation.motion import Movement

FAINT = 0.1
"""Evidence below which the order of the first movements is asked too."""

SIDE_WEIGHT = 0.8

_ANSWERS = re.compile(
    r"\b(?:in return|in turn|return|respond|answer|repl|repeat|cop(?:y|ies)|mirror|imitat|shadows?\b|echo|mimic"
    r"|too\b|also|likewise|a (?:moment|little) later|last\b|afterwards|reciproc|joins|complet|accept|receiv"
    r"|follows?\b(?! somebody)|back\.?$|(?:bow|wave|nod|greet|salute|hug|punche|kick|pushe|hit|strike)s back"
    r"|(?:shakes?|takes?(?: hold of)?|grasps?|clasps?|grabs?|slaps?|hits?|high-fives?|claps?|meets?)(?: and shakes)? "
    r"(?:it|what|the (?:\w+ )?(?:left |right )?(?:hand|arm|palm))\b)",
    re.IGNORECASE,
)
"""Words of a person who comes second: what shows the doer by an earlier movement shows this one by a later."""

_BEGINS = re.compile(r"(?<!the )first\b|the first (?:step|move|turn)|start|begin|initiat|propos|invit|suggest")
_SIDE = re.compile(r"(?<!somebody's )\b(left|right) (hand|arm|palm|fist|elbow|leg|foot|knee)\b( of somebody)?")
_THE_OTHERS = re.compile(r"^[\w-]+ (?:the|a) (?:\w+ )?(?:left|right) (?:hand|arm|palm)$")
"""A hand that is all that a deed names may be the other's: "shakes the left hand"."""

_ACTING = re.compile(r"^has (?:the|a) [\w ]+ing\b")
_REACTS = re.compile(
    r"(?:^|\bto )(\w+(?: (?:off|back|away|aside|against|from|under))*) (the|an?|somebody's)((?: (?!to )[\w-]+){1,3})"
)
"""A deed with an object that may be a deed of the other's."""

_GETS = re.compile(r"^(?:\w+ly )?(?:receives|gets|finds|accepts|takes|obtains|feels) .*\bfrom somebody")
"""What somebody else does."""

_MANNER = re.compile(r"^(?:(?:very |just )?\w+ly (?:and \w+ly )?|then |also |first )+")
_LIGHT = re.compile(
    r"^(?:gives?|makes?|does|takes?|throws?|lands?|delivers?|deals?|performs?) (?:somebody )?an? (?:\w+ )?(?=\w)"
)


def first_named_is_person_1(clauses: Sequence[Clause], movement: Movement, likeness: Likeness) -> float:
    """The evidence that the person a text names first is person 1: below 0 it is person 2, near 0 nothing tells.

    Args:
        clauses: of the text.
        movement: of the two.
        likeness: tells what sort of deed a clause is.
    """
    deeds = [clause for clause in clauses if clause.who != BOTH and _is_deed(told(clause))]
    if not deeds:
        others = ((clause, suffered(clause)) for clause in clauses if clause.who != BOTH)
        deeds = [
            Clause(SECOND if clause.who == FIRST else FIRST, words) for clause, words in others if words is not None
        ]
    total = 0.0
    for clause in clauses:
        sign = 1.0 if clause.who == FIRST else -1.0
        looks = set(clause.looks)
        if clause.who != BOTH and looks & {"taller", "shorter", "smaller"}:
            total += sign * TALLER.evidence(movement) * (1 if "taller" in looks else -1)
            break
    for deed in deeds:
        total += _signed(deed) * _evidence(deed, movement, likeness)
    if abs(total) < FAINT and deeds:
        answers = deeds[0].later or _ANSWERS.search(told(deeds[0]))
        total += (-1 if answers else 1) * _signed(deeds[0]) * FIRST_MOVER.evidence(movement)
    return total


def _signed(clause: Clause) -> float:
    return 1.0 if clause.who == FIRST else -1.0


def _is_deed(words: str) -> bool:
    state = words.startswith(("is ", "has ", "lets ")) and not _ACTING.search(words)
    return bool(words) and not state and not _GETS.search(words)


def _evidence(deed: Clause, movement: Movement, likeness: Likeness) -> float:
    """How surely person 1 does this (below 0: person 2)."""
    words = told(deed)
    answers = deed.later or _ANSWERS.search(words) is not None
    plain = _LIGHT.sub("", _MANNER.sub("", words))
    plain, total = _reaction(plain, movement, likeness)
    for cue, share in likeness.sorts(plain):
        if not answers:
            total += share * cue.evidence(movement)
        elif cue.timed:
            total -= share * cue.evidence(movement)
    if answers and not total:
        total -= FIRST_MOVER.evidence(movement)
    if _BEGINS.search(words):
        total += EARLIER.evidence(movement)
    return total + _of_side(words, movement)


def _reaction(plain: str, movement: Movement, likeness: Likeness) -> tuple[str, float]:
    """ "Blocks the kick" as "blocks it", and the evidence of the kick, which is the other's."""
    for found in _REACTS.finditer(plain):
        it, article = f"{found[1]} it", found[2]
        nouns = list(takewhile(lambda word: word not in PREPOSITIONS, found[3].split()))
        done = next((cue for noun in nouns if noun not in BODY and (cue := listed(noun)) is not None), None)
        if done is not None:
            others = article == "somebody's" or "of somebody" in plain or _ANSWERS.search(plain)
            if others or sum(share for cue, share in likeness.sorts(it) if cue.reacts) > 0.5:
                return it, -done.evidence(movement)
        elif (
            article == "the" and not found.start() and nouns[:2] and is_plain(nouns[:2][-1]) and not BODY & {*nouns[:2]}
        ):
            return it, 0.0
    return plain, 0.0


def _of_side(words: str, movement: Movement) -> float:
    """Whoever uses this side more than the other side."""
    if not (named := _SIDE.search(words)) or named[3] or _THE_OTHERS.search(words):
        return 0.0
    s = movement.signals
    used = s.ankles.max(-1) / 0.3 if named[2] in ("leg", "foot", "knee") else s.lifted.max(-1)
    more = (used[:, 0] - used[:, 1]) * (1 if named[1] == "left" else -1)
    return SIDE_WEIGHT * float(np.clip((more[0] - more[1]) / 0.5, -1.0, 1.0))
