"""English inflection, from lemminflect's dictionary: which words may be verbs, and push, pushes, pushing, pushed."""

from functools import lru_cache

from lemminflect import getAllLemmas, getInflection

AUXILIARY = frozenset({"is", "are", "was", "were", "gets", "get", "got", "be", "been", "being"})
"""With a participle after them, passive ("is pushed") or progressive ("is pushing")."""

PERFECT = frozenset({"has", "have", "had"})

MODAL = frozenset({"can", "could", "may", "might", "must", "should", "will", "would"})

_PARTS = ("hand", "arm", "leg", "knee", "elbow", "palm", "fist", "shoulder", "head", "back", "face", "finger", "foot")
_NEVER = frozenset({"as", "towards", "sideways", "afterwards", "upwards", "'s", *(f"{part}s" for part in _PARTS)})
"""Forms that stand for verbs only straight after a subject: "hands" is a noun nearly everywhere else."""

_FIRST_CHOICE = {"hanged": "hung", "waked": "woken", "lied": "lain", "bidded": "bid"}
"""Participles of which the dictionary's first is the rarer one."""

_STAYS = {
    "lay": "lie",
    "left": "leave",
    "fell": "fall",
    "saw": "see",
    "ground": "grind",
    "felt": "feel",
    "bent": "bend",
}
"""Forms of two verbs, and the likelier one."""


_ADVERBS = frozenset(
    {
        *("then", "also", "first", "both", "now", "just", "still", "each", "never", "always", "again", "soon", "very"),
        *("already", "almost", "quite", "too", "once", "only", "even", "next", "meanwhile", "later", "afterwards"),
    }
)


@lru_cache(4096)
def lemma(word: str) -> str:
    """Push of pushes, pushed, pushing and push; "" if the word is no verb."""
    if word in _STAYS:
        return _STAYS[word]
    head, dash, last = word.rpartition("-")
    found = getAllLemmas(last, upos="VERB").get("VERB") or getAllLemmas(last, upos="AUX").get("AUX")
    if not found and dash:
        found = (last.removesuffix("s"),)  # high-fives
    return head + dash + found[0] if found else ""


@lru_cache(4096)
def _forms(verb: str, tag: str) -> tuple[str, ...]:
    """All forms of a verb: VBZ pushes, VBG pushing, VBN pushed, VBD pushed."""
    head, dash, last = verb.rpartition("-")
    return tuple(head + dash + form for form in getInflection(last, tag) or ())


def third_person(verb: str) -> str:
    """Pushes of push."""
    if verb in ("be", "have", "do"):
        return {"be": "is", "have": "has", "do": "does"}[verb]
    return _forms(verb, "VBZ")[0] if _forms(verb, "VBZ") else f"{verb}s"


def participle(verb: str) -> str:
    """Pushed of push."""
    form = _forms(verb, "VBN")[0] if _forms(verb, "VBN") else f"{verb}ed"
    return _FIRST_CHOICE.get(form, form)


def gerund(verb: str) -> str:
    """Pushing of push."""
    return _forms(verb, "VBG")[0] if _forms(verb, "VBG") else f"{verb}ing"


def is_third_person(word: str) -> bool:
    """Whether a word may be a verb in the present, of one person."""
    if word in _NEVER:
        return False
    return word in AUXILIARY | PERFECT | MODAL | {"does", "did"} or (
        word.endswith("s") and bool(lemma(word)) and word == third_person(lemma(word))
    )


def is_past(word: str) -> bool:
    """Whether a word may be a verb in the past."""
    return not word.endswith("s") and bool(lemma(word)) and lemma(word) != word and word in _forms(lemma(word), "VBD")


def is_plain(word: str) -> bool:
    """Whether a word may be an infinitive, or the verb of a plural subject."""
    return word in AUXILIARY | PERFECT | MODAL or (bool(lemma(word)) and lemma(word) == word)


def is_gerund(word: str) -> bool:
    """Whether a word may be a present participle."""
    return word.endswith("ing") and bool(lemma(word)) and lemma(word) != word


def is_participle(word: str) -> bool:
    """Whether a word may be a past participle."""
    return bool(lemma(word)) and (word in _forms(lemma(word), "VBN") or word in _FIRST_CHOICE.values())


def is_adverb(word: str) -> bool:
    """Whether a word may stand between a subject and its verb."""
    if word in _ADVERBS:
        return True
    return word.endswith("ly") and len(word) > 4 and not {"NOUN", "VERB"} & set(getAllLemmas(word))
