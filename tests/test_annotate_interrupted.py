"""in2in-annotate killed, on a full disk and with a damaged journal: nothing is lost and nothing is paid for twice."""

import os
import random
import shutil
import signal
from pathlib import Path

import pytest
from annotating import CONCURRENCY, arguments, dataset, fails_always, good, journalled, one_line, trouble, written
from chat_server import ChatServer, serving
from conftest import Cli
from killing import files_end_at, forked

from in2in.annotate.answer import Answer
from in2in.annotate.output import write_descriptions
from in2in.annotate.tasks import clips_of, missing
from in2in.data.layout import read_texts
from in2in.errors import InputError
from in2in.motion.motion import Motion

TEXTS = int(os.environ.get("IN2IN_ANNOTATE_TEXTS", "80"))
KILLS = int(os.environ.get("IN2IN_ANNOTATE_KILLS", "2"))

pytestmark = pytest.mark.usefixtures("openai_key")


def test_killed_runs_end_with_the_same_bytes_and_ask_nothing_twice(tmp_path: Path, raw: Motion, cli: Cli) -> None:
    calm = dataset(tmp_path / "calm", raw, TEXTS)
    killed = Path(shutil.copytree(calm, tmp_path / "killed"))
    with serving(ChatServer(good, trouble)) as server:
        assert cli("annotate", *arguments(calm, server.url)).code == 0
    undisturbed, after_kill = len(server.requests), []
    once = sum(not fails_always(text) for text in server.requests)
    assert len(written(calm)) == 2 * -(-TEXTS // 3) + 1

    rng = random.Random(0)
    with serving(ChatServer(good, trouble)) as server:
        for kill in range(KILLS):
            share = (undisturbed - len(server.requests)) // (KILLS - kill + 1)
            process = forked(lambda: cli("annotate", *arguments(killed, server.url)))
            assert server.wait_for(len(server.requests) + 1 + rng.randrange(max(1, share)))
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            assert not (killed / "annots_individual").exists()
            after_kill.append((len(server.requests), journalled(killed)))
        assert cli("annotate", *arguments(killed, server.url)).code == 0
    assert written(killed) == written(calm)
    assert all(answered.isdisjoint(server.requests[before:]) for before, answered in after_kill)
    # What was under way at a kill; where the server fails, a text is under way for all its retries.
    repeated = sum(not fails_always(text) for text in server.requests) - once
    assert repeated <= KILLS * CONCURRENCY
    kills = [before for before, _ in after_kill]
    print(f"{TEXTS} texts, {undisturbed} requests undisturbed, {KILLS} kills after {kills}: {repeated} repeated")
    print(f"{len(server.requests)} requests in all, {len(journalled(killed))} answered")


def test_a_full_disk_loses_nothing(tmp_path: Path, raw: Motion, cli: Cli) -> None:
    """No file may grow beyond 3,000 bytes: the journal is full in the middle of a line."""
    data = dataset(tmp_path / "data", raw, 30)
    with serving(ChatServer(good)) as server:
        with files_end_at(3000):
            finished = cli("annotate", *arguments(data, server.url))
        one_line(finished, r"journal.jsonl cannot be written \(File too large\).* \d+ answers are kept")
        kept = journalled(data)
        assert 0 < len(kept) < 30
        before = len(server.requests)
        assert cli("annotate", *arguments(data, server.url)).code == 0
        assert kept.isdisjoint(server.requests[before:])
    assert len(written(data)) == 20


def test_a_full_disk_leaves_no_half_of_a_description(ten_texts: Path) -> None:
    tasks = list(missing(ten_texts, clips_of(ten_texts), overwrite=False))
    long = f"A person walks. {'Then on. ' * 50}"
    answers = {task: Answer(person1=long, person2="A person waits.") for task in tasks}
    with files_end_at(1000), pytest.raises(InputError, match=r"clip0.txt cannot be written .* make room"):
        write_descriptions(ten_texts, tasks, answers, overwrite=False)
    assert not [path for path in (ten_texts / "annots_individual").rglob("*") if path.is_file()]
    assert write_descriptions(ten_texts, tasks, answers, overwrite=False) == 4
    assert read_texts(ten_texts, "clip0").individuals[0] == (answers[tasks[0]].person1,) * 3


def test_a_torn_or_damaged_journal(ten_texts: Path, cli: Cli) -> None:
    journal = ten_texts / "annotation" / "journal.jsonl"
    with serving(ChatServer(good)) as server:
        cli("annotate", *arguments(ten_texts, server.url), "limit=4")
        files = written(ten_texts)
        lines = journal.read_bytes().splitlines(keepends=True)
        # A line torn at the end is asked for again, and so are lines that hold what a lost block of a disk leaves.
        torn = [*lines[:-1], lines[-1][:-7]]
        blocks = [lines[0], b"\0" * 100 + b"\n", b"garbage\n[1]\n7\n", lines[1], lines[2][:9] + b"\n", lines[3]]
        for damaged, unreadable in ((torn, 0), (blocks, 5)):
            journal.write_bytes(b"".join(damaged))
            shutil.rmtree(ten_texts / "annots_individual")
            before = len(server.requests)
            finished = cli("annotate", *arguments(ten_texts, server.url), "limit=4")
            assert finished.code == 0, finished.err
            assert (f"journal.jsonl: {unreadable} lines cannot be read" in finished.out) == bool(unreadable)
            assert len(server.requests) - before == 1
            assert written(ten_texts) == files


def test_a_journal_of_an_earlier_version_is_gone_on_with(ten_texts: Path, cli: Cli) -> None:
    """Failures of the server were lines of it: they do not count."""
    journal = ten_texts / "annotation" / "journal.jsonl"
    with serving(ChatServer(good)) as server:
        cli("annotate", *arguments(ten_texts, server.url), "limit=2")
        files = written(ten_texts)
        shutil.rmtree(ten_texts / "annots_individual")
        first, second = journal.read_text().splitlines()
        failed = '{"failed": "HTTP 500", "raw": "", "unreachable": true, ' + second.partition(", ")[0][1:] + "}"
        journal.write_text("\n".join([first, *[failed] * 9, '{"forget": "unreachable"}', *[failed] * 9]) + "\n")
        assert cli("annotate", *arguments(ten_texts, server.url), "limit=2").code == 0
        assert len(server.requests) == 3
        assert written(ten_texts) == files
