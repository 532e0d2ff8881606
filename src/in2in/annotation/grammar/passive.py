"""The other side of a clause: what one does as what is done to the other, and back."""

from in2in.annotation.grammar import verbs
from in2in.annotation.grammar.clause import ARTICLES, BREAKS, PARTICLES, PREPOSITIONS, Clause, after_adverbs
from in2in.annotation.grammar.people import BOTH, Item, Ref
from in2in.annotation.grammar.voice import CAUSES, active, participles

_POSSESSIVE = {"his", "her", "their"}
_MEETING = {"at", "to", "on", "onto", "into", "in", "of", "around", "for", "over", "with", "after"}
"""Prepositions before a person whom something is done to: bows to, puts an arm around."""


def suffered(clause: Clause) -> tuple[Item, ...] | None:
    """What the other does, in a clause of somebody to whom it is done: "pushes" of "is pushed"; None if it is none."""
    words = list(clause.words)
    verb = after_adverbs(words, 0)
    if verb >= len(words) or words[verb] not in verbs.AUXILIARY | {"has"}:
        return None
    done = participles(words, verb + 1, len(words))
    if not done:
        return None
    thing = words[verb + 1 : done[0]] if words[verb] == "has" else [Ref(clause.who)]
    return (*active([words[done[0]]]), *thing, *words[done[0] + 1 :])


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
    if verbs.lemma(str(words[place])) in CAUSES - {"push", "force", "order", "get"} and after:
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
    if not thing and (preposition not in ("", "at", "to", "after", "with") or (particles and preposition == "to")):
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
