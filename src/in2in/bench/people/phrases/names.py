"""What the two persons are called in a text: so that the words, not the motion, say who is who."""

import numpy as np

PAIRS = (
    ("one {}person", "the other {}person"),
    ("the first {}person", "the second {}person"),
    ("a {}person", "another {}person"),
    ("one {}person", "the other"),
    ("one {}person", "another {}person"),
    ("the first {}one", "the second {}one"),
    ("one of them", "the other one"),
    ("somebody", "somebody else"),
    ("someone", "another {}person"),
    ("a {}man", "a {}woman"),
    ("the {}woman", "the {}man"),
    ("one {}man", "the other {}man"),
    ("one {}woman", "the other {}woman"),
    ("a {}friend", "another {}friend"),
    ("one {}individual", "the other {}individual"),
    ("person A", "person B"),
    ("{name}", "{name}"),
    ("{name}", "{name}"),
)
"""Who is told of first, and second; slots take an adjective or a name."""

USUAL = 4
"""So many of `PAIRS` stand in half of the texts, as most people write."""

SIZES = (
    ("the taller {}person", "the shorter {}person"),
    ("the taller {}one", "the shorter {}one"),
    ("the {}person who is taller", "the shorter {}person"),
)

GIVEN = ("Anna", "Ben", "Carla", "David", "Emma", "Felix", "Grace", "Henry", "Maria", "Tom", "Lucy", "Omar")

ALONE = ("a {}person", "one {}person", "the {}person", "this {}person")
OTHERS_ALONE = ("somebody", "someone", "a {}man", "a {}woman", "an {}individual", "he", "she", "{name}", "one person")

OTHERS = ("somebody", "someone", "the other person", "another person", "the other one", "the partner")
"""Who is met, in the text of one person alone."""


def _article(name: str) -> str:
    """ "a" before a vowel becomes "an", and "an" before a consonant "a"."""
    first, _, rest = name.partition(" ")
    return f"{'an' if rest[0] in 'aeiou' else 'a'} {rest}" if first in ("a", "an") else name


def _named(pattern: str, adjective: str, given: str) -> str:
    return given if pattern == "{name}" else _article(pattern.format(adjective))


def pair(taller: int | None, adjectives: tuple[str, str], rng: np.random.Generator) -> tuple[str, str]:
    """Names of the one who is told of first and of the other.

    Args:
        taller: 0 or 1, which of the two is visibly taller, None if nobody is.
        adjectives: "proud " or nothing, of each.
        rng: draws.
    """
    if taller is not None and rng.random() < 0.3:
        patterns = SIZES[int(rng.integers(len(SIZES)))]
        patterns = patterns if taller == 0 else patterns[::-1]
    else:
        patterns = PAIRS[int(rng.integers(USUAL if rng.random() < 0.5 else len(PAIRS)))]
    one, two = rng.permutation(len(GIVEN))[:2]
    return _named(patterns[0], adjectives[0], GIVEN[one]), _named(patterns[1], adjectives[1], GIVEN[two])


def alone(adjective: str, rng: np.random.Generator) -> str:
    """The name of a person who is told of alone."""
    patterns = ALONE if rng.random() < 0.6 else OTHERS_ALONE
    return _named(patterns[int(rng.integers(len(patterns)))], adjective, GIVEN[int(rng.integers(len(GIVEN)))])


def again(name: str) -> str:
    """The name where the person is told of once more: "a man" has become "the man"."""
    first, _, rest = name.partition(" ")
    match first:
        case "a" | "an":
            return f"the {rest}"
        case "another":
            return f"the other {rest}"
        case "one" if not rest.startswith("of"):
            return f"the first {rest}"
        case "somebody" | "someone" if rest:
            return "the other one"
        case "somebody" | "someone" | "one":
            return "the first one"
    return name
