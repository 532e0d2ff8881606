"""From templates to sentences: who is named how, in which order, with which hand, tempo and manner.

Templates have these slots: {a} the starter and {b} the partner, {hand} and {other_hand} the sides that they use,
{way} the side to which both go, {go} "walks up and " for who approaches, {adv} how it is done ("quickly
and proudly "). In the individual texts {a} is the person spoken of, {hand} that person's side, and {tempo} only
how fast it is done, for what is done to the person.
"""

from dataclasses import dataclass

import numpy as np

from in2in.bench.people.truth import Truth
from in2in.motion.texts import Texts

TEXTS = 3
"""Texts of each sort that a clip gets."""


@dataclass(frozen=True)
class Phrases:
    """Templates of one kind; those at even places are for training, the others for test.

    Attributes:
        together: of the interaction.
        starter: of the starter alone.
        partner: of the partner alone.
    """

    together: tuple[str, ...]
    starter: tuple[str, ...]
    partner: tuple[str, ...]


PAIRS = (
    ("one {}person", "the other {}person"),
    ("the first {}person", "the second {}person"),
    ("a {}person", "another {}person"),
    ("one {}person", "the other"),
)

ALONE = ("a {}person", "one {}person", "the {}person", "this {}person")

TEMPO_ADVERBS = {
    "slow": ("slowly", "unhurriedly", "very slowly"),
    "fast": ("quickly", "rapidly", "swiftly", "very quickly"),
    "normal": (),
}

ADJECTIVES = {
    "neutral": (),
    "tired": ("tired", "weary", "exhausted"),
    "proud": ("proud", "confident", "self-assured"),
    "cheerful": ("cheerful", "happy", "lively"),
    "shy": ("shy", "timid", "bashful"),
}

ADVERBS = {
    "neutral": (),
    "tired": ("wearily", "tiredly"),
    "proud": ("proudly", "confidently"),
    "cheerful": ("cheerfully", "happily"),
    "shy": ("shyly", "timidly"),
}

TALLER = 0.05
"""Metres of stature from which on somebody is called the taller one."""


def _tempo(truth: Truth, rng: np.random.Generator) -> list[str]:
    words = TEMPO_ADVERBS[truth.tempo]
    return [str(rng.choice(words))] if words else []


def _adverbs(words: list[str]) -> str:
    return " and ".join(words) + " " if words else ""


def _manner(truth: Truth, person: int, rng: np.random.Generator) -> list[str]:
    words = ADVERBS[truth.styles[person]]
    return [str(rng.choice(words))] if words else []


def _adjective(truth: Truth, person: int, rng: np.random.Generator) -> str:
    words = ADJECTIVES[truth.styles[person]]
    return f"{rng.choice(words)} " if words else ""


def _go(truth: Truth, person: int, rng: np.random.Generator) -> str:
    ways = ("walks up and ", "comes closer and ", "steps forward and ")
    return str(rng.choice(ways)) if truth.approaches[person] and rng.random() < 0.7 else ""


def _sentence(template: str, slots: dict[str, str], rng: np.random.Generator) -> str:
    text = template.format_map(slots)
    text = " ".join(text.split())
    return text[0].upper() + text[1:] + ("." if rng.random() < 0.7 else "")


def _article(name: str) -> str:
    """ "a" before a vowel becomes "an"."""
    return f"an {name[2:]}" if name.startswith("a ") and name[2] in "aeiou" else name


def _together(template: str, truth: Truth, statures: tuple[float, float], rng: np.random.Generator) -> str:
    starter, partner = truth.starter, 1 - truth.starter
    styled = rng.random() < 0.5
    adjectives = {
        person: "" if styled and person == starter else _adjective(truth, person, rng) for person in (starter, partner)
    }
    order = (starter, partner) if template.find("{a}") < template.find("{b}") else (partner, starter)
    difference = statures[order[0]] - statures[order[1]]
    if abs(difference) > TALLER and rng.random() < 0.3:
        pair = ("the taller {}person", "the shorter {}person")
        pair = pair if difference > 0 else pair[::-1]
    else:
        pair = PAIRS[int(rng.integers(len(PAIRS)))]
    names = {person: _article(name.format(adjectives[person])) for person, name in zip(order, pair, strict=True)}
    slots = {
        "a": names[starter],
        "b": names[partner],
        "hand": truth.hands[starter],
        "other_hand": truth.hands[partner],
        "way": truth.way,
        "go": _go(truth, starter, rng),
        "adv": _adverbs(_tempo(truth, rng) + (_manner(truth, starter, rng) if styled else [])),
    }
    return _sentence(template, slots, rng)


def _alone(template: str, truth: Truth, person: int, rng: np.random.Generator) -> str:
    styled = rng.random() < 0.5
    name = ALONE[int(rng.integers(len(ALONE)))].format("" if styled else _adjective(truth, person, rng))
    slots = {
        "a": _article(name),
        "hand": truth.hands[person],
        "way": truth.way,
        "go": _go(truth, person, rng),
        "adv": _adverbs(_tempo(truth, rng) + (_manner(truth, person, rng) if styled else [])),
        "tempo": _adverbs(_tempo(truth, rng)),
    }
    return _sentence(template, slots, rng)


def _choose(templates: tuple[str, ...], held_out: bool, rng: np.random.Generator) -> list[str]:
    half = templates[1::2] if held_out else templates[::2]
    picks = rng.permutation(len(half))[:TEXTS] if len(half) >= TEXTS else rng.integers(len(half), size=TEXTS)
    return [half[int(k)] for k in picks]


def tell(
    phrases: Phrases, truth: Truth, statures: tuple[float, float], held_out: bool, rng: np.random.Generator
) -> Texts:
    """The texts of a clip, from the training half of the phrases or from the held-out one."""
    together = tuple(_together(t, truth, statures, rng) for t in _choose(phrases.together, held_out, rng))
    individuals = tuple(
        tuple(_alone(t, truth, person, rng) for t in _choose(bank, held_out, rng))
        for person, bank in enumerate(
            (phrases.starter, phrases.partner) if truth.starter == 0 else (phrases.partner, phrases.starter)
        )
    )
    return Texts(together, individuals)
