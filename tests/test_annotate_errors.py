"""in2in-annotate with bad input and useless servers: one clear line, and nothing taken for an answer."""

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
        (Fault(400, b'{"error": {"message": "no schema"}}'), r"refuses requests .*HTTP 400\): no schema"),
        (GARBAGE, "failed on 5 texts in a row, 5 times each .*no chat completion but 'data: "),
        (Fault(200, b"x" * (3 << 20)), "failed on 5 texts in a row.*longer than 1 MiB"),
        (Fault(500, b'{"error": {"message": "response_format?"}}'), "add annotator.schema=false"),
        (Fault(503, b"<html>"), "failed on 5 texts in a row.*HTTP 503"),
    ],
)
def test_a_server_that_is_of_no_use(ten_texts: Path, cli: Cli, fault: Fault, words: str) -> None:
    with serving(ChatServer(good, lambda text: [fault] * 99)) as server:
        one_line(cli("annotate", *arguments(ten_texts, server.url)), words)
        server.faults = lambda text: []
        assert (
            cli("annotate", *arguments(ten_texts, server.url)).code == 0
        )  # nothing was taken for an answer or given up
    assert len(written(ten_texts)) == 8


def test_a_server_that_is_down_all_the_time_makes_nothing_final(ten_texts: Path, cli: Cli) -> None:
    with serving(ChatServer(good, lambda text: [Fault(503)] * 99)) as server:
        one_line(cli("annotate", *arguments(ten_texts, server.url), "limit=2"), "failed on all 2 texts")
        server.faults = lambda text: []
        assert "2 of 2" in cli("annotate", *arguments(ten_texts, server.url), "limit=2").out


@pytest.mark.parametrize(
    ("damage", "more", "words"),
    [
        (lambda d, m: m.delenv("OPENAI_API_KEY"), [], "no key: set the environment variable OPENAI_API_KEY"),
        (lambda d, m: None, ["annotator.model=null"], "annotator.model is not given"),
        (lambda d, m: None, ["annotator.base_url=http://127.0.0.1:9/v1"], "no connection to http://127.0.0.1:9/v1"),
        (lambda d, m: None, ["annotator.template=nothing.txt"], "annotator.template=.*nothing.txt cannot be read"),
        (lambda d, m: None, ["annotator.attempts=0"], "annotator.attempts=0"),
        (lambda d, m: None, ["concurrency=0"], "concurrency=0"),
        (lambda d, m: None, ["tokenizer=nowhere"], "tokenizer=nowhere holds no CLIP tokenizer"),
        (lambda d, m: None, ["data_dir=nowhere"], "data_dir=nowhere is not a folder"),
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
