"""Finds the people in a sentence: which words mean the first that is named, the other, or both."""

import re
from dataclasses import dataclass

FIRST, SECOND, BOTH = "first", "second", "both"

OTHER = "other"
"""Whoever of the two is not the subject of the clause: him, them, somebody."""

_HE = {"man", "boy", "guy", "gentleman", "father", "son", "brother", "husband", "he", "him"}
_SHE = {"woman", "girl", "lady", "mother", "daughter", "sister", "wife", "she", "her"}
_ROLES = {
    *("attacker", "defender", "victim", "teacher", "student", "pupil", "master", "leader", "follower", "performer"),
    *("fighter", "boxer", "opponent", "rival", "thief", "guard", "child", "adult", "kid", "parent", "participant"),
    *("actor", "figure", "character", "human", "subject", "mover", "giver", "receiver", "initiator", "responder"),
    *("stranger", "companion", "colleague", "buddy", "host", "guest", "pursuer", "runner", "helper", "winner", "loser"),
}
_PERSON = {"person", "individual", "dancer", "partner", "one", "player", "friend"} | _ROLES | _HE | _SHE
_PERSON -= {"he", "him", "she", "her"}
_PEOPLE = {"people", "persons", "men", "women", "children"} | {f"{noun}s" for noun in _PERSON - {"one", "person"}}
_DETERMINERS = {"one", "a", "an", "the", "another", "other", "this", "their", "his", "her"}
_LABELS = {"first", "second", "taller", "shorter", "other", "another", "former", "latter"}
_SECOND = {"other", "another", "partner", "opponent", "rival", "companion", "colleague", "buddy", "victim"}
_POSSESSIVE = {"his", "her", "their"}
_NO_LOOKS = {
    *("of", "to", "on", "in", "at", "with", "by", "for", "from", "up", "out", "and", "or", "but", ",", ";", ":", "."),
    *("hand", "hands", "arm", "arms", "leg", "legs", "foot", "feet", "palm", "shoulder", "chest", "back", "head"),
    *("face", "is", "has", "does", "both", "his", "her", "their", "who", "that", "which", "what", "while", "as"),
    *("then", "the", "a", "an", "one", "left", "right", "around", "round", "towards", "toward", "into", "over"),
    *("him", "them", "'s", "when", "before", "after", "until", "are", "they"),
}
_NOT_ALONE = {
    *("hand", "hands", "arm", "arms", "leg", "legs", "foot", "feet", "side", "way", "direction", "knee", "shoulder"),
    *("time", "end", "palm", "one", "fist", "elbow", "hip", "cheek", "ear", "eye", "half", "step"),
}
_NUMBERED = {"1": FIRST, "2": SECOND, "a": FIRST, "b": SECOND, "one": FIRST, "two": SECOND}
_BEFORE_ONE = {",", ";", ".", ":", "and", "while", "as", "when", "but", "with", "until", "after", "before", "then"}
_AFTER_PRONOUN = {",", ";", ":", ".", "and", "while", "as", "when", "before", "after", "until", "but", "who", "then"}
_TOKEN = re.compile(r"'s\b|[\w-]+|[^\w\s]")


@dataclass(frozen=True)
class Ref:
    """People in a sentence.

    Attributes:
        who: FIRST, SECOND, BOTH or OTHER.
        looks: the words that describe the person.
        mutual: "each other" rather than a person who may act.
    """

    who: str
    looks: tuple[str, ...] = ()
    mutual: bool = False


Item = str | Ref


def _noun_phrase(words: list[str], start: int) -> tuple[int, list[str]] | None:
    """The end of the noun phrase of a person that starts here, and its words."""
    if words[start] not in _DETERMINERS:
        return None
    if words[start : start + 2] == ["one", "of"] and words[start + 2 : start + 3] in (["them"], ["the"], ["these"]):
        return (start + (3 if words[start + 2] == "them" else 4), ["one"])
    for end in range(start + 1, min(start + 8, len(words))):
        if words[end] in _PERSON and not (words[end] == "one" and words[end - 1] in ("left", "right", "each")):
            return end + 1, words[start : end + 1]
        if words[end] in _NO_LOOKS and not (end == start + 1 and words[end] in _LABELS):
            break
    follows = words[start + 1] if start + 1 < len(words) else ""
    if words[start] == "the" and follows in _LABELS:
        after = words[start + 2 : start + 5]
        if after[:2] == ["of", "the"] or after[:2] == ["of", "them"]:
            return start + (5 if after[1] == "the" else 4), [words[start], follows]
        noun = after[:1] and after[0] in _NOT_ALONE and after[:2] != ["side", "by"]
        counted = follows in ("first", "second") and after[:1] == ["to"]  # is the first to go
        return None if noun or counted else (start + 2, [words[start], follows])
    before = words[start - 1] if start else ","
    alone = words[start] == "another" or (words[start] == "one" and before in _BEFORE_ONE)
    if alone and follows not in _NOT_ALONE and follows not in ("another", "after", "by"):
        return start + 1, [words[start]]
    return None


def find_people(sentence: str) -> list[Item]:
    """The words of a sentence, in small letters, with its people in their places."""
    words = [word.lower() for word in _TOKEN.findall(sentence.strip())]
    items: list[Item] = []
    known = _Known()
    place = 0
    while place < len(words):
        length, ref = _person(words, place, known)
        items.append(words[place] if ref is None else ref)
        place += length
    return items


def _person(words: list[str], place: int, known: "_Known") -> tuple[int, Ref | None]:
    """How many words from here mean a person, and whom; one word and None where there is nobody."""
    word, follows = words[place], words[place + 1] if place + 1 < len(words) else "."
    before = words[place - 1] if place else ""
    if (word, follows) in (("each", "other"), ("one", "another")):
        return 2, Ref(BOTH, mutual=True)
    if word in ("person", "p") and follows in _NUMBERED:
        return 2, Ref(_NUMBERED[follows])
    if word == "they" and before in ("where", "what", "whom"):
        return 1, None
    if (length := _both(words, place)) > 0:
        return length, Ref(BOTH)
    if word in ("he", "she"):
        return 1, Ref(known.pronoun(word))
    if word in ("him", "them", "somebody", "someone") or (word == "her" and _ends_object(follows)):
        return (1, Ref(OTHER)) if known.labels else (1, None)
    if (found := _noun_phrase(words, place)) is None:
        return 1, None
    end, described = found
    who = known.who(described)
    if described[0] in _POSSESSIVE and not known.labels:
        return 1, None
    looks = tuple(w for w in described[:-1] if w not in _DETERMINERS and w not in ("first", "second"))
    return end - place, Ref(who, looks)


def _ends_object(follows: str) -> bool:
    return follows in _AFTER_PRONOUN or follows in ("to", "by", "with", "from", "up", "down", "away", "off", "on", "in")


def _both(words: list[str], place: int) -> int:
    """How many words from here mean both people."""
    if words[place] == "they":
        return 2 if words[place + 1 : place + 2] == ["both"] else 1
    if words[place] in ("two", "both", "the", "these", "a"):
        for end in range(place + 1, min(place + 5, len(words))):
            if words[end] in _PEOPLE or (words[end] in ("pair", "couple") and words[place] in ("the", "a")):
                return end + 1 - place
            if words[end] in _NO_LOOKS:
                break
        if words[place : place + 2] in (["the", "two"], ["both", "of"]):
            return 3 if words[place : place + 3] == ["both", "of", "them"] else 2
    if words[place] == "both" and place == 0:
        return 0 if words[1:2] and words[1] in _NO_LOOKS else 1
    return 0


class _Known:
    """Whom the words of a text have meant so far."""

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        self.last = FIRST

    def pronoun(self, word: str) -> str:
        """Whom "he" or "she" means."""
        own, others = (_HE, _SHE) if word == "he" else (_SHE, _HE)
        if fitting := next((self.labels[noun] for noun in self.labels if noun in own), None):
            return self._is(fitting, word)
        if opposite := next((self.labels[noun] for noun in self.labels if noun in others), None):
            return self._is(SECOND if opposite == FIRST else FIRST, word)
        return self._is(self.last, word)

    def who(self, described: list[str]) -> str:
        """Whom a noun phrase means."""
        determiner, noun = described[0], described[-1]
        label = next((word for word in described if word in _LABELS), "")
        others = SECOND if self.last == FIRST else FIRST
        if label in ("former", "latter") and self.labels:
            who = FIRST if label == "former" else SECOND
        elif label in self.labels:
            who = self.labels[label]
        elif label in _SECOND or (noun in _SECOND and determiner != "one"):
            who = others if determiner in _POSSESSIVE else SECOND
            who = who if self.labels else FIRST
        elif noun == "one" and determiner == "the" and not label and self.labels:
            who = others
        elif noun in self.labels and determiner in ("the", "this") and not label:
            who = self.labels[noun]
        elif determiner in ("one", "a", "an") and determiner in self.labels and set(self.labels.values()) != {FIRST}:
            who = self.labels[determiner]
        elif determiner in ("the", "this") and not label and noun == "person" and self.labels:
            who = FIRST
        else:
            who = SECOND if self.labels else FIRST
        for word in {label, noun if noun in _ROLES | _HE | _SHE else "", determiner if determiner != "the" else ""} - {
            ""
        }:
            self.labels.setdefault(word, who)
        self.labels.setdefault(label or noun, who)
        return self._is(who, "")

    def _is(self, who: str, word: str) -> str:
        self.last = who
        if word:
            self.labels.setdefault(word, who)
        return who
