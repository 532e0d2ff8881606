"""Clauses put into words again: one sentence about one person."""

import re
from collections.abc import Sequence

from in2in.annotation.grammar import verbs
from in2in.annotation.grammar.clause import Clause, after_adverbs
from in2in.annotation.grammar.people import BOTH, Ref

SOMEBODY = "somebody"
_FORCE = {"push", "shove"}
_SIZES = {
    "taller",
    "shorter",
    "other",
    "another",
    "former",
    "latter",
    "second",
    "first",
    "crouching",
    "his",
    "her",
    "their",
}
_IN_PLACE = re.compile(r"\bwhere (?:they|he|she) (?:are|is|were|was|stands?|stood)\b")
_RAGGED = re.compile(r"(?:^|\b)(?:is themselves|at|from|of|the|an?|with|by|and|that|which|where|who|is|has|to|whose)$")


def told(clause: Clause) -> str:
    """A clause in words, its actor left out and other people as somebody; "" where nothing whole is left."""
    items = _without_rest(clause)
    if verbs.MODAL.intersection(word for word in items if isinstance(word, str)):
        return ""  # what may be, or does not come to be
    words = [
        item if not isinstance(item, Ref) else SOMEBODY if item.who != clause.who or item.mutual else "themselves"
        for item in items
    ]
    if clause.who == BOTH:
        place = after_adverbs(list(words), 0)
        if place < len(words) and verbs.is_plain(words[place]):
            plain = {"are": "is", "were": "is", "have": "has"}
            words[place] = plain.get(words[place]) or verbs.third_person(verbs.lemma(words[place]))
        words = [w for w in words if w not in ("both", "each", "also", "all")]
    if len(words) == 2 and words[1] == SOMEBODY and verbs.lemma(words[0]) in _FORCE:
        words[1] = "forward"
    text = re.sub(r" ([,;:]|'s\b)", r"\1", " ".join(words)).strip(" ,;:")
    text = _IN_PLACE.sub("in place", text)
    while text and (torn := _RAGGED.search(text)) and not (text.startswith("is ") and text.endswith((" to", " at"))):
        text = text[: torn.start()].strip(" ,;:")
    return text


def _without_rest(clause: Clause) -> Sequence[str | Ref]:
    """The words up to where another person stands after a comma: of that one, something is said without a verb."""
    for place, word in enumerate(clause.words):
        if isinstance(word, Ref) and not word.mutual and place and clause.words[place - 1] == ",":
            return clause.words[: place - 1]
    return (*clause.words, *clause.tail)


def sentence(deeds: Sequence[str], looks: Sequence[str]) -> str:
    """A person of these looks does one thing after another."""
    looks = [word for word in looks if word not in _SIZES]
    article = "An" if looks and looks[0][0] in "aeiou" else "A"
    done = list(dict.fromkeys(deeds))
    return f"{' '.join((article, *looks, 'person'))} {' and '.join(done)}."
