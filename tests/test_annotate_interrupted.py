"""in2in-annotate killed, on a full disk and with a damaged journal: nothing is lost and nothing is asked twice."""

import os
import random
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from annotating import CONCURRENCY, arguments, dataset, good, journalled, one_line, trouble, written
from chat_server import ChatServer, serving
from conftest import Cli

from in2in.motion.representation import RawMotion

TEXTS = int(os.environ.get("IN2IN_ANNOTATE_TEXTS", "300"))
KILLS = int(os.environ.get("IN2IN_ANNOTATE_KILLS", "3"))

pytestmark = pytest.mark.usefixtures("openai_key")


def test_killed_runs_end_with_the_same_bytes_and_ask_nothing_twice(tmp_path: Path, raw: RawMotion, cli: Cli) -> None:
    calm = dataset(tmp_path / "calm", raw, TEXTS)
    killed = Path(shutil.copytree(calm, tmp_path / "killed"))
    with serving(ChatServer(good, trouble)) as server:
        assert cli("annotate", *arguments(calm, server.url)).code == 0
    undisturbed, after_kill = len(server.requests), []
    assert len(written(calm)) == 2 * -(-TEXTS // 3) + 1

    rng = random.Random(0)
    command = [sys.executable, "-m", "in2in.cli.annotate"]
    with serving(ChatServer(good, trouble)) as server:
        for kill in range(KILLS):
            process = subprocess.Popen([*command, *arguments(killed, server.url)], stderr=subprocess.DEVNULL)
            share = (undisturbed - len(server.requests)) // (KILLS - kill + 1)
            assert server.wait_for(len(server.requests) + 1 + rng.randrange(max(1, 2 * share)))
            process.kill()
            process.wait()
            assert not (killed / "annots_individual").exists()
            answered = journalled(killed)
            before = len(server.requests)
            after_kill.append((before, answered))
        finished = subprocess.run([*command, *arguments(killed, server.url)], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    assert written(killed) == written(calm)
    assert all(answered.isdisjoint(server.requests[before:]) for before, answered in after_kill)
    repeated = len(server.requests) - undisturbed
    assert repeated <= KILLS * CONCURRENCY
    told = f"{TEXTS} texts, {KILLS} kills after {[before for before, _ in after_kill]} of {undisturbed} requests"
    print(f"{told}, {repeated} repeated, {len(journalled(killed))} answered")


def test_a_full_disk_loses_nothing(tmp_path: Path, raw: RawMotion, cli: Cli) -> None:
    """No file may grow beyond 3,000 bytes: the journal is full in the middle of a line."""
    data = dataset(tmp_path / "data", raw, 30)
    command = [sys.executable, "-m", "in2in.cli.annotate"]
    limit = (3000, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    with serving(ChatServer(good)) as server:
        full = subprocess.run(
            [*command, *arguments(data, server.url)],
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
        )
        assert full.returncode == 1
        assert re.search(
            r"in2in-annotate: .*journal.jsonl cannot be written \(File too large\).* \d+ answers are kept", full.stderr
        )
        assert "Traceback" not in full.stderr
        kept = journalled(data)
        assert 0 < len(kept) < 30
        before = len(server.requests)
        assert cli("annotate", *arguments(data, server.url)).code == 0
        assert kept.isdisjoint(server.requests[before:])
    assert len(written(data)) == 20


def test_a_cut_or_damaged_journal(ten_texts: Path, cli: Cli) -> None:
    journal = ten_texts / "annotation" / "journal.jsonl"
    with serving(ChatServer(good)) as server:
        cli("annotate", *arguments(ten_texts, server.url), "limit=4")
        files = written(ten_texts)
        shutil.rmtree(ten_texts / "annots_individual")
        journal.write_bytes(journal.read_bytes()[:-7])
        cli("annotate", *arguments(ten_texts, server.url), "limit=4")
        assert len(server.requests) == 5
        assert written(ten_texts) == files
        journal.write_bytes(b"garbage\n" + journal.read_bytes())
        one_line(cli("annotate", *arguments(ten_texts, server.url)), r"journal.jsonl:1 is not a line of a journal")
    assert len(server.requests) == 5
