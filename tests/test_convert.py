"""Published files: every key has its place, the numbers arrive unchanged, and bad files are one clear line."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import Cli
from safetensors.torch import load_file
from test_golden import GOLDEN, SIZES, close, load, persons_apart, side_by_side
from torch import Tensor
from transformers import AutoModel, CLIPTokenizer

from in2in.errors import InputError
from in2in.evaluation.interclip import InterCLIP, MotionTower, TextTower
from in2in.models.condition import Condition, TextHead
from in2in.models.denoiser import IndividualDenoiser, InteractionDenoiser, InterGenDenoiser
from in2in.motion.space import FeatureSpace, HumanML3DSpace
from in2in.pipeline import Generator, Prompt
from in2in.published.checkpoint import check_complete, load_state
from in2in.published.key_map import KeyMap
from in2in.published.models import (
    CLIP_SIZES,
    DENOISER_SIZES,
    HEAD_SIZES,
    IN2IN,
    INDIVIDUAL,
    INTERCLIP,
    INTERGEN,
    MOTION_TOWER_SIZES,
    TEXT_TOWER_SIZES,
)
from in2in.runs.folder import read_run
from in2in.text.clip_folder import byte_symbols, text_model

Shapes = dict[str, list[int]]

FILES: dict[str, tuple[KeyMap, type[torch.nn.Module], Path]] = {
    "in2in": (IN2IN, InteractionDenoiser, GOLDEN / "keys" / "keys_in2in_interaction.txt"),
    "individual": (INDIVIDUAL, IndividualDenoiser, GOLDEN / "keys" / "keys_in2in_individual.txt"),
    "intergen": (INTERGEN, InterGenDenoiser, GOLDEN / "keys" / "keys_intergen.txt"),
}


def listed_shapes(path: Path) -> Shapes:
    lines = path.read_text().splitlines()
    return {key: json.loads(shape) for key, shape in (line.split(" ", 1) for line in lines if line)}


def random_weights(shapes: Shapes, dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    """Values as of a trained network, all from one drawn row: drawing hundreds of millions would take long."""
    drawn = 0.03 * torch.randn(1_000_003, generator=torch.Generator().manual_seed(0)).to(dtype)
    weights = {}
    for number, (key, shape) in enumerate(shapes.items()):
        size = int(np.prod(shape))
        repeats = 1 + (size + number) // len(drawn)
        weights[key] = drawn.repeat(repeats)[number : number + size].reshape(shape).clone()
    return weights


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


# ---- the command


def merges(count: int) -> list[str]:
    """Any merges of byte symbols, the word "wave" first."""
    symbols = byte_symbols()
    chosen = ["w a", "v e</w>", "wa ve</w>"]
    pairs = (f"{first} {second}" for first in symbols for second in symbols)
    return [*chosen, *(pair for pair in pairs if pair != "w a")][:count]


def write_vocabulary(path: Path, count: int) -> Path:
    path.write_text("\n".join(["#title", *merges(count), "not used", ""]), encoding="utf-8")
    return path


def write_statistics(folder: Path) -> Path:
    generator = np.random.default_rng(0)
    for name in ("interhuman", "humanml3d"):
        np.save(folder / f"{name}_mean.npy", generator.standard_normal(262).astype(np.float32))
        np.save(folder / f"{name}_std.npy", generator.uniform(0.5, 2, 262).astype(np.float32))
    return folder


TINY_TOKENS = 512 + 3 + 2
FULL_TOKENS = 49408


def tiny_shapes(source: str) -> Shapes:
    """The published keys of two layers at a width of 16, text at 64."""
    width = {1024: 16, 2048: 32, 3072: 48, 768: 64, 2304: 192, FULL_TOKENS: TINY_TOKENS, 5000: 9}
    shapes = {}
    for key, shape in listed_shapes(FILES[source][2]).items():
        layers = [int(part) for part in key.split(".") if part.isdigit() and "time_embed" not in key]
        if not layers or layers[0] < 2:
            text = "clip" in key.lower() and 3072 in shape  # CLIP's feed-forward, not three times the denoiser's width
            shapes[key] = [96 if text and size == 3072 else width.get(size, size) for size in shape]
    return shapes


def converted(cli: Cli, folder: Path, source: str, weights: dict[str, Tensor], *arguments: str) -> Any:
    """Run in2in-convert on these weights."""
    checkpoint = folder / f"{source}.pt"
    torch.save({"state_dict": weights} if source == "intergen" else weights, checkpoint)
    tokens = len(next(value for key, value in weights.items() if key.endswith("token_embedding.weight")))
    vocabulary = write_vocabulary(folder / "vocab.txt", tokens - 514)
    places = [f"checkpoint={checkpoint}", f"stats_dir={write_statistics(folder)}", f"vocab={vocabulary}"]
    return cli("convert", f"source={source}", *places, f"out={folder / 'run'}", *arguments)


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


# ---- bad input


def edited(edit: Any) -> dict[str, Tensor]:
    weights = random_weights(tiny_shapes("in2in"))
    edit(weights)
    return weights


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            lambda w: w.update({"decoder.net_interaction.extra": torch.zeros(1)}),
            "not a checkpoint of in2IN: unknown keys decoder.net_interaction.extra",
        ),
        (
            lambda w: w.pop("decoder.net_interaction.blocks.1.sa_block.attention.in_proj_weight"),
            "missing keys decoder.net_interaction.blocks.1.sa_block.attention.in_proj_weight",
        ),
        (
            lambda w: w.pop("clip_transformer.resblocks.1.attn.in_proj_bias"),
            "missing keys clip_transformer.resblocks.1.attn.in_proj_bias",
        ),
        (
            lambda w: w.pop("decoder.net_interaction.motion_embed.weight"),
            "missing keys decoder.net_interaction.motion_embed.weight",
        ),
        (
            lambda w: w.update({"clip_ln_interaction.bias": torch.zeros(5)}),
            "clip_ln_interaction.bias of in2IN has shape [5], but its other tensors ask for [64]",
        ),
    ],
)
def test_unknown_missing_and_misshapen_keys_are_named(edit: Any, words: str, cli: Cli, tmp_path: Path) -> None:
    finished = converted(cli, tmp_path, "in2in", edited(edit))
    assert finished.code == 1
    assert words in finished.err
    assert finished.err.count("\n") <= 1
    assert not (tmp_path / "run").exists()


def test_a_checkpoint_of_another_kind_is_named(cli: Cli, tmp_path: Path) -> None:
    weights = random_weights(tiny_shapes("individual"))
    finished = converted(cli, tmp_path, "in2in", weights)
    assert finished.code == 1
    assert "not a checkpoint of in2IN: unknown keys decoder.net_individual" in finished.err


class Unsafe:
    """An object that a pickle would build by calling code."""

    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("code from a checkpoint ran",)


def test_pickled_objects_are_refused_and_never_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "unsafe.pt"
    torch.save({"state_dict": {"a": torch.zeros(1)}, "hyper_parameters": Unsafe()}, path)
    with pytest.raises(InputError, match="holds pickled objects beside its tensors.*save its state dict alone"):
        load_state(path)
    assert "code from a checkpoint ran" not in capsys.readouterr().out


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.999])
def test_a_truncated_checkpoint_is_one_line(kept: float, tmp_path: Path) -> None:
    path = tmp_path / "cut.pt"
    torch.save({"a": torch.zeros(1000)}, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole) if kept < 1 else kept)])
    with pytest.raises(InputError, match="cannot be read as a PyTorch checkpoint") as caught:
        load_state(path)
    assert "\n" not in str(caught.value)


def test_a_file_of_another_kind_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "page.pt").write_text("<html><body>404 not found</body></html>")
    with pytest.raises(InputError, match="truncated or another kind of file"):
        load_state(tmp_path / "page.pt")


def test_the_older_file_format_and_lightnings_wrapping_are_read(tmp_path: Path) -> None:
    path, weights = tmp_path / "old.pt", {"model.a": torch.arange(3.0), "model.b.model.c": torch.ones(2)}
    torch.save({"state_dict": weights, "epoch": 3}, path, _use_new_zipfile_serialization=False)
    state = load_state(path)
    assert list(state) == ["a", "b.model.c"]
    assert torch.equal(state["a"], weights["model.a"])


@pytest.mark.parametrize("content", [torch.zeros(3), {}, {"a": 3}, {0: torch.zeros(1)}, [torch.zeros(1)]])
def test_a_file_without_a_state_dict_is_one_line(content: Any, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "other.pt")
    with pytest.raises(InputError, match="is not a state dict"):
        load_state(tmp_path / "other.pt")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "source is not given"),
        (["source=bvh", "person1=a", "person2=b", "texts=c"], "source is not given or holds no weights"),
        (["source=in2in"], "checkpoint is not given"),
        (["source=in2in", "checkpoint=nowhere.pt"], "stats_dir is not given"),
        (["source=in2in", "checkpoint=nowhere.pt", "stats_dir=nowhere"], "stats_dir=nowhere holds no interhuman_mean"),
        (["source=in2in", "checkpoint=nowhere.pt", "stats_dir={}"], "checkpoint=nowhere.pt is not a file"),
        (["source=in2in", "checkpoint=nowhere.pt", "stats_dir={}", "statistics=kit"], "holds no kit_mean.npy"),
    ],
)
def test_missing_files_are_one_line(arguments: list[str], words: str, cli: Cli, tmp_path: Path) -> None:
    given = [argument.format(tmp_path) for argument in arguments]
    write_statistics(tmp_path)
    finished = cli("convert", *given, f"out={tmp_path / 'run'}")
    assert finished.code == 1
    assert words in finished.err


def test_a_folder_that_holds_a_run_is_not_overwritten(cli: Cli, tmp_path: Path) -> None:
    weights = random_weights(tiny_shapes("in2in"))
    assert converted(cli, tmp_path, "in2in", weights).code == 0
    again = converted(cli, tmp_path, "in2in", weights)
    assert again.code == 1
    assert "holds a run already" in again.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"#title\na b\n", "does not hold the 3 merges of a vocabulary of 517"),
        (b"\x1f\x8bbroken", "cannot be read as CLIP's bpe_simple_vocab_16e6.txt.gz"),
    ],
)
def test_another_vocabulary_is_one_line(content: bytes, words: str, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_bytes(content)
    weights = random_weights(tiny_shapes("in2in"))
    finished = converted(cli, tmp_path, "in2in", weights, f"vocab={tmp_path / 'other.txt'}")
    assert finished.code == 1
    assert words in finished.err


def test_number_of_heads_must_divide_the_width(cli: Cli, tmp_path: Path) -> None:
    finished = converted(cli, tmp_path, "in2in", random_weights(tiny_shapes("in2in")), "model.heads=3")
    assert finished.code == 1
    assert "denoiser is 16 wide, which 3 heads do not divide" in finished.err
