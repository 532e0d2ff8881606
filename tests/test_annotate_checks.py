"""The checks that an answer has to pass, whoever gave it."""

import re

import pytest

from in2in.annotation.answer import Answer, estimated_tokens, faults
from in2in.data.synthetic import generate


@pytest.mark.parametrize(
    ("person1", "person2", "words"),
    [
        ("A person pushes forward.", "A person staggers back.", ""),
        ("A person hugs somebody.", "A person hugs somebody.", "same"),
        ("A person pushes, the other person falls.", "A person falls.", "person1 names the other as an actor"),
        ("A person pushes.", "A person is pushed by another person.", "person2 names the other as an actor"),
        ("A person pushes somebody who falls.", "A person falls.", "person1 names the other as an actor"),
        ("They push.", "A person falls.", "person1 speaks of both"),
        ("A person shakes the other hand.", "A person walks towards the other person.", ""),
        ("A person pushes with the left hand.", "A person falls.", "person1 says left"),
        ("A person " + "very " * 80 + "slowly pushes.", "A person falls.", "person1 needs 9. of CLIP's 77 tokens"),
    ],
)
def test_checks_of_an_answer(person1: str, person2: str, words: str) -> None:
    found = faults(Answer(person1=person1, person2=person2), "One person pushes the other.", "")
    assert (found == []) if not words else re.search(words, found[0])


def test_sides_must_be_kept_and_may_come_from_the_motion() -> None:
    text = "One person waves with the left hand, the other walks clockwise."
    kept = Answer(person1="A person waves with the left hand.", person2="A person walks clockwise.")
    assert faults(kept, text, "") == []
    lost = Answer(person1="A person waves.", person2="A person walks counterclockwise.")
    assert any("clockwise and left of the text is in neither" in fault for fault in faults(lost, text, ""))
    assert any("person2 says counterclockwise" in fault for fault in faults(lost, text, ""))
    seen = Answer(person1="A person waves with the right hand.", person2="A person stands.")
    assert faults(seen, "One person waves, the other stands.", "Person 1 lifts the right hand.") == []
    same = Answer(person1="A person hugs somebody.", person2="A person hugs somebody.")
    assert faults(same, "Two people hug each other.", "") == []


def test_the_estimate_of_tokens_is_not_below_a_byte_pair_tokenizer() -> None:
    """MiniLM's word pieces (30,522, CLIP has 49,408): more than CLIP needs for most prose."""
    from in2in.text.encoders import MiniLMEncoder

    tokenizer = MiniLMEncoder().tokenizer
    for number in range(0, 54, 3):
        for text in generate(number, seed=5).texts.interaction:
            assert len(tokenizer(text)["input_ids"]) <= estimated_tokens(text) <= 77
