"""What happens around the steps of training: averages, samples, throughput, stored texts, a stop on NaN."""

import csv
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import TINY, Cli
from lightning import Callback, LightningModule, Trainer
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from in2in.data.cache import MotionCache
from in2in.export.html import render_page
from in2in.pipeline import Generator, Prompt
from in2in.text.encoders import MiniLMEncoder
from in2in.text.store import TextStore

SOON = ["trainer.max_epochs=2", "trainer.log_every_n_steps=1", "lr_scheduler=null", "optimizer.lr=1e-2"]

SAW: list[dict[str, torch.Tensor]] = []


class Spy(Callback):
    """Notes the trained weights before the first step and after each."""

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        SAW[:] = [{name: value.clone() for name, value in pl_module.denoiser.state_dict().items()}]  # type: ignore

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: object) -> None:
        SAW.append({name: value.clone() for name, value in pl_module.denoiser.state_dict().items()})  # type: ignore


def test_the_average_of_the_weights_is_what_is_saved_and_sampled(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    out, decay = tmp_path / "run", 0.7
    given = ["callbacks=ema", f"callbacks.average.decay={decay}", "+callbacks.spy._target_=test_callbacks.Spy"]
    given += ["callbacks.samples.every_n_validations=2", f"data_dir={dataset}", f"out={out}", *TINY, *SOON]
    assert cli("train", *given, "logger=tensorboard").code == 0
    expected = SAW[1]  # the average starts at the weights of the first step
    for state in SAW[2:]:
        expected = {name: decay * expected[name] + (1 - decay) * value for name, value in state.items()}
    saved = torch.load(out / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
    for name, value in expected.items():
        torch.testing.assert_close(saved[f"denoiser.{name}"], value, atol=1e-6, rtol=1e-5)
    assert any(not torch.allclose(saved[f"denoiser.{name}"], value) for name, value in SAW[-1].items())

    [page] = (out / "samples").iterdir()
    generator = Generator.from_pretrained(out)
    prompts = [
        Prompt("Two people shake hands.", *["A person holds out the right hand and shakes it up and down."] * 2, 4.0),
        Prompt(
            "One person walks up to the other and hugs them.",
            "A person walks forward and puts both arms around the other.",
            "A person stands still and is hugged.",
            5.0,
        ),
        Prompt("One person pushes the other, who staggers back.", seconds=4.0),
    ]
    takes = generator(prompts)
    assert page.name == "step_000004.html"
    assert page.read_text() == render_page(takes, "step 4"), "the page shows what the saved weights give"
    events = EventAccumulator(str(out / "tensorboard"))
    events.Reload()
    assert sorted(events.Tags()["images"]) == ["samples/0", "samples/1", "samples/2"]
    assert events.Images("samples/0")[0].height == 400


def test_the_log_tells_the_throughput(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    assert cli("train", f"data_dir={dataset}", f"out={tmp_path / 'run'}", *TINY, *SOON).code == 0
    with open(tmp_path / "run" / "csv" / "version_0" / "metrics.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["train/clips_per_second"]]
    clips = [float(row["train/clips_per_second"]) for row in rows]
    frames = [float(row["train/frames_per_second"]) for row in rows]
    assert len(rows) == 4
    for clip_rate, frame_rate in zip(clips, frames, strict=True):
        assert 31 <= frame_rate / clip_rate + 1 <= 37, "clips of 30 to 36 frames"


def test_a_motion_that_is_not_finite_stops_training_and_is_named(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    poisoned = tmp_path / "data"
    shutil.copytree(dataset, poisoned)
    motions = np.load(poisoned / "cache" / "motions.npy")
    before = sum(MotionCache(dataset).length(f"clip{number}") for number in range(2))
    motions[before + 3, 0, 5] = np.nan
    np.save(poisoned / "cache" / "motions.npy", motions)
    finished = cli("train", f"data_dir={poisoned}", f"out={tmp_path / 'run'}", *TINY, *SOON)
    assert finished.code == 1
    assert finished.err.strip().splitlines()[-1].startswith("in2in-train: the loss is nan in step ")
    assert "the motion of clip2 holds numbers that are not finite" in finished.err


def test_a_run_that_diverges_names_its_batch(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    given = ["optimizer.lr=1e30", "trainer.gradient_clip_val=null", "trainer.max_epochs=5", "lr_scheduler=null"]
    finished = cli("train", f"data_dir={dataset}", f"out={tmp_path / 'run'}", *TINY, *given)
    assert finished.code == 1
    assert "whose motion is finite: lower optimizer.lr" in finished.err
    assert "clip" in finished.err


def test_texts_are_encoded_once_for_all_runs(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(dataset, data, ignore=shutil.ignore_patterns("texts"))
    given = [f"data_dir={data}", *TINY, *SOON]
    first = cli("train", *given, f"out={tmp_path / 'a'}")
    again = cli("train", *given, f"out={tmp_path / 'b'}")
    assert "encoding texts" in first.err
    assert "encoding texts" not in again.err
    assert ", once for all runs: 0.00 GB in" in first.out
    [folder] = (data / "texts").iterdir()
    store = TextStore(folder)
    told = {"the left one leads, take 0", "the right one leads, take 0", "both move counterclockwise, take 4"}
    assert told <= store.row.keys(), "of the validation clips too, and mirrored"
    plain = MiniLMEncoder().encode(["the right one leads, take 0"])[0]
    stored = store.get("the right one leads, take 0")
    assert stored is not None
    assert stored[1] == plain[1]
    torch.testing.assert_close(stored[0], plain[0], atol=2e-3, rtol=1e-3)


def test_half_precision_on_a_cpu_is_an_error(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    finished = cli("train", f"data_dir={dataset}", f"out={tmp_path / 'run'}", *TINY, "trainer.precision=16-mixed")
    assert finished.code == 1
    assert "trainer.precision=16-mixed needs a GPU" in finished.err
    assert not (tmp_path / "run").exists()


def test_bfloat16_trains_on_a_cpu(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    given = [f"data_dir={dataset}", f"out={tmp_path / 'run'}", *TINY, *SOON, "trainer.precision=bf16-mixed"]
    assert cli("train", *given).code == 0
    state = torch.load(tmp_path / "run" / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
    assert all(value.dtype != torch.bfloat16 for value in state.values()), "the weights themselves stay exact"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="gradient scaling needs a CUDA device")
def test_gradients_are_clipped_after_unscaling(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    given = [f"data_dir={dataset}", f"out={tmp_path / 'run'}", *TINY, *SOON, "trainer.accelerator=gpu"]
    given += ["trainer.precision=16-mixed", "trainer.gradient_clip_val=1e-3", "optimizer._target_=torch.optim.SGD"]
    given += ["~optimizer.weight_decay", "optimizer.lr=1.0", "+callbacks.spy._target_=test_callbacks.Spy"]
    assert cli("train", *given).code == 0
    for before, after in pairwise(SAW):
        step = torch.stack([(after[name] - before[name]).norm() for name in after if after[name].is_floating_point()])
        assert step.norm() <= 1.01e-3, "with SGD and a rate of 1 a step is as long as the clipped gradient"
