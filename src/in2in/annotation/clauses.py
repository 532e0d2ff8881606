"""Splits a sentence on two people into what each of them does."""

from dataclasses import dataclass, replace

from in2in.annotation.people import BOTH, FIRST, SECOND, Item, Ref, find_people
from in2in.annotation.verbs import base, base_of_participle, is_participle, participle, third_person

_JOINING = {"and", "then", "while", "as", "when", "after", "before", "that", "which", "what", "whereas", "but", "until"}
_BREAKS = {",", ";", ".", ":"}
_AUXILIARY = {"is", "are", "was", "were", "gets", "get", "has", "have"}
_ADVERBS = {"then", "also", "first", "both", "now", "just", "still", "each", "never", "always", "again", "soon", "very"}
_NOT_VERBS = {"hands", "arms", "legs", "knees", "always", "as", "towards", "sideways", "afterwards", "across", "'s"}
_PARTICLES = {"up", "down", "over", "back", "away", "off", "along", "out", "around", "round", "forward"}
_PREPOSITIONS = {"to", "at", "on", "with", "by", "from", "towards", "toward", "behind", "after", "in", "for", "into"}
_PREPOSITIONS |= {"of", "around", "past", "against", "near", "beside", "before"}
_ARTICLES = {"a", "an", "the", "both", "one", "two", "his", "her", "their", "some", "something"}
_FORCE = {"push", "shove"}
SOMEBODY = "somebody"


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


def _is_adverb(item: Item) -> bool:
    return isinstance(item, str) and (item.lower() in _ADVERBS or (item.endswith("ly") and len(item) > 4))


def _verb_place(items: list[Item], start: int, plural: bool) -> int | None:
    """Where the verb of a subject is whose predicate may begin here."""
    place = start
    while place < len(items) and (_is_adverb(items[place]) or (items[place] == "and" and place > start)):
        place += 1
    if place >= len(items) or not isinstance(word := items[place], str):
        return None
    word = word.lower()
    if plural:
        return place if word.isalpha() and word not in _PREPOSITIONS | _JOINING else None
    handing = word == "hands" and (start == 0 or isinstance(items[start - 1], Ref))
    verb = word in _AUXILIARY or (word.endswith("s") and word not in _NOT_VERBS and not word.endswith("ss")) or handing
    return place if verb else None


def _joined(items: list[Item]) -> list[Item]:
    """ "One person and the other wave" and "two people, one and the other, wave" with both as one."""
    joined: list[Item] = []
    for place, item in enumerate(items):
        joined.append(item)
        one, word, other = joined[-3:] if len(joined) > 2 else ("", "", "")
        people = isinstance(one, Ref) and isinstance(other, Ref) and {one.who, other.who} == {FIRST, SECOND}
        if people and word == "and" and _verb_place(items, place + 1, plural=False) is None:
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
        while words and isinstance(words[-1], str) and (words[-1].lower() in _JOINING or words[-1] in _BREAKS):
            words.pop()
        if subject is None and (clause := _impersonal(words)) is not None:
            clauses.append(clause)
        if subject is not None and words:
            clauses.append(Clause(subject.who, tuple(words), subject.looks, joint))
        words.clear()

    for place, item in enumerate(items):
        if isinstance(item, Ref) and not item.mutual and _verb_place(items, place + 1, item.who == BOTH) is not None:
            before = next((w for w in reversed(words) if w not in _BREAKS), "")
            next_joint = before.lower() if isinstance(before, str) and before.lower() in _JOINING else ""
            close()
            subject, joint = item, next_joint
        elif item == "who":
            close()
            subject, joint = next((i for i in reversed(items[:place]) if isinstance(i, Ref)), None), "who"
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
    return _active(_objects_in_place([_sides_named(clause) for clause in ordered]))


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
    place = _verb_place(list(words), 0, plural=False)
    place = 0 if place is None else place
    if place + 1 < len(words) and words[place + 1] in _PARTICLES:
        place += 1
    return words[: place + 1], words[place + 1 :]


@dataclass(frozen=True)
class _Doer:
    """ "By the other", "by the left hand of the other": where it stands, who it is, and "with the left hand"."""

    start: int
    end: int
    person: Ref
    means: tuple[Item, ...]


def _doer(words: list[Item]) -> _Doer | None:
    for k in (k for k, word in enumerate(words) if word == "by"):
        place = next((j for j in range(k + 1, min(k + 7, len(words))) if isinstance(words[j], Ref)), None)
        if place is None or not isinstance(person := words[place], Ref):
            continue
        between = words[k + 1 : place]
        if not between:
            return _Doer(k, place + 1, person, ())
        if between[-1] == "of" and between[0] in _ARTICLES | {"the"}:
            return _Doer(k, place + 1, person, ("with", *between[:-1]))
    return None


def _impersonal(words: list[Item]) -> Clause | None:
    """What is done without a person as its subject: "something is shown to one by the other" as the other shows it."""
    doer = _doer(words)
    place = next((k for k, word in enumerate(words) if word in _AUXILIARY), None)
    if doer is None or place is None or place >= doer.start:
        return None
    done = [k for k in range(place + 1, doer.start) if isinstance(w := words[k], str) and is_participle(w)]
    thing: list[Item] = [
        word.lower() if isinstance(word, str) and k == 0 else word for k, word in enumerate(words[:place])
    ]
    if thing[1:2] == ["'s"]:  # one's kick: the kick of one
        thing = ["the", *thing[2:], "of", thing[0]]
    elif any(isinstance(word, Ref) for word in thing):
        return None
    if not done:
        return None
    verb = third_person(base_of_participle(str(words[done[0]])))
    acts = (*words[place + 1 : done[0]], verb, *thing, *words[done[0] + 1 : doer.start], *doer.means)
    return Clause(doer.person.who, acts, doer.person.looks)


def _active(clauses: list[Clause]) -> list[Clause]:
    """A clause for whoever somebody else is pushed by; "has turned and gone" as "turns and goes"."""
    found: list[Clause] = []
    for clause in clauses:
        words = list(clause.words)
        place = _verb_place(words, 0, clause.who == BOTH)
        auxiliary = str(words[place]) if place is not None else ""
        if place is None or auxiliary not in _AUXILIARY:
            found.append(clause)
            continue
        done = [k for k in range(place + 1, len(words)) if isinstance(w := words[k], str) and is_participle(w)]
        if not done or any(not (_is_adverb(w) or w == "and") for w in words[place + 1 : done[0]]):
            found.append(clause)
            continue
        if auxiliary in ("has", "have"):
            for k in done:
                words[k] = third_person(base_of_participle(str(words[k])))
            found.append(replace(clause, words=tuple(words[place + 1 :])))
            continue
        doer = _doer(words)
        if doer is None:
            found.append(clause)
            continue
        adverbs = words[place + 1 : done[0]]
        verb = third_person(base_of_participle(str(words[done[0]])))
        rest = words[done[0] + 1 : doer.start]
        found.append(replace(clause, words=(*words[: doer.start], *words[doer.end :])))
        acts = (*adverbs, verb, Ref(clause.who), *rest, *doer.means)
        found.append(Clause(doer.person.who, acts, doer.person.looks, "by"))
    return found


def _last_verb(words: list[Item], target: int) -> int | None:
    """The verb that a person at `target` belongs to, the nearest one before."""
    starts = [0] + [k + 1 for k in range(target) if words[k] in ("and", "then", ",")]
    places = [_verb_place(words, start, plural=False) for start in starts]
    return max((place for place in places if place is not None and place < target), default=None)


def undergone(clause: Clause) -> tuple[Item, ...] | None:
    """What a clause means for the person in it who does not act: "is pushed" of "pushes the other"; None if nothing."""
    words = list(clause.words)
    target = next((k for k, w in enumerate(words) if isinstance(w, Ref) and not w.mutual), None)
    place = None if target is None else _last_verb(words, target)
    if target is None or place is None or str(words[place]) in _AUXILIARY:
        return None
    between, after = words[place + 1 : target], words[target + 1 :]
    end = next((k for k, w in enumerate(after) if w in (",", ";", "and", "while", "then")), len(after))
    after = after[:end]
    if any(isinstance(w, Ref) for w in (*between, *after)):
        return None
    start = place
    while start > 0 and (
        _is_adverb(words[start - 1]) or (words[start - 1] == "and" and start > 1 and _is_adverb(words[start - 2]))
    ):
        start -= 1
    done = participle(base(str(words[place]).lower()))
    return _passive(done, words[start:place], [str(w) for w in between], [str(w) for w in after], words[place])


def _passive(
    done: str, adverbs: list[Item], between: list[str], after: list[str], verb: Item
) -> tuple[Item, ...] | None:
    """The clause of a person who is acted on, from the words between the verb and the person and those after."""
    how = ("is", *adverbs, done)
    particles = [w for w in between if w in _PARTICLES]
    things = [w for w in between if w not in _PARTICLES]
    preposition = things[-1] if things and things[-1] in _PREPOSITIONS else ""
    thing = tuple(things[:-1] if preposition else things)
    if thing and thing[0] in _PREPOSITIONS and preposition == "of":  # strikes at the head of the other
        return (*how, *particles, *thing)
    if thing and thing[0] not in _ARTICLES:
        return None
    if after[:1] == ["'s"]:  # pats the other's shoulder, puts a hand on the other's shoulder
        place = ("the", *after[1:])
        if preposition:
            return ("has", *thing, *adverbs, done, preposition, *place) if thing else None
        return ("has", *place[:2], *adverbs, done, *place[2:]) if not thing else None
    if preposition == "with":
        same = {*particles, *thing} & {"ahead", "front", "first", "behind"}
        return None if same else (*adverbs, verb, *between, Ref(BOTH, mutual=True), *after)
    if not thing:
        return (*how, *particles, *([preposition] if preposition else []), *after)
    if preposition == "to":
        return (*how, *thing, *particles)
    if preposition == "of" and "the" in thing[1:]:  # puts a hand on the back of the other
        split_at = len(thing) - 1 - thing[::-1].index("the") - 1
        return ("has", *thing[:split_at], *adverbs, done, *thing[split_at:])
    if preposition == "of":  # blocks the kick of the other
        return ("has", *thing, *adverbs, done, *particles)
    if preposition:
        return ("has", *thing, *adverbs, done, *particles, preposition)
    return None


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
    place = _verb_place(items, 0, plural=True)
    if place is None:
        return words
    plain = {"are": "is", "were": "was", "have": "has"}
    verb = words[place].lower()
    words[place] = plain.get(verb) or third_person(verb)
    for k in range(place + 1, len(words)):
        start = k
        while start > 0 and (_is_adverb(words[start - 1]) or words[start - 1].lower() == "very"):
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

__all__ = ["BOTH", "FIRST", "SECOND", "Clause", "split", "told", "undergone"]
