"""What one person does, in words: a verb and what belongs to it."""

from dataclasses import dataclass

from in2in.annotation.grammar.people import Item, Ref
from in2in.annotation.grammar.verbs import is_adverb, is_past, is_plain, is_third_person, lemma

BREAKS = {",", ";", ":", "."}
JOINING = {"and", "then", "while", "as", "when", "after", "before", "that", "which", "what", "whereas", "but", "until"}
JOINING |= {"where", "because", "although", "so", "whom", "once", "yet", "whatever"}
ARTICLES = {"a", "an", "the", "both", "one", "two", "his", "her", "their", "some", "something"}
PARTICLES = {"up", "down", "over", "back", "away", "off", "along", "out", "around", "round", "forward"}
PREPOSITIONS = {"to", "at", "on", "with", "by", "from", "towards", "toward", "behind", "after", "in", "for", "into"}
PREPOSITIONS |= {"of", "around", "past", "against", "near", "beside", "before", "across", "without", "onto", "under"}
PREPOSITIONS |= {"next", "opposite", "over", "through", "along", "during", "facing", "about", "above", "below"}


@dataclass(frozen=True)
class Clause:
    """What one person, or both, do.

    Attributes:
        who: FIRST, SECOND or BOTH.
        words: verb first, adverbs before it; other people are `Ref`s.
        looks: the words that describe the person.
        joint: the word before the clause ("after", "that", ..), "" at the beginning.
        later: whether the text says that it comes after what the other does.
        tail: a phrase that stands before the subject, to be said at the end.
    """

    who: str
    words: tuple[Item, ...]
    looks: tuple[str, ...] = ()
    joint: str = ""
    later: bool = False
    tail: tuple[Item, ...] = ()


def after_adverbs(items: list[Item], start: int) -> int:
    """The first place from here on where no adverb stands, nor an "and" between two."""
    place = start
    while place < len(items) and isinstance(word := items[place], str):
        if not is_adverb(word) and not (word == "and" and place > start and is_adverb_at(items, place + 1)):
            break
        place += 1
    return place


def is_adverb_at(items: list[Item], place: int) -> bool:
    """Whether an adverb stands here."""
    return place < len(items) and isinstance(word := items[place], str) and is_adverb(word)


def verb_place(items: list[Item], start: int, plural: bool) -> int | None:
    """Where the verb of a subject is whose predicate begins here; None if no predicate does."""
    place = after_adverbs(items, start)
    if place >= len(items) or not isinstance(word := items[place], str):
        return None
    if plural:
        return place if is_plain(word) and word not in PREPOSITIONS | JOINING else None
    unknown = lemma(word) == "" and word.endswith("s") and not word.endswith("ss") and word.isalpha() and len(word) > 4
    noun = word in ("hands", "backs", "faces", "shoulders", "heads", "arms", "elbows", "palms")
    straight = place > 0 and (
        isinstance(items[place - 1], Ref) or is_adverb_at(items, place - 1) or items[place - 1] == "who"
    )
    if is_third_person(word) or (straight and (noun or (unknown and word not in PREPOSITIONS | JOINING | _NO_VERBS))):
        return place
    passive = any(item == "by" for item in items[place:]) and items[place + 1 : place + 2] != [","]
    return place if is_past(word) and straight and not passive else None


_NO_VERBS = {"towards", "sideways", "afterwards", "always", "besides", "upwards", "downwards", "forwards", "backwards"}
