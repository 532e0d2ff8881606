"""What is taken for an answer, what it is checked for, and what a model is told of the motion."""

import json
import re

import numpy as np
import pytest
import torch

from in2in.annotate.answer import Answer, RejectedError, read_answer
from in2in.annotate.check import faults, usable_answer
from in2in.annotate.summary import summarise
from in2in.motion.skeleton import BONE_LENGTHS, PARENTS, tpose_offsets
from in2in.text.tokens import TokenCount

GOOD = '{"person1": "A person pushes.", "person2": "A person falls."}'


@pytest.mark.parametrize(
    "words",
    [
        GOOD,
        f"\ufeff```json\n{GOOD}\n```",
        f"<think>Is it {{this}}?</think>\nHere it is: {GOOD} I hope that helps.",
        '{"person1": "A person\\u2028 pushes.", "person2": "A person\\n\\tfalls."}',
    ],
)
def test_an_answer_is_read_from_among_other_words(words: str) -> None:
    assert read_answer(words) == Answer(person1="A person pushes.", person2="A person falls.")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("", "it is empty"),
        ("A person pushes.", "no JSON object"),
        (GOOD[:40], "no JSON object"),
        ("{" * 200_000, "no JSON object"),
        ("```" + " " * 200_000, "no JSON object"),
        ('{"a":' * 20_000 + "1" + "}" * 20_000, "person1: field required"),
        ("[" * 20_000 + "{" + "[" * 20_000 + "}", "json"),
        ('{"person1": "A person pushes."}', "person2: field required"),
        ('{"persona1": "Empuja.", "persona2": "Cae."}', "person1: field required"),
        (GOOD[:-1] + ', "person3": "A person waits."}', "person3: extra"),
        ('{"person1": "A person pushes.", "person2": 7}', "person2: .*string"),
        ('{"person1": "A person pushes.", "person2": "  "}', "person2: .*at least 3"),
        ('{"person1": "A person pushes.", "person2": "A person falls.\\u0000"}', "person2: .*cannot be printed"),
        ('{"person1": "A person pushes.", "person2": "A \\ufeffperson falls."}', "person2: .*cannot be printed"),
        ('{"person1": "A person pushes.", "person2": "A \\ud800 person falls."}', "json|person2"),
        (GOOD.replace("falls", "falls" + " and rolls" * 200), "person2: .*at most 1000"),
        (GOOD.replace("falls", "<b>falls</b>"), "person2 holds markup"),
        (GOOD.replace("falls", "falls&lt;br&gt;"), "person2 holds markup"),
        (GOOD.replace("falls", "**falls**"), "person2 holds markup"),
        (GOOD.replace("A person falls", "一个人摔倒了"), "person2 has letters that the text has not"),
    ],
    ids=lambda value: value[:25],
)
def test_what_is_no_answer_is_told_to_the_model_in_a_line(words: str, reason: str) -> None:
    with pytest.raises(RejectedError, match=reason) as error:
        usable_answer(words, "One person pushes the other.", "", TokenCount())
    assert len(str(error.value).splitlines()) == 1


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
        ("A person " + "very " * 80 + "slowly pushes.", "A person falls.", "person1 needs 87 of CLIP's 77 tokens"),
    ],
)
def test_checks_of_an_answer(person1: str, person2: str, words: str) -> None:
    wrong = faults(Answer(person1=person1, person2=person2), "One person pushes the other.", "", TokenCount())
    assert (wrong == []) if not words else re.search(words, wrong[0])


def test_sides_must_be_kept_and_may_come_from_the_motion() -> None:
    text, count = "One person waves with the left hand, the other walks clockwise.", TokenCount()
    kept = Answer(person1="A person waves with the left hand.", person2="A person walks clockwise.")
    assert faults(kept, text, "", count) == []
    lost = Answer(person1="A person waves.", person2="A person walks counterclockwise.")
    assert any("clockwise and left of the text is in neither" in fault for fault in faults(lost, text, "", count))
    assert any("person2 says counterclockwise" in fault for fault in faults(lost, text, "", count))
    seen = Answer(person1="A person waves with the right hand.", person2="A person stands.")
    assert faults(seen, "One person waves, the other stands.", "Person 1 lifts the right hand.", count) == []
    same = Answer(person1="A person hugs somebody.", person2="A person hugs somebody.")
    assert faults(same, "Two people hug each other.", "", count) == []


def test_letters_of_the_text_may_be_in_the_answer() -> None:
    answer = read_answer(json.dumps({"person1": "Une personne lève la main.", "person2": "Une personne attend."}))
    assert faults(answer, "L'un lève la main, l'autre attend.", "", TokenCount()) == []


def test_the_summary_tells_who_walks_lifts_and_is_taller() -> None:
    """A made motion: person 1 walks 2 m to person 2 and lifts the left hand, person 2 is 20 % larger and stands."""
    frames = 60
    body = torch.zeros(22, 3)
    for joint in range(1, 22):
        body[joint] = body[PARENTS[joint]] + tpose_offsets(torch.tensor(BONE_LENGTHS))[joint]
    body[:, 1] -= body[:, 1].min()
    for side, sign in ((20, 1), (21, -1)):  # arms hang
        elbow, shoulder = side - 2, side - 4
        body[elbow] = body[shoulder] + torch.tensor([0.02 * sign, -0.26, 0.0])
        body[side] = body[elbow] + torch.tensor([0.0, -0.26, 0.02])
    one, two = body.repeat(frames, 1, 1), (1.2 * body * torch.tensor([-1.0, 1.0, -1.0])).repeat(frames, 1, 1)
    way = torch.from_numpy(np.clip((np.arange(frames) - 10) / 30, 0, 1) * 2.0).float()
    one[..., 2] += way[:, None]
    two[..., 2] += 3.5
    lift = torch.from_numpy(np.clip((np.arange(frames) - 40) / 10, 0, 1)).float()
    one[:, 20, 1] += 0.9 * lift
    one[:, 18, 1] += 0.4 * lift
    summary = summarise(torch.stack([one, two]))
    assert "Person 2 is the taller." in summary
    assert "Person 1 moves first." in summary
    assert re.search(r"Person 1 comes 1\.[5-9] m towards the other", summary)
    assert "Person 1 lifts the left hand" in summary
    assert "right hand" not in summary
    assert "Person 2 hardly moves." in summary
