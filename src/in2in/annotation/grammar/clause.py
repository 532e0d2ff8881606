"""What one person does, in words: a verb and what belongs to it."""

from dataclasses import dataclass

from in2in.annotation.grammar import verbs
from in2in.annotation.grammar.people import BOTH, OTHER, Item, Ref

BREAKS = {",", ";", ":", "."}
JOINING = {"and", "then", "while", "as", "when", "after", "before", "that", "which", "what", "whereas", "but", "until"}
JOINING |= {"where", "because", "although", "so", "whom", "once", "yet", "whatever"}
ARTICLES = {"a", "an", "the", "both", "one", "two", "his", "her", "their", "some", "something"}
BODY = {"hand", "hands", "arm", "arms", "leg", "legs", "foot", "feet", "head", "fist", "palm", "knee", "elbow", "back"}
BODY |= {"finger", "fingers", "eyes", "gaze", "face", "body", "shoulder", "shoulders", "hair", "chest", "waist"}
PARTICLES = {"up", "down", "over", "back", "away", "off", "along", "out", "around", "round", "forward"}
PREPOSITIONS = {"to", "at", "on", "with", "by", "from", "towards", "toward", "behind", "after", "in", "for", "into"}
PREPOSITIONS |= {"of", "around", "past", "against", "near", "beside", "before", "across", "without", "onto", "under"}
PREPOSITIONS |= {"next", "opposite", "over", "through", "along", "during", "facing", "about", "above", "below"}

IN_TURN = ("in", "turn")
"""Said of who does the same as the other before."""


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
        if not verbs.is_adverb(word) and not (word == "and" and place > start and is_adverb_at(items, place + 1)):
            break
        place += 1
    return place


def is_adverb_at(items: list[Item], place: int) -> bool:
    """Whether an adverb stands here."""
    return place < len(items) and isinstance(word := items[place], str) and verbs.is_adverb(word)


def verb_place(items: list[Item], start: int, plural: bool) -> int | None:
    """Where the verb of a subject is whose predicate begins here; None if no predicate does."""
    place = after_adverbs(items, start)
    if place >= len(items) or not isinstance(word := items[place], str):
        return None
    if plural:
        return place if verbs.is_plain(word) and word not in PREPOSITIONS | JOINING else None
    unknown = (
        verbs.lemma(word) == "" and word.endswith("s") and not word.endswith("ss") and word.isalpha() and len(word) > 4
    )
    noun = word in ("hands", "backs", "faces", "shoulders", "heads", "arms", "elbows", "palms")
    straight = place > 0 and (
        isinstance(items[place - 1], Ref) or is_adverb_at(items, place - 1) or items[place - 1] == "who"
    )
    if verbs.is_third_person(word) or (
        straight and (noun or (unknown and word not in PREPOSITIONS | JOINING | _NO_VERBS))
    ):
        return place
    passive = any(item == "by" for item in items[place:]) and items[place + 1 : place + 2] != [","]
    return place if verbs.is_past(word) and straight and not passive else None


_NO_VERBS = {"towards", "sideways", "afterwards", "always", "besides", "upwards", "downwards", "forwards", "backwards"}


def finite(words: list[Item], past: bool = True) -> list[Item]:
    """A participle, or a verb in the past, as a verb in the present: waving as waves, seen by .. as is seen by .."""
    place = after_adverbs(words, 0)
    word = words[place] if place < len(words) else None
    if word in ("being", "having"):
        return [*words[:place], "is" if word == "being" else "has", *words[place + 1 :]]
    if (
        not isinstance(word, str)
        or word in verbs.AUXILIARY | verbs.PERFECT | verbs.MODAL
        or verbs.is_third_person(word)
    ):
        return words
    if verbs.is_gerund(word) or (past and verbs.is_past(word) and "by" not in words):
        return [*words[:place], verbs.third_person(verbs.lemma(word)), *words[place + 1 :]]
    if verbs.is_participle(word) and not verbs.is_plain(word):
        return ["is", *words]
    return words


def singular(word: Item) -> Item:
    """The verb of both as the verb of one."""
    return verbs.third_person(verbs.lemma(word)) if isinstance(word, str) and verbs.is_plain(word) else word


def turned(model: Clause) -> list[Item]:
    """The words of a clause with the other person as the subject, "first" left out."""
    words = [Ref(OTHER) if isinstance(w, Ref) and not w.mutual else w for w in model.words if w != "first"]
    if model.who == BOTH and words:
        words[0] = singular(words[0])
    return words
