"""in2in-annotate with bad input and useless servers: one clear line, nothing taken for an answer, no key shown."""

import json
import shutil
from pathlib import Path

import pytest
from annotating import arguments, good, one_line, written
from chat_server import ChatServer, Fault, serving
from conftest import Cli

GARBAGE = Fault(200, b"data: \xff\xfe nothing that is JSON", {"Content-Type": "text/event-stream"})


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(401, b'{"error": {"message": "bad key"}}'), "does not take the key in OPENAI_API_KEY: bad key"),
        (Fault(404, b'{"error": {"message": "no model m"}}'), "does not know annotator.model=m: no model m"),
        (Fault(400, b'{"error": {"message": "no\\u001b schema"}}'), r"refuses requests .*HTTP 400\): no\? schema"),
        (GARBAGE, "failed on 5 texts in a row, 5 times each .*no chat completion but 'data: "),
        (Fault(200, b"x" * (3 << 20)), "failed on 5 texts in a row.*longer than 1 MiB"),
        (Fault(500, b'{"error": {"message": "response_format?"}}'), "add annotator.schema=false"),
        (Fault(503, b"<html>", {"Retry-After": "nan"}), "failed on 5 texts in a row.*HTTP 503"),
    ],
)
def test_a_server_that_is_of_no_use(ten_texts: Path, cli: Cli, fault: Fault, words: str) -> None:
    with serving(ChatServer(good, lambda text: [fault] * 99)) as server:
        one_line(cli("annotate", *arguments(ten_texts, server.url)), words)
        server.faults = lambda text: []
        # nothing was taken for an answer or given up
        assert cli("annotate", *arguments(ten_texts, server.url)).code == 0
    assert len(written(ten_texts)) == 8


def test_a_server_that_is_down_all_the_time_makes_nothing_final(ten_texts: Path, cli: Cli) -> None:
    with serving(ChatServer(good, lambda text: [Fault(503)] * 99)) as server:
        one_line(cli("annotate", *arguments(ten_texts, server.url), "limit=2"), "failed on all 2 texts")
        server.faults = lambda text: []
        assert "2 of 2" in cli("annotate", *arguments(ten_texts, server.url), "limit=2").out


KEY = "sk-secret-0123456789"


@pytest.mark.parametrize("status", [401, 429])
def test_the_key_is_neither_shown_nor_written(
    ten_texts: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """The server repeats it in its errors, as some do."""
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    fault = Fault(status, json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}}).encode())
    with serving(ChatServer(good, lambda text: [fault] * (99 if "0" in text else 0))) as server:
        finished = cli("annotate", *arguments(ten_texts, server.url))
    files = [path.read_bytes() for path in ten_texts.rglob("*") if path.is_file()]
    assert "API key provided: ***" in finished.err + b"".join(files).decode("utf-8", "replace")
    assert KEY not in finished.out + finished.err
    assert not any(KEY.encode() in content for content in files)


@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("any", [f"annotator.key_variable={KEY}"]),
        ("any", ["annotator.key_variable=hf_secret"]),
        ("sk-sec\nret", []),
        ("sk-sécret", []),
        ("any", ["annotator.base_url=http://me:sk-secret@127.0.0.1:9/v1"]),
    ],
)
def test_a_key_in_the_wrong_place_is_not_repeated(
    ten_texts: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, key: str, more: list[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with serving(ChatServer(good)) as server:
        line = one_line(cli("annotate", *arguments(ten_texts, server.url), *more), "key|password")
    assert "sec" not in line
    assert not server.requests


def test_only_the_command_line_says_whom_to_ask(ten_texts: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    (ten_texts / "config.yaml").write_text("annotator: {base_url: http://127.0.0.1:9/v1, model: other}\n")
    with serving(ChatServer(good)) as server:
        assert cli("annotate", *arguments(ten_texts, server.url), "limit=1").code == 0
    assert [body["model"] for body in server.bodies] == ["m"]


@pytest.mark.parametrize(
    ("damage", "more", "words"),
    [
        (lambda d, m: m.delenv("OPENAI_API_KEY"), [], "no key: set the environment variable OPENAI_API_KEY"),
        (lambda d, m: None, ["annotator.model=null"], "annotator.model is not given"),
        (lambda d, m: None, ["annotator.base_url=http://127.0.0.1:9/v1"], "no connection to http://127.0.0.1:9/v1"),
        (lambda d, m: None, ["annotator.base_url=127.0.0.1:9/v1"], "annotator.base_url must be an address"),
        (lambda d, m: None, ["annotator.base_url=file:///etc/passwd"], "annotator.base_url must be an address"),
        (lambda d, m: None, ["annotator.template=nothing.txt"], "annotator.template=.*nothing.txt cannot be read"),
        (lambda d, m: None, ["annotator.attempts=0"], "annotator.attempts=0"),
        (lambda d, m: None, ["patience.retries=0"], "patience.retries=0"),
        (lambda d, m: None, ["concurrency=0"], "concurrency=0"),
        (lambda d, m: None, ["tokenizer=nowhere"], "tokenizer=nowhere holds no CLIP tokenizer"),
        (lambda d, m: None, ["data_dir=nowhere"], "data_dir=nowhere is not a folder"),
        (lambda d, m: None, ["annotator=template"], "annotator=template was removed: use annotator=openai with a ser"),
        (lambda d, m: shutil.rmtree(d / "annots"), [], "has no texts: put the interaction texts in annots/ID.txt"),
        (lambda d, m: (d / "annots" / "clip1.txt").unlink(), [], "clip1.txt is missing"),
        (lambda d, m: shutil.rmtree(d / "split"), [], "no split/train.txt"),
        (lambda d, m: shutil.rmtree(d / "motions_processed"), [], "no motion of a second person"),
    ],
)
def test_bad_input_gets_one_line(
    ten_texts: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, damage, more: list[str], words: str
) -> None:
    damage(ten_texts, monkeypatch)
    with serving(ChatServer(good)) as server:
        one_line(cli("annotate", *arguments(ten_texts, server.url), *more), words)
    assert not server.requests
    assert not (ten_texts / "annots_individual").exists()
    assert not (ten_texts / "annotation").exists()


def test_texts_that_a_server_always_fails_on_do_not_keep_the_others_from_being_asked(ten_texts: Path, cli: Cli) -> None:
    """Six texts of ten, each after one that is answered: given up one by one, and asked again only on request."""
    failing = {"0", "2", "4", "6", "8", "9"}
    faults = {"fails": failing}
    with serving(ChatServer(good, lambda text: [Fault(500)] * 99 * (text.split()[-2] in faults["fails"]))) as server:
        given = [*arguments(ten_texts, server.url), "patience.retries=2", "concurrency=1"]
        assert "4 of 10 texts" in cli("annotate", *given).out
        assert "0 of 6 texts" in cli("annotate", *given).out
        assert len(server.requests) == 4 + 2 * len(failing)
        faults["fails"] = set()
        assert "6 of 6 texts" in cli("annotate", *given, "retry_failed=true").out
