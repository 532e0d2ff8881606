"""Published files: every key has its place, the numbers arrive unchanged, and bad files are one clear line."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Cli
from converting import FILES, TINY_TOKENS, converted, listed_shapes, random_weights, tiny_shapes
from killing import files_end_at
from safetensors.torch import load_file
from test_golden import GOLDEN, SIZES, close, load, persons_apart, side_by_side
from torch import Tensor
from transformers import AutoModel, CLIPTokenizer

from in2in.evaluation.interclip import InterCLIP, MotionTower, TextTower
from in2in.models.condition import Condition, TextHead
from in2in.motion.space import FeatureSpace, HumanML3DSpace
from in2in.pipeline import Generator, Prompt
from in2in.published.checkpoint import check_complete, load_state
from in2in.published.models import (
    CLIP_SIZES,
    DENOISER_SIZES,
    HEAD_SIZES,
    INTERCLIP,
    MOTION_TOWER_SIZES,
    TEXT_TOWER_SIZES,
)
from in2in.runs.folder import read_run
from in2in.text.clip_folder import byte_symbols, text_model

# ---- the key maps at full size


@pytest.mark.parametrize("source", FILES)
def test_every_published_key_is_used_exactly_once(source: str) -> None:
    keys, network, path = FILES[source]
    published = {key: torch.empty(shape, device="meta") for key, shape in listed_shapes(path).items()}
    names = {key.removeprefix("model."): value for key, value in published.items()}
    assert all(len(keys.lines(key)) == 1 for key in names)
    parts = keys.rename(names)
    with torch.device("meta"):
        denoiser = network(**DENOISER_SIZES.read(keys, "denoiser", parts["denoiser"]))
        head = TextHead(**HEAD_SIZES.read(keys, "head", parts["head"]))
    clip = text_model(CLIP_SIZES.read(keys, "clip", parts["clip"]))
    for part, model in (("denoiser", denoiser), ("head", head), ("clip", clip)):
        assert len(parts[part]) == len(model.state_dict())
        check_complete(keys, part, parts[part], model)
    unused = [key for key in names if keys.lines(key) == [""]]
    left_out = (".sequence_pos_encoder.pe", ".ca_block.") if source == "individual" else (".sequence_pos_encoder.pe",)
    assert all(any(mark in key for mark in left_out) for key in unused)
    mine = {keys.published_name(part, name) for part, own in parts.items() for name in own}
    assert mine | set(unused) == set(names)


def test_every_key_of_the_evaluator_is_used_exactly_once() -> None:
    listed = listed_shapes(GOLDEN / "keys_interclip.txt")
    names = {key.removeprefix("model."): torch.empty(shape, device="meta") for key, shape in listed.items()}
    assert all(len(INTERCLIP.lines(key)) == 1 for key in names)
    parts = INTERCLIP.rename(names)
    with torch.device("meta"):
        motion = MotionTower(**MOTION_TOWER_SIZES.read(INTERCLIP, "motion", parts["motion"]))
        text = TextTower(**TEXT_TOWER_SIZES.read(INTERCLIP, "text", parts["text"]))
        whole = InterCLIP(motion, text)
    check_complete(INTERCLIP, "motion", parts["motion"], whole.motion)
    check_complete(INTERCLIP, "text", parts["text"], whole.text)
    assert parts["scale"]["latent_scale"].shape == whole.latent_scale.shape


def test_golden_motion_tower_loads_through_the_key_map() -> None:
    golden = load("interclip_motion")
    parts = INTERCLIP.rename(load_state(GOLDEN / "interclip_motion.pt"))
    model = MotionTower(**MOTION_TOWER_SIZES.read(INTERCLIP, "motion", parts["motion"]), heads=4).eval()
    model.load_state_dict(parts["motion"])
    motion = golden["motions"].unflatten(-1, (2, 262)).transpose(1, 2)
    mask = torch.arange(motion.shape[2]) < golden["lengths"][:, None]
    with torch.no_grad():
        embedded = torch.nn.functional.normalize(model(motion, mask), dim=-1)
    close(embedded, torch.nn.functional.normalize(golden["embedding"], dim=-1))


@pytest.mark.parametrize("source", FILES)
def test_a_converted_run_samples(source: str, cli: Cli, tmp_path: Path) -> None:
    weights = random_weights(tiny_shapes(source))
    copies = {f"decoder.cfg_model.{key}": value for key, value in weights.items()}
    finished = converted(cli, tmp_path, source, weights | ({} if source == "intergen" else copies))
    assert finished.code == 0, finished.err
    assert finished.out.splitlines()[-1] == str(tmp_path / "run")
    run = (tmp_path / "run").rename(tmp_path / "elsewhere")  # nothing in it points to where it was made
    (tmp_path / f"{source}.pt").unlink()
    generator = Generator.from_pretrained(run, sampler={**read_run(run)[0].sampler, "steps": 2})
    motions = generator([Prompt("two people wave", "waves", "", seconds=0.5, seed=seed) for seed in (0, 1)])
    assert [motion.joints.shape for motion in motions] == [(2, 15, 22, 3)] * 2
    assert np.isfinite(motions[0].features).all()
    assert np.abs(motions[0].features - motions[1].features).max() > 1e-3

    statistics = "humanml3d" if source == "individual" else "interhuman"
    np.testing.assert_array_equal(generator.space.normalizer.mean, np.load(tmp_path / f"{statistics}_mean.npy"))
    np.testing.assert_array_equal(generator.space.normalizer.std, np.load(tmp_path / f"{statistics}_std.npy"))
    space = generator.space
    assert type(space) is (HumanML3DSpace if source == "individual" else FeatureSpace)


def test_a_full_disk_leaves_no_half_of_a_converted_run(cli: Cli, tmp_path: Path) -> None:
    assert converted(cli, tmp_path, "individual", random_weights(tiny_shapes("individual"))).code == 0
    whole = (tmp_path / "run").rename(tmp_path / "whole")
    given = ["source=individual", f"checkpoint={tmp_path}/individual.pt", f"stats_dir={tmp_path}"]
    given += [f"vocab={tmp_path}/vocab.txt", f"out={tmp_path}/run"]
    for room in (100_000, (whole / "model.safetensors").stat().st_size - 1):  # the text model has none, the weights
        with files_end_at(room):
            full = cli("convert", *given)
        assert full.code == 1
        assert "cannot be written (File too large): make room" in full.err.splitlines()[-1]
        assert "Traceback" not in full.err
        assert not (tmp_path / "run" / "config.yaml").exists(), "a run in halves"
        assert not list(tmp_path.rglob(".*unfinished*"))
    assert cli("convert", *given).code == 0
    for path in whole.rglob("*"):
        assert not path.is_file() or path.read_bytes() == (tmp_path / "run" / path.relative_to(whole)).read_bytes()


def test_a_converted_denoiser_gives_the_golden_numbers(cli: Cli, tmp_path: Path) -> None:
    golden = load("interaction")
    shapes = listed_shapes(FILES["in2in"][2])
    text = {key: shape for key, shape in shapes.items() if "decoder" not in key and "resblocks" not in key}
    text |= {key: shape for key, shape in shapes.items() if "resblocks.0." in key}
    weights = random_weights(text | {"token_embedding.weight": [TINY_TOKENS, 768]})
    weights |= torch.load(GOLDEN / "interaction.pt", weights_only=True)
    finished = converted(cli, tmp_path, "in2in", weights, f"model.heads={SIZES['heads']}")
    assert finished.code == 0, finished.err
    generator = Generator.from_pretrained(tmp_path / "run")
    pair, *own = golden["cond"].split(768, dim=-1)
    condition = Condition(pair, torch.stack(own, dim=1))
    with torch.no_grad():
        guided = generator.denoiser(persons_apart(golden["x"]), golden["t"], condition, None)
    close(side_by_side(guided), golden["y_cfg"])


def test_clip_keeps_its_numbers_and_reads_byte_pairs(cli: Cli, tmp_path: Path) -> None:
    weights = random_weights(tiny_shapes("in2in"))
    assert converted(cli, tmp_path, "in2in", weights).code == 0
    folder = tmp_path / "run" / "clip"
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    symbols = byte_symbols()
    wave, oh = 512 + 2, [symbols.index("o"), 256 + symbols.index("h")]
    assert tokenizer("wave oh")["input_ids"] == [TINY_TOKENS - 2, wave, *oh, TINY_TOKENS - 1]

    network = AutoModel.from_pretrained(folder).eval()
    ids = torch.tensor([[TINY_TOKENS - 2, 5, 9, TINY_TOKENS - 1]])
    with torch.no_grad():
        states = network(input_ids=ids).last_hidden_state
    torch.testing.assert_close(states, openai_clip(weights, ids), atol=1e-5, rtol=1e-4)


def openai_clip(weights: dict[str, Tensor], ids: Tensor) -> Tensor:
    """CLIP's text transformer written out: pre-norm, causal, x sigmoid(1.702 x) (Radford et al. 2021)."""
    norm, linear = torch.nn.functional.layer_norm, torch.nn.functional.linear
    w = {key: value for key, value in weights.items() if "clip_transformer" in key or "." not in key or "ln_f" in key}
    h = weights["token_embedding.weight"][ids] + w["positional_embedding"][: ids.shape[1]]
    width, block = h.shape[-1], 0
    while (prefix := f"clip_transformer.resblocks.{block}.") + "ln_1.weight" in w:
        n = norm(h, (width,), w[prefix + "ln_1.weight"], w[prefix + "ln_1.bias"])
        q, k, v = linear(n, w[prefix + "attn.in_proj_weight"], w[prefix + "attn.in_proj_bias"]).chunk(3, dim=-1)
        attended = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)  # one head: 64 wide
        h = h + linear(attended, w[prefix + "attn.out_proj.weight"], w[prefix + "attn.out_proj.bias"])
        n = norm(h, (width,), w[prefix + "ln_2.weight"], w[prefix + "ln_2.bias"])
        up = linear(n, w[prefix + "mlp.c_fc.weight"], w[prefix + "mlp.c_fc.bias"])
        h = h + linear(up * (1.702 * up).sigmoid(), w[prefix + "mlp.c_proj.weight"], w[prefix + "mlp.c_proj.bias"])
        block += 1
    assert block == 2
    return norm(h, (width,), w["ln_final.weight"], w["ln_final.bias"])


@pytest.fixture
def large_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for gigabytes, which pytest would keep."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("source", FILES)
def test_full_size(source: str, cli: Cli, large_folder: Path) -> None:
    keys, _, path = FILES[source]
    finished = converted(cli, large_folder, source, random_weights(listed_shapes(path), torch.float16))
    assert finished.code == 0, finished.err
    published = load_state(large_folder / f"{source}.pt")
    ours = load_file(large_folder / "run" / "model.safetensors")
    for part, prefix in (("denoiser", "denoiser."), ("head", "conditioner.head.")):
        for name in [key.removeprefix(prefix) for key in ours if key.startswith(prefix)]:
            assert torch.equal(ours[prefix + name], published[keys.published_name(part, name)].float())
    del ours, published
    run = large_folder / "run"
    generator = Generator.from_pretrained(run, sampler={**read_run(run)[0].sampler, "steps": 1})
    [motion] = generator([Prompt("two people wave", seconds=0.5)])
    assert motion.joints.shape == (2, 15, 22, 3)
    assert np.isfinite(motion.joints).all()
