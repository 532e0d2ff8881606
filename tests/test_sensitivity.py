"""What is wrong on purpose moves the figure that is meant to see it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from in2in.bench.contacts import contact_figures, recorded, touching
from in2in.bench.known_truth import truth_figures
from in2in.bench.people.truth import Truth
from in2in.data.cache import MotionCache
from in2in.evaluation import faults
from in2in.evaluation.evaluator import Evaluator
from in2in.evaluation.extra import Figures
from in2in.evaluation.faults import Fault
from in2in.evaluation.figures import (
    embed,
    embedding_figures,
    multimodality_figure,
    physical_figures,
)
from in2in.evaluation.protocol import Item, Protocol, plan
from in2in.motion.representation import POSITIONS, decode_joints

PROTOCOL = Protocol(retrieval=32, diversity_pairs=60, texts=0, individuals=True)


class Recorded:
    """Recorded clips, and the figures of motions that stand for them."""

    def __init__(self, bench: Path, run: Path) -> None:
        self.evaluator = Evaluator.from_pretrained(run)
        self.items: tuple[Item, ...] = plan(PROTOCOL, bench, "train", 1).repeats[0].items
        cache = MotionCache(bench)
        self.motions = [item.features(cache) for item in self.items]
        self.truths = [Truth.load(bench / "truth" / f"{item.clip}.json") for item in self.items]
        self.reference = self.evaluator.motions(self.motions).numpy()

    def figures(self, change: Fault, shuffled: bool = False) -> Figures:
        motions = self.changed(change)
        own, draw = embed(self.evaluator, self.items, motions, PROTOCOL), np.random.default_rng(0)
        if shuffled:
            own = own.shuffled(np.random.default_rng(1))
        return embedding_figures(own, self.reference, PROTOCOL, draw) | physical_figures(motions)

    def judged(self, change: Fault) -> Figures:
        return truth_figures(self.changed(change), self.truths)

    def changed(self, change: Fault) -> list[Tensor]:
        random = torch.Generator().manual_seed(0)
        return [change(motion, random) for motion in self.motions]


@pytest.fixture(scope="module")
def recorded_clips(bench: Path, evaluator_run: Path) -> Recorded:
    return Recorded(bench, evaluator_run)


@pytest.fixture(scope="module")
def real(recorded_clips: Recorded) -> Figures:
    return recorded_clips.figures(unchanged)


def unchanged(motion: Tensor, _: torch.Generator) -> Tensor:
    return motion


def trembling(motion: Tensor, draw: torch.Generator) -> Tensor:
    noise = torch.zeros_like(motion)
    noise[..., POSITIONS] = 0.03 * torch.randn(motion[..., POSITIONS].shape, generator=draw)
    return motion + noise


def test_recorded_motion_is_found_and_shuffled_texts_are_at_chance(recorded_clips: Recorded, real: Figures) -> None:
    assert real["FID"] < 1e-6
    assert real["R top 1"] > 0.7
    assert real["R top 3"] > 0.9
    shuffled = recorded_clips.figures(unchanged, shuffled=True)
    clips = len(recorded_clips.items)
    for k in (1, 2, 3):  # twice the deviation of a binomial share around k / 32
        chance = k / PROTOCOL.retrieval
        assert abs(shuffled[f"R top {k}"] - chance) < 2.5 * (chance * (1 - chance) / clips) ** 0.5
    assert shuffled["MM distance"] > 1.2 * real["MM distance"]


def test_a_frozen_pose_has_no_jerk_and_is_no_interaction(recorded_clips: Recorded, real: Figures) -> None:
    still = recorded_clips.figures(faults.statue)
    assert still["jitter"] == 0.0
    assert (still["stillness"], real["stillness"] < 0.5) == (1.0, True)
    assert still["FID"] > 1.0
    assert still["R top 1"] < 0.5 * real["R top 1"]
    assert still["diversity"] < real["diversity"]
    assert recorded_clips.judged(faults.statue)["judge: kind"] < 0.2


def test_noise_is_seen_by_jitter_and_bones(recorded_clips: Recorded, real: Figures) -> None:
    noisy = recorded_clips.figures(trembling)
    assert noisy["jitter"] > 10 * real["jitter"]
    assert noisy["bone drift"] > 10.0 > real["bone drift"]
    assert noisy["foot sliding"] > 2 * real["foot sliding"]
    assert noisy["FID"] > real["FID"]


def test_broken_bodies_are_seen_by_their_measure_and_by_the_evaluator(recorded_clips: Recorded, real: Figures) -> None:
    crossed = recorded_clips.figures(faults.hips_crossed)
    assert (real["sides exchanged"], crossed["sides exchanged"]) == (0.0, 1.0)
    assert crossed["hip width"] == pytest.approx(real["hip width"])
    stretched = recorded_clips.figures(faults.torso_stretched)
    assert stretched["torso length"] == pytest.approx(1.2 * real["torso length"], rel=1e-3)
    shaken = recorded_clips.figures(faults.shaking)
    assert shaken["shake"] > 5.0 > 20 * real["shake"]
    turned = recorded_clips.figures(faults.turned_otherwise)
    for broken in (crossed, turned):
        assert broken["FID"] > 1.0
        assert broken["R top 1"] < 0.7 * real["R top 1"]


def test_exchanged_persons_are_seen_by_the_judge_alone(recorded_clips: Recorded, real: Figures) -> None:
    assert recorded_clips.judged(unchanged)["judge: role"] > 0.9
    assert recorded_clips.judged(faults.persons_exchanged)["judge: role"] < 0.3
    swapped = recorded_clips.figures(faults.persons_exchanged)
    for name in ("jitter", "interpenetration", "bone drift"):  # nothing that ignores who is who has changed
        assert swapped[name] == pytest.approx(real[name], rel=1e-3, abs=1e-3)


def test_a_clip_played_backwards_is_another_interaction(recorded_clips: Recorded, real: Figures) -> None:
    backwards = recorded_clips.figures(faults.reversed_in_time)
    assert backwards["FID"] > 0.5
    assert backwards["R top 1"] < 0.8 * real["R top 1"]
    assert backwards["jitter"] == pytest.approx(real["jitter"], rel=1e-2)


def test_the_truth_is_found_in_recorded_motion(recorded_clips: Recorded) -> None:
    judged = recorded_clips.judged(unchanged)
    assert judged["contact recall"] > 0.98
    assert judged["contact precision"] > 0.9
    assert min(judged[f"judge: {name}"] for name in ("kind", "role", "hand", "contact")) > 0.9


def apart(motion: Tensor, _: torch.Generator) -> Tensor:
    moved = motion.clone()
    moved[1, :, POSITIONS.start + 2 : POSITIONS.stop : 3] += 2.0
    return moved


def test_persons_apart_touch_nowhere(recorded_clips: Recorded) -> None:
    judged = recorded_clips.judged(apart)
    assert judged["contact recall"] == 0.0
    assert judged["judge: contact"] == 0.0


def test_precision_and_recall_count_limbs(recorded_clips: Recorded) -> None:
    truth = next(own for own in recorded_clips.truths if own.kind == "push")
    asked = recorded(truth)
    assert asked.sum() == 2
    assert asked[truth.starter, :2].all()
    one, more = asked.copy(), asked.copy()
    one[truth.starter, 0] = False
    more[1 - truth.starter] = True
    assert contact_figures([one], [truth]) == {"contact precision": 1.0, "contact recall": 0.5}
    assert contact_figures([more], [truth]) == {"contact precision": 2 / 6, "contact recall": 1.0}
    assert contact_figures([np.zeros_like(asked)], [truth]) == {"contact recall": 0.0}


def test_touches_do_not_depend_on_place_or_order(recorded_clips: Recorded) -> None:
    joints = decode_joints(recorded_clips.motions[0])
    found = touching(joints)
    assert (touching(joints + torch.tensor([3.0, 0.0, -2.0])) == found).all()
    assert (touching(joints.flip(0)) == found[::-1]).all()


def test_more_varied_samples_have_a_larger_multimodality(recorded_clips: Recorded) -> None:
    protocol, draw = Protocol(samples=10, pairs=5), np.random.default_rng
    same = np.repeat(recorded_clips.reference[:4, None], 10, axis=1)
    varied = recorded_clips.reference[:40].reshape(4, 10, -1)
    assert multimodality_figure(same, protocol, draw(0))["multimodality"] == 0.0
    assert multimodality_figure(varied, protocol, draw(0))["multimodality"] > 0.1
