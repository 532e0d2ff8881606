"""Runs from the hub: a server on loopback answers as the hub does; configurations from there are not trusted."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from conftest import Cli

from in2in.errors import InputError
from in2in.hub import check_trusted, is_id

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(cli: Cli, run_folder: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Address of a hub that shares a packed run as someone/hugs, beside a file that could hold code; and the folder."""
    shared = tmp_path / "shared"
    assert cli("pack", f"run={run_folder}", f"out={shared}").code == 0
    (shared / "evil.ckpt").write_bytes(b"pickled")

    class Hub(BaseHTTPRequestHandler):
        asked: list[str] = []  # noqa: RUF012

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            self.asked.append(path)
            files = {file.name: file.read_bytes() for file in shared.iterdir()}
            if "/api/models/someone/hugs" in path:
                siblings = [{"rfilename": name} for name in files]
                tree = [{"type": "file", "path": n, "size": len(f), "oid": COMMIT} for n, f in files.items()]
                listing = {"id": "someone/hugs", "sha": COMMIT, "siblings": siblings}
                self.answer(json.dumps(tree if "/tree/" in path else listing).encode(), "application/json")
            elif path.startswith("/someone/hugs/resolve/") and path.split("/")[-1] in files:
                self.answer(files[path.split("/")[-1]], "application/octet-stream")
            else:
                self.send_response(404)
                self.send_header("X-Error-Code", "RepoNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()

        do_HEAD = do_GET

        def answer(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            for name, value in {
                "Content-Type": kind,
                "Content-Length": str(len(body)),
                "ETag": f'"{hashlib.sha1(body).hexdigest()}"',
                "X-Repo-Commit": COMMIT,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", shared
    server.shutdown()
    assert not any("evil" in path for path in Hub.asked)


def sample(address: str, run: str, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "in2in.cli.sample", "prompt=they hug", "seconds=0.5", f"run={run}", f"out={out}"]
    environment = {**os.environ, "HF_ENDPOINT": address, "HF_HOME": str(out.parent / "cache"), "HF_HUB_OFFLINE": "0"}
    for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        environment.pop(proxy, None)
    return subprocess.run([*command, "export=[]"], capture_output=True, text=True, env=environment, timeout=300)


def test_a_run_is_fetched_from_the_hub(hub: tuple[str, Path], run_folder: Path, cli: Cli, tmp_path: Path) -> None:
    address, _ = hub
    made = sample(address, "someone/hugs", tmp_path / "out")
    assert made.returncode == 0, made.stderr
    assert cli("sample", "prompt=they hug", "seconds=0.5", f"run={run_folder}", f"out={tmp_path / 'own'}").code == 0
    theirs, ours = (np.load(tmp_path / name / "000.npz")["joints"] for name in ("out", "own"))
    np.testing.assert_array_equal(theirs, ours)
    missing = sample(address, "someone/nothing", tmp_path / "none")
    assert missing.returncode == 1
    assert "run=someone/nothing is neither a folder nor to be had from the hub" in missing.stderr
    assert "Traceback" not in missing.stderr


def test_a_run_from_elsewhere_calls_nothing_strange(hub: tuple[str, Path], tmp_path: Path) -> None:
    address, shared = hub
    config = (shared / "config.yaml").read_text()
    (shared / "config.yaml").write_text(config.replace("in2in.models.condition.TextHead", "os.system"))
    finished = sample(address, "someone/hugs", tmp_path / "out")
    assert finished.returncode == 1
    assert "run=someone/hugs asks for os.system to be called, which no run needs" in finished.stderr


@pytest.mark.parametrize(
    "node",
    [
        {"a": [{"b": {"_target_": "builtins.eval"}}]},
        {"_target_": "hydra.utils.get_class", "path": "subprocess.Popen"},
        {"_target_": "hydra.utils.get_method", "path": "os.system"},
        {"_target_": "in2in.cli.sample.main"},
        {"_target_": "diffusers_evil.Thing"},
    ],
)
def test_what_is_not_trusted(node: dict) -> None:
    with pytest.raises(InputError, match="do not trust it"):
        check_trusted("a/b", node)


def test_what_is_an_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    assert is_id("someone/hugs")
    assert not any(map(is_id, ("runs/mine", "nowhere", "runs/demo/2026", "/abs/path", Path("x/y/z.ckpt"))))
