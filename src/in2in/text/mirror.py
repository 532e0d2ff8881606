"""A text as it reads when its motion is seen in a mirror."""

import re

_SIDE = {"left": "right", "right": "left"}
_SIDES = re.compile(r"\b(left|right)(?=\b|wards?\b|most\b|hand)", re.IGNORECASE)
_TURNS = re.compile(r"\b(counter-?|anti-?)?(clockwise)\b", re.IGNORECASE)


_LEFT_RIGHT = re.compile("left|right")


def _like(original: str, word: str) -> str:
    """The word in the original's case: lower, Capitalised or UPPER."""
    if original.isupper():
        return word.upper()
    return word.capitalize() if original[0].isupper() else word


def mirror_text(text: str) -> str:
    """Swap left with right and clockwise with counterclockwise.

    Whole words only: "upright" stays, and "counterclockwise" becomes "clockwise". That "left" may be a verb and
    "right" an adverb cannot be told from the word alone; both are swapped.
    """
    text = _SIDES.sub(lambda m: _like(m[0], _SIDE[m[0].lower()]), text)
    return _TURNS.sub(lambda m: _like(m[0], "clockwise" if m[1] else "counterclockwise"), text)


def mirror_text_as_published(text: str) -> str:
    """What the published code did: "upright" becomes "upleft", "counterclockwise" "countercounterclockwise"."""
    return _LEFT_RIGHT.sub(lambda m: _SIDE[m[0]], text).replace("clockwise", "counterclockwise")
