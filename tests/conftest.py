"""A small real data set, and commands run in this process."""

import fcntl
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import lightning  # noqa: F401  before any command: its log handler keeps the stderr of the moment it is imported in
import numpy as np
import pytest
import torch
from annotating import dataset as numbered_texts

from in2in.bench.people import write_dataset
from in2in.data.layout import RAW_POSITIONS, RAW_ROTATIONS, to_y_up, write_motion, write_split, write_texts
from in2in.data.preparation import build_cache
from in2in.motion.motion import Motion
from in2in.motion.normalizer import Normalizer
from in2in.motion.representation import canonicalise, encode
from in2in.motion.texts import Texts

GOLDEN = Path(__file__).parent / "golden"

TINY = [
    *("model.width=32", "model.layers=1", "model.heads=2", "model.feed_forward=32"),
    *("head.layers=1", "head.heads=2", "head.feed_forward=32", "data.batch_size=2", "logger=csv"),
    *("trainer.accelerator=cpu", "trainer.devices=1", "trainer.check_val_every_n_epoch=1", "data.num_workers=0"),
    "+trainer.enable_progress_bar=false",
]


@pytest.fixture(scope="session")
def raw() -> Motion:
    """Two real people, 169 frames and the one that has no velocity."""
    persons = [torch.from_numpy(np.load(GOLDEN / f"raw_person{k}.npy")) for k in (1, 2)]
    joints = torch.stack([to_y_up(p[:, RAW_POSITIONS].unflatten(-1, (22, 3))) for p in persons])
    rotations = torch.stack([p[:, RAW_ROTATIONS].unflatten(-1, (21, 6)) for p in persons])
    return Motion.from_tensors(joints, rotations)


@pytest.fixture(scope="session")
def clip(raw: Motion) -> Motion:
    """A real pair, person 1 in canonical position."""
    return canonicalise(raw.crop(0, 41))


@pytest.fixture(scope="session")
def normalizer(clip: Motion) -> Normalizer:
    """Of their features."""
    features = encode(clip)
    return Normalizer(features.mean(dim=(0, 1)), features.std(dim=(0, 1)) + 0.05)


def write_small_dataset(folder: Path, raw: Motion) -> Path:
    """Six clips of 30 to 40 frames, four of them for training; the last has no individual texts."""
    for number in range(6):
        clip = f"clip{number}"
        write_motion(folder, clip, raw.crop(20 * number, 31 + 2 * number))
        own = (f"turns left {number}", f"steps right {number}")
        interaction = (f"the left one leads, take {number}", f"both move clockwise, take {number}")
        individuals = ((own[0], own[0]), (own[1], own[1])) if number < 5 else ((), ())
        write_texts(folder, clip, Texts(interaction, individuals))
    write_split(folder, "train", [f"clip{number}" for number in range(4)])
    write_split(folder, "val", ["clip4"])
    write_split(folder, "test", ["clip5"])
    return folder


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory, raw: Motion) -> Path:
    """A prepared data set; do not write to it."""
    folder = write_small_dataset(tmp_path_factory.mktemp("data") / "small", raw)
    build_cache(folder)
    return folder


@dataclass
class Finished:
    """What a command did."""

    code: int
    out: str
    err: str


Cli = Callable[..., Finished]

BENCH = {"judge": "in2in.bench.command", "bench": "in2in.bench.speed.command"}
"""Commands that do not lie in cli/."""


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Cli:
    """Run a console script's main in this process: cli("sample", "prompt=..")."""

    def run(name: str, *arguments: str) -> Finished:
        monkeypatch.setattr(sys, "argv", [f"in2in-{name}", *arguments])
        capfd.readouterr()
        code, message = 0, ""
        try:
            import_module(BENCH.get(name, f"in2in.cli.{name}")).main()
        except SystemExit as stop:
            code, message = (1, str(stop.code)) if isinstance(stop.code, str) else (int(stop.code or 0), "")
        out, err = capfd.readouterr()
        return Finished(code, out, err + message)

    return run


@pytest.fixture(scope="session")
def run_folder(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model trained for an epoch."""
    out = tmp_path_factory.mktemp("runs") / "tiny"
    with pytest.MonkeyPatch.context() as patch:
        arguments = [f"data_dir={dataset}", f"out={out}", "trainer.max_epochs=1", *TINY]
        patch.setattr(sys, "argv", ["in2in-train", *arguments])
        import_module("in2in.cli.train").main()
    return out


@pytest.fixture(scope="session")
def prior_run(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny prior in the space of the interaction model."""
    folder = tmp_path_factory.mktemp("prior")
    write_dataset(folder / "data", 8, seed=2, persons=1)
    build_cache(folder / "data")
    given = ["experiment=individual", f"data_dir={folder / 'data'}", f"stats_from={run_folder}", *TINY]
    given += ["callbacks.texts=null", "+trainer.max_steps=3", "optimizer.lr=1e-2", "lr_scheduler=null"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["in2in-train", *given, f"out={folder / 'run'}"])
        import_module("in2in.cli.train").main()
    return folder / "run"


KINDS = ["wave", "push", "hug", "approach", "walk apart", "kick and block"]


def once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that one of the processes of a test run makes, for all of them; do not write to it."""
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    with open(root / f"{name}.lock", "a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not lock.seek(0, os.SEEK_END):  # it may have been written to since it was opened
            make(root / name)
            lock.write("made")
    return root / name


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred procedural clips of six kinds, with their truth; do not write to it."""

    def make(folder: Path) -> None:
        write_dataset(folder, clips=102, seed=3, kinds=KINDS)
        build_cache(folder)

    return once(tmp_path_factory, "bench", make)


@pytest.fixture(scope="session")
def evaluator_run(bench: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny evaluator that has learned these clips; do not write to it."""
    sizes = ["motion.width=48", "motion.layers=1", "motion.every=4", "motion.embedding=32", "motion.dropout=0"]
    sizes += ["text.width=32", "text.layers=1", "text.feed_forward=64", "motion.feed_forward=96", "text.dropout=0"]
    given = ["experiment=bench_interclip", f"data_dir={bench}", "logger=csv", "data.batch_size=16"]
    given += [*(f"interclip.{size}" for size in sizes), "optimizer.lr=3e-3", "trainer.max_steps=300", "individuals=1"]
    given += ["lr_scheduler.num_decay_steps=100", "lr_scheduler.num_warmup_steps=10", "trainer.accelerator=cpu"]
    given += ["trainer.devices=1", "+trainer.enable_progress_bar=false", "trainer.check_val_every_n_epoch=20"]

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["in2in-train", *given, f"out={folder}"])
            import_module("in2in.cli.train").main()

    return once(tmp_path_factory, "evaluator", make)


@pytest.fixture
def openai_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key, which the tests' own server does not ask for."""
    monkeypatch.setenv("OPENAI_API_KEY", "any")


@pytest.fixture
def ten_texts(tmp_path: Path, raw: Motion, openai_key: None) -> Path:
    """A data set of four clips without individual texts."""
    return numbered_texts(tmp_path / "data", raw, 10)
