"""What an annotator gives back for a text, and the checks that it has to pass."""

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

CLIP_LENGTH = 77
"""Tokens that CLIP's text tower reads, its start and end tokens included."""

LETTERS_PER_TOKEN = 4
"""Letters that an unknown word is taken to need a token for: see `estimated_tokens`."""

_PIECES = re.compile(r"[^\W\d_]+|\d|[^\s\w]|_")

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


def _one_line(text: str) -> str:
    return " ".join(text.split())


Description = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3), AfterValidator(_one_line)]


class Answer(BaseModel):
    """What each person does.

    Attributes:
        person1, person2: one description each, on one line.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    person1: Description
    person2: Description


def estimated_tokens(text: str) -> int:
    """How many of CLIP's tokens a text needs, start and end included: an estimate, a third too high for most prose.

    CLIP's byte pairs never join what its splitting rule parts: runs of letters, single digits, other signs. A word of
    its vocabulary is one token; here every `LETTERS_PER_TOKEN` letters of a word count as one, a digit and a sign as
    one, and a word with letters outside ASCII as its bytes. Only the count of bytes is a sure bound: docs/annotate.md
    holds the estimate against the real vocabulary.
    """
    count = 2
    for piece in _PIECES.findall(text):
        count += -(-len(piece) // LETTERS_PER_TOKEN) if piece.isascii() else len(piece.encode())
    return count


def sides(text: str) -> set[str]:
    """The sides and turns that a text names: left, right, clockwise, counterclockwise."""
    found = {(a or b or c).lower() for a, b, c in _SIDED.findall(text)}
    return {"counterclockwise" if side.endswith("clockwise") and side != "clockwise" else side for side in found}


def is_symmetric(text: str) -> bool:
    """Whether an interaction text may mean the same for both: it speaks of two people, of both, of each other."""
    return _SYMMETRIC.search(text) is not None


def faults(answer: Answer, text: str, known: str, count: Callable[[str], int] = estimated_tokens) -> list[str]:
    """What is wrong with an answer; nothing if it can be used.

    Args:
        answer: two descriptions.
        text: the interaction text that was asked about.
        known: what else was told, such as the motion summary: sides named there may be named in the answer.
        count: CLIP tokens of a text.
    """
    found = []
    for name, own in (("person1", answer.person1), ("person2", answer.person2)):
        if (tokens := count(own)) > CLIP_LENGTH:
            found.append(f"{name} needs {tokens} of CLIP's {CLIP_LENGTH} tokens: shorten it")
        if two := _TWO.search(own):
            found.append(f"{name} speaks of both people or numbers them ({two[0]!r}): tell what one person does")
        if acting := _ACTS.search(own) or _BY.search(own):
            found.append(f"{name} names the other as an actor ({acting[0]!r}): leave out what the other does")
        if strange := sides(own) - sides(text) - sides(known):
            found.append(f"{name} says {' and '.join(sorted(strange))}, which nothing told")
    if _letters(answer.person1) == _letters(answer.person2) and not is_symmetric(text):
        found.append("both descriptions are the same, but the two people do different things")
    if lost := sides(text) - sides(answer.person1) - sides(answer.person2):
        found.append(f"{' and '.join(sorted(lost))} of the text is in neither description")
    return found


def _letters(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()
