"""An annotator of simple sentences, by rules alone: no model, no network.

"One person pushes the other, who staggers back." becomes "A person pushes forward." and "A person staggers back."
Which of the two is person 1 is read off the motion (see `in2in.annotation.cues`). Where there is no motion, as in
sampling, the first whom the text names is.
"""

import re
from collections.abc import Sequence

from in2in.annotation.annotator import RejectedError, Reply
from in2in.annotation.answer import Answer
from in2in.annotation.clauses import is_whole, split, told
from in2in.annotation.cues import Deed, first_named_is_person_1
from in2in.annotation.journal import Failure
from in2in.annotation.motion import Movement
from in2in.annotation.people import BOTH, FIRST, SECOND
from in2in.annotation.predicate import Clause
from in2in.annotation.voice import undergone

_RAGGED = re.compile(r"\b(?:of|the|an?|with|by|and|that|which|where|who)\.$")
"""A sentence that ends so has been torn from a longer one."""

_SIZES = ("taller", "shorter", "other", "another", "former", "latter", "second", "first")


class TemplateAnnotator:
    """Splits sentences on two people by rules.

    Args:
        surest: the least evidence, in cues, on which people are told apart; below, a text is given up.
    """

    attempts = 1
    price = None

    def __init__(self, surest: float = 0.05) -> None:
        self.surest = surest
        self.version = "template 1"

    def show(self, text: str, movement: Movement | None) -> str:
        """See `Annotator`."""
        return text if movement is None else f"{text}\n{movement.summary}"

    def ask(self, text: str, movement: Movement | None, rejected: Sequence[Failure] = ()) -> Reply:
        """See `Annotator`."""
        clauses = split(text)
        first, second = (_sentence(clauses, who) for who in (FIRST, SECOND))
        whole = all(is_whole(clause) for clause in clauses)
        if not whole or not first or not second or _RAGGED.search(first) or _RAGGED.search(second):
            raise RejectedError("the rules do not see in this sentence what each of two people does")
        if movement is not None and first != second and self.evidence(clauses, movement) < 0:
            first, second = second, first
        answer = Answer(person1=first, person2=second)
        return Reply(answer, answer.model_dump_json())

    def close(self) -> None:
        """See `Annotator`."""

    def evidence(self, clauses: list[Clause], movement: Movement) -> float:
        """How surely the first person named is person 1 (below 0: person 2).

        Raises:
            RejectedError: the motion does not tell.
        """
        deeds = [
            Deed(clause.who == FIRST, told(clause), " ".join(clause.looks), clause.later)
            for clause in clauses
            if clause.who != BOTH and not told(clause).startswith(("is ", "has "))
        ]
        together = [told(clause) for clause in clauses if clause.who == BOTH]
        evidence = first_named_is_person_1(deeds, together, movement)
        if abs(evidence) < self.surest:
            raise RejectedError("the motion does not show which of the two does what the text says")
        return evidence


def _sentence(clauses: list[Clause], who: str) -> str:
    """What one of the two does, "" if nothing is said of it."""
    own = [clause for clause in clauses if clause.who in (who, BOTH)]
    done = [told(clause) for clause in own]
    if not any(clause.who == who for clause in own):
        suffered = (undergone(clause) for clause in clauses if clause.who not in (who, BOTH))
        done += [told(Clause(who, words)) for words in suffered if words is not None][:1]
    looks = next((clause.looks for clause in own if clause.who == who and clause.looks), ())
    looks = tuple(word for word in looks if word not in _SIZES)
    if not done:
        return ""
    subject = " ".join((_article(looks), *looks, "person"))
    return f"{subject} {' and '.join(done)}."


def _article(looks: tuple[str, ...]) -> str:
    return "An" if looks and looks[0][0] in "aeiou" else "A"
