"""Reads a text on two people from left to right: where clauses begin and end, and whose they are."""

from in2in.annotation.grammar import verbs
from in2in.annotation.grammar.clause import (
    ARTICLES,
    BREAKS,
    IN_TURN,
    JOINING,
    PREPOSITIONS,
    Clause,
    after_adverbs,
    finite,
    turned,
    verb_place,
)
from in2in.annotation.grammar.people import BOTH, OTHER, Item, Ref
from in2in.annotation.grammar.possession import owned
from in2in.annotation.grammar.voice import impersonal

_LIKE = {"imitate", "copy", "mirror", "repeat", "follow", "echo", "watch", "see", "mimic"}
_COPIES = {"too", "likewise", "also", "as", "well", "then", "next", "so", "does", "the", "same", "just"}
_TIMES = {"later", "moment", "afterwards", "after", "second", "seconds", "soon", "next", "last", "shortly"}


class Reader:
    """Reads the items of a text from left to right, closing a clause where the next one begins."""

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self.clauses: list[Clause] = []
        self.subject: Ref | None = None
        self.words: list[Item] = []
        self.tail: list[Item] = []
        self.joint = ""
        self.past = False
        self.thing: list[Item] = []

    def read(self) -> list[Clause]:
        """All clauses."""
        place = 0
        while place < len(self.items):
            place = self._step(place)
        self._close()
        return self.clauses

    def _step(self, place: int) -> int:
        """Read the item here; the place of the next to be read."""
        item = self.items[place]
        if item in (".", ";", ":"):
            self._close()
            self.subject, self.joint = None, ""
            return place + 1
        if isinstance(item, Ref):
            return self._person(item, place)
        if item == "who" and (person := self._antecedent(place)) is not None:
            if self.words[-3:-1] == ["it", "is"]:  # it is the former who ..
                self.words = self.words[:-3]
            self._close()
            self.subject, self.joint = person, "who"
            return self._predicate(place + 1)
        if self.thing and self.words and item in verbs.AUXILIARY:
            thing, self.words, self.thing = self.thing, [*self.words, *self.thing], []
            self._close()
            self.subject, self.words = None, [*thing, item]  # .. is caught by the other
            return place + 1
        if self.subject is not None and (start := self._goes_on(place)) is not None:
            self.words = self.words[: len(self.words) - (place - start)]
            self._close()
            self.joint = "and"
            return self._predicate(start)
        self.words.append(item)
        return place + 1

    def _person(self, ref: Ref, place: int) -> int:
        items, opens = self.items, self._opens()
        if ref.mutual or ref.who == OTHER:
            self.words.append(ref)
            return place + 1
        start = next((k + 1 for k in range(len(self.words) - 1, -1, -1) if self.words[k] in JOINING | BREAKS), 0)
        before = self.words[start:] if start or self.subject is None else []
        if (whole := owned(ref, items, place, before)) is not None:
            self.words = self.words[: len(self.words) - len(before)]
            self._begin(ref)
            self.words = list(whole.words)
            return place + 1 + whole.read
        if verb_place(items, place + 1, ref.who == BOTH) is not None:
            self._begin(ref)
            return self._predicate(place + 1)
        if opens and (start := self._aside(ref, place) or self._described(ref, place)) is not None:
            return start
        verb = after_adverbs(items, place + 1)
        if opens and _is_participial(items[verb:]):
            self._begin(ref)
            return self._predicate(place + 1)
        if opens and self._stands_for_more(place):
            return self._elliptic(ref, place + 1)
        self.words.append(ref)
        return place + 1

    def _opens(self) -> bool:
        """Whether a subject may stand here: at the beginning, after a comma, "and", "with" or an adverb."""
        before = next((w for w in reversed(self.words) if not (isinstance(w, str) and verbs.is_adverb(w))), "")
        return before == "" or before in BREAKS or before in JOINING or before == "with" or before == "does"

    def _stands_for_more(self, place: int) -> bool:
        """Whether a person without a verb has that of the clause before."""
        before = next((w for w in reversed(self.words) if not (isinstance(w, str) and verbs.is_adverb(w))), "")
        joined = before in BREAKS or before in ("", "and", "then", "while", "but", "whereas", "yet", "so", "does")
        return (
            joined and (self.subject is not None or bool(self.clauses)) and self.items[place + 1 : place + 2] != ["who"]
        )

    def _aside(self, ref: Ref, place: int) -> int | None:
        """ "One person, bowing deeply, steps back": where to go on after the aside; None if there is none."""
        if self.items[place + 1 : place + 2] != [","]:
            return None
        for end in range(place + 2, min(place + 14, len(self.items))):
            if isinstance(self.items[end], Ref) and self.items[end - 1] == ",":
                return None
            if self.items[end] == "," and verb_place([ref, *self.items[end + 1 :]], 1, plural=False) is not None:
                self._begin(ref)
                aside = self.items[place + 2 : end]
                if aside and isinstance(aside[0], str) and aside[0] != "who":
                    if verbs.is_gerund(aside[0]) or (verbs.is_participle(aside[0]) and "by" in aside):
                        self.words = finite(aside)
                        self._close()
                    return self._predicate(end + 1)
                return self._predicate(place + 3)
        return None

    def _described(self, ref: Ref, place: int) -> int | None:
        """ "One person in a hat waves", "one person behind the other waves": where to go on; None if it is not so."""
        if self.items[place + 1 : place + 2] == [] or self.items[place + 1] not in PREPOSITIONS:
            return None
        for verb in range(place + 3, min(place + 9, len(self.items))):
            if self.items[verb] in BREAKS or self.items[verb] in JOINING:
                return None
            verbal = [isinstance(w, str) and verbs.is_third_person(w) for w in self.items[verb : verb + 2]]
            if verbal and verbal[0] and not (len(verbal) > 1 and verbal[1]):
                self._begin(ref)
                self.tail = [*self.tail, *self.items[place + 1 : verb]]
                return self._predicate(verb)
        return None

    def _begin(self, ref: Ref) -> None:
        """Close what was read and begin the clause of a person; what stands before a first subject becomes its own."""
        before = next((w for w in reversed(self.words) if w not in BREAKS), "")
        joint = before if isinstance(before, str) and before in JOINING else ""
        joint = "what" if joint == "whatever" else joint
        if joint == "what" and self.words[:-1] and verbs.lemma(str(self.words[-2])) in _LIKE:
            self.words[-1] = ref  # imitates what the other does: imitates the other
        if self.subject is not None:
            self._close()
            self.subject, self.joint, self.past = ref, joint, False
            return
        front, self.words = self.words, []
        self.subject, self.joint, self.past = ref, joint, False
        if joint in ("that", "which") and len(front) > 1 and front[0] in ARTICLES:
            self.thing = front[:-1]  # the ball that one throws ..
            return
        while front and isinstance(front[0], str) and front[0] in JOINING:
            self.joint = self.joint or front[0]
            front = front[1:]
        while front and (front[-1] in BREAKS or front[-1] in JOINING):
            front = front[:-1]
        if front[-1:] == ["with"]:
            front = front[:-1]
        start = after_adverbs(front, 0)
        if front[:1] == ["there"] or front[:1] == ["it"] or front[:2] == ["of", Ref(BOTH)]:
            return
        verb = front[start] if start < len(front) else None
        if isinstance(verb, str) and (verbs.is_gerund(verb) or (verbs.is_participle(verb) and "by" in front)):
            self.words = finite(front)
            self._close()
            self.subject, self.joint = ref, ""
        elif verb is None:
            self.words = [w for w in front if w not in ("then", "next", "meanwhile")]
        elif verb in PREPOSITIONS:
            self.tail = front

    def _predicate(self, place: int) -> int:
        """Take adverbs and verb of the subject; the place after them."""
        verb = after_adverbs(self.items, place)
        if verb >= len(self.items) or not isinstance(word := self.items[verb], str):
            return place
        self.words += self.items[place:verb]
        helps = verbs.is_third_person(word) or word in verbs.AUXILIARY | verbs.PERFECT
        passive = verbs.is_participle(word) and "by" in self.items[verb:]
        self.past = self.past or (verbs.is_past(word) and not helps and not passive)
        self.words += finite([word], self.past)
        return verb + 1

    def _goes_on(self, place: int) -> int | None:
        """Where the subject's next predicate begins if its verb is here: after "and" or a comma; None if it is none."""
        start = place
        while start > 1 and isinstance(w := self.items[start - 1], str) and w not in JOINING:
            if not verbs.is_adverb(w):
                break
            start -= 1
            if self.items[start - 1] == "and" and isinstance(w := self.items[start - 2], str) and verbs.is_adverb(w):
                start -= 1
        return start if start and self._is_next_verb(place, self.items[start - 1]) else None

    def _is_next_verb(self, place: int, before: Item) -> bool:
        word = self.items[place]
        if not isinstance(word, str) or not self.words:
            return False
        if word in verbs.AUXILIARY and self.joint == "who" and before not in ("and", ",") and len(self.words) > 0:
            return verbs.is_third_person(word)
        if before not in ("and", "then", ",", "but", "or"):
            return False
        plural = self.subject is not None and self.subject.who == BOTH
        if plural:
            return before in ("and", "then") and verbs.is_plain(word) and word not in PREPOSITIONS | JOINING | ARTICLES
        return verbs.is_third_person(word) or (self.past and verbs.is_past(word))

    def _antecedent(self, place: int) -> Ref | None:
        before = self.items[place - 1] if place else None
        if isinstance(before, Ref):
            return before
        near = next((w for w in reversed(self.words) if isinstance(w, Ref) and w.who != OTHER and not w.mutual), None)
        return near or next((i for i in reversed(self.items[:place]) if isinstance(i, Ref) and i.who != OTHER), None)

    def _elliptic(self, ref: Ref, place: int) -> int:
        """ "The other the right arm", "the other a moment later", "so does the other": with the verb from before."""
        end = place
        while end < len(self.items) and self.items[end] not in BREAKS and not self._new_subject(end):
            end += 1
        rest = self.items[place:end]
        if self.words[-2:] == ["so", "does"]:
            self.words = self.words[:-2]
        if self.subject is not None:
            self._begin(ref)
        self.words.clear()
        self.subject, self.past = ref, False
        model = self.clauses[-1] if self.clauses else None
        if model is None or (
            not rest and self.items[place - 2 : place - 1] not in (["does"], ["then"], ["next"], ["and"])
        ):
            self.words = list(rest)
            self.subject = None if model is None else ref
            return end
        words = turned(model)
        verb = after_adverbs(words, 0)
        head = words[: verb + 1]
        if all(isinstance(w, str) and w in _COPIES for w in rest):
            self.words = [*words, *IN_TURN]
        elif any(w in _TIMES for w in rest) or all(isinstance(w, str) and verbs.is_adverb(w) for w in rest):
            self.words = [*words, *rest]
        else:
            self.words = [*head, *rest]
        self.joint = "then" if self.words[-2:] == list(IN_TURN) else self.joint
        return end

    def _new_subject(self, place: int) -> bool:
        return self.items[place] in ("and", "while", "but") and any(
            isinstance(i, Ref) for i in self.items[place + 1 : place + 2]
        )

    def _close(self) -> None:
        words = self.words
        while words and (words[-1] in BREAKS or words[-1] in JOINING or words[-1] in ("with", "next")):
            words.pop()
        if self.subject is None:
            self.clauses += impersonal(words)
        elif words:
            self.clauses.append(
                Clause(self.subject.who, tuple(words), self.subject.looks, self.joint, tail=tuple(self.tail))
            )
            self.tail = []
        self.words = []


def _is_participial(words: list[Item]) -> bool:
    """ "Standing beside them", "led by the other"."""
    word = words[0] if words else None
    return isinstance(word, str) and (verbs.is_gerund(word) or (verbs.is_participle(word) and "by" in words))
