"""From sentences with slots to texts: who is named how, in which order, with which hand, tempo and manner."""

import numpy as np

from in2in.bench.people.phrases.bank import choose, phrases
from in2in.bench.people.phrases.names import OTHERS, again, alone, pair
from in2in.bench.people.truth import Truth
from in2in.motion.texts import Texts

TEXTS = 3
"""Texts of each sort that a clip gets."""

TEMPO_ADVERBS = {
    "slow": ("slowly", "unhurriedly", "very slowly", "sluggishly"),
    "fast": ("quickly", "rapidly", "swiftly", "very quickly", "hastily"),
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

STOPPED = 0.6
"""Share of the texts that end in a full stop."""

WAYS = ("walks up and ", "comes closer and ", "steps forward and ", "approaches and ", "walks over and ")
"""How somebody who does something is said to walk up before."""

OPENINGS = ("Two people meet.", "There are two people.", "Two people are together.", "This is about two people.")
OPENED = 0.08
"""Share of the interaction texts for training that begin with a sentence that says nothing of what is done."""


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
    return str(rng.choice(WAYS)) if truth.approaches[person] and rng.random() < 0.7 else ""


def _sentence(sentence: str, names: dict[str, str], slots: dict[str, str], rng: np.random.Generator) -> str:
    for slot, name in names.items():
        first, *later = sentence.split(f"{{{slot}}}")
        sentence = first + "".join((name if k == 0 else again(name)) + rest for k, rest in enumerate(later))
    text = " ".join(sentence.format_map(slots).split()).replace(" ,", ",").replace(" .", ".")
    text = ". ".join(part[0].upper() + part[1:] for part in text.split(". "))
    return text + ("." if rng.random() < STOPPED else "")


def _together(sentence: str, truth: Truth, statures: tuple[float, float], rng: np.random.Generator) -> str:
    starter, partner = truth.starter, 1 - truth.starter
    styled = rng.random() < 0.5
    adjectives = {
        person: "" if styled and person == starter else _adjective(truth, person, rng) for person in (starter, partner)
    }
    order = (starter, partner) if sentence.find("{a}") < sentence.find("{b}") else (partner, starter)
    difference = statures[order[0]] - statures[order[1]]
    taller = int(difference < 0) if abs(difference) > TALLER else None
    names = dict(zip(order, pair(taller, (adjectives[order[0]], adjectives[order[1]]), rng), strict=True))
    slots = {
        "hand": truth.hands[starter],
        "other_hand": truth.hands[partner],
        "way": truth.way,
        "go": _go(truth, starter, rng),
        "adv": _adverbs(_tempo(truth, rng) + (_manner(truth, starter, rng) if styled else [])),
    }
    return _sentence(sentence, {"a": names[starter], "b": names[partner]}, slots, rng)


def _alone(sentence: str, truth: Truth, person: int, rng: np.random.Generator) -> str:
    styled = rng.random() < 0.5
    name = alone("" if styled else _adjective(truth, person, rng), rng)
    slots = {
        "hand": truth.hands[person],
        "way": truth.way,
        "go": _go(truth, person, rng),
        "adv": _adverbs(_tempo(truth, rng) + (_manner(truth, person, rng) if styled else [])),
        "tempo": _adverbs(_tempo(truth, rng)),
    }
    return _sentence(sentence, {"a": name, "other": str(rng.choice(OTHERS))}, slots, rng)


def _choose(bank: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    return [choose(bank[int(k)], rng) for k in rng.permutation(len(bank))[:TEXTS]]


def tell(truth: Truth, statures: tuple[float, float], held_out: bool, rng: np.random.Generator) -> Texts:
    """The texts of a clip, in the sentences for training or in those kept for test.

    Args:
        truth: what is shown.
        statures: metres, of both persons.
        held_out: whether to tell it in words that training never sees.
        rng: draws sentences, names and words.
    """
    bank = phrases(truth.kind, held_out)
    told = [_together(sentence, truth, statures, rng) for sentence in _choose(bank.together, rng)]
    together = tuple(
        f"{rng.choice(OPENINGS)} {text}" if not held_out and rng.random() < OPENED else text for text in told
    )
    banks = (bank.starter, bank.partner) if truth.starter == 0 else (bank.partner, bank.starter)
    individuals = tuple(
        tuple(_alone(sentence, truth, person, rng) for sentence in _choose(own, rng))
        for person, own in enumerate(banks)
    )
    return Texts(together, individuals)
