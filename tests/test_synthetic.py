"""Generated interactions: physical quality, truth that agrees with motion and text, and the same bytes each time."""

from collections import Counter

import numpy as np
import pytest
import torch
from tensors import joints_of, rotations_of

from in2in.bench.judge.naturalness import PARTS, DataSet
from in2in.bench.people import KINDS, Clip, generate
from in2in.bench.people.measures import Quality, measure, palm, summary
from in2in.bench.people.phrases.phrase import ADVERBS, TEMPO_ADVERBS, TEXTS
from in2in.motion.representation import FPS, mirror
from in2in.motion.skeleton import INDEX
from in2in.text.mirror import mirror_text

SEED = 11
SAMPLE = 12 * len(KINDS)


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    return [generate(index, SEED) for index in range(SAMPLE)]


@pytest.fixture(scope="module")
def qualities(clips: list[Clip]) -> list[Quality]:
    found = [measure(clip) for clip in clips]
    print(summary(found))
    return found


def test_physical_quality(qualities: list[Quality]) -> None:
    for index, quality in enumerate(qualities):
        where = f"clip {index} ({KINDS[index % len(KINDS)].name})"
        assert quality.planted_speed < 0.02, where
        assert quality.planted_share > 0.2, where
        assert quality.bone_change < 0.001, where
        assert quality.palm_gap < 0.03, where
        assert quality.body_depth < 0.03, where
        assert quality.own_depth < 0.03, where
        assert quality.below_floor < 0.01, where
        assert quality.wrist_speed < 8.0, where
        assert quality.fastest < 9.0, where
        assert quality.acceleration < 250.0, where
        assert quality.rotation_error < 0.001, where


def test_clips_last_two_to_nine_seconds(clips: list[Clip]) -> None:
    seconds = [len(clip.motion) / FPS for clip in clips]
    assert min(seconds) >= 2.0
    assert max(seconds) <= 9.0
    assert 3.0 < sum(seconds) / len(seconds) < 6.0


def test_a_clip_depends_on_index_and_seed_alone(clips: list[Clip]) -> None:
    again = generate(5, SEED)
    assert torch.equal(joints_of(again.motion), joints_of(clips[5].motion))
    assert again.texts == clips[5].texts
    assert not torch.equal(joints_of(generate(5, SEED + 1).motion)[:, 0], joints_of(again.motion)[:, 0])


def test_one_person_alone_keeps_motion_and_individual_texts(clips: list[Clip]) -> None:
    for person in range(2):
        motion, texts = clips[4].alone(person)
        assert torch.equal(joints_of(motion)[0], joints_of(clips[4].motion)[person])
        assert torch.equal(rotations_of(motion)[0], rotations_of(clips[4].motion)[person])
        assert texts.interaction == texts.individuals[0] == clips[4].texts.individuals[person]
        assert len(texts.individuals) == 1


def test_nobody_is_said_to_walk_up_who_is_not_seen_to(clips: list[Clip]) -> None:
    for clip in clips:
        for person, approaches in enumerate(clip.truth.approaches):
            pelvis = joints_of(clip.motion)[:, :, 0, [0, 2]]
            towards = torch.nn.functional.normalize(pelvis[1 - person, 0] - pelvis[person, 0], dim=0)
            closer = float(((pelvis[person] - pelvis[person, 0]) @ towards).max())
            assert not approaches or closer > 0.1, (clip.truth.kind, clip.truth.index, closer)


def test_texts_tell_hands_and_tempo(clips: list[Clip]) -> None:
    told: dict[str, list[bool]] = {"left": [], "right": []}
    for clip in clips:
        truth = clip.truth
        assert len(clip.texts.interaction) == len(clip.texts.individuals[0]) == len(clip.texts.individuals[1]) == TEXTS
        everything = (*clip.texts.interaction, *clip.texts.individuals[0], *clip.texts.individuals[1])
        for text in everything:
            assert "{" not in text
            assert " none" not in text
            assert set(_sides(text)) <= {*truth.hands, truth.way}, text
        side = truth.way if truth.way != "none" else truth.hands[truth.starter]
        if side in ("left", "right"):
            told[side] += [
                side in _sides(text) for text in (*clip.texts.interaction, *clip.texts.individuals[truth.starter])
            ]
        wrong = {word for tempo, words in TEMPO_ADVERBS.items() if tempo != truth.tempo for word in words}
        for text in everything:
            assert not [word for word in wrong if word in text], text
        manners = {word for style, words in ADVERBS.items() if style not in truth.styles for word in words}
        for text in everything:
            assert not [word for word in manners if word in text], text
    assert all(0.8 < np.mean(sides) < 1.0 for sides in told.values()), "bare sentences, as newcomers type, leave it out"


def test_held_out_texts_always_tell_the_side() -> None:
    for index in range(4 * len(KINDS)):
        clip = generate(index, SEED, split="test")
        side = clip.truth.way if clip.truth.way != "none" else clip.truth.hands[clip.truth.starter]
        if side in ("left", "right"):
            for text in (*clip.texts.interaction, *clip.texts.individuals[clip.truth.starter]):
                assert side in _sides(text), text


def _sides(text: str) -> list[str]:
    return [word for word in text.lower().replace(".", " ").replace(",", " ").split() if word in ("left", "right")]


GESTURES = (
    "handshake",
    "wave",
    "high five",
    "hand over",
    "punch and dodge",
    "point",
    "mirror arms",
    "pat on the shoulder",
)


def test_the_named_side_is_the_one_that_moves(clips: list[Clip]) -> None:
    checked = Counter[str]()
    for clip in clips:
        for person, side in enumerate(clip.truth.hands):
            if side not in ("left", "right") or clip.truth.kind not in (*GESTURES, "kick and block"):
                continue
            joints = joints_of(clip.motion)[person]
            other = "left" if side == "right" else "right"
            if clip.truth.limb == "hand":
                way = {name: float(_lifted(joints, name).max()) for name in (side, other)}
            else:
                way = {name: float(joints[:, INDEX[f"{name}_ankle"], 1].max()) for name in (side, other)}
            assert way[side] > way[other] + 0.05, (clip.truth.kind, clip.truth.index, person, way)
            checked[clip.truth.kind] += 1
    assert set(checked) == {*GESTURES, "kick and block"}


def _lifted(joints: torch.Tensor, side: str) -> torch.Tensor:
    """[T] metres by which the palm is above a straight hanging arm, in front of or beside the shoulder alike."""
    wrist, shoulder = joints[:, INDEX[f"{side}_wrist"]], joints[:, INDEX[f"{side}_shoulder"]]
    return (wrist - shoulder)[:, 1] + (wrist - shoulder)[:, [0, 2]].norm(dim=-1)


@pytest.mark.parametrize("kind", ["wave", "hand over", "mirror arms"])
def test_the_starter_moves_the_hand_first(kind: str) -> None:
    for index in range(6):
        clip = generate(index, SEED, kind=kind)
        onset = []
        for person, side in enumerate(clip.truth.hands):
            lifted = _lifted(joints_of(clip.motion)[person], side)
            onset.append(int((lifted > (lifted.min() + lifted.max()) / 2).nonzero()[0]))
        assert onset[clip.truth.starter] < onset[1 - clip.truth.starter], (kind, index, onset)


def test_who_walks_and_who_is_behind() -> None:
    for index in range(6):
        for kind in ("approach", "walk apart", "push", "chase", "lead by the hand"):
            clip = generate(index, SEED, kind=kind)
            starter, partner = clip.truth.starter, 1 - clip.truth.starter
            pelvis = joints_of(clip.motion)[:, :, 0, [0, 2]]
            way = (pelvis[:, -1] - pelvis[:, 0]).norm(dim=-1)
            gone = (pelvis - pelvis[:, :1]).norm(dim=-1) > 0.3
            ahead = ((pelvis[starter] - pelvis[partner]) * (pelvis[partner, -1] - pelvis[partner, 0])).sum(dim=-1)
            match kind:
                case "approach":
                    assert way[starter] > 1.0 > 0.3 > way[partner]
                case "walk apart":
                    assert int(gone[starter].long().argmax()) < int(gone[partner].long().argmax())
                    assert (pelvis[0, -1] - pelvis[1, -1]).norm() > clip.truth.distance + 1.5
                case "push":
                    assert way[partner] > 0.35
                case "chase":
                    assert way.min() > 2.0
                    assert (ahead < 0).all()
                case _:
                    assert way.min() > 1.2
                    assert ahead[len(ahead) // 2] > 0


def test_a_circle_goes_to_the_side_that_is_told() -> None:
    for index in range(4):
        clip = generate(index, SEED, kind="circle dance")
        for joints in joints_of(clip.motion):
            to_left = joints[:, INDEX["left_hip"]] - joints[:, INDEX["right_hip"]]
            step = joints[1:, 0] - joints[:-1, 0]
            way = float((step * to_left[:-1]).sum())
            assert (way > 0) == (clip.truth.way == "left")


def test_mirrored_motion_agrees_with_the_mirrored_text(clips: list[Clip]) -> None:
    for clip in clips:
        side = clip.truth.hands[clip.truth.starter]
        if clip.truth.kind not in GESTURES:
            continue
        other = "left" if side == "right" else "right"
        joints = joints_of(mirror(clip.motion))[clip.truth.starter]
        assert float(_lifted(joints, other).max()) > float(_lifted(joints, side).max())
        for text in clip.texts.individuals[clip.truth.starter]:
            assert _sides(mirror_text(text)) == [other] * len(_sides(text))


def test_palms_lie_on_the_body_that_they_touch(clips: list[Clip]) -> None:
    for clip in clips:
        for touch in clip.truth.touches:
            if touch.first[1].endswith("wrist") and not touch.of_hands():
                joints = joints_of(clip.motion).double().numpy()
                reached = joints[touch.second[0], :, INDEX[touch.second[1]]]
                gap = np.linalg.norm(palm(joints[touch.first[0]], touch.first[1]) - reached, axis=-1)
                assert gap[touch.start : touch.end].max() < 0.25, (clip.truth.kind, clip.truth.index)


def test_touches_lie_within_the_clip(clips: list[Clip]) -> None:
    for clip in clips:
        for touch in clip.truth.touches:
            assert 0 <= touch.start < touch.end <= len(clip.motion), (clip.truth.kind, clip.truth.index)


SALSA = {"pelvis": (1.92, 67.8), "head": (3.32, 138.7), "hands": (18.6, 726.8), "feet": (6.20, 274.2)}
"""99.9 % quantiles of speed (m/s) and acceleration (m/s^2) in 7.1 minutes of two people dancing salsa (CMU, subjects
60 and 61, all takes), by evaluation.judge.naturalness."""


def test_speeds_and_accelerations_are_inside_those_of_real_dancers(clips: list[Clip]) -> None:
    data = DataSet("generated", tuple(joints_of(clip.motion).double().numpy() for clip in clips))
    for part, joints in PARTS:
        for order, limit in zip((1, 2), SALSA[part], strict=True):
            assert np.quantile(data.differences(order, joints), 0.999) < limit, (part, order)


def test_people_live_while_they_wait(clips: list[Clip]) -> None:
    data = DataSet("generated", tuple(joints_of(clip.motion).double().numpy() for clip in clips))
    pelvis, everybody = data.still()
    assert pelvis < 0.2, "statues that move one arm stand still in 59 % of the frames"
    assert everybody < 0.06, "and nobody moves in 21 %"
    assert np.quantile(data.differences(1, ("pelvis",)), 0.1) < 0.1, "they do not run about either"


def test_still_shares_are_those_of_the_frames() -> None:
    resting = np.zeros((2, 31, 22, 3))
    walking = resting.copy()
    walking[0, :, :, 0] = np.arange(31)[:, None] / FPS
    assert DataSet("half", (resting, walking)).still() == (0.75, 0.5)
