"""metric=individual_diversity: what the prior moves and what other texts move are told apart."""

import json
from pathlib import Path

import pytest
from conftest import Cli

from in2in.runs.folder import BUNDLED, BUNDLED_PRIOR


def measured(cli: Cli, weight: float, out: Path, *arguments: str) -> dict[str, list[float]]:
    given = ["metric=individual_diversity", "metric.interactions=2", "metric.samples=3", "protocol.retrieval=4"]
    given += ["protocol.diversity_pairs=4", "protocol.texts=0", "repeats=2", "limit=4", "batch_size=6"]
    given += [
        "guidance=plain",
        "guidance.scale=1.5",
        "guidance@prior_guidance=plain",
        "sampler=ddim",
        "sampler.steps=2",
    ]
    given += ["trainer.accelerator=cpu", "trainer.devices=1", "+trainer.enable_progress_bar=false"]
    given += ["composition=constant", f"composition.weight={weight}", f"out={out}"]
    finished = cli("evaluate", *given, *arguments)
    assert finished.code == 0, finished.err
    return json.loads((out / "results.json").read_text())["individual_diversity"]


def test_a_prior_without_weight_moves_nothing(cli: Cli, bench: Path, tmp_path: Path) -> None:
    """With the bundled weights: an untrained model does not hear its texts."""
    runs = [f"run={BUNDLED}", f"prior_run={BUNDLED_PRIOR}", f"data_dir={bench}"]
    without, full = (measured(cli, weight, tmp_path / str(weight), *runs) for weight in (0.0, 1.0))
    assert without["prior alone"] == pytest.approx([0, 0], abs=1e-5)
    assert without["prior, with other texts on both sides"] == pytest.approx([0, 0], abs=1e-5)
    assert without["as published: prior and other texts"] == pytest.approx(without["other texts alone"], rel=1e-3)
    assert min(without["other texts alone"]) > 1e-4
    assert min(without["other seeds alone"]) > 1e-4
    for name in ("other texts alone", "other seeds alone"):
        assert full[name] == without[name], "figures without the prior depend on it"
    assert min(full["prior alone"]) > 1e-4
