"""What must hold for every network: symmetries, padding, and the closed forms of guidance and sampling."""

from typing import Any

import pytest
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, UniPCMultistepScheduler
from torch import Tensor, nn

from in2in.diffusion.guidance import InteractionGuidance, PlainGuidance
from in2in.diffusion.losses import BodyLoss, InteractionLoss
from in2in.diffusion.sampler import Sampler, draw_noise, length_mask
from in2in.diffusion.timesteps import TerminalTimesteps
from in2in.errors import InputError
from in2in.models.condition import Condition, ConditionDropout, TextHead
from in2in.models.denoiser import IndividualDenoiser, InteractionDenoiser, InterGenDenoiser
from in2in.models.layers import Attention
from in2in.models.mdm import MDMDenoiser
from in2in.motion.normalizer import Normalizer
from in2in.motion.space import FeatureSpace

NOISE = {"beta_schedule": "squaredcos_cap_v2", "prediction_type": "sample", "clip_sample": False}


def network(kind: Any) -> nn.Module:
    """Random weights everywhere, also where training starts at zero."""
    torch.manual_seed(0)
    model = kind(text_dim=16, width=32, layers=2, heads=4, feed_forward=48).eval()
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.2)
    return model


def inputs(batch: int = 3, persons: int = 2, frames: int = 9) -> tuple[Tensor, Tensor, Condition]:
    draw = torch.Generator().manual_seed(1)
    x = torch.randn(batch, persons, frames, 262, generator=draw)
    condition = Condition(torch.randn(batch, 16, generator=draw), torch.randn(batch, persons, 16, generator=draw))
    return x, torch.randint(1000, (batch,), generator=draw), condition


@pytest.mark.parametrize("kind", [InteractionDenoiser, InterGenDenoiser, IndividualDenoiser, MDMDenoiser])
def test_swapping_the_persons_swaps_the_output(kind: Any) -> None:
    model = network(kind)
    x, t, condition = inputs()
    torch.testing.assert_close(model(x.flip(1), t, condition.swap()), model(x, t, condition).flip(1))


@pytest.mark.parametrize("kind", [InteractionDenoiser, InterGenDenoiser, IndividualDenoiser, MDMDenoiser])
def test_padding_never_changes_a_result(kind: Any) -> None:
    model = network(kind)
    x, t, condition = inputs()
    lengths = [9, 5, 7]
    mask = length_mask(lengths)
    padded = model(x + 50 * ~mask[:, None, :, None], t, condition, mask)
    for row, length in enumerate(lengths):
        one = slice(row, row + 1)
        own = Condition(condition.interaction[one], condition.individuals[one])
        alone = model(x[one, :, :length], t[one], own)
        torch.testing.assert_close(padded[one, :, :length], alone, atol=1e-5, rtol=1e-5)


def test_persons_read_each_other_and_the_prior_does_not() -> None:
    x, t, condition = inputs()
    other = x.clone()
    other[:, 1] += 1
    assert not torch.allclose(
        network(InteractionDenoiser)(x, t, condition)[:, 0], network(InteractionDenoiser)(other, t, condition)[:, 0]
    )
    for prior in (network(IndividualDenoiser), network(MDMDenoiser)):
        torch.testing.assert_close(prior(x, t, condition)[:, 0], prior(other, t, condition)[:, 0])


def test_three_persons_need_no_new_code() -> None:
    model = network(InteractionDenoiser)
    x, t, condition = inputs(persons=3)
    order = [2, 0, 1]
    shuffled = Condition(condition.interaction, condition.individuals[:, order])
    torch.testing.assert_close(model(x[:, order], t, shuffled), model(x, t, condition)[:, order], atol=1e-5, rtol=1e-5)


def test_attention_equals_torchs_with_a_zero_key() -> None:
    ours = Attention(32, 4, 0.0)
    theirs = nn.MultiheadAttention(32, 4, add_zero_attn=True, batch_first=True)
    nn.init.normal_(ours.in_proj.bias)
    theirs.in_proj_weight.data, theirs.in_proj_bias.data = ours.in_proj.weight.data, ours.in_proj.bias.data
    theirs.out_proj.load_state_dict(ours.out_proj.state_dict())
    h, context = torch.randn(2, 5, 32), torch.randn(2, 7, 32)
    mask = length_mask([7, 4])
    expected, _ = theirs(h, context, context, key_padding_mask=~mask)
    torch.testing.assert_close(ours(h, context, mask), expected)


def condition_sum(x: Tensor, t: Tensor, condition: Condition, mask: Tensor | None = None) -> Tensor:
    """A denoiser whose output tells what it was told: 1 with an interaction text, plus 10 with individual texts."""
    told = condition.has_interaction.float() + 10 * condition.has_individuals.float()
    return told[:, None, None, None].expand_as(x)


def test_guidance_drops_missing_and_repeated_terms_for_each_sample() -> None:
    told = torch.ones(4, 8)
    missing = torch.tensor([False, False, True, True])[:, None]
    interaction = told.masked_fill(missing, 0)
    individuals = told[:, None].repeat(1, 2, 1)
    individuals[1] = individuals[3] = 0
    x = torch.zeros(4, 2, 3, 262)
    condition = Condition(interaction, individuals)
    guided = InteractionGuidance(condition_sum)(x, torch.zeros(4, dtype=torch.long), condition)  # type: ignore[arg-type]
    # both: 3 * 11 + 3 * 1 + 1 * 10; interaction alone: 3 * 1; individuals alone: 3 * 10; nothing: 0
    assert guided[:, 0, 0, 0].tolist() == [46, 3, 30, 0]
    plain = PlainGuidance(condition_sum, scale=2.0)(x, torch.zeros(4, dtype=torch.long), condition)  # type: ignore[arg-type]
    assert plain[:, 0, 0, 0].tolist() == [22, 2, 20, 0]


@pytest.mark.parametrize("solver", [DDIMScheduler, DPMSolverMultistepScheduler, UniPCMultistepScheduler])
@pytest.mark.parametrize("extra", [{}, {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}])
def test_a_perfect_denoiser_samples_back_its_target(solver: type, extra: dict[str, Any]) -> None:
    x, _, condition = inputs()
    target = x / 2
    sampler = Sampler(DDIMScheduler(**NOISE, **extra), solver, steps=12)
    made = sampler(lambda *_: target, torch.randn_like(target), condition)
    torch.testing.assert_close(made, target, atol=2e-3, rtol=0)


def test_noise_of_a_sample_does_not_depend_on_its_neighbours() -> None:
    together = draw_noise([5, 6, 7], [4, 9, 6], 2, 262)
    alone = draw_noise([6], [9], 2, 262)
    torch.testing.assert_close(together[1:2], alone, atol=0, rtol=0)
    assert (together[0, :, 4:] == 0).all()
    assert abs(float(alone.mean())) < 0.05
    assert float(alone.std()) == pytest.approx(1, abs=0.05)


def test_dropout_covers_all_four_patterns_in_their_shares() -> None:
    torch.manual_seed(0)
    condition = Condition(torch.ones(20_000, 4), torch.ones(20_000, 2, 4))
    kept = ConditionDropout(nothing=0.1, interaction_only=0.2, individuals_only=0.3)(condition)
    pattern = kept.has_interaction.long() + 2 * kept.has_individuals.long()
    shares = torch.bincount(pattern, minlength=4) / len(pattern)
    torch.testing.assert_close(shares, torch.tensor([0.1, 0.2, 0.3, 0.4]), atol=0.015, rtol=0)
    with pytest.raises(InputError, match="add up to 1"):
        ConditionDropout(0.5, 0.5, 0.5)


def test_terminal_timesteps_are_drawn_as_often_as_said() -> None:
    torch.manual_seed(0)
    t = TerminalTimesteps(1000, share=0.2)(20_000, torch.device("cpu"))
    assert float((t == 999).float().mean()) == pytest.approx(0.2, abs=0.015)
    assert t.min() == 0


def test_text_head_ignores_padding() -> None:
    head = TextHead(16, layers=1, heads=2, feed_forward=16).eval()
    states = torch.randn(2, 6, 16)
    mask, end = length_mask([6, 4]), torch.tensor([5, 3])
    changed = states.clone()
    changed[1, 4:] += 9
    torch.testing.assert_close(head(changed, mask, end), head(states, mask, end), atol=1e-6, rtol=1e-5)


def test_text_head_reads_the_mean_of_the_states_and_no_padding() -> None:
    torch.manual_seed(0)
    head = TextHead(16, layers=1, heads=2, feed_forward=16, mean=True).eval()
    states, mask, end = torch.randn(2, 6, 16), length_mask([6, 4]), torch.tensor([5, 3])
    changed = states.clone()
    changed[1, 4:] += 9
    torch.testing.assert_close(head(changed, mask, end), head(states, mask, end), atol=1e-5, rtol=1e-5)
    plain = TextHead(16, layers=1, heads=2, feed_forward=16).eval()
    plain.load_state_dict({name: value for name, value in head.state_dict().items() if not name.startswith("mean.")})
    assert head.mean is not None
    mean = torch.stack([own[:length].mean(dim=0) for own, length in zip(states, (6, 4), strict=True)])
    encoded = torch.stack([plain.encoder(states[k : k + 1, : e + 1])[0, e] for k, e in enumerate((5, 3))])
    torch.testing.assert_close(head(states, mask, end), plain.norm(encoded + head.mean(mean)), atol=1e-5, rtol=1e-5)


def test_text_head_hides_tokens_and_adds_noise_in_training_alone() -> None:
    torch.manual_seed(0)
    states, mask, end = torch.randn(1, 12, 16).expand(400, 12, 16), length_mask([12] * 400), torch.full((400,), 11)
    sizes = {"layers": 1, "heads": 2, "feed_forward": 16, "dropout": 0.0}
    hiding, noisy = TextHead(16, **sizes, hidden=0.3), TextHead(16, **sizes, noise=0.5)
    for head in (hiding, noisy):
        assert len(head.train()(states, mask, end).unique(dim=0)) > 100, "each text is met in many forms"
        assert len(head.eval()(states, mask, end).unique(dim=0)) == 1
    spread = (noisy.train()(states, mask, end) - noisy.eval()(states, mask, end)).std()
    assert float(spread) == pytest.approx(0.5, abs=0.02)
    last = states.clone()
    last[:, :11] = torch.randn(400, 11, 16)
    nearly_all = TextHead(16, **sizes, hidden=0.999).train()
    torch.testing.assert_close(nearly_all(last, mask, end)[0], nearly_all(states, mask, end)[0], atol=1e-4, rtol=1e-4)
    with pytest.raises(InputError, match="hidden"):
        TextHead(16, **sizes, hidden=1.0)


def test_losses_ignore_padding_and_vanish_on_the_truth() -> None:
    torch.manual_seed(0)
    target = torch.randn(3, 2, 8, 262)
    mask, t = length_mask([8, 5, 6]), torch.tensor([10, 500, 900])
    space = FeatureSpace(Normalizer(torch.zeros(262), torch.full((262,), 0.3)))
    loss = InteractionLoss()
    noisy = target + 0.1 * torch.randn_like(target)
    changed = noisy + 40 * ~mask[:, None, :, None]
    ours, padded = loss(noisy, target, mask, t, space), loss(changed, target, mask, t, space)
    for name, term in ours.items():
        torch.testing.assert_close(term, padded[name], msg=lambda m, n=name: f"{n}: {m}")
    perfect = loss(target, target, mask, t, space)
    for name in ("simple", "velocity", "bone_length", "distance_map", "orientation"):
        assert perfect[name] == 0, name


def test_geometric_losses_are_off_for_noisy_samples() -> None:
    torch.manual_seed(0)
    target, prediction = torch.randn(2, 2, 8, 262), torch.randn(2, 2, 8, 262)
    terms = InteractionLoss()(
        prediction, target, length_mask([8, 8]), torch.tensor([701, 900]), FeatureSpace(Normalizer())
    )
    assert terms["velocity"] == terms["bone_length"] == terms["distance_map"] == 0
    assert terms["simple"] > 0
    assert terms["orientation"] > 0


def test_the_losses_of_bodies_add_up_over_persons() -> None:
    torch.manual_seed(0)
    target, prediction = torch.randn(2, 2, 8, 262), torch.randn(2, 2, 8, 262)
    given = length_mask([8, 5]), torch.tensor([20, 600]), FeatureSpace(Normalizer())
    both = BodyLoss()(prediction, target, *given)
    alone = [BodyLoss()(prediction[:, [person]], target[:, [person]], *given) for person in (0, 1)]
    for name in ("velocity", "bone_length", "foot_contact"):
        torch.testing.assert_close(both[name], alone[0][name] + alone[1][name])
    torch.testing.assert_close(both["simple"], (alone[0]["simple"] + alone[1]["simple"]) / 2)
