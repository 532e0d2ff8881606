"""The checkpoints of a training: two are kept, the newest whole one is used, and a full disk costs none."""

import shutil
from pathlib import Path

import pytest
import torch
from conftest import TINY, Cli
from killing import files_end_at, killed_in

from in2in.pipeline import Generator, Prompt
from in2in.runs.checkpoints import fault, newest_whole
from in2in.runs.folder import find_weights, newest_run
from in2in.training.writing import WholeCheckpoints

EPOCHS = 3


def options(dataset: Path) -> list[str]:
    return [f"data_dir={dataset}", *TINY, "lr_scheduler=null", "data.repeat=2", "logger=csv"]


def state(checkpoint: Path) -> dict[str, torch.Tensor]:
    return torch.load(checkpoint, weights_only=True)["state_dict"]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.fixture(scope="module")
def undisturbed(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three epochs, a checkpoint after each."""
    import sys

    from in2in.cli.train import main

    out = tmp_path_factory.mktemp("undisturbed") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["in2in-train", *options(dataset), f"trainer.max_epochs={EPOCHS}", f"out={out}"])
        main()
    return out


def copy_of(run: Path, folder: Path) -> Path:
    return Path(shutil.copytree(run, folder / "run"))


def test_the_last_two_checkpoints_are_kept(undisturbed: Path) -> None:
    names = sorted(path.name for path in (undisturbed / "checkpoints").iterdir())
    assert names == ["best.ckpt", "last-previous.ckpt", "last.ckpt"]
    steps = [torch.load(undisturbed / "checkpoints" / name)["global_step"] for name in names[1:]]
    assert steps == [8, 12]


def test_training_goes_on_from_the_newest_whole_checkpoint(
    cli: Cli, undisturbed: Path, dataset: Path, tmp_path: Path
) -> None:
    run = copy_of(undisturbed, tmp_path)
    last = run / "checkpoints" / "last.ckpt"
    cut(last)
    (last.parent / ".last.unfinished-0123abcd.ckpt").write_bytes(b"left by a process that was killed")
    again = cli("train", *options(dataset), f"trainer.max_epochs={EPOCHS}", f"out={run}", "ckpt_path=last")
    assert again.code == 0, again.err
    [told] = [line for line in again.out.splitlines() if "last.ckpt" in line]
    assert told.startswith(f"{last} cannot be read as a checkpoint (it is cut off or is none): resuming from last-prev")
    for name, value in state(undisturbed / "checkpoints" / "last.ckpt").items():
        torch.testing.assert_close(state(last)[name], value, atol=0, rtol=0)
    names = sorted(path.name for path in last.parent.iterdir())
    assert names == ["best.ckpt", "last-previous.ckpt", "last.ckpt"], "what was left is cleared"
    assert not fault(last.with_name("last-previous.ckpt")), "a broken one takes no whole one's place"


def test_a_run_is_read_from_its_newest_whole_checkpoint(
    undisturbed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = copy_of(undisturbed, tmp_path)
    last, previous = (run / "checkpoints" / name for name in ("last.ckpt", "last-previous.ckpt"))
    content = bytearray(last.read_bytes())
    largest = max(state(last).values(), key=lambda value: value.numel())
    middle = content.index(largest.numpy().tobytes()[-64:])
    content[middle] ^= 1
    last.write_bytes(content)
    assert find_weights(run) == previous, "a single wrong bit is found"
    [motion] = Generator.from_pretrained(run)([Prompt("they hug", seconds=0.5)])
    [expected] = Generator.from_pretrained(previous)([Prompt("they hug", seconds=0.5)])
    assert (motion.joints == expected.joints).all()
    line = f"{last} cannot be read as a checkpoint (it is damaged): reading last-previous.ckpt, the one before it\n"
    assert capsys.readouterr().out == line, "once, however often the run is read"
    last.unlink()  # killed between two renames
    assert find_weights(run) == previous
    assert newest_run(tmp_path) == run


def test_where_none_is_whole_the_remedy_is_named(cli: Cli, undisturbed: Path, dataset: Path, tmp_path: Path) -> None:
    run = copy_of(undisturbed, tmp_path)
    folder = run / "checkpoints"
    for name in ("last.ckpt", "last-previous.ckpt"):
        cut(folder / name)
    given = [*options(dataset), f"trainer.max_epochs={EPOCHS}", f"out={run}"]
    assert "add ckpt_path=last to resume it" in cli("train", *given).err, "it is a used folder all the same"
    finished = cli("train", *given, "ckpt_path=last")
    assert finished.code == 1
    [line] = [line for line in finished.err.splitlines() if line.startswith("in2in-train: ")]
    assert f"resume with ckpt_path={folder / 'best.ckpt'}, or remove {folder} to start from the first step" in line
    assert f"{folder / 'last-previous.ckpt'} cannot be read" in line
    sampled = cli("sample", "prompt=hug", f"run={run}", f"out={tmp_path / 'samples'}")
    assert f"give run={folder / 'best.ckpt'} or copy it anew" in sampled.err
    cut(folder / "best.ckpt")
    named = cli("train", *given, f"ckpt_path={folder / 'best.ckpt'}")
    assert "best.ckpt cannot be read as a checkpoint (it is cut off or is none): give another" in named.err


def test_a_run_that_was_stopped_before_its_first_checkpoint_starts(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    given = [*options(dataset), "trainer.max_epochs=1", "ckpt_path=last"]
    missing = cli("train", *given, f"out={tmp_path / 'mistyped'}")
    assert "there is no" in missing.err
    assert not (tmp_path / "mistyped").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").touch()
    assert "there is no" in cli("train", *given, f"out={tmp_path / 'other'}").err
    run = tmp_path / "run"
    run.mkdir()  # as a process leaves it that was killed while it loaded the data
    begun = cli("train", *given, f"out={run}")
    assert begun.code == 0, begun.err
    line = f"{run} was stopped before its first checkpoint: starting from the first step"
    assert line in begun.out.splitlines()
    shutil.rmtree(run / "checkpoints")
    again = cli("train", *given, f"out={run}")
    assert line in again.out.splitlines()
    assert (run / "checkpoints" / "last.ckpt").is_file()


@pytest.mark.parametrize("full", ["the checkpoint", "the log"])
def test_a_full_disk_costs_no_checkpoint(cli: Cli, undisturbed: Path, dataset: Path, tmp_path: Path, full: str) -> None:
    run, given = tmp_path / "run", options(dataset)
    assert cli("train", *given, "trainer.max_epochs=1", f"out={run}").code == 0
    folder = run / "checkpoints"
    size = (folder / "last.ckpt").stat().st_size
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    given += [f"trainer.max_epochs={EPOCHS}", f"out={run}", "ckpt_path=last", "trainer.log_every_n_steps=1"]
    if full == "the log":
        (run / "csv" / "full").mkdir()
        (run / "csv" / "full" / "metrics.csv").symlink_to("/dev/full")
        stopped = cli("train", *given, "+logger.csv.version=full")
    else:
        with files_end_at(size // 2):
            stopped = cli("train", *given)
    assert stopped.code == 1
    assert "Traceback" not in stopped.err
    [line] = [line for line in stopped.err.splitlines() if line.startswith("in2in-train: ")]
    assert line.startswith(f"in2in-train: {run} cannot be written (")
    assert line.endswith("make room; then the same command resumes with ckpt_path=last")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert cli("train", *given).code == 0
    for name, value in state(undisturbed / "checkpoints" / "last.ckpt").items():
        torch.testing.assert_close(state(folder / "last.ckpt")[name], value, atol=0, rtol=0)


def test_a_writer_that_is_killed_leaves_two_whole_checkpoints(tmp_path: Path) -> None:
    last = tmp_path / "last.ckpt"
    for step in (1, 2):
        WholeCheckpoints().save_checkpoint({"step": step, "state": torch.zeros(100_000)}, last)

    third = {"step": 3, "state": torch.zeros(100_000)}

    def work(kill: object) -> None:
        write = Path.write_bytes

        def half(path: Path, content: memoryview) -> None:
            write(path, content[: len(content) // 2])
            kill()  # type: ignore[operator]

        Path.write_bytes = half  # type: ignore[method-assign,assignment]
        WholeCheckpoints().save_checkpoint(third, last)

    killed_in(work)
    assert len(list(tmp_path.iterdir())) == 3
    assert newest_whole(tmp_path) == (last, [])
    steps = [torch.load(tmp_path / name)["step"] for name in ("last.ckpt", "last-previous.ckpt")]
    assert steps == [2, 1]
    WholeCheckpoints().save_checkpoint({"step": 3}, last)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["last-previous.ckpt", "last.ckpt"]
