"""DualMDM: parity with the published blend, and what the right one does that the published one does not."""

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from diffusers import DDIMScheduler
from test_golden import SIZES, close, denoiser_weights, load, persons_apart, side_by_side
from torch import Tensor, nn

from in2in.diffusion.composition import DualMDM
from in2in.diffusion.frames import OwnFrame, SharedFrame
from in2in.diffusion.guidance import PlainGuidance
from in2in.diffusion.sampler import Sampler
from in2in.diffusion.schedules import (
    ConstantSchedule,
    ExponentialSchedule,
    InverseExponentialSchedule,
    LinearSchedule,
    PersonSchedules,
    Schedule,
    StepSchedule,
)
from in2in.errors import InputError
from in2in.models.condition import Condition, TextConditioner, TextHead
from in2in.models.denoiser import IndividualDenoiser, InteractionDenoiser
from in2in.models.dual import DualCondition, DualConditioner, PublishedPairPrior
from in2in.motion.normalizer import Normalizer
from in2in.motion.placement import Placement
from in2in.motion.representation import RawMotion, canonicalise, encode
from in2in.motion.rotations import heading, rotate_about_y
from in2in.motion.space import FeatureSpace, HumanML3DSpace
from in2in.published.models import IN2IN, INDIVIDUAL

NOISE = DDIMScheduler(
    beta_schedule="squaredcos_cap_v2", prediction_type="sample", clip_sample=False, timestep_spacing="leading"
)
SAMPLER = Sampler(NOISE, DDIMScheduler, steps=50)

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


# ---- the right composition


@pytest.fixture(scope="module")
def clip(raw: RawMotion) -> RawMotion:
    """A real pair, person 1 in canonical position."""
    return canonicalise(raw.crop(0, 41))


def moved(clip: RawMotion, angle: float, shift: Sequence[float]) -> RawMotion:
    """Person 2 turned about the y axis and shifted, anywhere in the plane."""
    joints = clip.joints.clone()
    joints[1] = rotate_about_y(joints[1], torch.tensor(angle)) + torch.tensor(shift)
    return RawMotion(joints, clip.rotations)


def alone(motion: RawMotion, person: int) -> Tensor:
    """Features of a person as the prior's training data holds it: in its own canonical frame. [T - 1, 262]."""
    joints = motion.joints[person : person + 1]
    own = canonicalise(RawMotion(joints, motion.rotations[person : person + 1]))
    floor = torch.stack([torch.zeros(()), joints[..., 1].min(), torch.zeros(())])  # the pair's floor is kept
    return encode(RawMotion(own.joints + floor, own.rotations))[0]


@pytest.fixture(scope="module")
def normalizer(clip: RawMotion) -> Normalizer:
    features = encode(clip)
    return Normalizer(features.mean(dim=(0, 1)), features.std(dim=(0, 1)) + 0.05)


class Perfect(nn.Module):
    """The exact denoiser of a finite data set: the posterior mean over its motions (Karras et al. 2022, eq. 57).

    Args:
        motions: [N, P, T, D]; with P = 1, each person is denoised alone.
    """

    def __init__(self, motions: Tensor) -> None:
        super().__init__()
        self.register_buffer("motions", motions)
        self.calls = 0

    def forward(self, x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
        self.calls += 1
        units = x.unflatten(1, (-1, self.motions.shape[1])).flatten(0, 1)
        a = NOISE.alphas_cumprod[t[0]]
        distance = (units[:, None] - a.sqrt() * self.motions).square().flatten(2).sum(-1)
        posterior = torch.softmax(-distance / (2 * (1 - a)), dim=1)
        return torch.einsum("nk,kptd->nptd", posterior, self.motions).reshape(x.shape)


NOTHING = Condition(torch.zeros(2, 4), torch.zeros(2, 2, 4))
NO_TEXTS = DualCondition(NOTHING.interaction, NOTHING.individuals, NOTHING)

PLACES = [(0.0, (0.0, 0.0, 0.0)), (1.2, (0.7, 0.0, -0.4)), (-2.8, (-3.0, 0.0, 5.0)), (3.1, (40.0, 0.0, 9.0))]


@pytest.mark.parametrize(("angle", "shift"), PLACES)
def test_a_perfect_pair_of_models_samples_its_clip_wherever_the_second_person_is(
    clip: RawMotion, raw: RawMotion, normalizer: Normalizer, angle: float, shift: Sequence[float]
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


def test_a_prior_with_other_statistics_and_layout_is_converted(clip: RawMotion, normalizer: Normalizer) -> None:
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


def test_humanml3d_space_stacks_the_columns_of_the_rotations(clip: RawMotion) -> None:
    features = encode(clip)
    space = HumanML3DSpace(Normalizer())
    stacked = space.encode(features)
    by_rows = clip.rotations[:, :-1].unflatten(-1, (3, 2))
    assert torch.equal(stacked[..., 132:258], by_rows.transpose(-1, -2).flatten(-3))
    torch.testing.assert_close(space.decode(stacked), features)
    assert torch.equal(stacked[..., :132], features[..., :132])


def test_own_frame_has_the_root_at_the_origin_and_faces_z(clip: RawMotion) -> None:
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


# ---- what is run, and what comes out at the ends


@pytest.fixture
def small() -> tuple[nn.Module, nn.Module]:
    torch.manual_seed(0)
    size: dict[str, Any] = {"text_dim": 4, "width": 16, "layers": 2, "heads": 2, "feed_forward": 16}
    models = InteractionDenoiser(**size), IndividualDenoiser(**size)
    for model in models:
        for parameter in model.parameters():
            nn.init.normal_(parameter, std=0.1)
    return models[0].eval(), models[1]


def texts(seed: int) -> DualCondition:
    torch.manual_seed(seed)
    prior = Condition(torch.zeros(2, 4), torch.randn(2, 2, 4))
    return DualCondition(torch.randn(2, 4), torch.randn(2, 2, 4), prior)


MASK = torch.arange(9) < torch.tensor([[9], [6]])


def test_weight_0_is_the_interaction_model_and_weight_1_the_prior(
    small: tuple[nn.Module, nn.Module], normalizer: Normalizer
) -> None:
    interaction, individual = small
    space, condition, noise = FeatureSpace(normalizer), texts(1), torch.randn(2, 2, 9, 262)

    def sampled(weight: float) -> Tensor:
        dual = DualMDM(interaction, individual, ConstantSchedule(weight), NOISE, space)
        return SAMPLER(dual, noise, condition, MASK)

    assert torch.equal(sampled(0.0), SAMPLER(interaction, noise, condition, MASK))  # type: ignore[arg-type]
    with pytest.warns(UserWarning, match="shared frame"):
        assert torch.equal(sampled(1.0), SAMPLER(individual, noise, condition.prior, MASK))  # type: ignore[arg-type]


def test_weight_1_throughout_samples_the_priors_motions_in_the_interaction_models_space(
    clip: RawMotion, normalizer: Normalizer
) -> None:
    generator = torch.Generator().manual_seed(0)
    other = HumanML3DSpace(Normalizer(torch.randn(262, generator=generator), torch.rand(262, generator=generator) + 1))
    singles = torch.stack([alone(clip, person) for person in (0, 1)])
    prior = Perfect(other.encode(singles)[:, None])
    dual = DualMDM(nn.Identity(), prior, ConstantSchedule(1.0), NOISE, FeatureSpace(normalizer), other)
    with pytest.warns(UserWarning, match="shared frame"):
        sampled = SAMPLER(dual, torch.randn((2, 2, 40, 262), generator=generator), NO_TEXTS)
    persons = normalizer.denormalize(sampled).flatten(0, 1)
    distances = (persons[:, None] - singles).abs().flatten(2).amax(-1)
    assert distances.amin(dim=1).max() < 1e-3


def test_swapping_the_persons_swaps_the_result(small: tuple[nn.Module, nn.Module], normalizer: Normalizer) -> None:
    interaction, individual = small
    condition, noise = texts(2), torch.randn(2, 2, 9, 262)
    schedules = LinearSchedule(), ConstantSchedule(0.2)
    duals = [
        DualMDM(interaction, individual, PersonSchedules(*order), NOISE, FeatureSpace(normalizer))
        for order in (schedules, schedules[::-1])
    ]
    straight = SAMPLER(duals[0], noise, condition, MASK)
    swapped = SAMPLER(duals[1], noise.flip(1), condition.swap(), MASK)
    torch.testing.assert_close(swapped.flip(1), straight, atol=1e-3, rtol=1e-3)
    assert (straight[:, 0] - straight[:, 1]).abs().max() > 0.1


def test_a_persons_weight_is_its_own(small: tuple[nn.Module, nn.Module], normalizer: Normalizer) -> None:
    interaction, individual = small
    condition, x, t = texts(3), torch.randn(2, 2, 9, 262), torch.tensor([700, 300])
    space = FeatureSpace(normalizer)

    def predict(schedule: Schedule) -> Tensor:
        with torch.no_grad():
            return DualMDM(interaction, individual, schedule, NOISE, space)(x, t, condition, MASK)

    one = predict(PersonSchedules(ConstantSchedule(0.6), ConstantSchedule(0.0)))
    assert torch.equal(one[:, 0], predict(ConstantSchedule(0.6))[:, 0])
    assert torch.equal(one[:, 1], predict(ConstantSchedule(0.0))[:, 1])


def test_a_model_without_weight_is_not_run(clip: RawMotion) -> None:
    features = encode(clip)
    interaction, prior = Perfect(features[None]), Perfect(torch.stack([alone(clip, k) for k in (0, 1)])[:, None])
    dual = DualMDM(interaction, prior, StepSchedule(500), NOISE, FeatureSpace(Normalizer()))
    with pytest.warns(UserWarning, match="shared frame"):
        SAMPLER(dual, torch.randn(2, *features.shape), NO_TEXTS)
    assert (prior.calls, interaction.calls) == (25, 25)  # t = 980, 960, ..., 500 and 480, ..., 0


class LateStep:
    """The interaction model first, then the prior alone."""

    def __call__(self, t: Tensor) -> Tensor:
        return (t < 500).float()


def test_where_the_interaction_model_is_skipped_its_last_placement_holds(clip: RawMotion) -> None:
    pair = moved(clip, 1.2, (0.7, 0.0, -0.4))
    interaction, prior = Perfect(encode(pair)[None]), Perfect(torch.stack([alone(pair, k) for k in (0, 1)])[:, None])
    dual = DualMDM(interaction, prior, LateStep(), NOISE, FeatureSpace(Normalizer()))
    for seed in (0, 1):  # a second trajectory starts afresh
        start = torch.randn((2, 2, 40, 262), generator=torch.Generator().manual_seed(seed))
        sampled = SAMPLER(dual, start, NO_TEXTS)
        assert interaction.calls == 25 * (seed + 1)
        torch.testing.assert_close(sampled, encode(pair).expand_as(sampled), atol=1e-3, rtol=0)


def test_another_trajectory_does_not_inherit_the_placement(small: tuple[nn.Module, nn.Module]) -> None:
    interaction, individual = small
    dual = DualMDM(interaction, individual, LateStep(), NOISE, FeatureSpace(Normalizer()))
    x, late = torch.randn(2, 2, 9, 262), torch.full((2,), 200)
    with torch.no_grad():
        dual(x, torch.full((2,), 800), texts(4))
        with pytest.warns(UserWarning, match="shared frame"):
            other = dual(x, late, texts(5))
        assert torch.equal(other, individual(x, late, texts(5).prior))


def test_the_prior_is_frozen(small: tuple[nn.Module, nn.Module]) -> None:
    interaction, individual = small
    dual = DualMDM(interaction, individual.train(), LinearSchedule(), NOISE, FeatureSpace(Normalizer())).train()
    assert interaction.training
    assert not any(part.training for part in individual.modules())
    dual(torch.randn(2, 2, 9, 262), torch.full((2,), 500), texts(6)).square().sum().backward()
    assert all(parameter.grad is None for parameter in individual.parameters())
    assert any(parameter.grad is not None for parameter in interaction.parameters())


def test_models_of_different_features_are_one_line() -> None:
    size: dict[str, Any] = {"width": 16, "layers": 1, "heads": 2, "feed_forward": 16}
    prior = PlainGuidance(IndividualDenoiser(features=263, **size))
    with pytest.raises(InputError, match="interaction model has 262 features, the prior 263"):
        DualMDM(InteractionDenoiser(**size), prior, LinearSchedule(), NOISE, FeatureSpace(Normalizer()))


def test_a_condition_of_one_text_head_is_refused(small: tuple[nn.Module, nn.Module]) -> None:
    dual = DualMDM(*small, LinearSchedule(), NOISE, FeatureSpace(Normalizer()), frame=OwnFrame())
    with pytest.raises(TypeError, match="DualCondition"):
        dual(torch.randn(2, 2, 9, 262), torch.full((2,), 500), NOTHING)
