"""Published files that are damaged, unsafe or of another kind: one clear line each."""

from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import Cli
from converting import converted, random_weights, tiny_shapes, write_statistics
from torch import Tensor

from in2in.errors import InputError
from in2in.published.checkpoint import load_state

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
        (["source=bvh", "person1=a", "person2=b", "texts=c"], "bvh is a source of in2in-prepare"),
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
