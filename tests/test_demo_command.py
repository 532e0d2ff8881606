"""The demo without a browser: its limits, its gallery, its command."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
import torch
from chromium import free_port
from conftest import Cli

pytest.importorskip("gradio")

from in2in.bench.judge import recognise
from in2in.demo.app import gallery
from in2in.demo.limits import Limits
from in2in.demo.service import Order, Service
from in2in.errors import InputError
from in2in.pipeline import Generator, Prompt
from in2in.runs.folder import BUNDLED


def test_orders_beyond_the_limits_are_refused(run_folder: Path, prior_run: Path) -> None:
    interaction, prior = Generator.from_pretrained(run_folder), Generator.from_pretrained(prior_run)
    service = Service(interaction, prior, Limits(seconds=2, samples=2))
    for order, words in (
        (Order(Prompt("x", seconds=2.5)), "2.5 seconds are more than 2"),
        (Order(Prompt("x", seconds=1), samples=3), "3 samples are outside 1 to 2"),
        (Order(Prompt("x", seconds=1), guidance={"joint": 1.0, "_target_": 2.0}), "guidance has no weight '_target_'"),
        (Order(Prompt("x", seconds=1), schedule="os.system"), "there is no schedule 'os.system'"),
        (Order(Prompt("x", seconds=1), schedule="constant", shape=2.0), "outside 0"),
        (Order(Prompt("x", seconds=1), formats=("../x",)), "no format '../x'"),
    ):
        with pytest.raises(InputError, match=re.escape(words)):
            service.make(order)


def test_the_gallery_s_prompts_work() -> None:
    """With the bundled weights; a kind may flip on another machine."""
    examples = gallery()
    kinds = [example.pop("kind") for example in examples]
    motions = Generator.from_pretrained(BUNDLED)([Prompt(**example) for example in examples])
    seen = [recognise(torch.from_numpy(motion.joints)) for motion in motions]
    assert sum(kind == found for kind, found in zip(kinds, seen, strict=True)) >= 7, seen


def test_the_command_serves_this_machine_alone_until_it_is_interrupted(run_folder: Path, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "in2in.cli.demo", f"run={run_folder}", f"port={port}"]
    server = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # shells may have it ignored
    )
    try:
        assert server.stdout is not None
        lines = iter(server.stdout.readline, "")
        assert any(f"open http://127.0.0.1:{port}" in line for line in lines)
        with urlopen(f"http://127.0.0.1:{port}") as answer:
            assert answer.status == 200
        listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        listening += [line.split()[1] for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
        assert {entry for entry in listening if entry.endswith(f":{port:04X}")} == {f"0100007F:{port:04X}"}
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(120) == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["port=PORT"], "cannot be listened on"),
        (["limits.seconds=20"], "limits.seconds=20 is outside 0.5 to 10"),
        (["limits.letter=20"], "letter"),
        (["run=nowhere"], "run=nowhere holds no config.yaml"),
        (["prior_run=RUN"], "prior_run is not a run of a single-person prior"),
    ],
)
def test_bad_options_are_one_line(
    cli: Cli, run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        places = {"PORT": str(taken.getsockname()[1]), "RUN": str(run_folder)}
        for name, value in places.items():
            given = [option.replace(name, value) for option in given]
        finished = cli("demo", f"run={run_folder}", *given)
    assert finished.code == 1
    assert words in finished.err
    assert finished.err.count("in2in-demo:") == 1
    assert not list(tmp_path.iterdir())
