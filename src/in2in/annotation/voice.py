"""Active and passive: who does what is done to somebody, and what is done to whomever somebody acts on."""

from dataclasses import dataclass, replace

from in2in.annotation.people import BOTH, Item, Ref
from in2in.annotation.predicate import ARTICLES, AUXILIARY, PARTICLES, PREPOSITIONS, Clause, is_adverb, verb_place
from in2in.annotation.verbs import base, base_of_participle, is_participle, participle, third_person


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
        if between[-1] == "of" and between[0] in ARTICLES | {"the"}:
            return _Doer(k, place + 1, person, ("with", *between[:-1]))
    return None


def impersonal(words: list[Item]) -> Clause | None:
    """What is done without a person as its subject: "something is shown to one by the other" as the other shows it."""
    doer = _doer(words)
    place = next((k for k, word in enumerate(words) if word in AUXILIARY), None)
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


def active(clauses: list[Clause]) -> list[Clause]:
    """A clause for whoever somebody else is pushed by; "has turned and gone" as "turns and goes"."""
    found: list[Clause] = []
    for clause in clauses:
        words = list(clause.words)
        place = verb_place(words, 0, clause.who == BOTH)
        auxiliary = str(words[place]) if place is not None else ""
        if place is None or auxiliary not in AUXILIARY:
            found.append(clause)
            continue
        done = [k for k in range(place + 1, len(words)) if isinstance(w := words[k], str) and is_participle(w)]
        if not done or any(not (is_adverb(w) or w == "and") for w in words[place + 1 : done[0]]):
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
    places = [verb_place(words, start, plural=False) for start in starts]
    return max((place for place in places if place is not None and place < target), default=None)


def undergone(clause: Clause) -> tuple[Item, ...] | None:
    """What a clause means for the person in it who does not act: "is pushed" of "pushes the other"; None if nothing."""
    words = list(clause.words)
    target = next((k for k, w in enumerate(words) if isinstance(w, Ref) and not w.mutual), None)
    place = None if target is None else _last_verb(words, target)
    if target is None or place is None or str(words[place]) in AUXILIARY:
        return None
    between, after = words[place + 1 : target], words[target + 1 :]
    end = next((k for k, w in enumerate(after) if w in (",", ";", "and", "while", "then")), len(after))
    after = after[:end]
    if any(isinstance(w, Ref) for w in (*between, *after)):
        return None
    start = place
    while start > 0 and (
        is_adverb(words[start - 1]) or (words[start - 1] == "and" and start > 1 and is_adverb(words[start - 2]))
    ):
        start -= 1
    done = participle(base(str(words[place]).lower()))
    return _passive(done, words[start:place], [str(w) for w in between], [str(w) for w in after], words[place])


def _passive(
    done: str, adverbs: list[Item], between: list[str], after: list[str], verb: Item
) -> tuple[Item, ...] | None:
    """The clause of a person who is acted on, from the words between the verb and the person and those after."""
    how = ("is", *adverbs, done)
    particles = [w for w in between if w in PARTICLES]
    things = [w for w in between if w not in PARTICLES]
    preposition = things[-1] if things and things[-1] in PREPOSITIONS else ""
    thing = tuple(things[:-1] if preposition else things)
    if thing and thing[0] in PREPOSITIONS and preposition == "of":  # strikes at the head of the other
        return (*how, *particles, *thing)
    if thing and thing[0] not in ARTICLES:
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
