"""DualMDM: parity with the published blend, and what the right one does that the published one does not."""

from collections.abc import Sequence

import pytest
import torch
from composed import NO_TEXTS, NOISE, SAMPLER, Perfect, alone, moved
from tensors import rotations_of
from test_golden import SIZES, close, denoiser_weights, load, persons_apart, side_by_side
from torch import Tensor, nn

from in2in.diffusion.composition import DualMDM
from in2in.diffusion.frames import SharedFrame
from in2in.diffusion.guidance import PlainGuidance
from in2in.diffusion.schedules import (
    ConstantSchedule,
    ExponentialSchedule,
    InverseExponentialSchedule,
    LinearSchedule,
    Schedule,
)
from in2in.models.condition import Condition, TextConditioner, TextHead
from in2in.models.denoiser import IndividualDenoiser, InteractionDenoiser
from in2in.models.dual import DualCondition, DualConditioner, PublishedPairPrior
from in2in.motion.motion import Motion
from in2in.motion.normalizer import Normalizer
from in2in.motion.placement import Placement
from in2in.motion.representation import encode
from in2in.motion.rotations import heading
from in2in.motion.space import FeatureSpace, HumanML3DSpace
from in2in.published.models import IN2IN, INDIVIDUAL

SCHEDULES: dict[str, Schedule] = {
    "exp": ExponentialSchedule(0.0085),
    "exp-inv": InverseExponentialSchedule(0.00825),
    "lin": LinearSchedule(),
    "const": ConstantSchedule(0.3),
}


# ---- parity with the published composition


def published_models() -> tuple[nn.Module, IndividualDenoiser]:
    interaction, individual = InteractionDenoiser(**SIZES).eval(), IndividualDenoiser(**SIZES).eval()
    for name, model, keys in (("interaction", interaction, IN2IN), ("individual", individual, INDIVIDUAL)):
        model.load_state_dict(denoiser_weights(name, keys))
    return interaction, individual


def published_condition(cond: Tensor) -> DualCondition:
    pair, own1, own2, prior1, prior2 = cond.split(768, dim=-1)
    prior = Condition(torch.zeros_like(pair), torch.stack([prior1, prior2], dim=1))
    return DualCondition(pair, torch.stack([own1, own2], dim=1), prior)


@pytest.mark.parametrize("name", SCHEDULES)
def test_published_blend_and_trajectory(name: str) -> None:
    golden = load("dual")
    interaction, individual = published_models()
    prior = PlainGuidance(PublishedPairPrior(individual), 2.5)  # type: ignore[arg-type]
    space = FeatureSpace(Normalizer())
    dual = DualMDM(PlainGuidance(interaction, 3.5), prior, SCHEDULES[name], NOISE, space, frame=SharedFrame())
    condition = published_condition(golden["cond"])
    x = persons_apart(golden["x"])
    for timestep in (980, 500, 20):
        t = torch.full((len(x),), timestep)
        with torch.no_grad():
            close(side_by_side(dual(x, t, condition)), golden[f"y_{name}_{timestep}"])
    close(side_by_side(SAMPLER(dual, persons_apart(golden["noise"]), condition)), golden[f"sample_{name}"])


def test_the_published_second_person_is_not_the_prior() -> None:
    _, individual = published_models()
    golden = load("dual")
    x, t, condition = persons_apart(golden["x"]), torch.full((3,), 500), published_condition(golden["cond"]).prior
    with torch.no_grad():
        right, published = individual(x, t, condition), PublishedPairPrior(individual)(x, t, condition)
    torch.testing.assert_close(published[:, 0], right[:, 0], atol=1e-5, rtol=1e-5)
    assert (published[:, 1] - right[:, 1]).abs().max() > 0.1 * right.abs().max()


PLACES = [(0.0, (0.0, 0.0, 0.0)), (1.2, (0.7, 0.0, -0.4)), (-2.8, (-3.0, 0.0, 5.0)), (3.1, (40.0, 0.0, 9.0))]


@pytest.mark.parametrize(("angle", "shift"), PLACES)
def test_a_perfect_pair_of_models_samples_its_clip_wherever_the_second_person_is(
    clip: Motion, raw: Motion, normalizer: Normalizer, angle: float, shift: Sequence[float]
) -> None:
    pair = moved(clip, angle, shift)
    truth = normalizer.normalize(encode(pair))
    other = raw.crop(100, 41)
    singles = torch.stack([alone(motion, person) for motion in (pair, other) for person in (0, 1)])
    interaction, prior = Perfect(truth[None]), Perfect(normalizer.normalize(singles)[:, None])
    space = FeatureSpace(normalizer)
    start = torch.randn((2, *truth.shape), generator=torch.Generator().manual_seed(0))

    right = DualMDM(interaction, prior, ExponentialSchedule(), NOISE, space)
    sampled = normalizer.denormalize(SAMPLER(right, start, NO_TEXTS))
    torch.testing.assert_close(sampled, encode(pair).expand_as(sampled), atol=1e-3, rtol=0)  # 1 mm

    published = DualMDM(interaction, prior, ConstantSchedule(0.3), NOISE, space, frame=SharedFrame())
    astray = normalizer.denormalize(SAMPLER(published, start, NO_TEXTS)) - encode(pair)
    assert astray[:, 0].abs().max() < 1e-3  # person 1's own frame is the shared one
    assert astray[:, 1, :, :66].abs().max() > 0.1  # person 2 is drawn towards person 1's place: off by decimetres


def test_a_prior_with_other_statistics_and_layout_is_converted(clip: Motion, normalizer: Normalizer) -> None:
    pair = moved(clip, 1.2, (0.7, 0.0, -0.4))
    generator = torch.Generator().manual_seed(0)
    other = HumanML3DSpace(Normalizer(torch.randn(262, generator=generator), torch.rand(262, generator=generator) + 1))
    singles = other.encode(torch.stack([alone(pair, person) for person in (0, 1)]))
    interaction, prior = Perfect(normalizer.normalize(encode(pair))[None]), Perfect(singles[:, None])
    start = torch.randn((2, 2, 40, 262), generator=generator)

    def error(prior_space: FeatureSpace | None) -> float:
        dual = DualMDM(interaction, prior, ConstantSchedule(0.5), NOISE, FeatureSpace(normalizer), prior_space)
        return float((normalizer.denormalize(SAMPLER(dual, start, NO_TEXTS)) - encode(pair)).abs().max())

    assert error(other) < 1e-3
    assert error(None) > 0.1


def test_humanml3d_space_stacks_the_columns_of_the_rotations(clip: Motion) -> None:
    features = encode(clip)
    space = HumanML3DSpace(Normalizer())
    stacked = space.encode(features)
    by_rows = rotations_of(clip)[:, :-1].unflatten(-1, (3, 2))
    assert torch.equal(stacked[..., 132:258], by_rows.transpose(-1, -2).flatten(-3))
    torch.testing.assert_close(space.decode(stacked), features)
    assert torch.equal(stacked[..., :132], features[..., :132])


def test_own_frame_has_the_root_at_the_origin_and_faces_z(clip: Motion) -> None:
    features = encode(moved(clip, -2.0, (3.0, 0.0, 1.0)))[None]
    placement = Placement.of(features)
    own = placement.to_own(features)
    first = own[0, :, 0, :66].unflatten(-1, (22, 3))
    torch.testing.assert_close(first[:, 0, [0, 2]], torch.zeros(2, 2), atol=1e-5, rtol=0)
    torch.testing.assert_close(heading(first), torch.zeros(2), atol=1e-5, rtol=0)
    for person in (0, 1):
        canonical = alone(moved(clip, -2.0, (3.0, 0.0, 1.0)), person)
        torch.testing.assert_close(own[0, person], canonical, atol=1e-5, rtol=0)
    torch.testing.assert_close(placement.to_shared(own), features, atol=1e-5, rtol=0)


def letters(told: Sequence[str]) -> tuple[Tensor, Tensor, Tensor]:
    """Token states [N, 3, 8] that depend on the text."""
    states = torch.stack([torch.randn(3, 8, generator=torch.Generator().manual_seed(sum(map(ord, t)))) for t in told])
    return states, torch.ones(len(told), 3, dtype=torch.bool), torch.full((len(told),), 2)


def test_each_model_hears_its_own_text_head_and_the_prior_no_interaction() -> None:
    torch.manual_seed(0)
    parts = [TextConditioner(letters, TextHead(8, layers=1, heads=2, feed_forward=8)).eval() for _ in range(2)]
    prompts, own = ["hug", "", "bow"], [("wave", ""), ("kick", "jump"), ("", "")]
    condition = DualConditioner(*parts)(prompts, own)
    alone = parts[1](["", "", ""], own)
    torch.testing.assert_close(condition.prior.individuals, alone.individuals)
    assert not condition.prior.interaction.any()
    torch.testing.assert_close(condition.interaction, parts[0](prompts, own).interaction)
    assert (condition.individuals[0, 0] - condition.prior.individuals[0, 0]).abs().max() > 0.1
    swapped = condition.swap()
    assert torch.equal(swapped.prior.individuals, condition.prior.individuals.flip(1))
    assert torch.equal(swapped.interaction, condition.interaction)
    none = condition.drop(torch.ones(3, dtype=torch.bool), torch.ones(3, dtype=torch.bool))
    assert not none.prior.individuals.any()
    assert not none.individuals.any()
