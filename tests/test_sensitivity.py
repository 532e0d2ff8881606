"""What is wrong on purpose moves the figure that is meant to see it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from tensors import joints_of, rotations_of
from torch import Tensor

from in2in.bench.contacts import contact_figures, recorded, touching
from in2in.bench.known_truth import truth_figures
from in2in.bench.people.truth import Truth
from in2in.data.cache import MotionCache
from in2in.evaluation.evaluator import Evaluator
from in2in.evaluation.extra import Figures
from in2in.evaluation.figures import (
    embed,
    embedding_figures,
    multimodality_figure,
    physical_figures,
)
from in2in.evaluation.protocol import Item, Protocol, plan
from in2in.motion.motion import Motion
from in2in.motion.representation import POSITIONS, canonicalise, decode_joints, decode_rotations, encode

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

    def figures(self, change: Callable[[Tensor], Tensor], shuffled: bool = False) -> Figures:
        motions = [change(motion) for motion in self.motions]
        own, draw = embed(self.evaluator, self.items, motions, PROTOCOL), np.random.default_rng(0)
        if shuffled:
            own = own.shuffled(np.random.default_rng(1))
        return embedding_figures(own, self.reference, PROTOCOL, draw) | physical_figures(motions)

    def judged(self, change: Callable[[Tensor], Tensor]) -> Figures:
        return truth_figures([change(motion) for motion in self.motions], self.truths)


@pytest.fixture(scope="module")
def recorded_clips(bench: Path, evaluator_run: Path) -> Recorded:
    return Recorded(bench, evaluator_run)


@pytest.fixture(scope="module")
def real(recorded_clips: Recorded) -> Figures:
    return recorded_clips.figures(unchanged)


def unchanged(motion: Tensor) -> Tensor:
    return motion


def frozen(motion: Tensor) -> Tensor:
    raw = raw_motion(motion)
    still = joints_of(raw)[:, :1].expand_as(joints_of(raw)), rotations_of(raw)[:, :1].expand_as(rotations_of(raw))
    return encode(Motion.from_tensors(*still))


def trembling(motion: Tensor) -> Tensor:
    noise = torch.zeros_like(motion)
    noise[..., POSITIONS] = 0.03 * torch.randn(motion[..., POSITIONS].shape, generator=torch.Generator().manual_seed(0))
    return motion + noise


def reversed_in_time(motion: Tensor) -> Tensor:
    raw = raw_motion(motion)
    return encode(canonicalise(Motion.from_tensors(joints_of(raw).flip(1), rotations_of(raw).flip(1))))


def persons_exchanged(motion: Tensor) -> Tensor:
    return encode(canonicalise(raw_motion(motion).swap()))


def raw_motion(motion: Tensor) -> Motion:
    """The frames of features, and one more."""
    joints, rotations = decode_joints(motion), decode_rotations(motion)
    last = joints[:, -1:] + motion[:, -1:, 66:132].unflatten(-1, (22, 3))
    return Motion.from_tensors(torch.cat([joints, last], dim=1), torch.cat([rotations, rotations[:, -1:]], dim=1))


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
    still = recorded_clips.figures(frozen)
    assert still["jitter"] == 0.0
    assert still["FID"] > 1.0
    assert still["R top 1"] < 0.5 * real["R top 1"]
    assert still["diversity"] < real["diversity"]
    assert recorded_clips.judged(frozen)["judge: kind"] < 0.2


def test_noise_is_seen_by_jitter_and_bones(recorded_clips: Recorded, real: Figures) -> None:
    noisy = recorded_clips.figures(trembling)
    assert noisy["jitter"] > 10 * real["jitter"]
    assert noisy["bone drift"] > 10.0 > real["bone drift"]
    assert noisy["foot sliding"] > 2 * real["foot sliding"]
    assert noisy["FID"] > real["FID"]


def test_exchanged_persons_are_seen_by_the_judge_alone(recorded_clips: Recorded, real: Figures) -> None:
    assert recorded_clips.judged(unchanged)["judge: role"] > 0.9
    assert recorded_clips.judged(persons_exchanged)["judge: role"] < 0.3
    swapped = recorded_clips.figures(persons_exchanged)
    for name in ("jitter", "interpenetration", "bone drift"):  # nothing that ignores who is who has changed
        assert swapped[name] == pytest.approx(real[name], rel=1e-3, abs=1e-3)


def test_a_clip_played_backwards_is_another_interaction(recorded_clips: Recorded, real: Figures) -> None:
    backwards = recorded_clips.figures(reversed_in_time)
    assert backwards["FID"] > 0.5
    assert backwards["R top 1"] < 0.8 * real["R top 1"]
    assert backwards["jitter"] == pytest.approx(real["jitter"], rel=1e-2)


def test_the_truth_is_found_in_recorded_motion(recorded_clips: Recorded) -> None:
    judged = recorded_clips.judged(unchanged)
    assert judged["contact recall"] > 0.98
    assert judged["contact precision"] > 0.9
    assert min(judged[f"judge: {name}"] for name in ("kind", "role", "hand", "contact")) > 0.9


def apart(motion: Tensor) -> Tensor:
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
