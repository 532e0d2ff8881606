"""The phrase bank: test sentences are told in verbs that training never sees, and names say who is who."""

import re
from collections.abc import Iterator

import numpy as np
import pytest

from in2in.bench.people import KINDS, generate
from in2in.bench.people.phrases import names, phrase
from in2in.bench.people.phrases.bank import Phrases, phrases, variants
from in2in.bench.people.phrases.names import again, pair
from in2in.data.layout import TEST

FILLERS = {"soon", "spot", "firm", "going", "polite", "politely", "light", "lightly", "whose", "first", "index", "item"}
"""Words that would tell a test sentence from training without being what is done."""


def sentences(half: Phrases) -> Iterator[str]:
    for bank in (half.together, half.starter, half.partner):
        for sentence in bank:
            yield from variants(sentence)


def stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    return word[:5]


def words(text: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[a-z]+", re.sub(r"\{\w*\}", " ", text.lower()))}


def test_every_test_sentence_has_a_verb_that_training_never_sees() -> None:
    fillers = {stem(word) for word in FILLERS}
    told = (*names.OTHERS, *names.OTHERS_ALONE, *names.GIVEN, *(name for both in names.PAIRS for name in both))
    tempos = (word for words_ in (*phrase.TEMPO_ADVERBS.values(), *phrase.ADVERBS.values()) for word in words_)
    known = {found for text in (*told, *tempos, *phrase.OPENINGS, *phrase.WAYS) for found in words(text)} | fillers
    training = [text for kind in KINDS for text in sentences(phrases(kind.name, held_out=False))]
    assert len(training) > 1000
    for text in training:
        known |= words(text)
    for kind in KINDS:
        for text in sentences(phrases(kind.name, held_out=True)):
            assert words(text) - known, (kind.name, text)


def test_sentences_tell_what_a_clip_needs() -> None:
    for kind in KINDS:
        for held_out in (False, True):
            half = phrases(kind.name, held_out)
            acting = [*half.together, *half.starter]
            for bank in (half.together, half.starter, half.partner):
                assert len(set(bank)) == len(bank) >= phrase.TEXTS, kind.name
            assert all(re.search(r"\{(adv|tempo)\}", text) for text in acting) or not held_out, kind.name
            for text in sentences(half):
                assert not words(text) & {"left", "right"}, text  # a side is a slot; "has left" would be mirrored
            if kind.handed:
                slot = "{way}" if kind.name == "circle dance" else "{hand}"
                share = np.mean([slot in text for text in acting])
                assert share == 1.0 if held_out else share > 0.75, (kind.name, share)


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_texts_are_sentences(kind: str) -> None:
    for split in ("train", TEST):
        for index in range(3):
            texts = generate(index, 3, kind=kind, split=split).texts
            for text in (*texts.interaction, *texts.individuals[0], *texts.individuals[1]):
                assert not re.search(r"[{}()|]|  | [.,;]|\ba [aeiou]|\ban [^aeiou]", text), text
                assert all(part[0].isupper() for part in text.removesuffix(".").split(". ")), text


def test_names_say_who_is_who() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        one, two = pair(None, ("tired ", "shy "), rng)
        assert one != two
        assert again(one) != again(two)
    assert {again(one) for one in ("a man", "an old man", "another man", "somebody", "somebody else", "one man")} == {
        "the man",
        "the old man",
        "the other man",
        "the first one",
        "the other one",
        "the first man",
    }
    found = {pair(1, ("", ""), rng)[0] for _ in range(100)}
    assert any(name.startswith("the shorter") for name in found)
    assert not any("taller" in name for name in found), "the first of the two is the shorter one"
