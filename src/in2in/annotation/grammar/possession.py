"""Clauses whose subject is not a person but something of one: a hand, a blow."""

from dataclasses import dataclass

from in2in.annotation.grammar import verbs
from in2in.annotation.grammar.clause import ARTICLES, BODY, BREAKS, PREPOSITIONS, after_adverbs
from in2in.annotation.grammar.people import Item, Ref


@dataclass(frozen=True)
class Owned:
    """A clause whose subject is something of a person, as that person's.

    Attributes:
        words: the beginning of the person's clause.
        read: how many items after the person it is made of.
    """

    words: tuple[Item, ...]
    read: int


def owned(ref: Ref, items: list[Item], place: int, before: list[Item]) -> Owned | None:
    """ "One's hand touches ..", "the left hand of one touches ..", "a slap from one makes ..", as the person's deed.

    Args:
        ref: the person.
        items: of the text.
        place: the person's.
        before: what stands before the person, where nobody is a subject yet.
    """
    if items[place + 1 : place + 2] == ["'s"]:
        end = next(
            (k for k in range(place + 2, min(place + 7, len(items))) if not isinstance(items[k], str)), len(items)
        )
        verb = next((k for k in range(place + 3, min(end, len(items))) if _is_verb(items[k])), None)
        noun = ["the", *items[place + 2 : verb]] if verb is not None else []
    elif len(before) > 1 and before[-1] in ("of", "from", "by") and before[0] in ARTICLES:
        verb = after_adverbs(items, place + 1)
        verb = verb if verb < len(items) and _is_verb(items[verb]) else None
        noun = list(before[:-1])
    else:
        return None
    if verb is None or any(not isinstance(w, str) or w in (PREPOSITIONS - {"of"}) | BREAKS for w in noun):
        return None
    word, head = str(items[verb]), str(noun[-1])
    if word in verbs.AUXILIARY:
        return Owned(("has", *noun), verb - place)
    gerund = verbs.gerund(verbs.lemma(word))
    if head not in BODY and verbs.is_plain(head):
        adjectives = [w for w in noun[1:-1] if w in ("left", "right")]
        return Owned((verbs.third_person(head), *adjectives, ",", gerund), verb - place)
    return Owned(("has", *noun, gerund), verb - place)


def _is_verb(word: Item) -> bool:
    return isinstance(word, str) and (verbs.is_third_person(word) or verbs.is_past(word))
