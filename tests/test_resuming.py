"""Options that change between two starts of a run, or between a run and the weights it starts from."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import TINY, Cli

from in2in.errors import InputError
from in2in.motion.space import FeatureSpace
from in2in.runs.folder import BUNDLED, normalizer_of

GOING = [*TINY, "trainer.max_epochs=2", "callbacks.texts=null", "callbacks.samples=null", "ckpt_path=last"]


@pytest.fixture
def begun(run_folder: Path, tmp_path: Path) -> Path:
    """A copy of a run of one epoch."""
    shutil.copytree(run_folder, tmp_path / "begun")
    return tmp_path / "begun"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["model.heads=4"], "differs in model.heads: 2, now 4"),
        (["model=intergen"], "differs in model._target_: in2in.models.denoiser.InteractionDenoiser, now in2in"),
        (["noise=zero_snr"], "differs in noise.timestep_spacing: leading, now trailing"),
        (["optimizer.lr=1e-3"], "differs in optimizer.lr: 0.0001, now 0.001"),
    ],
)
def test_what_a_run_keeps_cannot_be_changed(cli: Cli, dataset: Path, begun: Path, given: list[str], words: str) -> None:
    before = {path: path.read_bytes() for path in begun.rglob("*") if path.is_file()}
    refused = cli("train", f"data_dir={dataset}", f"out={begun}", *GOING, *given)
    assert refused.code == 1
    assert words in refused.err
    assert f"weights_from={begun}" in refused.err
    assert {path: path.read_bytes() for path in begun.rglob("*") if path.is_file()} == before


def test_what_may_change_is_said(cli: Cli, dataset: Path, begun: Path) -> None:
    went = cli("train", f"data_dir={dataset}", f"out={begun}", *GOING, "data.mirror=false", "loss.velocity=3")
    assert went.code == 0, went.err
    [line] = [line for line in went.out.splitlines() if line.startswith("resuming with other options than before: ")]
    for change in ("loss.velocity: 30.0, now 3", "data.mirror: True, now False", "trainer.max_epochs: 1, now 2"):
        assert change in line
    assert "num_training_steps: 1, now 2" in line
    assert str(begun) not in line, "that the run's folder moved is nothing to tell"


def test_other_data_are_an_error_but_the_same_elsewhere_are_not(
    cli: Cli, dataset: Path, bench: Path, begun: Path, tmp_path: Path
) -> None:
    refused = cli("train", f"data_dir={bench}", f"out={begun}", *GOING)
    assert refused.code == 1
    assert f"differs in data_dir: {dataset}, now {bench}, of other statistics" in refused.err
    shutil.copytree(dataset, tmp_path / "moved")
    went = cli("train", f"data_dir={tmp_path / 'moved'}", f"out={begun}", *GOING)
    assert went.code == 0, went.err
    with np.load(tmp_path / "moved" / "cache" / "stats.npz") as kept:
        changed = {name: kept[name] + np.float32(0.5) for name in kept}
    np.savez(tmp_path / "moved" / "cache" / "stats.npz", **changed)
    again = cli("train", f"data_dir={tmp_path / 'moved'}", f"out={begun}", *GOING, "trainer.max_epochs=3")
    assert again.code == 0, again.err
    assert f"data_dir={tmp_path / 'moved'} has other statistics by now: the run keeps" in again.out
    kept_state = torch.load(begun / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
    assert not np.allclose(kept_state["normalizer.mean"], changed["mean"])


def test_a_run_that_goes_on_as_before_says_nothing(cli: Cli, dataset: Path, begun: Path) -> None:
    went = cli("train", f"data_dir={dataset}", f"out={begun}", *GOING, "trainer.max_epochs=1")
    assert went.code == 0, went.err
    assert "resuming with" not in went.out


def test_weights_of_another_network_are_not_taken_in_silence(
    cli: Cli, dataset: Path, run_folder: Path, tmp_path: Path
) -> None:
    given = [f"data_dir={dataset}", f"weights_from={run_folder}", *GOING[:-1], f"out={tmp_path / 'run'}"]
    refused = cli("train", *given, "model.heads=4")
    assert refused.code == 1
    assert f"weights_from={run_folder} differs in model.heads: 2, now 4" in refused.err
    other = cli("train", *given, "model=intergen")
    assert other.code == 0, other.err
    assert f"the weights of {run_folder} are of other options: model._target_: in2in.models.denoiser.Inter" in other.out


def test_statistics_are_taken_from_runs_of_the_same_features_alone(evaluator_run: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"stats_from={evaluator_run} is not a run of a denoiser"):
        normalizer_of(evaluator_run, FeatureSpace)
    shutil.copytree(BUNDLED, tmp_path / "published")
    with open(tmp_path / "published" / "config.yaml", "a") as file:
        file.write("space:\n  _target_: in2in.motion.space.HumanML3DSpace\n  _partial_: true\n")
    with pytest.raises(InputError, match=r"has features in another layout \(in2in.motion.space.HumanML3DSpace\)"):
        normalizer_of(tmp_path / "published", FeatureSpace)
