"""Parity with the published method: same weights and inputs, same numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler
from torch import Tensor

from in2in.diffusion.guidance import InteractionGuidance, PlainGuidance
from in2in.diffusion.losses import InteractionLoss, SimpleLoss
from in2in.diffusion.sampler import Sampler
from in2in.models.condition import Condition, TextHead
from in2in.models.denoiser import IndividualDenoiser, InteractionDenoiser, InterGenDenoiser
from in2in.motion.normalizer import Normalizer
from in2in.motion.space import FeatureSpace
from in2in.published.checkpoint import load_state
from in2in.published.key_map import KeyMap
from in2in.published.models import IN2IN, INDIVIDUAL, INTERGEN

GOLDEN = Path(__file__).parent / "golden"
SIZES: dict[str, Any] = {"width": 64, "layers": 2, "heads": 4, "feed_forward": 128}


def load(name: str) -> dict[str, Tensor]:
    with np.load(GOLDEN / f"{name}.npz") as data:
        return {key: torch.from_numpy(data[key]) for key in data}


def close(ours: Tensor, golden: Tensor) -> None:
    assert (ours - golden).abs().max() < 1e-4 * golden.abs().max()


def persons_apart(x: Tensor) -> Tensor:
    """[B, T, P D] as published -> [B, P, T, D]."""
    return x.unflatten(-1, (-1, 262)).transpose(1, 2)


def side_by_side(x: Tensor) -> Tensor:
    return x.transpose(1, 2).flatten(2)


def denoiser_weights(name: str, keys: KeyMap) -> dict[str, Tensor]:
    return keys.rename(load_state(GOLDEN / f"{name}.pt"))["denoiser"]


def interaction() -> tuple[torch.nn.Module, torch.nn.Module, Condition, dict[str, Tensor]]:
    golden = load("interaction")
    model = InteractionDenoiser(**SIZES).eval()
    model.load_state_dict(denoiser_weights("interaction", IN2IN))
    pair, *own = golden["cond"].split(768, dim=-1)
    return model, InteractionGuidance(model), Condition(pair, torch.stack(own, dim=1)), golden


def individual() -> tuple[torch.nn.Module, torch.nn.Module, Condition, dict[str, Tensor]]:
    golden = load("individual")
    model = IndividualDenoiser(**SIZES).eval()
    model.load_state_dict(denoiser_weights("individual", INDIVIDUAL))
    own = golden["cond"][:, None]
    return model, PlainGuidance(model), Condition(torch.zeros_like(own[:, 0]), own), golden


def intergen() -> tuple[torch.nn.Module, torch.nn.Module, Condition, dict[str, Tensor]]:
    golden = load("intergen")
    model = InterGenDenoiser(**SIZES).eval()
    model.load_state_dict(denoiser_weights("intergen", INTERGEN))
    pair = golden["cond"]
    return model, PlainGuidance(model), Condition(pair, torch.zeros(len(pair), 2, 768)), golden


@pytest.mark.parametrize("network", [interaction, individual, intergen])
def test_denoiser_and_guidance(network: Any) -> None:
    model, guided, condition, golden = network()
    x, t = persons_apart(golden["x"]), golden["t"]
    with torch.no_grad():
        close(side_by_side(model(x, t, condition, golden["mask"][..., 0].bool())), golden["y"])
        close(side_by_side(guided(x, t, condition, None)), golden["y_cfg"])


@pytest.mark.parametrize("network", [interaction, individual, intergen])
def test_whole_ddim_trajectory(network: Any) -> None:
    _, guided, condition, golden = network()
    noise = DDIMScheduler(
        beta_schedule="squaredcos_cap_v2",
        prediction_type="sample",
        clip_sample=False,
        timestep_spacing="leading",
    )
    sampler = Sampler(noise, DDIMScheduler, steps=50)
    close(side_by_side(sampler(guided, persons_apart(golden["noise"]), condition)), golden["sample_ddim50"])


def test_noise_schedule_is_the_published_one() -> None:
    golden = load("interaction")
    noise = DDIMScheduler(beta_schedule="squaredcos_cap_v2", timestep_spacing="leading")
    noise.set_timesteps(50)
    torch.testing.assert_close(noise.betas.double(), golden["betas"], atol=1e-6, rtol=1e-5)
    assert noise.timesteps.flip(0).tolist() == golden["timesteps"].tolist()


def test_losses() -> None:
    golden = load("losses")
    prediction, target = (golden[name].transpose(1, 2) for name in ("prediction", "target"))
    mask = golden["mask"][:, :, 0, 0].bool()
    space = FeatureSpace(Normalizer(golden["mean"], golden["std"]))
    terms = InteractionLoss(padding_step=True)(prediction, target, mask, golden["t"], space)
    expected = {
        "simple": golden["inter_simple"],
        "velocity": golden["a_VEL_A"] + golden["b_VEL_B"],
        "bone_length": golden["a_BL_A"] + golden["b_BL_B"],
        "foot_contact": golden["a_FC_A"] + golden["b_FC_B"],
        "distance_map": golden["inter_DM"],
        "joint_affinity": golden["inter_JA"],
        "orientation": golden["inter_RO"],
    }
    assert terms.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(terms[name], value, rtol=1e-4, atol=0, msg=lambda m, n=name: f"{n}: {m}")
    torch.testing.assert_close(torch.stack(list(terms.values())).sum(), golden["total"], rtol=1e-4, atol=0)
    alone = SimpleLoss()(prediction[:, :1], target[:, :1], mask, golden["t"], space)
    torch.testing.assert_close(alone["simple"], golden["individual_total"], rtol=1e-4, atol=0)


def seeded(model: torch.nn.Module, name_of: Any, seed: int) -> None:
    """Weights as the golden file draws them: in the order of the published names."""
    rng = np.random.default_rng(seed)
    parameters = dict(model.named_parameters())
    for ours in sorted(parameters, key=name_of):
        drawn = torch.from_numpy(rng.standard_normal(parameters[ours].shape).astype(np.float32))
        norm = "norm" in ours and ours.endswith("weight")
        value = drawn * 0.03 if drawn.ndim == 2 else 1 + 0.1 * drawn if norm else drawn * 0.02
        parameters[ours].data.copy_(value)


def test_text_head() -> None:
    golden = load("text_seeded")
    head = TextHead(768).eval()

    def published(ours: str) -> str:
        return ours.replace("encoder.", "clipTransEncoder_interaction.", 1) if "encoder" in ours else f"clip_ln.{ours}"

    seeded(head, published, int(golden["seed"]))
    total = sum(parameter.double().sum().item() for parameter in head.parameters())
    assert total == pytest.approx(float(golden["checksum_head"]), rel=1e-6)
    tokens = golden["tokens"]
    with torch.no_grad():
        close(head(tokens, torch.ones(tokens.shape[:2], dtype=torch.bool), golden["end"]), golden["condition"])
