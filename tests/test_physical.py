"""Physical measures: closed forms, symmetries, another library, real people."""

from typing import Any

import numpy as np
import pytest
import scipy.optimize
import torch
from tensors import joints_of
from torch import Tensor

from in2in.errors import InputError
from in2in.evaluation import physical
from in2in.motion import capsules
from in2in.motion.motion import Motion
from in2in.motion.rotations import rotate_about_y
from in2in.motion.skeleton import BONE_LENGTHS, forward_kinematics, tpose_offsets


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def standing(frames: int = 30, persons: int = 1) -> Tensor:
    """[P, T, 22, 3] people in T-pose, their lowest joints on the floor, two metres apart."""
    turn = torch.eye(3).double()
    offsets = tpose_offsets(torch.tensor(BONE_LENGTHS).double())
    body = forward_kinematics(turn.expand(21, 3, 3), turn, torch.zeros(3).double(), offsets)
    body = body - torch.tensor([0, 1, 0]) * body[:, 1].min()
    places = torch.arange(persons).double()[:, None, None, None] * torch.tensor([2.0, 0, 0])
    return body.expand(persons, frames, 22, 3) + places


SECONDS = (torch.arange(30).double() / 30)[:, None, None]
AHEAD, UP = torch.tensor([0.0, 0, 1]).double(), torch.tensor([0.0, 1, 0]).double()


def test_foot_sliding_by_height() -> None:
    assert float(physical.foot_sliding(standing())) == 0
    sliding = standing() + 0.4 * SECONDS * AHEAD
    assert float(physical.foot_sliding(sliding)) == pytest.approx(40)
    assert float(physical.foot_sliding(sliding + UP)) == 0
    assert float(physical.foot_sliding(standing() + 0.04 * SECONDS * UP)) == 0  # rising is not sliding
    half = standing(persons=2)
    half[1] += 0.4 * SECONDS * AHEAD
    assert float(physical.foot_sliding(half)) == pytest.approx(20)


def test_floor() -> None:
    for height, below, above in ((0.0, 0, 0), (-0.03, 3, 0), (0.05, 0, 5)):
        joints = standing(persons=2) + height * UP
        assert float(physical.floor_penetration(joints)) == pytest.approx(below)
        assert float(physical.floating(joints)) == pytest.approx(above)
    half = standing(persons=2)
    half[0] -= 0.03 * UP
    half[1] += 0.05 * UP
    assert float(physical.floor_penetration(half)) == pytest.approx(1.5)
    assert float(physical.floating(half)) == pytest.approx(2.5)


def test_bone_drift() -> None:
    sizes = torch.tensor([0.99, 1.01]).double().repeat(15)[:, None, None]
    expected = 10 * sum(BONE_LENGTHS) / 21  # 1 % of the mean bone, in mm
    assert float(physical.bone_drift(standing() * sizes)) == pytest.approx(expected)
    turning = rotate_about_y(standing(), SECONDS[:, 0] * 2) + SECONDS * AHEAD
    assert float(physical.bone_drift(turning)) == pytest.approx(0, abs=1e-9)


def test_jitter_is_the_jerk() -> None:
    assert float(physical.jitter(standing() + 5 * SECONDS**3 * AHEAD)) == pytest.approx(30)  # 6 c of c t^3
    assert float(physical.jitter(standing() + 5 * SECONDS**2 * AHEAD)) == pytest.approx(0, abs=1e-6)


def test_shake_is_the_noise_of_those_who_stand() -> None:
    draw = torch.Generator().manual_seed(0)
    noise = 0.004 * torch.randn(2, 300, 22, 3, generator=draw).double()
    trembling = standing(300, persons=2) + noise
    assert float(physical.shake(trembling)) == pytest.approx(4 * 3**0.5, rel=0.05)
    seconds = (torch.arange(300).double() / 30)[:, None, None]
    assert float(physical.shake(trembling + seconds * AHEAD)) == 0  # walking at 1 m/s: nobody stands
    swaying = standing(300) + 0.03 * torch.sin(2 * torch.pi * 0.5 * seconds) * AHEAD
    assert float(physical.shake(swaying)) < 0.01
    assert float(physical.shake(trembling[:, :4])) == 0


def test_stillness() -> None:
    assert float(physical.stillness(standing())) == 1
    half = standing(persons=2)
    half[1, :, 20] += 0.03 * SECONDS[:, 0] * AHEAD  # one wrist, 3 cm/s
    assert float(physical.stillness(half)) == pytest.approx(0.5)


def test_proportions_and_sides() -> None:
    joints = standing(persons=2)
    hips = float(100 * (joints[0, 0, 1] - joints[0, 0, 2]).norm())
    assert float(physical.width(joints, "hip")) == pytest.approx(hips)
    assert float(physical.torso_length(joints)) == pytest.approx(100 * sum(BONE_LENGTHS[k] for k in (3, 6, 9, 12)))
    assert float(physical.sides_exchanged(joints)) == 0
    crossed = joints.clone()
    crossed[1, :10, [1, 2]] = joints[1, :10, [2, 1]]
    assert float(physical.sides_exchanged(crossed)) == pytest.approx(10 / 60)
    assert float(physical.width(crossed, "hip")) == pytest.approx(hips)
    pinched = joints.clone()
    pinched[:, :, [1, 2]] = joints[:, :, [0]]
    assert float(physical.width(pinched, "hip")) == 0
    assert float(physical.width(pinched, "shoulder")) == pytest.approx(float(physical.width(joints, "shoulder")))


def test_segment_distances() -> None:
    def between(*points: tuple[float, float, float]) -> float:
        return float(capsules.segment_distance(*torch.tensor(points).double()))

    assert between((0, 0, 0), (1, 0, 0), (0.5, 2, -1), (0.5, 2, 1)) == pytest.approx(2)  # crossing
    assert between((0, 0, 0), (1, 0, 0), (0.2, 3, 0), (4, 3, 0)) == pytest.approx(3)  # side by side
    assert between((0, 0, 0), (1, 0, 0), (4, 4, 0), (9, 4, 0)) == pytest.approx(5)  # end to end
    assert between((0, 0, 0), (0, 0, 0), (3, 4, 0), (3, 4, 0)) == pytest.approx(5)  # two points


def test_segment_distances_agree_with_bounded_least_squares(rng: np.random.Generator) -> None:
    p, q, r, s = rng.standard_normal((4, 200, 3))
    ours = capsules.segment_distance(*(torch.from_numpy(points) for points in (p, q, r, s)))
    for row in range(200):
        sides = np.stack([q[row] - p[row], r[row] - s[row]], axis=1)
        nearest: Any = scipy.optimize.lsq_linear(sides, r[row] - p[row], bounds=(0, 1), tol=1e-14)
        assert float(ours[row]) == pytest.approx(np.sqrt(2 * nearest.cost), abs=1e-6)


def test_interpenetration_of_balls_that_part() -> None:
    frames = torch.arange(20).double()
    joints = torch.zeros(2, 20, 22, 3).double()  # all joints in one place: the thickest capsule is a ball
    joints[1, ..., 0] = (0.01 + 0.02 * frames)[:, None]
    found = physical.interpenetration(joints)
    depth = (2 * max(capsules.RADII) - joints[1, :, 0, 0]).clamp(min=0)
    assert float(found.depth) == pytest.approx(100 * float(depth.mean()))
    assert float(found.share) == pytest.approx(11 / 20)  # 22 cm are reached after the frame at 21 cm


def test_interpenetration_of_people(raw: Motion) -> None:
    apart = physical.interpenetration(standing(persons=2) + torch.tensor([0.0, 0, 0]))
    assert [float(value) for value in apart] == [0, 0]
    within = physical.interpenetration(standing().repeat(2, 1, 1, 1))
    assert float(within.depth) == pytest.approx(200 * max(capsules.RADII), abs=1e-4)
    assert float(within.share) == 1
    assert [float(value) for value in physical.interpenetration(standing())] == [0, 0]
    joints = joints_of(raw).double() + torch.tensor([0.3, 0, 0]) * torch.tensor([1, -1])[:, None, None, None]
    moved = rotate_about_y(joints, torch.tensor(0.7).double()) + torch.tensor([3.0, 0, -2])
    for other in (joints.flip(0), joints.flip(1), moved):
        for one, two in zip(physical.interpenetration(joints), physical.interpenetration(other), strict=True):
            assert float(one) == pytest.approx(float(two), abs=1e-9)


def test_quality_of_real_people(raw: Motion) -> None:
    joints = joints_of(raw)
    own = physical.clip_quality(joints)
    assert own.bone_drift < 1
    noisy = physical.clip_quality(joints + 0.02 * torch.randn(joints.shape, generator=torch.manual_seed(0)))
    for name in ("foot_sliding", "floor_penetration", "bone_drift", "jitter"):
        assert getattr(noisy, name) > 2 * getattr(own, name)
    frozen = physical.clip_quality(joints[:, :1].expand_as(joints))
    assert (frozen.foot_sliding, frozen.jitter) == (0, 0)
    assert frozen.bone_drift == pytest.approx(0, abs=1e-3)
    both = physical.quality([joints, joints[:, :1].expand_as(joints)])
    assert both.jitter == pytest.approx(own.jitter / 2)
    table = physical.quality_table({"samples": noisy, "data": own})
    assert "jitter             m/s^3" in table
    assert f"{own.jitter:.2f}" in table


def test_a_motion_that_cannot_be_measured_is_one_clear_line() -> None:
    with pytest.raises(InputError, match="3 frames is too short"):
        physical.clip_quality(standing(frames=3))
    with pytest.raises(InputError, match="NaN"):
        physical.clip_quality(standing() * torch.nan)
    with pytest.raises(InputError, match="no clip"):
        physical.quality([])
