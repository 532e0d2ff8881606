"""Finds the people in a sentence: which words mean the first that is named, the other, or both."""

import re
from dataclasses import dataclass

FIRST, SECOND, BOTH = "first", "second", "both"

_PERSON = {"person", "man", "woman", "boy", "girl", "guy", "individual", "dancer", "partner", "one", "player", "friend"}
_PEOPLE = {"people", "persons", "men", "women", "individuals", "dancers", "friends", "partners"}
_PEOPLE |= {"guys", "girls", "boys", "players"}
_DETERMINERS = {"one", "a", "an", "the", "another", "other", "this"}
_LABELS = {"first", "second", "taller", "shorter", "other", "another", "former", "latter"}
_SECOND = {"other", "another"}
_NO_LOOKS = {
    *("of", "to", "on", "in", "at", "with", "by", "for", "from", "up", "out", "and", "or", "but", ",", ";", ":", "."),
    *("hand", "hands", "arm", "arms", "leg", "legs", "foot", "feet", "palm", "shoulder", "chest", "back", "head"),
    *("face", "is", "has", "does", "both", "his", "her", "their", "who", "that", "which", "what", "while", "as"),
    *("then", "the", "a", "an", "one", "left", "right", "around", "round", "towards", "toward", "into", "over"),
    *("him", "them"),
}
_NOT_ALONE = {
    *("hand", "hands", "arm", "arms", "leg", "legs", "foot", "feet", "side", "way", "direction", "knee", "shoulder"),
    *("time", "end", "palm", "one"),
}
_TOKEN = re.compile(r"'s\b|[\w-]+|[^\w\s]")


@dataclass(frozen=True)
class Ref:
    """People in a sentence.

    Attributes:
        who: FIRST, SECOND or BOTH.
        looks: the words that describe the person.
        mutual: "each other" rather than a person who may act.
    """

    who: str
    looks: tuple[str, ...] = ()
    mutual: bool = False


Item = str | Ref


def _noun_phrase(words: list[str], start: int) -> tuple[int, list[str]] | None:
    """The end of the noun phrase of a person that starts here, and its words without the noun."""
    if words[start] not in _DETERMINERS:
        return None
    for end in range(start + 1, min(start + 8, len(words))):
        if words[end] in _PERSON and not (words[end] == "one" and words[end - 1] in ("left", "right", "each")):
            return end + 1, words[start:end]
        if words[end] in _NO_LOOKS and not (end == start + 1 and words[end] in _LABELS):
            break
    follows = words[start + 1] if start + 1 < len(words) else ""
    if words[start] == "the" and follows in _LABELS:
        after = words[start + 2] if start + 2 < len(words) else ""
        noun = after in _NOT_ALONE and words[start + 2 : start + 4] != ["side", "by"]
        return None if noun or after == "to" else (start + 2, [words[start], follows])
    alone = words[start] == "another" or (
        words[start] == "one" and (start == 0 or words[start - 1] in (",", ";", "and", "while", "as", "when", ":"))
    )
    if alone and follows not in _NOT_ALONE and follows not in ("of", "another", "after"):
        return start + 1, [words[start]]
    return None


def find_people(sentence: str) -> list[Item]:
    """The words of a sentence with its people in their places."""
    cased = _TOKEN.findall(sentence.strip())
    words = [word.lower() for word in cased]
    items: list[Item] = []
    labels: dict[str, str] = {}
    last, place = FIRST, 0
    while place < len(words):
        word, pair = words[place], tuple(words[place : place + 2])
        if pair in (("each", "other"), ("one", "another")):
            items.append(Ref(BOTH, mutual=True))
            place += 2
            continue
        if (length := _both(words, place)) > 0:
            items.append(Ref(BOTH))
            place += length
            continue
        if word in ("he", "she") and labels:
            items.append(Ref(last))
            place += 1
            continue
        if word in ("him", "somebody", "someone") and labels:
            items.append(Ref(SECOND if last == FIRST else FIRST))
            place += 1
            continue
        found = _noun_phrase(words, place)
        if found is None:
            items.append(cased[place])
            place += 1
            continue
        place, described = found
        last = _who(described, labels)
        looks = tuple(w for w in described if w not in _DETERMINERS and w not in ("first", "second"))
        items.append(Ref(last, looks))
    return items


def _both(words: list[str], place: int) -> int:
    """How many words from here mean both people."""
    if words[place] == "they":
        return 1
    if words[place] in ("two", "both", "the", "these"):
        for end in range(place + 1, min(place + 5, len(words))):
            if words[end] in _PEOPLE:
                return end + 1 - place
            if words[end] in _NO_LOOKS:
                break
        if words[place : place + 2] in (["the", "two"], ["both", "of"]):
            return 3 if words[place : place + 3] == ["both", "of", "them"] else 2
    if words[place] == "both" and place == 0:
        return 1
    return 0


def _who(described: list[str], labels: dict[str, str]) -> str:
    """Which of the two a noun phrase means; `labels` remembers what each was called."""
    label = next((word for word in described if word in _LABELS), described[0])
    label = {"an": "a", "the": "the"}.get(label, label)
    if label in ("former", "latter") and labels:
        who = FIRST if label == "former" else SECOND
    elif label in _SECOND:
        who = SECOND if labels else FIRST
    elif label in ("one", "a") and set(labels.values()) == {FIRST}:
        who = SECOND
    elif label in labels:
        who = labels[label]
    elif label == "the":
        who = next(iter(labels.values()), FIRST)
    else:
        who = SECOND if labels else FIRST
    labels.setdefault(label, who)
    return who
