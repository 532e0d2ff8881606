"""Short trainings to see whether all works, what a run is found by, what it printed, and its test."""

import csv
import json
import math
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from conftest import TINY, Cli

from in2in.cli.record import Record


def trained(cli: Cli, dataset: Path, out: Path, *given: str) -> str:
    finished = cli("train", f"data_dir={dataset}", *TINY, f"out={out}", *given)
    assert finished.code == 0, finished.err
    return finished.out


def column(run: Path, name: str) -> list[float]:
    with open(run / "csv" / "version_0" / "metrics.csv") as file:
        return [float(row[name]) for row in csv.DictReader(file) if row.get(name)]


def test_a_fast_dev_run_takes_a_batch_and_keeps_no_weights(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    trained(cli, dataset, tmp_path / "run", "debug=fdr")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["config.yaml", "train.log"]


def test_a_debug_run_lies_where_no_command_takes_it_for_the_newest_run(
    cli: Cli, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    finished = cli("train", f"data_dir={dataset}", *TINY, "debug=fdr")
    assert finished.code == 0, finished.err
    assert [path.name for path in tmp_path.iterdir()] == ["debug"]


def test_a_limited_run_validates_after_each_of_three_epochs(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    trained(cli, dataset, tmp_path / "run", "experiment=demo", "debug=limit", *TINY)
    assert len(column(tmp_path / "run", "val/loss")) == 3


def test_overfitting_learns_a_few_clips_by_heart(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    given = ["debug=overfit", "data.max_clips=2", "optimizer.lr=3e-3", "trainer.max_steps=100", "model.width=64"]
    said = trained(cli, dataset, tmp_path / "run", *given)
    assert "2 training clips" in said
    losses = column(tmp_path / "run", "val/simple")
    assert losses[-1] < 0.7 * losses[0]


def test_testing_measures_the_best_checkpoint_on_the_test_split(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    given = ["data.val_split=test", "trainer.max_epochs=4", "optimizer.lr=1e-2", "test=true"]
    said = trained(cli, dataset, tmp_path / "run", *given)
    figures = json.loads((tmp_path / "run" / "test.json").read_text())
    assert math.isclose(figures["test/loss"], min(column(tmp_path / "run", "val/loss")), rel_tol=1e-5)
    assert "1 test clips, the weights of best.ckpt:" in said
    assert f"test/loss {figures['test/loss']:.4f}" in said


def test_a_missing_test_split_is_said_before_training(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    finished = cli(
        "train", f"data_dir={dataset}", *TINY, f"out={tmp_path / 'run'}", "test=true", "data.test_split=none"
    )
    assert finished.code == 1
    assert finished.err.splitlines()[-1].startswith("in2in-train: ")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("given", "kept"), [("[full,2]", ["full", "2"]), ("one", ["one"])])
def test_tags_are_in_the_configuration_and_in_the_loggers(
    cli: Cli, dataset: Path, tmp_path: Path, given: str, kept: list[str]
) -> None:
    trained(cli, dataset, tmp_path / "run", "debug=limit", "logger=default", f"tags={given}", "trainer.max_epochs=1")
    for file in ("config.yaml", "csv/version_0/hparams.yaml", "tensorboard/hparams.yaml"):
        assert yaml.safe_load((tmp_path / "run" / file).read_text())["tags"] == kept


def test_what_a_training_prints_is_kept_with_times(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    said = trained(cli, dataset, tmp_path / "run", "trainer.max_epochs=1")
    lines = (tmp_path / "run" / "train.log").read_text().splitlines()
    assert all(line[:2] == "20" and line[13:19:3] == "::" for line in lines)
    kept = [line[20:] for line in lines]
    assert kept[0].startswith("in2in-train data_dir=")
    assert {line for line in said.splitlines() if "clips" in line or line == str(tmp_path / "run")} <= set(kept)
    trained(cli, dataset, tmp_path / "run", "trainer.max_epochs=2", "ckpt_path=last")
    again = (tmp_path / "run" / "train.log").read_text().splitlines()
    assert again[: len(lines)] == lines, "a run that goes on adds to its log"
    assert "ckpt_path='last'" in again[len(lines)]


def test_of_a_progress_bar_the_last_state_is_kept(tmp_path: Path) -> None:
    with open(tmp_path / "log", "wb", buffering=0) as file:
        record = Record(file)
        for text in ("\r 1%", "\r\x1b[1m50%", "\r100%", "\n", "and\nmo", "re\n", "no end"):
            record.write(text)
    assert [line[20:] for line in (tmp_path / "log").read_text().splitlines()] == ["100%", "and", "more"]


def test_the_data_folder_may_stand_in_the_environment(
    cli: Cli, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IN2IN_DATA", str(dataset))
    finished = cli("train", *TINY, f"out={tmp_path / 'run'}", "debug=fdr")
    assert finished.code == 0, finished.err
    assert yaml.safe_load((tmp_path / "run" / "config.yaml").read_text())["data"]["data_dir"] == str(dataset)


@pytest.mark.skipif(find_spec("hydra_plugins.hydra_optuna_sweeper") is None, reason="needs pip install 'in2in[search]'")
def test_a_search_names_the_options_of_the_lowest_validation_loss(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    given = ["hparams_search=optuna", "hydra.sweeper.n_trials=2", "debug=limit", *TINY, "trainer.max_epochs=1"]
    finished = cli("train", "-m", f"data_dir={dataset}", f"out={tmp_path / 'search'}", *given)
    assert finished.code == 0, finished.err
    found = yaml.safe_load((tmp_path / "search" / "optimization_results.yaml").read_text())
    losses = [min(column(tmp_path / "search" / str(job), "val/loss")) for job in range(2)]
    assert math.isclose(found["best_value"], min(losses), rel_tol=1e-5)
    best = yaml.safe_load((tmp_path / "search" / str(losses.index(min(losses))) / "config.yaml").read_text())
    assert math.isclose(best["optimizer"]["lr"], found["best_params"]["optimizer.lr"])
