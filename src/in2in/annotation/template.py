"""An annotator of simple sentences, by rules alone: no model, no network.

"One person pushes the other, who staggers back." becomes "A person pushes forward." and "A person staggers back."
Which of the two is person 1 is read off the motion (see `in2in.annotation.who`). Where there is no motion, as in
sampling, the first whom the text names is. Of a person on whom the text says nothing, the motion tells what it shows.
"""

from collections.abc import Sequence

from in2in.annotation.annotator import RejectedError, Reply
from in2in.annotation.answer import Answer
from in2in.annotation.grammar.clause import IN_TURN, Clause
from in2in.annotation.grammar.clauses import split
from in2in.annotation.grammar.passive import undergone
from in2in.annotation.grammar.people import BOTH, FIRST, SECOND
from in2in.annotation.grammar.wording import sentence, told
from in2in.annotation.journal import Failure
from in2in.annotation.likeness import Likeness
from in2in.annotation.motion import Movement
from in2in.annotation.who import first_named_is_person_1


class TemplateAnnotator:
    """Splits sentences on two people by rules.

    Args:
        surest: the least evidence, in cues, on which people are told apart; below, a text is given up.
    """

    attempts = 1
    price = None

    def __init__(self, surest: float = 0.05) -> None:
        self.surest = surest
        self.likeness = Likeness()
        self.version = "template 2"

    def show(self, text: str, movement: Movement | None) -> str:
        """See `Annotator`."""
        return text if movement is None else f"{text}\n{movement.summary}"

    def ask(self, text: str, movement: Movement | None, rejected: Sequence[Failure] = ()) -> Reply:
        """See `Annotator`."""
        clauses = split(text)
        own = descriptions(clauses)
        if not any(own) or (movement is None and not all(own)):
            raise RejectedError("the rules do not see in this sentence what each of two people does")
        if movement is not None:
            if own[0] != own[1] and self.evidence(clauses, movement) < 0:
                own = own[::-1]
            own = tuple(words or sentence(movement.shown(person), ()) for person, words in enumerate(own))
        answer = Answer(person1=own[0], person2=own[1])
        return Reply(answer, answer.model_dump_json())

    def close(self) -> None:
        """See `Annotator`."""

    def evidence(self, clauses: list[Clause], movement: Movement) -> float:
        """How surely the first person named is person 1 (below 0: person 2).

        Raises:
            RejectedError: the motion does not tell.
        """
        evidence = first_named_is_person_1(clauses, movement, self.likeness)
        if abs(evidence) < self.surest:
            raise RejectedError("the motion does not show which of the two does what the text says")
        return evidence


def descriptions(clauses: list[Clause]) -> tuple[str, str]:
    """What is said of the first whom a text names and of the other, a sentence each; "" of whom nothing is said."""
    first, second = _description(clauses, FIRST), _description(clauses, SECOND)
    if first == second and any(clause.later for clause in clauses if clause.who == SECOND):
        second = f"{second.removesuffix('.')} {' '.join(IN_TURN)}."
    return first, second


def _description(clauses: list[Clause], who: str) -> str:
    own = [words for clause in clauses if clause.who == who and (words := told(clause))]
    done = [
        words
        for clause in clauses
        if clause.who in (who, BOTH) and (words := told(clause))
        if clause.who == who or not any(deed.startswith(words) for deed in own)
    ]
    if not own:
        suffered = (undergone(clause) for clause in clauses if clause.who not in (who, BOTH))
        done += [words for deed in suffered if deed is not None and (words := told(Clause(who, deed)))]
    looks = next((clause.looks for clause in clauses if clause.who == who and clause.looks), ())
    return sentence(done, looks) if done else ""
