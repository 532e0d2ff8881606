"""Splits a text on two people into clauses: who does what."""

from dataclasses import replace

from in2in.annotation.grammar import verbs
from in2in.annotation.grammar.clause import (
    ARTICLES,
    BREAKS,
    IN_TURN,
    JOINING,
    PARTICLES,
    PREPOSITIONS,
    Clause,
    after_adverbs,
    turned,
    verb_place,
)
from in2in.annotation.grammar.people import BOTH, FIRST, SECOND, Item, Ref, find_people
from in2in.annotation.grammar.reader import Reader
from in2in.annotation.grammar.voice import resolved

_SAME = (("does", "the", "same"), ("does", "so", "too"), ("does", "so"), ("does", "too"), ("does", "likewise"))
_SAME += (("follows", "suit"), ("does", "it", "too"), ("does", "as", "well"))


def split(text: str) -> list[Clause]:
    """The clauses of a text, each with its actor, in the order of the words; nobody acts in two at once but `BOTH`."""
    clauses = Reader(_joined(find_people(text))).read()
    clauses = _in_order(_objects_in_place(clauses))
    return [found for clause in clauses for found in resolved(_sides_named(clause))]


def _joined(items: list[Item]) -> list[Item]:
    """ "One person and the other wave" and "two people, one and the other, wave" with both as one."""
    joined: list[Item] = []
    for place, item in enumerate(items):
        joined.append(item)
        one, word, other = joined[-3:] if len(joined) > 2 else ("", "", "")
        people = isinstance(one, Ref) and isinstance(other, Ref) and {one.who, other.who} == {FIRST, SECOND}
        if people and word == "and" and verb_place(items, place + 1, plural=False) is None:
            if not (len(joined) == 3 or joined[-4] in BREAKS or joined[-4] in JOINING or isinstance(joined[-4], Ref)):
                continue
            if verb_place(items, place + 1, plural=True) is None and items[place + 1 : place + 2] != [","]:
                continue
            joined[-3:] = [Ref(BOTH)]
            if joined[-3:-1] in ([Ref(BOTH), ","], [Ref(BOTH), ":"]):
                joined[-2:] = []
                if items[place + 1 : place + 2] == [","]:
                    items[place + 1] = "also"  # the comma that closes the apposition parts no subject from its verb
    return joined


def _in_order(clauses: list[Clause]) -> list[Clause]:
    """What comes first and what later, told by "after", "then" and "before"."""
    following = [*(clause.joint for clause in clauses[1:]), ""][: len(clauses)]
    ordered = []
    for clause, after in zip(clauses, following, strict=True):
        waits = after in ("after", "once")
        more = ("later",) if waits else ("first",) if clause.joint in ("after", "once") else ()
        later = clause.joint in ("then", "before") or waits
        ordered.append(replace(clause, words=(*clause.words, *more), later=later))
    return ordered


def _sides_named(clause: Clause) -> Clause:
    """ "The left one" with the noun it stands for; the hand, where nothing else is named."""
    words, noun = list(clause.words), "hand"
    for place, word in enumerate(words):
        if word in ("hand", "arm", "leg", "foot"):
            noun = str(word)
        if word == "one" and place and words[place - 1] in ("left", "right"):
            words[place] = noun
    if len(words) > 2 and words[-1] in ("left", "right") and words[-3] == "with":
        words.append(noun)
    return replace(clause, words=tuple(words))


def _objects_in_place(clauses: list[Clause]) -> list[Clause]:
    """ "Shakes the hand that the other offers": the other offers the hand; "does the same": what was done before."""
    mended: list[Clause] = []
    for clause in clauses:
        if clause.joint in ("that", "which") and mended and (thing := _thing(mended[-1].words, clause.joint)):
            head, tail = _after_verb(clause.words)
            stranded = tail and tail[-1] in PREPOSITIONS
            clause = replace(clause, words=(*head, *tail, *thing) if stranded else (*head, *thing, *tail))
        if mended and (rest := _same(clause.words)) is not None:
            clause = replace(clause, words=_like(mended[-1], rest), joint="then", later=True)
        if clause.joint == "what":
            clause = replace(clause, words=tuple("moves" if word == "does" else word for word in clause.words))
        mended.append(clause)
    return mended


def _thing(words: tuple[Item, ...], joint: str) -> list[str]:
    """What "that" means, the noun phrase before it, and what ", which" means, the verb's object."""
    plain = [str(w) for w in words if isinstance(w, str)]
    articles = [k for k, w in enumerate(plain) if w in ARTICLES]
    if not articles:
        return []
    thing = plain[articles[0 if joint == "which" else -1] :]
    end = next((k for k, w in enumerate(thing) if k and w in PREPOSITIONS and w != "of"), len(thing))
    return thing[:end] if joint == "which" else thing


def _same(words: tuple[Item, ...]) -> list[Item] | None:
    """What follows "does the same"; None if a clause does not say this."""
    plain = [w for w in words if w not in ("also", "then")]
    for same in _SAME:
        if plain[: len(same)] == list(same):
            return plain[len(same) :]
    return None


def _like(model: Clause, rest: list[Item]) -> tuple[Item, ...]:
    """The words of a clause again, for the other person and with this at the end."""
    words = turned(model)
    if rest and rest[0] in words and rest[0] in PREPOSITIONS:
        words = words[: words.index(rest[0])]
    return (*words, *(rest or IN_TURN))


def _after_verb(words: tuple[Item, ...]) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """A clause parted behind its verb and the verb's particle."""
    place = after_adverbs(list(words), 0)
    if place + 1 < len(words) and words[place] in verbs.AUXILIARY and isinstance(word := words[place + 1], str):
        place += verbs.is_gerund(word) or verbs.is_participle(word)
    if place + 1 < len(words) and words[place + 1] in PARTICLES:
        place += 1
    return words[: place + 1], words[place + 1 :]
