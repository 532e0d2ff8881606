"""Runs from the hub: a server on loopback answers as the hub does; configurations from there are not trusted."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import Cli
from hub_server import Shared, hub_of

from in2in.runs.hub import is_id


@pytest.fixture
def hub(cli: Cli, run_folder: Path, tmp_path: Path) -> Iterator[Shared]:
    """A hub that shares a packed run, beside a file that could hold code."""
    folder = tmp_path / "shared"
    assert cli("pack", f"run={run_folder}", f"out={folder}").code == 0
    (folder / "evil.ckpt").write_bytes(b"pickled")
    (folder / "vocabulary.txt.gz").write_bytes(b"as evaluators have one")
    with hub_of(folder) as shared:
        yield shared
    assert not any("evil" in path for path in shared.asked)


def sample(address: str, run: str, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "in2in.cli.sample", "prompt=they hug", "seconds=0.5", f"run={run}", f"out={out}"]
    environment = {**os.environ, "HF_ENDPOINT": address, "HF_HOME": str(out.parent / "cache"), "HF_HUB_OFFLINE": "0"}
    for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        environment.pop(proxy, None)
    return subprocess.run([*command, "export=[]"], capture_output=True, text=True, env=environment, timeout=300)


def test_a_run_is_fetched_from_the_hub(hub: Shared, run_folder: Path, cli: Cli, tmp_path: Path) -> None:
    made = sample(hub.address, "someone/hugs", tmp_path / "out")
    assert made.returncode == 0, made.stderr
    assert cli("sample", "prompt=they hug", "seconds=0.5", f"run={run_folder}", f"out={tmp_path / 'own'}").code == 0
    theirs, ours = (np.load(tmp_path / name / "000.npz")["joints"] for name in ("out", "own"))
    np.testing.assert_array_equal(theirs, ours)
    assert any(path.endswith("/vocabulary.txt.gz") for path in hub.asked)
    missing = sample(hub.address, "someone/nothing", tmp_path / "none")
    assert missing.returncode == 1
    assert "run=someone/nothing is neither a folder nor to be had from the hub" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_a_run_from_elsewhere_calls_nothing_strange(hub: Shared, tmp_path: Path) -> None:
    config = (hub.folder / "config.yaml").read_text()
    (hub.folder / "config.yaml").write_text(config.replace("in2in.models.condition.TextHead", "os.system"))
    finished = sample(hub.address, "someone/hugs", tmp_path / "out")
    assert finished.returncode == 1
    assert "run=someone/hugs asks for os.system to be called, which no run needs" in finished.stderr


def test_what_is_an_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    assert is_id("someone/hugs")
    assert not any(map(is_id, ("runs/mine", "nowhere", "runs/demo/2026", "/abs/path", "../x", Path("x/y/z.ckpt"))))
