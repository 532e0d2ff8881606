"""What a model has to answer for a text, and how that is read from its words."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

LONGEST = 1000
"""Letters of a description at most; 77 tokens of CLIP's are a third of that."""


class RejectedError(Exception):
    """An answer that cannot be used, with what is wrong with it in words; the same text may be asked about again."""


def _one_line(text: str) -> str:
    """A text with single spaces between its words.

    Raises:
        ValueError: it holds signs that nobody sees: NUL, byte order marks, marks of direction.
    """
    line = " ".join(text.split())
    if not line.isprintable():
        raise ValueError("holds a sign that cannot be printed")
    return line


Description = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=LONGEST), AfterValidator(_one_line)
]


class Answer(BaseModel):
    """What each person does.

    Attributes:
        person1, person2: one description each, on one line.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    person1: Description
    person2: Description


def read_answer(words: str) -> Answer:
    """The answer in a model's words: the last JSON object in them, whatever stands around it.

    Raises:
        RejectedError: there is none, or it has not the form of an answer.
    """
    start = words.rfind("{")  # an answer has no braces inside
    end = words.find("}", start)
    if start < 0 or end < 0:
        raise RejectedError("it holds no JSON object" if words.strip() else "it is empty")
    try:
        return Answer.model_validate_json(words[start : end + 1])
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = "".join(f"{part}: " for part in first["loc"])[:100]
        raise RejectedError(f"{place}{first['msg'].lower()}") from error
