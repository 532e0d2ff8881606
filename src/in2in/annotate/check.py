"""What an answer is checked for: each description is about one person, says what the text says, and can be encoded."""

import re
from collections.abc import Callable

from in2in.annotate.answer import Answer, RejectedError, read_answer

CLIP_LENGTH = 77
"""Tokens that CLIP's text tower reads, its start and end tokens included."""

_MARKUP = re.compile(r"[<>{}\[\]`*#|\\]|&#?\w+;|://")

_SIDED = re.compile(
    r"\b(left|right)(?=(?:wards?\b|-handed)|[ -](?:hands?|arms?|palms?|fists?|elbows?|wrists?|shoulders?|legs?|foot"
    r"|feet|knees?|heels?|sides?|ones?|hips?|ears?)\b)"
    r"|\bto (?:the|his|her|its|their|its own) (left|right)\b|\b(clockwise|(?:counter|anti)-?clockwise)\b",
    re.IGNORECASE,
)

_BODY = r"(?:hands?|arms?|legs?|foot|feet|knees?|shoulders?|fists?|palms?|sides?|elbows?|direction|way)"
_SOMEBODY = (
    rf"(?:the other(?! {_BODY})(?: (?:person|one|man|woman|dancer|partner))?|another person|an?other(?= \w+s\b)"
    r"|somebody|someone|(?:the|a|his|her|their) (?:partner|opponent)|the (?:second|first) (?:person|one))"
)
_TWO = re.compile(
    r"\b(?:two (?:people|persons|men|women)|both (?:people|persons|men|women|of them)|they|the two|each other"
    r"|one another|person ?[12]|(?:first|second) person)\b",
    re.IGNORECASE,
)
_BY = re.compile(rf"\bby (?:the hands? of )?{_SOMEBODY}\b", re.IGNORECASE)
_ACTS = re.compile(
    rf"\b{_SOMEBODY},? (?:who\b|(?:\w+ly (?:and \w+ly )?)?(?!(?:across|towards|as|always|sideways|upwards|downwards"
    r"|forwards|backwards|hands|arms|inwards|outwards)\b)(?:[a-z]{2,}[^s\W]s|\w+(?:sh|ch|ss|x|o)es|is|has|was|does)\b)",
    re.IGNORECASE,
)
_SYMMETRIC = re.compile(
    r"\b(?:two (?:\w+ )?(?:people|persons|men|women|friends|dancers)|both|they|each other|one another|together"
    r"|each (?:person|of)|the two)\b",
    re.IGNORECASE,
)


def usable_answer(words: str, text: str, facts: str, count: Callable[[str], int]) -> Answer:
    """The answer in a model's words, checked.

    Args:
        words: the model's.
        text: the interaction text that was asked about.
        facts: what else the model was given, such as the motion summary.
        count: CLIP tokens of a text.

    Raises:
        RejectedError: there is no answer in them, or it cannot be used.
    """
    answer = read_answer(words)
    if wrong := faults(answer, text, facts, count):
        raise RejectedError("; ".join(wrong))
    return answer


def faults(answer: Answer, text: str, facts: str, count: Callable[[str], int]) -> list[str]:
    """What is wrong with an answer; nothing if it can be used. Arguments: see `usable_answer`."""
    wrong = []
    for name, description in (("person1", answer.person1), ("person2", answer.person2)):
        if (tokens := count(description)) > CLIP_LENGTH:
            wrong.append(f"{name} needs {tokens} of CLIP's {CLIP_LENGTH} tokens: shorten it")
        if markup := _MARKUP.search(description):
            wrong.append(f"{name} holds markup ({markup[0]!r}): write plain words")
        if foreign := sorted({sign for sign in description if sign.isalpha() and not sign.isascii()} - set(text)):
            wrong.append(f"{name} has letters that the text has not ({foreign[0]!r}): answer in its language")
        if two := _TWO.search(description):
            wrong.append(f"{name} speaks of both people or numbers them ({two[0]!r}): tell what one person does")
        if acting := _ACTS.search(description) or _BY.search(description):
            wrong.append(f"{name} names the other as an actor ({acting[0]!r}): leave out what the other does")
        if strange := sides(description) - sides(text) - sides(facts):
            wrong.append(f"{name} says {' and '.join(sorted(strange))}, which nothing told")
    if _letters(answer.person1) == _letters(answer.person2) and not _SYMMETRIC.search(text):
        wrong.append("both descriptions are the same, but the two people do different things")
    if lost := sides(text) - sides(answer.person1) - sides(answer.person2):
        wrong.append(f"{' and '.join(sorted(lost))} of the text is in neither description")
    return wrong


def sides(text: str) -> set[str]:
    """The sides and turns that a text names: left, right, clockwise, counterclockwise."""
    named = {(a or b or c).lower() for a, b, c in _SIDED.findall(text)}
    return {"counterclockwise" if side.endswith("clockwise") and side != "clockwise" else side for side in named}


def _letters(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()
