"""The predicate of a person: which words may be its verb, and the words that never are."""

from dataclasses import dataclass

from in2in.annotation.people import Item, Ref

JOINING = {"and", "then", "while", "as", "when", "after", "before", "that", "which", "what", "whereas", "but", "until"}
BREAKS = {",", ";", ".", ":"}
AUXILIARY = {"is", "are", "was", "were", "gets", "get", "has", "have"}
_ADVERBS = {"then", "also", "first", "both", "now", "just", "still", "each", "never", "always", "again", "soon", "very"}
_NOT_VERBS = {"hands", "arms", "legs", "knees", "always", "as", "towards", "sideways", "afterwards", "across", "'s"}
PARTICLES = {"up", "down", "over", "back", "away", "off", "along", "out", "around", "round", "forward"}
PREPOSITIONS = {"to", "at", "on", "with", "by", "from", "towards", "toward", "behind", "after", "in", "for", "into"}
PREPOSITIONS |= {"of", "around", "past", "against", "near", "beside", "before"}
ARTICLES = {"a", "an", "the", "both", "one", "two", "his", "her", "their", "some", "something"}


@dataclass(frozen=True)
class Clause:
    """What one person, or both, do.

    Attributes:
        who: FIRST, SECOND or BOTH.
        words: verb first; other people are `Ref`s.
        looks: the words that describe the person.
        joint: the word before the clause ("after", "that", ..), "" at the beginning.
        later: whether the text says that it comes after what the other does.
    """

    who: str
    words: tuple[Item, ...]
    looks: tuple[str, ...] = ()
    joint: str = ""
    later: bool = False


def is_adverb(item: Item) -> bool:
    """Whether this is a word that may stand between a subject and its verb."""
    return isinstance(item, str) and (item.lower() in _ADVERBS or (item.endswith("ly") and len(item) > 4))


def verb_place(items: list[Item], start: int, plural: bool) -> int | None:
    """Where the verb of a subject is whose predicate may begin here."""
    place = start
    while place < len(items) and (is_adverb(items[place]) or (items[place] == "and" and place > start)):
        place += 1
    if place >= len(items) or not isinstance(word := items[place], str):
        return None
    word = word.lower()
    if plural:
        return place if word.isalpha() and word not in PREPOSITIONS | JOINING else None
    handing = word == "hands" and (start == 0 or isinstance(items[start - 1], Ref))
    verb = word in AUXILIARY or (word.endswith("s") and word not in _NOT_VERBS and not word.endswith("ss")) or handing
    return place if verb else None
