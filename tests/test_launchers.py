"""Sweeps whose jobs run elsewhere: each is a run of its own, and one that fails stops no other."""

import importlib.util
from pathlib import Path

import pytest
from conftest import Cli

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("submitit") is None, reason="needs the jobs of pip install 'in2in[slurm]'"
)


def test_jobs_of_a_cluster_s_launcher_sample_and_a_failing_one_is_one_line(
    cli: Cli, run_folder: Path, tmp_path: Path
) -> None:
    given = [
        "-m",
        "hydra/launcher=submitit_local",
        f"run={tmp_path / 'nowhere'},{run_folder}",
        f"out={tmp_path / 'out'}",
    ]
    finished = cli("sample", *given, "prompt=They wave, then bow.", "seconds=1", "sampler=ddim", "sampler.steps=2")
    assert finished.code == 1
    [line] = [line for line in finished.err.splitlines() if line.startswith("in2in-sample: ")]
    assert f"run={tmp_path / 'nowhere'} " in line
    assert "Traceback" not in finished.err
    assert (tmp_path / "out" / "1" / "000.npz").is_file(), "the other job is done"
