"""Splits a sentence on two people into what each of them does."""

from dataclasses import replace

from in2in.annotation.people import BOTH, FIRST, SECOND, Item, Ref, find_people
from in2in.annotation.predicate import BREAKS, JOINING, PARTICLES, Clause, is_adverb, verb_place
from in2in.annotation.verbs import base, third_person
from in2in.annotation.voice import active, impersonal

_FORCE = {"push", "shove"}
SOMEBODY = "somebody"


def _joined(items: list[Item]) -> list[Item]:
    """ "One person and the other wave" and "two people, one and the other, wave" with both as one."""
    joined: list[Item] = []
    for place, item in enumerate(items):
        joined.append(item)
        one, word, other = joined[-3:] if len(joined) > 2 else ("", "", "")
        people = isinstance(one, Ref) and isinstance(other, Ref) and {one.who, other.who} == {FIRST, SECOND}
        if people and word == "and" and verb_place(items, place + 1, plural=False) is None:
            joined[-3:] = [Ref(BOTH)]
            if joined[-3:-1] in ([Ref(BOTH), ","], [Ref(BOTH), ":"]):
                joined[-2:] = []
                following = items[place + 1 : place + 2]
                if following == [","]:
                    items[place + 1] = "also"  # the comma that closes the apposition parts no subject from its verb
    return joined


def split(text: str) -> list[Clause]:
    """The clauses of a text, each with its actor; nobody acts in two at once but `BOTH`."""
    items = _joined(find_people(text))
    clauses: list[Clause] = []
    words: list[Item] = []
    subject: Ref | None = None
    joint = ""

    def close() -> None:
        while words and isinstance(words[-1], str) and (words[-1].lower() in JOINING or words[-1] in BREAKS):
            words.pop()
        if subject is None and (clause := impersonal(words)) is not None:
            clauses.append(clause)
        if subject is not None and words:
            clauses.append(Clause(subject.who, tuple(words), subject.looks, joint))
        words.clear()

    for place, item in enumerate(items):
        if isinstance(item, Ref) and not item.mutual and verb_place(items, place + 1, item.who == BOTH) is not None:
            before = next((w for w in reversed(words) if w not in BREAKS), "")
            next_joint = before.lower() if isinstance(before, str) and before.lower() in JOINING else ""
            close()
            subject, joint = item, next_joint
        elif item == "who":
            person = next((w for w in reversed(words) if isinstance(w, Ref)), None)
            if words[-3:-1] == ["it", "is"]:  # it is the former who ..
                words[-3:] = []
            close()
            subject, joint = person or next((i for i in reversed(items[:place]) if isinstance(i, Ref)), None), "who"
        elif item == ".":
            close()
            joint = ""
        else:
            words.append(item)
    close()
    following = [*(clause.joint for clause in clauses[1:]), ""][: len(clauses)]
    ordered = [
        replace(
            clause,
            words=(*clause.words, *(["later"] if after == "after" else ["first"] if clause.joint == "after" else [])),
            later=clause.joint == "then" or after == "after",
        )
        for clause, after in zip(clauses, following, strict=True)
    ]
    return active(_objects_in_place([_sides_named(clause) for clause in ordered]))


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
    """ "Shakes the hand that the other offers": the other offers the hand."""
    mended: list[Clause] = []
    for clause in clauses:
        if clause.joint in ("that", "which") and mended:
            before = [str(w) for w in mended[-1].words if isinstance(w, str)]
            articles = [k for k, w in enumerate(before) if w in ("the", "a", "an", "both", "one")]
            if articles:
                thing, (head, tail) = before[articles[-1] :], _after_verb(clause.words)
                clause = replace(clause, words=(*head, *thing, *tail))
        if [w for w in clause.words if w not in ("also", "then")] == ["does", "the", "same"] and mended:
            clause = replace(clause, words=mended[-1].words)
        if clause.joint == "what":
            clause = replace(clause, words=tuple("moves" if word == "does" else word for word in clause.words))
        mended.append(clause)
    return mended


def _after_verb(words: tuple[Item, ...]) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """A clause parted behind its verb and the verb's particle."""
    place = verb_place(list(words), 0, plural=False)
    place = 0 if place is None else place
    if place + 1 < len(words) and words[place + 1] in PARTICLES:
        place += 1
    return words[: place + 1], words[place + 1 :]


def is_whole(clause: Clause) -> bool:
    """Whether nothing in a clause is said of another person without a verb: "one bends, the other a moment later"."""
    words = clause.words
    others = [k for k, word in enumerate(words) if isinstance(word, Ref) and not word.mutual]
    return not any(clause.who == BOTH or words[k - 1 : k] == (",",) for k in others)


def told(clause: Clause) -> str:
    """A clause in words, its actor left out and other people as somebody."""
    words: list[str] = []
    plural = clause.who == BOTH
    for item in clause.words:
        if isinstance(item, Ref):
            words.append(SOMEBODY if item.who != clause.who or item.mutual else "the body")
        else:
            words.append(item)
    if plural:
        words = _singular(list(clause.words), words)
    if len(words) == 2 and words[1] == SOMEBODY and base(words[0].lower()) in _FORCE:
        words[1] = "forward"
    text = " ".join(words)
    for sign in (",", ";", ":", "'s"):
        text = text.replace(f" {sign}", sign)
    return text.strip(" ,;:")


def _singular(items: list[Item], words: list[str]) -> list[str]:
    place = verb_place(items, 0, plural=True)
    if place is None:
        return words
    plain = {"are": "is", "were": "was", "have": "has"}
    verb = words[place].lower()
    words[place] = plain.get(verb) or third_person(verb)
    for k in range(place + 1, len(words)):
        start = k
        while start > 0 and (is_adverb(words[start - 1]) or words[start - 1].lower() == "very"):
            start -= 1
        if words[k].lower() in COMMON_VERBS and words[start - 1] in ("and", "then"):
            words[k] = third_person(words[k].lower())
    return [w for w in words if w.lower() not in ("both", "each", "also")]


COMMON_VERBS = {
    *("walk", "run", "turn", "step", "hold", "shake", "wave", "bow", "hug", "dance", "jump", "stand", "sit", "go"),
    *("come", "move", "raise", "lift", "lower", "point", "clap", "push", "pull", "kick", "punch", "hit", "circle"),
    *("spin", "swing", "embrace", "talk", "look", "face", "leave", "part", "greet", "bend", "lean", "start", "stop"),
    *("separate", "kneel"),
}
"""Verbs that are known as such where "and" may join nouns as well."""
