"""Sampling by Lightning: in one process or two, in one go or in parts, the samples are the same."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from annotating import good
from chat_server import ChatServer, serving
from conftest import Cli

SHARDED = ["trainer=default", "trainer.accelerator=cpu", "trainer.devices=1", "sampler=ddim", "sampler.steps=3"]


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    """Five prompts of three lengths."""
    path = tmp_path / "prompts.jsonl"
    told = [{"prompt": f"they meet, take {k}", "seconds": 0.5 + 0.2 * (k % 3), "seed": k} for k in range(5)]
    path.write_text("\n".join(map(json.dumps, told)))
    return path


def samples(folder: Path) -> dict[str, np.ndarray]:
    return {path.name: np.load(path)["joints"] for path in sorted(folder.glob("*.npz"))}


def in_two_processes(folder: Path, run: Path, prompts: Path, *options: str) -> None:
    command = [sys.executable, "-m", "in2in.cli.sample", f"run={run}", f"prompts={prompts}", f"out={folder}", *options]
    command += [*SHARDED, "trainer=ddp", "trainer.precision=32-true", "trainer.devices=2", "batch_size=2", "export=[]"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    finished = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert finished.returncode == 0, finished.stderr


def test_two_processes_share_the_prompts(cli: Cli, run_folder: Path, prompts: Path, tmp_path: Path) -> None:
    asked = [f"run={run_folder}", f"prompts={prompts}", "batch_size=2"]
    plain = cli("sample", *asked, *SHARDED[-2:], f"out={tmp_path / 'plain'}")
    assert plain.code == 0, plain.err
    in_two_processes(tmp_path / "two", run_folder, prompts)
    alone, shared = samples(tmp_path / "plain"), samples(tmp_path / "two")
    assert list(alone) == list(shared) == [f"{number:03d}.npz" for number in range(5)]
    for name in alone:
        np.testing.assert_array_equal(shared[name], alone[name])


def test_a_stopped_run_goes_on(cli: Cli, run_folder: Path, prompts: Path, tmp_path: Path) -> None:
    asked = [f"run={run_folder}", f"prompts={prompts}", "batch_size=2", *SHARDED, f"out={tmp_path / 'made'}"]
    assert cli("sample", *asked).code == 0
    whole = samples(tmp_path / "made")
    kept = tmp_path / "made" / "001.npz"
    written = kept.stat().st_mtime_ns
    for number in (0, 3):
        (tmp_path / "made" / f"{number:03d}.npz").unlink()
    again = cli("sample", *asked)
    assert again.code == 0, again.err
    assert "3 of 5 samples are there already and are kept" in again.out
    assert kept.stat().st_mtime_ns == written
    for name, joints in samples(tmp_path / "made").items():
        np.testing.assert_allclose(joints, whole[name], atol=1e-5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            "guidance=plain",
            "was made in another way (guidance._target_: in2in.diffusion.guidance.InteractionGuidance, now in2in",
        ),
        ("PROMPTS", "is a sample of another prompt"),
    ],
)
def test_samples_of_something_else_are_not_taken(
    cli: Cli, run_folder: Path, prompts: Path, tmp_path: Path, change: str, words: str
) -> None:
    asked = [f"run={run_folder}", f"prompts={prompts}", *SHARDED, f"out={tmp_path / 'made'}"]
    assert cli("sample", *asked).code == 0
    if change == "PROMPTS":
        prompts.write_text(prompts.read_text().replace("take 2", "take 7"))
    finished = cli("sample", *asked, *([] if change == "PROMPTS" else [change, "guidance.scale=2"]))
    assert finished.code == 1
    assert words in finished.err


@pytest.mark.usefixtures("openai_key")
def test_the_first_process_alone_asks_for_individual_texts(run_folder: Path, prompts: Path, tmp_path: Path) -> None:
    with serving(ChatServer(good)) as server:
        whom = ["annotator=openai", f"annotator.base_url={server.url}", "annotator.model=m"]
        in_two_processes(tmp_path / "two", run_folder, prompts, *whom)
        assert len(server.requests) == 5, "one for each prompt"
        (tmp_path / "two" / "003.npz").unlink()
        in_two_processes(tmp_path / "two", run_folder, prompts, *whom)
        assert len(server.requests) == 5, "going on asks nobody again"
    for path in (tmp_path / "two").glob("*.npz"):
        with np.load(path) as sample:
            assert str(sample["individual1"])
