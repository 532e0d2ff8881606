"""Training: what a run leaves, that it can be resumed exactly, and that it learns."""

import csv
from pathlib import Path

import pytest
import torch
from conftest import TINY, Cli
from omegaconf import OmegaConf

from in2in.bench.people import write_dataset
from in2in.data.preparation import build_cache
from in2in.pipeline import Generator, Prompt


def weights(run: Path) -> dict[str, torch.Tensor]:
    return torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]


def test_a_run_folder_holds_all_that_others_need(run_folder: Path, dataset: Path) -> None:
    assert OmegaConf.load(run_folder / "config.yaml").data.data_dir == str(dataset)
    assert (run_folder / "checkpoints" / "best.ckpt").is_file()
    with open(run_folder / "csv" / "version_0" / "metrics.csv") as file:
        columns = next(csv.reader(file))
    terms = (
        "loss",
        "simple",
        "velocity",
        "bone_length",
        "foot_contact",
        "distance_map",
        "joint_affinity",
        "orientation",
    )
    assert {f"val/{term}" for term in terms} <= set(columns)
    state = weights(run_folder)
    assert {"normalizer.mean", "normalizer.std"} <= state.keys()
    assert not any("encoder.network" in key for key in state), "the frozen text encoder is not part of the weights"
    [motion] = Generator.from_pretrained(run_folder)([Prompt("they hug", seconds=0.5)])
    assert motion.joints.shape == (2, 15, 22, 3)


@pytest.mark.parametrize(
    "given",
    [
        ["callbacks=default", "+trainer.max_steps=4"],
        ["callbacks=ema", "+trainer.max_steps=7", "trainer.check_val_every_n_epoch=5", "module.lr_interval=step"],
        ["callbacks=ema", "trainer.max_epochs=2", "trainer.check_val_every_n_epoch=5"],
        ["callbacks=default", "trainer.max_epochs=1", "trainer.accumulate_grad_batches=2"],
    ],
)
def test_a_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(
    cli: Cli, dataset: Path, tmp_path: Path, given: list[str]
) -> None:
    """Stopped in the middle of an epoch or at its end, with a validation or without, averaging or accumulating."""
    stop = [option for option in given if "trainer.max" in option]
    given = [option for option in given if option not in stop]
    given += [f"data_dir={dataset}", *TINY, "data.repeat=3", "lr_scheduler.num_training_steps=9"]
    given += ["lr_scheduler.num_warmup_steps=1", "model.dropout=0.1"]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert cli("train", *given, f"out={whole}", "trainer.max_epochs=3").code == 0
    assert cli("train", *given, f"out={parts}", "trainer.max_epochs=3", *stop).code == 0
    halfway = weights(parts)
    used = cli("train", *given, f"out={parts}", "trainer.max_epochs=3")
    assert used.code == 1
    assert "add ckpt_path=last to resume it" in used.err
    assert cli("train", *given, f"out={parts}", "trainer.max_epochs=3", "ckpt_path=last").code == 0
    ended = weights(parts)
    for name, value in weights(whole).items():
        torch.testing.assert_close(ended[name], value, atol=0, rtol=0, msg=lambda m, n=name: f"{n}: {m}")
    assert any(not torch.equal(ended[name], halfway[name]) for name in ended)
    assert len(list((parts / "csv").iterdir())) == 2, "each start has its own log"


def test_a_sweep_leaves_a_run_for_each(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    given = [f"data_dir={dataset}", *TINY, "trainer.max_epochs=1", "lr_scheduler=null", f"out={tmp_path}"]
    finished = cli("train", "-m", *given, "optimizer.lr=1e-2,1e-5")
    assert finished.code == 0, finished.err
    one, two = (weights(tmp_path / job) for job in ("0", "1"))
    assert any(not torch.equal(one[name], two[name]) for name in one)
    assert not (tmp_path / "checkpoints").exists()
    for job in ("0", "1"):
        assert (tmp_path / job / "csv").is_dir()
        assert Generator.from_pretrained(tmp_path / job)


def test_a_prior_that_could_not_be_blended_is_not_trained(cli: Cli, run_folder: Path, tmp_path: Path) -> None:
    write_dataset(tmp_path / "data", 4, seed=2, persons=1)
    build_cache(tmp_path / "data")
    given = [f"data_dir={tmp_path / 'data'}", f"stats_from={run_folder}", "noise=zero_snr", *TINY]
    finished = cli("train", "experiment=individual", *given, f"out={tmp_path / 'run'}")
    assert finished.code != 0
    assert "was trained on another noise schedule" in finished.err
    assert not (tmp_path / "run").exists()


def test_training_may_start_from_the_weights_of_a_run(
    cli: Cli, run_folder: Path, dataset: Path, tmp_path: Path
) -> None:
    given = [f"data_dir={dataset}", f"weights_from={run_folder}", "optimizer.lr=0", "lr_scheduler=null", *TINY]
    assert cli("train", *given, f"out={tmp_path / 'run'}", "trainer.max_epochs=1").code == 0
    start = weights(run_folder)
    for name, value in weights(tmp_path / "run").items():
        torch.testing.assert_close(value, start[name], atol=0, rtol=0)
    other = cli("train", *given, "model.width=48", f"out={tmp_path / 'other'}")
    assert f"weights_from={run_folder} is a run of another model or of other sizes" in other.err


def test_the_published_recipe_runs_full_size_on_a_cpu(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    given = [f"data_dir={dataset}", "trainer.fast_dev_run=true", "data.batch_size=2", "trainer.accelerator=cpu"]
    finished = cli("train", "experiment=in2in", *given, f"out={tmp_path / 'full'}", "trainer.devices=1")
    assert finished.code == 0, finished.err
    conf = OmegaConf.load(tmp_path / "full" / "config.yaml")
    assert (conf.model.width, conf.model.layers, conf.model.heads, conf.model.feed_forward) == (1024, 8, 8, 2048)
    assert (conf.optimizer.lr, conf.optimizer.weight_decay, conf.trainer.gradient_clip_val) == (1e-4, 2e-5, 0.5)
    assert (conf.trainer.max_epochs, conf.lr_scheduler.num_warmup_steps) == (2000, 10)


def test_a_small_model_learns_its_clips(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    """The loss on the training clips falls well below that of the mean motion, which is 1."""
    out = tmp_path / "learnt"
    given = [
        f"data_dir={dataset}",
        *TINY,
        "model.width=64",
        "data.batch_size=4",
        "data.mirror=false",
        "data.swap=false",
    ]
    given += ["optimizer.lr=3e-3", "lr_scheduler=null", "data.val_split=train", "data.repeat=15", "model.dropout=0"]
    finished = cli("train", *given, f"out={out}", "trainer.max_epochs=12", "trainer.log_every_n_steps=5")
    assert finished.code == 0, finished.err
    with open(out / "csv" / "version_0" / "metrics.csv") as file:
        simple = [float(row["val/simple"]) for row in csv.DictReader(file) if row["val/simple"]]
    assert simple[-1] < 0.5


@pytest.mark.parametrize("logger", ["tensorboard", "wandb"])
def test_other_loggers(cli: Cli, dataset: Path, tmp_path: Path, logger: str) -> None:
    given = [f"data_dir={dataset}", *TINY, f"logger={logger}", "trainer.max_epochs=1"]
    finished = cli("train", *given, f"out={tmp_path / 'run'}")
    assert finished.code == 0, finished.err
    assert any((tmp_path / "run" / logger).rglob("*")), "the logger wrote nothing"
