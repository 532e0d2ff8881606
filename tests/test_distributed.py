"""Two processes over gloo do what one process with twice the batch does."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import TINY
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from lightning import Trainer
from omegaconf import OmegaConf
from torch import distributed, multiprocessing, nn

from in2in.cli.entry import conf_dir
from in2in.data.batch import Batch
from in2in.data.datamodule import EpochBatches, OrderedBatches
from in2in.data.interhuman import InteractionDataset
from in2in.data.layout import write_split
from in2in.training.module import DenoisingModule

CLIPS, FRAMES = 4, 24


def in_two_processes(task: Callable[..., object], folder: Path, *arguments: object) -> list[Any]:
    """What a function of (rank, folder, ...) saved as folder/RANK.pt in each of two processes."""
    multiprocessing.spawn(_joined, (task, folder, *arguments), nprocs=2)
    return [torch.load(folder / f"{rank}.pt", weights_only=False) for rank in (0, 1)]


def _joined(rank: int, task: Callable[..., object], folder: Path, *arguments: object) -> None:
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{folder / 'meet'}", rank=rank, world_size=2)
    torch.save(task(rank, *arguments), folder / f"{rank}.pt")
    distributed.destroy_process_group()


def module(dataset: Path) -> DenoisingModule:
    tiny = [option for option in TINY if option.startswith(("model", "head"))]
    with initialize_config_dir(str(conf_dir() / "train"), version_base="1.3"):
        cfg = compose("train", [f"data_dir={dataset}", "out=unused", "model.dropout=0", "head.dropout=0", *tiny])
    torch.manual_seed(0)
    return instantiate(cfg.module)


def loss(denoising: DenoisingModule, clips: slice, dataset: Path) -> torch.Tensor:
    """The loss of some of four real clips, at timesteps up to 700 and noise that belong to the clips."""
    data = InteractionDataset(dataset, "train")
    samples = [data[number] for number in range(CLIPS)][clips]
    features = torch.stack([sample.features[:, :FRAMES] for sample in samples])
    mask = torch.ones(len(samples), FRAMES, dtype=torch.bool)
    texts = [sample.interaction for sample in samples], [sample.individuals for sample in samples]
    noise = torch.randn(CLIPS, 2, FRAMES, 262, generator=torch.Generator().manual_seed(5))[clips]
    t = torch.tensor([700, 20, 333, 610])[clips]
    batch = Batch([sample.clip for sample in samples], features, mask, *texts)
    return torch.stack([*denoising.terms(batch, denoising.conditioner(*texts), t, noise).values()]).sum()


class Loss(nn.Module):
    def __init__(self, denoising: DenoisingModule) -> None:
        super().__init__()
        self.denoising = denoising

    def forward(self, clips: slice, dataset: Path) -> torch.Tensor:
        return loss(self.denoising, clips, dataset)


def shared_loss(rank: int, dataset: Path) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    parallel = nn.parallel.DistributedDataParallel(Loss(module(dataset)))
    own = parallel(slice(2 * rank, 2 * rank + 2), dataset)
    own.backward()
    total = own.detach().clone()
    distributed.all_reduce(total)
    grads = {name: p.grad for name, p in parallel.module.denoising.named_parameters() if p.grad is not None}
    return total / 2, grads


def test_loss_and_gradients_are_those_of_one_process_with_twice_the_batch(dataset: Path, tmp_path: Path) -> None:
    alone = module(dataset)
    expected = loss(alone, slice(0, CLIPS), dataset)
    expected.backward()
    for total, grads in in_two_processes(shared_loss, tmp_path, dataset):
        torch.testing.assert_close(total, expected.detach(), atol=1e-5, rtol=1e-5)
        assert grads.keys() == {name for name, p in alone.named_parameters() if p.grad is not None}
        for name, value in alone.named_parameters():
            if value.grad is not None:
                torch.testing.assert_close(grads[name], value.grad, atol=1e-5, rtol=1e-3)


EPOCHS = [(48, 4), (49, 4), (51, 4), (3, 4), (7, 1)]
"""Clips, and how many are in a batch."""


def all_epochs(rank: int) -> list[list[list[list[tuple[int, int]]]]]:
    """Those of each number of clips."""
    return [epochs(*case) for case in EPOCHS]


def epochs(clips: int, batch_size: int) -> list[list[list[tuple[int, int]]]]:
    """Epoch 0, epoch 1, and epoch 1 as a run sees it that resumes after two of its batches."""
    lengths = [30 + 7 * (number * 37 % 50) for number in range(clips)]
    batches = EpochBatches(lengths, batch_size, seed=3)
    first = list(batches)
    assert len(first) == len(batches)
    batches.set_epoch(1)
    resumed = EpochBatches(lengths, batch_size, seed=3, seen=2)
    resumed.set_epoch(1)
    return [first, list(batches), list(resumed)]


def test_an_epoch_shows_every_clip_once_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    both = zip(EPOCHS, *in_two_processes(all_epochs, tmp_path), strict=True)
    for (clips, batch_size), (a0, a1, a_rest), (b0, b1, b_rest) in both:
        case = f"{clips} clips in batches of {batch_size}"
        for one, two in ((a0, b0), (a1, b1)):
            assert len(one) == len(two), case
            assert all(abs(len(x) - len(y)) <= 1 and y for x, y in zip(one, two, strict=True)), case
            assert sorted(number for batch in (*one, *two) for number, _ in batch) == list(range(clips)), case
        assert clips == 3 or a0 != a1, case
        assert (a_rest, b_rest) == (a1[2:], b1[2:]), case


def train(out: Path, dataset: Path, *options: str) -> None:
    command = [sys.executable, "-m", "in2in.cli.train", f"data_dir={dataset}", f"out={out}", *TINY, "trainer=ddp"]
    command += ["trainer.devices=2", "trainer.accelerator=cpu", "trainer.precision=32-true", "data.repeat=4", *options]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    finished = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize(("clips", "batch_size", "processes"), [(5, 2, 2), (1, 4, 3), (7, 1, 4), (8, 2, 2), (9, 32, 1)])
def test_every_clip_is_validated_once_in_the_same_batches(
    dataset: Path, clips: int, batch_size: int, processes: int
) -> None:
    data = InteractionDataset(dataset, "train")
    data.clips = [data.clips[number % 4] for number in range(clips)]
    alone = OrderedBatches(data, batch_size)
    shares = [OrderedBatches(data, batch_size, rank, processes) for rank in range(processes)]
    assert {len(share) for share in shares} == {-(-len(alone) // processes)}
    counted = {own.number: own for share in shares for own in map(share.__getitem__, range(len(share))) if own.counts}
    assert sorted(counted) == list(range(len(alone)))
    assert sum(own.weight(processes) for own in counted.values()) == clips * processes
    for number, own in counted.items():
        assert own.clips == alone[number].clips
        torch.testing.assert_close(own.features, alone[number].features, atol=0, rtol=0)


def validated(run: Path) -> dict[str, float]:
    """The validation of a run's last checkpoint in one process."""
    cfg = OmegaConf.load(run / "config.yaml")
    alone = instantiate(cfg.module)
    alone.load_state_dict(torch.load(run / "checkpoints" / "last.ckpt")["state_dict"])
    quiet = {"enable_progress_bar": False, "logger": False, "enable_checkpointing": False}
    [figures] = Trainer(accelerator="cpu", devices=1, **quiet).validate(alone, instantiate(cfg.data), verbose=False)
    return dict(figures)


def test_a_resumed_run_of_two_processes_ends_as_an_uninterrupted_one(dataset: Path, tmp_path: Path) -> None:
    """And what it validates is what one process validates, with five clips that do not divide."""
    data = tmp_path / "data"
    shutil.copytree(dataset, data)
    write_split(data, "five", [f"clip{number}" for number in range(5)])
    given = ["data.batch_size=1", "trainer.max_epochs=2", "callbacks=ema", "model.dropout=0.1", "data.val_split=five"]
    train(tmp_path / "whole", data, *given)
    train(tmp_path / "parts", data, *given, "+trainer.max_steps=11")
    train(tmp_path / "parts", data, *given, "ckpt_path=last")
    whole, parts = (torch.load(tmp_path / name / "checkpoints" / "last.ckpt") for name in ("whole", "parts"))
    assert whole["global_step"] == parts["global_step"] == 16
    for name, value in whole["state_dict"].items():
        torch.testing.assert_close(parts["state_dict"][name], value, atol=0, rtol=0)
    with open(tmp_path / "whole" / "csv" / "version_0" / "metrics.csv") as file:
        last = [row for row in csv.DictReader(file) if row["val/loss"]][-1]
    alone = validated(tmp_path / "whole")
    assert len(alone) == 8
    assert {name: float(last[name]) for name in alone} == pytest.approx(alone, rel=1e-4)
