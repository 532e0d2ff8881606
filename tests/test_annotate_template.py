"""The template annotator: what a sentence says of each person, and which of the two it is in the motion."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Cli

from in2in.annotation.annotator import RejectedError
from in2in.annotation.answer import faults
from in2in.annotation.motion import Movement
from in2in.annotation.template import TemplateAnnotator
from in2in.data.synthetic import generate


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("One person pushes the other, who staggers back.", "A person pushes forward.", "A person staggers back."),
        ("Two people shake hands.", "A person shakes hands.", "A person shakes hands."),
        ("One person chases the other.", "A person chases somebody.", "A person is chased."),
        (
            "A tall man is hit by another man and falls.",
            "A tall person is hit and falls.",
            "A person hits somebody.",
        ),
        (
            "The first person waves with the left hand and the second waves back with the right one.",
            "A person waves with the left hand.",
            "A person waves back with the right hand.",
        ),
        (
            "One man and the other shake hands, and it is the former who reaches out first.",
            "A person shakes hands and reaches out first.",
            "A person shakes hands.",
        ),
        ("They face each other and bow.", "A person faces somebody and bows.", "A person faces somebody and bows."),
        (
            "One person throws the ball that the other kicks away.",
            "A person throws the ball.",
            "A person kicks away the ball.",
        ),
        ("They bow, one first, the other later.", "A person bows first.", "A person bows later."),
        (
            "One person raises the left arm, the other the right arm.",
            "A person raises the left arm.",
            "A person raises the right arm.",
        ),
        ("One person sits down and so does the other.", "A person sits down.", "A person sits down in turn."),
        (
            "Watched by one person, the other does a cartwheel.",
            "A person watches somebody.",
            "A person is watched and does a cartwheel.",
        ),
        (
            "One person, bowing to the other, steps back.",
            "A person bows to somebody and steps back.",
            "A person is bowed to.",
        ),
        (
            "A ball is thrown by one person and caught by the other.",
            "A person throws a ball.",
            "A person catches a ball.",
        ),
        (
            "One person's slap makes the other stagger.",
            "A person slaps, making somebody stagger.",
            "A person staggers.",
        ),
        (
            "The left arm of one person is twisted by the other.",
            "A person has the left arm twisted.",
            "A person twists the left arm of somebody.",
        ),
        ("A person helps another person to stand up.", "A person helps somebody to stand up.", "A person stands up."),
        ("What one person does, the other imitates.", "A person moves.", "A person imitates."),
        ("The man spins the woman around, and she twirls.", "A person spins somebody around.", "A person twirls."),
        (
            "Two people fence, with one person lunging and the other stepping back.",
            "A person fences and lunges.",
            "A person fences and steps back.",
        ),
        (
            "Two people wrestle, one of them throwing the other to the ground.",
            "A person wrestles and throws somebody to the ground.",
            "A person wrestles and is thrown to the ground.",
        ),
        ("One person stumbled, and the other laughed.", "A person stumbles.", "A person laughs."),
    ],
)
def test_the_rules_split_simple_sentences(text: str, first: str, second: str) -> None:
    answer = TemplateAnnotator().ask(text, None).answer
    assert (answer.person1, answer.person2) == (first, second)
    assert faults(answer, text, "") == []


@pytest.mark.parametrize(
    "text", ["A dance.", "It rains.", "One person sings to the moon.", "", "One person hides behind the other."]
)
def test_the_rules_give_up_rather_than_invent(text: str) -> None:
    with pytest.raises(RejectedError):
        TemplateAnnotator().ask(text, None)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("push", "One person pushes the other, who staggers back."),
        ("kick and block", "One person kicks, the other blocks."),
        ("chase", "One person runs after the other."),
        ("approach", "One person walks up to the other, who waits."),
        ("wave", "One person waves and the other waves back."),
        ("point", "One person points at something and the other looks."),
    ],
)
def test_descriptions_go_to_the_person_who_does_it(kind: str, text: str) -> None:
    """Both starters; with the persons exchanged, the descriptions are too."""
    for number in range(4):
        clip = generate(number, seed=11, kind=kind)
        movement, swapped = Movement.of(clip.motion.joints), Movement.of(clip.motion.joints.flip(0))
        answer = TemplateAnnotator().ask(text, movement).answer
        does = (answer.person1, answer.person2)[clip.truth.starter]
        assert text.split()[2].rstrip(",") in does
        other = TemplateAnnotator().ask(text, swapped).answer
        assert (other.person1, other.person2) == (answer.person2, answer.person1)


@pytest.mark.parametrize(
    "does",
    [
        "blocks the kick of the other",
        "defends against the kick of the other",
        "deflects the other's kick",
        "lifts both arms to block a high kick of the other",
        "raises the arms to stop a kick of the other",
    ],
)
def test_a_deed_that_is_named_as_the_others_is_the_others(does: str) -> None:
    for number in range(2):
        clip = generate(number, seed=14, kind="kick and block")
        answer = TemplateAnnotator().ask(f"One person {does}.", Movement.of(clip.motion.joints)).answer
        assert does.split()[0] in (answer.person1, answer.person2)[1 - clip.truth.starter]


@pytest.mark.parametrize("verb", ["pursues", "stalks", "races after", "gives chase to"])
def test_verbs_of_like_meaning_go_to_the_same_person(verb: str) -> None:
    for number in range(2):
        clip = generate(number, seed=12, kind="chase")
        answer = TemplateAnnotator().ask(f"One person {verb} the other.", Movement.of(clip.motion.joints)).answer
        assert verb in (answer.person1, answer.person2)[clip.truth.starter]


def test_of_whom_the_text_says_nothing_the_motion_tells() -> None:
    clip = generate(0, seed=13, kind="push")
    movement = Movement.of(clip.motion.joints)
    text = "One person pushes forward with both hands."
    answer = TemplateAnnotator().ask(text, movement).answer
    own = (answer.person1, answer.person2)
    assert own[clip.truth.starter] == "A person pushes forward with both hands."
    assert own[1 - clip.truth.starter] == f"A person {' and '.join(movement.shown(1 - clip.truth.starter))}."
    assert "goes backwards" in own[1 - clip.truth.starter]
    assert faults(answer, text, movement.summary) == []


def test_the_summary_tells_who_walks_lifts_and_is_taller() -> None:
    """A made motion: person 1 walks 2 m to person 2 and lifts the left hand, person 2 is 20 % larger and stands."""
    from in2in.motion.skeleton import BONE_LENGTHS, PARENTS, tpose_offsets

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
    summary = Movement.of(torch.stack([one, two])).summary
    assert "Person 2 is the taller." in summary
    assert "Person 1 moves first." in summary
    assert re.search(r"Person 1 comes 1\.[5-9] m towards the other", summary)
    assert "Person 1 lifts the left hand" in summary
    assert "right hand" not in summary
    assert "Person 2 hardly moves." in summary


def test_sampling_fills_in_missing_individual_texts(cli: Cli, run_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "samples"
    common = [f"run={run_folder}", "seconds=0.5", "annotator=template", f"out={out}"]
    prompt = "One person pushes the other, who staggers back."
    finished = cli("sample", f"prompt={prompt}", "individual2=stands firm", *common)
    assert finished.code == 0, finished.err
    assert "person 1: 'A person pushes forward.', person 2: 'stands firm'" in finished.out
    sample = np.load(out / "000.npz")
    assert (str(sample["individual1"]), str(sample["individual2"])) == ("A person pushes forward.", "stands firm")
    finished = cli("sample", "prompt=It rains.", *common)
    assert "no individual texts for 'It rains.'" in finished.out
