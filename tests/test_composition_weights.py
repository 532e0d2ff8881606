"""DualMDM: what the weights of the two models do to the result."""

from typing import Any

import pytest
import torch
from composed import NO_TEXTS, NOISE, NOTHING, SAMPLER, Perfect, alone, moved
from torch import Tensor, nn

from in2in.diffusion.composition import DualMDM
from in2in.diffusion.frames import OwnFrame
from in2in.diffusion.guidance import PlainGuidance
from in2in.diffusion.schedules import (
    ConstantSchedule,
    LinearSchedule,
    PersonSchedules,
    Schedule,
    StepSchedule,
)
from in2in.errors import InputError
from in2in.models.condition import Condition
from in2in.models.denoiser import IndividualDenoiser, InteractionDenoiser
from in2in.models.dual import DualCondition
from in2in.motion.motion import Motion
from in2in.motion.normalizer import Normalizer
from in2in.motion.representation import encode
from in2in.motion.space import FeatureSpace, HumanML3DSpace

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
    clip: Motion, normalizer: Normalizer
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


def test_a_model_without_weight_is_not_run(clip: Motion) -> None:
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


def test_where_the_interaction_model_is_skipped_its_last_placement_holds(clip: Motion) -> None:
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
