"""Who does it, where the grammar puts somebody else first: passives, possessions, and what one makes another do."""

from dataclasses import dataclass, replace

from in2in.annotation.grammar import verbs
from in2in.annotation.grammar.clause import ARTICLES, BREAKS, PARTICLES, PREPOSITIONS, Clause, after_adverbs
from in2in.annotation.grammar.people import BOTH, FIRST, OTHER, SECOND, Item, Ref

_BODY = {"hand", "hands", "arm", "arms", "leg", "legs", "foot", "feet", "head", "fist", "palm", "knee", "elbow", "back"}
_BODY |= {
    "finger",
    "fingers",
    "eyes",
    "gaze",
    "face",
    "body",
    "shoulder",
    "shoulders",
    "hair",
    "chest",
    "waist",
    "wrist",
}
_POSSESSIVE = {"his", "her", "their"}
_MEETING = {"at", "to", "on", "onto", "into", "in", "of", "around", "for", "over", "with", "after"}
"""Prepositions before a person whom something is done to: bows to, puts an arm around."""

_RECEIVING = {"receive", "get", "accept", "take", "find", "obtain", "feel"}
_CAUSES = {
    "notice",
    "witness",
    "make",
    "let",
    "help",
    "have",
    "watch",
    "see",
    "force",
    "feel",
    "get",
    "push",
    "order",
    "cause",
    "hear",
}
_KEEPS = {"watch", "see", "send", "keep", "find", "hear", "feel", "leave", "set", "get", "start"}


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
        if not between and words[place + 1 : place + 2] == ["'s"]:  # by the other's hand
            end = next((j for j in range(place + 2, len(words)) if words[j] in _BODY), None)
            if end is not None:
                return _Doer(k, end + 1, person, ("with", "the", *words[place + 2 : end + 1]))
        elif not between:
            return _Doer(k, place + 1, person, ())
        elif between[-1] == "of" and between[0] in ARTICLES:
            return _Doer(k, place + 1, person, ("with", *between[:-1]))
    return None


def _participles(words: list[Item], start: int, end: int) -> list[int]:
    found = [k for k in range(start, end) if isinstance(w := words[k], str) and verbs.is_participle(w)]
    return [
        k for k in found if words[k] != "left" or (k and not isinstance(w := words[k - 1], Ref) and w not in ARTICLES)
    ]


def _active(words: list[Item]) -> list[Item]:
    """Participles as verbs in the present: pushed and held as pushes and holds."""
    return [
        verbs.third_person(verbs.lemma(w)) if isinstance(w, str) and verbs.is_participle(w) else w
        for k, w in enumerate(words)
    ]


def impersonal(words: list[Item]) -> list[Clause]:
    """What is done without a person as its subject: "a ball is thrown by one and caught by the other"."""
    place = next((k for k, word in enumerate(words) if word in verbs.AUXILIARY), None)
    if place is None:
        return []
    thing = words[:place]
    if any(isinstance(word, Ref) for word in thing):
        return []
    found: list[Clause] = []
    rest = words[place + 1 :]
    while (doer := _doer(rest)) is not None:
        done = _participles(rest, 0, doer.start)
        if not done:
            break
        verb = verbs.third_person(verbs.lemma(str(rest[done[0]])))
        before = [
            w for w in rest[: done[0]] if isinstance(w, str) and verbs.is_adverb(w) and w not in ("then", "being")
        ]
        acts = (*before, verb, *thing, *rest[done[0] + 1 : doer.start], *doer.means)
        end = next((k for k in range(doer.end, len(rest)) if rest[k] in BREAKS or rest[k] == "and"), len(rest))
        found.append(
            Clause(doer.person.who, (*acts, *rest[doer.end : end]), doer.person.looks, "then" if found else "")
        )
        rest = rest[end:]
    return found


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
    """ "One's hand touches ..", "the left hand of one touches ..", "a slap from one makes ..", read as the person's deed.

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
    if head not in _BODY and verbs.is_plain(head):
        adjectives = [w for w in noun[1:-1] if w in ("left", "right")]
        return Owned((verbs.third_person(head), *adjectives, ",", gerund), verb - place)
    return Owned(("has", *noun, gerund), verb - place)


def _is_verb(word: Item) -> bool:
    return isinstance(word, str) and (verbs.is_third_person(word) or verbs.is_past(word))


def resolved(clause: Clause) -> list[Clause]:
    """A clause with pronouns as people, in the active voice and the present, and what it tells of the other."""
    if clause.who in (FIRST, SECOND):
        other = SECOND if clause.who == FIRST else FIRST
        words = (Ref(other) if isinstance(w, Ref) and w.who == OTHER else w for w in clause.words)
        clause = replace(clause, words=tuple(words))
    else:
        clause = replace(
            clause,
            words=tuple(Ref(BOTH, mutual=True) if isinstance(w, Ref) and w.who == OTHER else w for w in clause.words),
        )
    own, doers = _voiced(_first_to(clause))
    doers += _given(own)
    found = [c for c in (own, *doers) if c.words]
    return [*found, *(made for c in found for made in _made(c))]


def _first_to(clause: Clause) -> Clause:
    """ "Is the first to go" as "goes first"."""
    words = list(clause.words)
    if words[:1] != ["is"] or words[1:4] not in (["the", "first", "to"], ["the", "last", "to"]):
        return clause
    verb = after_adverbs(words, 4)
    if verb >= len(words) or not isinstance(word := words[verb], str):
        return clause
    return replace(clause, words=(*words[4:verb], verbs.third_person(word), *words[verb + 1 :], str(words[2])))


def _given(clause: Clause) -> list[Clause]:
    """Who gives what another gets: "receives a push from the other"."""
    words = list(clause.words)
    verb = after_adverbs(words, 0)
    if verb >= len(words) or verbs.lemma(str(words[verb])) not in _RECEIVING:
        return []
    source = next(
        (k for k in range(verb + 2, len(words)) if words[k - 1] == "from" and isinstance(words[k], Ref)), None
    )
    if source is None or not isinstance(giver := words[source], Ref) or words[verb + 1] not in ARTICLES:
        return []
    return [Clause(giver.who, ("gives", *words[verb + 1 : source - 1], "to", Ref(clause.who)), giver.looks, "by")]


def _voiced(clause: Clause) -> tuple[Clause, list[Clause]]:
    """A clause in the active voice, and those of whom something is done by."""
    words = list(clause.words)
    place = after_adverbs(words, 0)
    auxiliary = words[place] if place < len(words) else ""
    doer = _doer(words)
    if auxiliary in verbs.PERFECT:
        done = _participles(words, place + 1, len(words))
        if done and done[0] == after_adverbs(words, place + 1) and doer is None:
            rest = words[place + 1 :]
            end = next((k for k, w in enumerate(rest) if w in PREPOSITIONS or isinstance(w, Ref)), len(rest))
            return replace(clause, words=(*_active(rest[:end]), *rest[end:])), []
    if auxiliary in verbs.AUXILIARY:
        start = after_adverbs(words, place + 1)
        start += words[start : start + 1] == ["being"]
        words = [*words[: place + 1], *words[place + 1 : start], *words[start:]]
        words = [w for w in words if w != "being"]
        start = after_adverbs(words, place + 1)
        if start < len(words) and isinstance(word := words[start], str) and verbs.is_gerund(word):
            verb = verbs.third_person(verbs.lemma(word))
            return _voiced(
                replace(clause, words=(*words[:place], *words[place + 1 : start], verb, *words[start + 1 :]))
            )
        doer = _doer(words)
    if doer is None:
        return replace(clause, words=tuple(words)), []
    done = _participles(words, 0, doer.start)
    if not done:  # dodges a punch by the other
        noun = words[doer.start - 1]
        own = replace(clause, words=(*words[: doer.start], *words[doer.end :]))
        named = isinstance(noun, str) and verbs.is_plain(noun) and bool(ARTICLES & set(map(str, words[: doer.start])))
        deed = Clause(doer.person.who, (verbs.third_person(str(noun)), *doer.means), doer.person.looks, "by")
        return own, [deed] if named else []
    begin = done[0] if auxiliary in verbs.AUXILIARY else done[-1]
    acts: tuple[Item, ...]
    if auxiliary == "has" and begin > place + 1:  # has the hand kissed by the other
        thing = ["the", *words[place + 2 : begin]]
        adverbs = [w for w in thing if isinstance(w, str) and verbs.is_adverb(w)]
        thing = [w for w in thing if w not in adverbs and w != "and"]
        acts = (*adverbs[:1], *_active([words[begin]]), *thing, "of", Ref(clause.who), *words[begin + 1 : doer.start])
        left = words
    else:
        between = _active(words[begin : doer.start])
        stranded = len(between) > 1 and between[-1] in ("at", "to", "on", "after", "upon", "for")  # is waved at by ..
        for k in range(len(between) - 1, -1, -1):
            if words[begin + k] != between[k]:
                between.insert(len(between) if stranded else k + 1, Ref(clause.who))
        adverbs = words[place + 1 : begin] if auxiliary in verbs.AUXILIARY else []
        acts = (*adverbs, *between)
        left = words
        if auxiliary not in verbs.AUXILIARY:
            noun = next((k for k in range(begin - 1, max(begin - 6, 0), -1) if words[k] in ARTICLES), None)
            if noun is not None and not any(isinstance(w, Ref) or w in BREAKS for w in words[noun:begin]):
                acts = (
                    *_active([words[begin]]),
                    *words[noun:begin],
                    *words[begin + 1 : doer.start],
                )  # the hand offered by
            cut = begin
            while cut > 0 and (words[cut - 1] in BREAKS or words[cut - 1] in ("while", "being", "and", "when")):
                cut -= 1
            return replace(clause, words=tuple(words[:cut])), [
                Clause(doer.person.who, (*acts, *doer.means), doer.person.looks, "by")
            ]
    own = replace(clause, words=(*left[: doer.start], *left[doer.end :]))
    return own, [Clause(doer.person.who, (*acts, *doer.means), doer.person.looks, "by")]


def _made(clause: Clause) -> list[Clause]:
    """What somebody does in the clause of another: "makes the other laugh", "watches the other dancing"."""
    words = list(clause.words)
    verb = after_adverbs(words, 0)
    main = verbs.lemma(str(words[verb])) if verb < len(words) and isinstance(words[verb], str) else ""
    found = []
    for place, word in enumerate(words):
        if not isinstance(word, Ref) or word.mutual or word.who in (clause.who, BOTH) or place + 1 >= len(words):
            continue
        rest = words[place + 1 :]
        before = words[place - 1] if place else ""
        causes = {main} | {verbs.lemma(str(w)) for w in words[:place] if isinstance(w, str) and verbs.is_gerund(w)}
        start = 1 if rest[0] == "to" and (causes & _CAUSES or before == "for") else 0
        start = after_adverbs(rest, start)
        if (
            start >= len(rest)
            or not isinstance(deed := rest[start], str)
            or deed in PREPOSITIONS | PARTICLES | ARTICLES
        ):
            continue
        end = next((k for k, w in enumerate(rest) if w in BREAKS or w == "and"), len(rest))
        bare = verbs.is_plain(deed) and (causes & _CAUSES or (before == "for" and start))
        going = verbs.is_gerund(deed) and (causes & _KEEPS or before == "with")
        if bare or going:
            did = verbs.third_person(verbs.lemma(deed))
            manner = [w for w in rest[:start] if w != "to"]
            found.append(Clause(word.who, (*manner, did, *rest[start + 1 : end]), word.looks, "made"))
    return found


def suffered(clause: Clause) -> tuple[Item, ...] | None:
    """What the other does, in a clause of somebody to whom it is done: "pushes" of "is pushed"; None if it is none."""
    words = list(clause.words)
    verb = after_adverbs(words, 0)
    if verb >= len(words) or words[verb] not in verbs.AUXILIARY | {"has"}:
        return None
    done = _participles(words, verb + 1, len(words))
    if not done:
        return None
    thing = words[verb + 1 : done[0]] if words[verb] == "has" else [Ref(clause.who)]
    return (*_active([words[done[0]]]), *thing, *words[done[0] + 1 :])


def _last_verb(words: list[Item], target: int) -> int | None:
    """The verb that a person at `target` belongs to, the nearest one before."""
    starts = [0] + [k + 1 for k in range(target) if words[k] in ("and", "then", ",")]
    places = [after_adverbs(words, start) for start in starts]
    return max(
        (k for k in places if k < target and isinstance(w := words[k], str) and verbs.is_third_person(w)), default=None
    )


def undergone(clause: Clause) -> tuple[Item, ...] | None:
    """What a clause means for the person in it who does not act: "is pushed" of "pushes the other"; None if nothing."""
    words = list(clause.words)
    target = next((k for k, w in enumerate(words) if isinstance(w, Ref) and not w.mutual), None)
    place = None if target is None else _last_verb(words, target)
    if target is None or place is None or words[place] in verbs.AUXILIARY | verbs.PERFECT | verbs.MODAL:
        return None
    between, after = words[place + 1 : target], words[target + 1 :]
    if verbs.lemma(str(words[place])) in _CAUSES - {"push", "force", "order", "get"} and after:
        return None
    end = next((k for k, w in enumerate(after) if w in BREAKS or w in ("and", "while", "then")), len(after))
    after = [] if _POSSESSIVE & {w for w in after[:end] if isinstance(w, str)} else after[:end]
    if any(isinstance(w, Ref) for w in (*between, *after)):
        return None
    start = place
    while start > 0 and isinstance(w := words[start - 1], str) and (verbs.is_adverb(w) or w == "and"):
        start -= 1
    done = verbs.participle(verbs.lemma(str(words[place])))
    return _passive(done, words[start:place], [str(w) for w in between], [str(w) for w in after], words[place])


def _passive(
    done: str, adverbs: list[Item], between: list[str], after: list[str], verb: Item
) -> tuple[Item, ...] | None:
    """The clause of a person who is acted on, from the words between the verb and the person and those after."""
    how = ("is", *adverbs, done)
    preposition = between[-1] if between and between[-1] in PREPOSITIONS else ""
    inner = between[:-1] if preposition else between
    leading = next((k for k, w in enumerate(inner) if w not in PARTICLES), len(inner))
    particles, things = inner[:leading], [*inner[leading:], *([preposition] if preposition else [])]
    thing = tuple(things[:-1] if preposition else things)
    if any(verbs.is_gerund(w) or w == "to" for w in thing) or (preposition and preposition not in _MEETING):
        return None
    if not thing and preposition not in ("", "at", "to", "after", "with"):
        return None
    if thing and thing[0] in ("at", "on") and preposition == "of":  # strikes at the head of the other
        return (*how, *particles, *thing)
    if "with" in thing:
        return None
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
