"""Trainings that would go wrong in silence: an error before they start, or one line that says so."""

import csv
import shutil
from pathlib import Path

import pytest
import torch
from conftest import TINY, Cli, write_small_dataset
from omegaconf import OmegaConf
from torch.optim import SGD
from transformers import get_cosine_schedule_with_warmup

from in2in.data.layout import read_texts, write_texts
from in2in.data.preparation import build_cache
from in2in.motion.motion import Motion
from in2in.motion.texts import Texts
from in2in.training.learning_rate import cosine_with_warmup

QUICK = [*TINY, "callbacks.texts=null", "callbacks.samples=null", "callbacks.best=null", "callbacks.last=null"]


def rates(schedule: object, steps: int) -> list[float]:
    """The rates of so many epochs of an optimizer with rate 1."""
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    falling, found = schedule(optimizer), []  # type: ignore[operator]
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        falling.step()
    return found


def logged_rates(run: Path) -> list[float]:
    """Of the epochs of a run."""
    with open(sorted((run / "csv").iterdir())[-1] / "metrics.csv") as file:
        return [float(row["lr-AdamW"]) for row in csv.DictReader(file) if row["lr-AdamW"]]


def test_the_first_epoch_has_a_rate_and_after_the_last_there_is_none() -> None:
    ours = rates(lambda optimizer: cosine_with_warmup(optimizer, 10, 2000), 2200)
    theirs = rates(lambda optimizer: get_cosine_schedule_with_warmup(optimizer, 10, 2000), 2000)
    assert ours[:10] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    assert theirs[0] == 0
    assert ours[10:2000] == pytest.approx(theirs[10:])
    assert ours[2000:] == [0.0] * 200
    assert rates(lambda optimizer: cosine_with_warmup(optimizer, 0, 4), 4)[0] == 1


def trained(cli: Cli, dataset: Path, out: Path, *given: str) -> Path:
    finished = cli("train", f"data_dir={dataset}", f"out={out}", *QUICK, "trainer.log_every_n_steps=1", *given)
    assert finished.code == 0, finished.err
    return out


def test_the_published_first_epoch_is_a_switch(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    few = [
        "trainer.max_epochs=3",
        "optimizer.lr=1",
        "trainer.gradient_clip_val=1e-9",
        "lr_scheduler.num_warmup_steps=2",
    ]
    ours = logged_rates(trained(cli, dataset, tmp_path / "ours", *few))
    assert ours == pytest.approx([0.5, 1, 1])
    published = trained(cli, dataset, tmp_path / "published", *few, "compat/training=published")
    assert logged_rates(published) == pytest.approx([0, 0.5, 1])


@pytest.mark.parametrize(
    ("given", "length"),
    [
        (["trainer.max_epochs=7"], 7),
        (["trainer.max_epochs=-1", "trainer.max_steps=5"], 3),  # four clips in batches of two: two steps an epoch
        (["+trainer.max_steps=5"], 3),
        (["trainer.max_epochs=2", "trainer.max_steps=50"], 2),
        (["trainer.max_epochs=5", "module.lr_interval=step"], 10),
        (["trainer.max_epochs=5", "trainer.accumulate_grad_batches=2", "module.lr_interval=step"], 5),
        (["trainer.max_steps=6", "trainer.max_epochs=-1", "module.lr_interval=step"], 6),
        (["trainer.max_steps=6", "+trainer.limit_train_batches=1", "trainer.max_epochs=-1"], 6),
        (["trainer.max_epochs=-1", "trainer.max_time=00:00:00:01", "lr_scheduler.num_training_steps=40"], 40),
    ],
)
def test_the_rate_falls_over_the_whole_training(
    cli: Cli, dataset: Path, tmp_path: Path, given: list[str], length: int
) -> None:
    run = trained(cli, dataset, tmp_path / "run", *given, "trainer.check_val_every_n_epoch=100")
    assert OmegaConf.load(run / "config.yaml").lr_scheduler.num_training_steps == length


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["trainer.max_epochs=-1"], "whose length is unknown: give trainer.max_epochs= or trainer.max_steps="),
        (["trainer.max_epochs=-1", "trainer.max_time=00:01:00:00"], "whose length is unknown"),
        (["lr_scheduler.num_training_steps=-1"], "lr_scheduler.num_training_steps=-1 is no length"),
        (["trainer.max_epochs=0"], "training would take no step (trainer.max_epochs=0"),
        (["+trainer.limit_train_batches=0"], "training would take no step"),
        (["+trainer.limit_train_batches=0.1"], "trainer.limit_train_batches=0.1): raise these"),
        (["+callbacks.mine.minutes=3"], "callbacks.mine names no class"),
        (["+callbacks.mine=3"], "callbacks.mine names no class"),
        (["model.text_dim=2"], "text.dim=384, head.width=384 and model.text_dim=2 must be the same width"),
        (["head.width=96"], "head.width=96 and model.text_dim=384 must be the same width"),
        (["data.batch_size=0"], "data.batch_size=0 and data.repeat=1 must be 1 or more"),
        (["data.repeat=0"], "data.batch_size=2 and data.repeat=0 must be 1 or more"),
    ],
)
def test_a_training_that_cannot_be_meant_is_one_line(
    cli: Cli, dataset: Path, tmp_path: Path, given: list[str], words: str
) -> None:
    finished = cli("train", f"data_dir={dataset}", f"out={tmp_path / 'run'}", *QUICK, *given)
    assert finished.code == 1
    assert words in finished.err
    assert finished.err.count("in2in-train:") == 1
    assert not (tmp_path / "run").exists()


def test_a_warm_up_that_never_ends_is_said(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    given = [f"data_dir={dataset}", f"out={tmp_path / 'run'}", *QUICK, "trainer.max_epochs=1"]
    assert (
        "never rises to optimizer.lr: lr_scheduler.num_warmup_steps=10, and training has 1" in cli("train", *given).out
    )


# ---- individual texts


@pytest.fixture
def untold(tmp_path: Path, raw: Motion) -> Path:
    """A data set of which no clip has individual texts."""
    folder = write_small_dataset(tmp_path / "data", raw)
    shutil.rmtree(folder / "annots_individual")
    build_cache(folder)
    return folder


def test_clips_without_individual_texts_do_not_train_in2in_unsaid(cli: Cli, untold: Path, tmp_path: Path) -> None:
    given = [f"data_dir={untold}", *QUICK, "trainer.max_epochs=1"]
    refused = cli("train", "experiment=in2in", *given, f"out={tmp_path / 'run'}")
    assert refused.code == 1
    assert "none of the 4 training clips in data_dir=" in refused.err
    for remedy in (f"in2in-annotate data_dir={untold}", "model=intergen", "interaction_texts_alone=true"):
        assert remedy in refused.err
    assert not (tmp_path / "run").exists()
    meant = cli("train", "experiment=in2in", *given, "interaction_texts_alone=true", f"out={tmp_path / 'meant'}")
    assert meant.code == 0, meant.err
    assert "individual texts: 0 of 4 training clips have them, all teach the interaction text alone" in meant.out
    intergen = cli("train", "experiment=intergen", *given, f"out={tmp_path / 'intergen'}")
    assert intergen.code == 0, intergen.err
    assert "individual texts" not in intergen.out


def test_how_many_clips_have_individual_texts_is_said(cli: Cli, dataset: Path, untold: Path, tmp_path: Path) -> None:
    write_texts(untold, "clip2", Texts(read_texts(untold, "clip2").interaction, (("leads",), ())))
    build_cache(untold)
    given = [*QUICK, "trainer.max_epochs=1"]
    some = cli("train", f"data_dir={untold}", *given, f"out={tmp_path / 'some'}")
    assert "individual texts: 1 of 4 training clips have them, the others teach the interaction text alone" in some.out
    assert "individual texts" not in cli("train", f"data_dir={dataset}", *given, f"out={tmp_path / 'all'}").out


def test_a_prior_of_two_person_data_is_said(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    given = ["experiment=individual", f"data_dir={dataset}", f"out={tmp_path / 'two'}", "+trainer.max_steps=1", *QUICK]
    finished = cli("train", *given)
    assert finished.code == 0, finished.err
    assert f"data_dir={dataset} holds two people: a single-person prior sees the second one" in finished.out
    assert "data of single persons suit it better" in finished.out


@pytest.mark.parametrize("option", ["model.width=0", "model.layers=null"])
def test_what_cannot_be_built_is_one_line(cli: Cli, dataset: Path, tmp_path: Path, option: str) -> None:
    refused = cli("train", f"data_dir={dataset}", f"out={tmp_path / 'run'}", *QUICK, option)
    assert refused.code == 1
    assert "Traceback" not in refused.err
    assert refused.err.splitlines()[-1].endswith("): look at its options")
    assert "in2in-train: module.denoiser cannot be built (" in refused.err
