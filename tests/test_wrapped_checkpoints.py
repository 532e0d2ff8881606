"""Checkpoints as training tools leave them: prefixes, folders within folders, counters beside the weights."""

from pathlib import Path
from typing import Any

import pytest
import torch

from in2in.errors import InputError
from in2in.published.checkpoint import load_state
from in2in.published.models import INTERGEN

WEIGHTS = {"decoder.net.out.linear.weight": torch.arange(4.0).view(2, 2), "positional_embedding": torch.ones(77, 2)}


def prefixed(prefix: str) -> dict[str, Any]:
    return {prefix + name: value for name, value in WEIGHTS.items()}


WRAPPED = {
    "DistributedDataParallel": prefixed("module."),
    "torch.compile": prefixed("_orig_mod."),
    "Lightning of both": {"state_dict": prefixed("model._orig_mod.module."), "epoch": 3, "optimizer_states": [{}]},
    "the other order": {"model_state_dict": prefixed("module.model._orig_mod."), "lr": 1e-4},
    "twice nested": {"model": {"state_dict": prefixed("net.")}, "args": {"width": 3}},
    "an average": {"module": prefixed("module.") | {"n_averaged": torch.tensor(3)}},
    "numbers among them": prefixed("model.")
    | {"epoch": 7, "global_step": torch.tensor(70), "ema_decay": torch.ones(1)},
    "tables": prefixed("")
    | {"embeddings.position_ids": torch.arange(77)[None], "norm.num_batches_tracked": torch.ones(1)},
    "a part alone compiled": {key.replace("decoder.", "decoder._orig_mod."): value for key, value in WEIGHTS.items()},
}


@pytest.mark.parametrize("name", WRAPPED)
def test_what_is_wrapped_around_weights_is_taken_off(name: str, tmp_path: Path) -> None:
    torch.save(WRAPPED[name], tmp_path / "x.ckpt")
    found = load_state(tmp_path / "x.ckpt")
    assert found.keys() == WEIGHTS.keys()
    assert all(torch.equal(found[key], value) for key, value in WEIGHTS.items())


def test_what_is_left_out_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save(WRAPPED["numbers among them"], tmp_path / "x.ckpt")
    load_state(tmp_path / "x.ckpt")
    assert "x.ckpt: left out what is no weight: epoch, global_step, ema_decay" in capsys.readouterr().out
    torch.save(WRAPPED["torch.compile"], tmp_path / "x.ckpt")
    load_state(tmp_path / "x.ckpt")
    assert capsys.readouterr().out == ""


def test_an_unknown_tensor_stays_an_error(tmp_path: Path) -> None:
    torch.save(prefixed("module.") | {"module.decoder.net.gain": torch.ones(3)}, tmp_path / "x.ckpt")
    with pytest.raises(InputError, match="unknown keys decoder.net.gain"):
        INTERGEN.rename(load_state(tmp_path / "x.ckpt"))


def test_two_copies_of_the_weights_are_an_error(tmp_path: Path) -> None:
    torch.save(prefixed("model.") | prefixed("module."), tmp_path / "x.ckpt")
    with pytest.raises(InputError, match=r"x.ckpt: it holds decoder.net.out.linear.weight twice"):
        load_state(tmp_path / "x.ckpt")
