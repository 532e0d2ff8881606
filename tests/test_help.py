"""What a command says of itself, and of names that are another command's."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Cli

from in2in.cli.groups import choices, commands, conf_dir, groups
from in2in.cli.help import entries, help_text

COMMANDS = commands()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_and_group_of_a_command_is_explained(command: str) -> None:
    told = list(entries(conf_dir() / command / f"{command}.yaml"))
    assert [name for name, value, said in told if not said and (value or "." in name)] == []
    assert any(name == "out" or name == "run" for name, _, _ in told)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_and_lists_what_the_command_reads(command: str) -> None:
    text = help_text(command, ["--help"])
    assert text.startswith(f"in2in-{command}: ")
    options, _, chosen = text.partition("Choices")
    examples = [line for line in options.splitlines() if line.startswith(f"  in2in-{command}")]
    assert len(examples) >= 2
    for group in groups(command):
        assert f"  {group}=" in chosen
        assert all(name in chosen for name in choices(command, group))
    assert max(map(len, text.splitlines())) <= 120


def test_help_tells_defaults_and_comments_and_nothing_of_other_commands() -> None:
    text = help_text("sample", ["--help"])
    assert "  seconds=4.0                     of motion" in text
    assert "guidance=null                   the run's own when not given [in2in | plain]" in text
    assert "out=samples/DATE" in text
    assert "dualmdm                       DualMDM: a single-person prior" in text
    assert not {"optimizer", "checkpoint=", "source="} & set(text.split())
    assert "${" not in text


def test_help_beside_a_choice_explains_the_choice() -> None:
    assert "  scale=" not in help_text("sample", ["--help"])
    assert "  guidance.scale=3.5" in help_text("sample", ["guidance=plain", "--help"])
    bvh = help_text("prepare", ["-h", "source=bvh"])
    assert "  clip_seconds=4.0" in bvh
    assert "${" not in bvh


def test_help_is_printed_and_loads_neither_torch_nor_hydra_s_own(cli: Cli) -> None:
    finished = cli("train", "--help")
    assert finished.code == 0
    assert "Powered by Hydra" not in finished.out
    code = "import sys, in2in.cli.train as t; sys.argv[1:] = ['--help']; t.main(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("name", "argument", "words"),
    [
        (
            "train",
            "experiment=dualmdm",
            "dualmdm is an experiment of in2in-blend, in2in-evaluate, in2in-judge and in2in-sample: DualMDM: a single-",
        ),
        ("sample", "experiment=demo", "demo is an experiment of in2in-train: A small in2IN on the procedural data set"),
        ("prepare", "source=in2in", "in2in is a source of in2in-convert: in2IN's interaction model"),
        ("convert", "source=bvh", "bvh is a source of in2in-prepare: BVH files"),
        ("train", "logger=[csv,wanbd]", "there is no logger=wanbd (did you mean wandb?): choose from csv, default, "),
        ("train", "guidance=plain,strong", "there is no guidance=strong: choose from in2in, plain"),
        ("train", "prompt=they hug", "prompt is an option of in2in-sample, not of in2in-train"),
        ("export", "experiment=demo", "experiment is an option of in2in-"),
        ("sample", "sedonds=3", "sedonds is not an option: did you mean seconds?"),
        ("sample", "++sedonds.x=3", "sedonds is not an option: did you mean seconds?"),
    ],
)
def test_a_name_of_another_command_says_whose_it_is(cli: Cli, name: str, argument: str, words: str) -> None:
    finished = cli(name, argument)
    assert finished.code == 1
    [line] = finished.err.splitlines()
    assert line.startswith(f"in2in-{name}: {words}")


def test_groups_of_the_user_s_own_are_hydra_s_to_judge(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine" / "guidance").mkdir(parents=True)
    (tmp_path / "mine" / "guidance" / "strong.yaml").write_text("scale: 9\n")
    monkeypatch.chdir(tmp_path)
    finished = cli("sample", "--config-dir=mine", "guidance=strong", "--cfg", "job")
    assert finished.code == 0
    assert "scale: 9" in finished.out


def test_a_sweep_may_be_asked_for_anywhere_in_the_line(cli: Cli, tmp_path: Path) -> None:
    finished = cli("schedules", "hydra.job.chdir=false", "-m", f"out={tmp_path / 'made'}")
    assert finished.code == 0, finished.err
    assert sorted(path.parent.name for path in (tmp_path / "made").rglob("schedules.png")) == ["0"]
