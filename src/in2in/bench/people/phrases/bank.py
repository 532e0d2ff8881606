"""Reads the phrase bank: sentences with slots and with words to choose from.

In a sentence `(offers|gives)` is one of these, and slots are filled by `in2in.bench.people.phrases.phrase`: {a} the
starter and {b} the partner, {hand} and {other_hand} the sides that they use, {way} the side to which both go, {go}
"walks up and " for who approaches, {adv} how it is done ("quickly and proudly "). In the individual texts {a} is the
person spoken of, {other} the other one, {hand} the person's own side, and {tempo} only how fast it is done, for what
is done to the person.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import yaml

CHOICE = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True)
class Phrases:
    """Sentences of one kind and of one half of the bank.

    Attributes:
        together: of the interaction.
        starter: of the starter alone.
        partner: of the partner alone.
    """

    together: tuple[str, ...]
    starter: tuple[str, ...]
    partner: tuple[str, ...]


@cache
def _bank() -> dict[str, dict[str, dict[str, str]]]:
    held: dict[str, dict[str, dict[str, str]]] = {}
    for file in files("in2in.bench.people.phrases").iterdir():
        if file.name.endswith(".yaml"):
            held |= yaml.safe_load(file.read_text(encoding="utf-8"))
    return held


@cache
def phrases(kind: str, held_out: bool) -> Phrases:
    """How a kind is told: in the sentences for training, or in those that are kept for test."""
    half = _bank()[kind]["test" if held_out else "train"]
    return Phrases(**{bank: tuple(lines.splitlines()) for bank, lines in half.items()})


def choose(sentence: str, rng: np.random.Generator) -> str:
    """The sentence with one of the words at each choice."""
    return CHOICE.sub(lambda found: str(rng.choice(found[1].split("|"))), sentence)


def variants(sentence: str) -> Iterator[str]:
    """The sentence with each of the words at each choice in turn."""
    found = CHOICE.search(sentence)
    if found is None:
        yield sentence
        return
    for word in found[1].split("|"):
        yield from variants(sentence[: found.start()] + word + sentence[found.end() :])
