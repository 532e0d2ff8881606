"""Who does it, where the grammar puts somebody else first: by whom it is done, and what one makes another do."""

from dataclasses import dataclass, replace

from in2in.annotation.grammar import verbs
from in2in.annotation.grammar.clause import ARTICLES, BODY, BREAKS, PARTICLES, PREPOSITIONS, Clause, after_adverbs
from in2in.annotation.grammar.people import BOTH, FIRST, OTHER, SECOND, Item, Ref

_RECEIVING = {"receive", "get", "accept", "take", "find", "obtain", "feel"}
CAUSES = {
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
            end = next((j for j in range(place + 2, len(words)) if words[j] in BODY), None)
            if end is not None:
                return _Doer(k, end + 1, person, ("with", "the", *words[place + 2 : end + 1]))
        elif not between:
            return _Doer(k, place + 1, person, ())
        elif between[-1] == "of" and between[0] in ARTICLES:
            return _Doer(k, place + 1, person, ("with", *between[:-1]))
    return None


def participles(words: list[Item], start: int, end: int) -> list[int]:
    """Where past participles stand, between two places; "left" only where it is no side."""
    found = [k for k in range(start, end) if isinstance(w := words[k], str) and verbs.is_participle(w)]
    return [
        k for k in found if words[k] != "left" or (k and not isinstance(w := words[k - 1], Ref) and w not in ARTICLES)
    ]


def active(words: list[Item]) -> list[Item]:
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
        done = participles(rest, 0, doer.start)
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
        done = participles(words, place + 1, len(words))
        if done and done[0] == after_adverbs(words, place + 1) and doer is None:
            rest = words[place + 1 :]
            end = next((k for k, w in enumerate(rest) if w in PREPOSITIONS or isinstance(w, Ref)), len(rest))
            return replace(clause, words=(*active(rest[:end]), *rest[end:])), []
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
    done = participles(words, 0, doer.start)
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
        acts = (*adverbs[:1], *active([words[begin]]), *thing, "of", Ref(clause.who), *words[begin + 1 : doer.start])
        left = words
    else:
        between = active(words[begin : doer.start])
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
                    *active([words[begin]]),
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
        start = 1 if rest[0] == "to" and (causes & CAUSES or before == "for") else 0
        start = after_adverbs(rest, start)
        if (
            start >= len(rest)
            or not isinstance(deed := rest[start], str)
            or deed in PREPOSITIONS | PARTICLES | ARTICLES
        ):
            continue
        end = next((k for k, w in enumerate(rest) if w in BREAKS or w == "and"), len(rest))
        bare = verbs.is_plain(deed) and (causes & CAUSES or (before == "for" and start))
        going = verbs.is_gerund(deed) and (causes & _KEEPS or before == "with")
        if bare or going:
            did = verbs.third_person(verbs.lemma(deed))
            manner = [w for w in rest[:start] if w != "to"]
            found.append(Clause(word.who, (*manner, did, *rest[start + 1 : end]), word.looks, "made"))
    return found
