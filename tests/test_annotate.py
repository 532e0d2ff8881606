"""in2in-annotate against a real HTTP server on loopback: what is asked, what is written and where."""

import json
import re
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pytest
from annotating import arguments, dataset, good, number, one_line, trouble
from chat_server import ChatServer, Fault, serving
from conftest import Cli

from in2in.data.layout import read_texts
from in2in.motion.motion import Motion


@pytest.mark.usefixtures("openai_key")
def test_every_text_is_answered_or_reported_in_its_place(tmp_path: Path, raw: Motion, cli: Cli) -> None:
    data = dataset(tmp_path / "data", raw, 62)
    with serving(ChatServer(good, trouble)) as server:
        finished = cli("annotate", *arguments(data, server.url), "annotator.price=[1,10]")
    assert finished.code == 0, finished.err
    reported = {}
    for line in (data / "annotation" / "report.jsonl").read_text().splitlines():
        row = json.loads(line)
        reported[row["text"]] = row["reason"]
    failed = {n for n in range(62) if n % 20 == 8 or n % 40 == 9}
    assert {number(text) for text in reported} == failed
    assert all("500" in reason for text, reason in reported.items() if number(text) % 40 == 9)
    for clip in range(21):
        texts = read_texts(data, f"clip{clip}")
        for text, one, two in zip_longest(texts.interaction, *texts.individuals, fillvalue=""):
            n = number(text)
            expected = ("", "") if n in failed else (f"A person pushes {n} times.", f"A person is pushed {n} times.")
            assert (one, two) == expected
    assert f"{62 - len(failed)} of 62 texts" in finished.out
    assert "$" in finished.err
    # what was wrong with an answer is told to the model
    asked_again = [b["messages"][-1]["content"] for b in server.bodies if len(b["messages"]) > 2]
    assert any("names the other as an actor" in told for told in asked_again)


def test_a_finished_data_set_and_hand_written_lines_are_left_alone(ten_texts: Path, cli: Cli) -> None:
    own = ten_texts / "annots_individual" / "person1" / "clip0.txt"
    own.parent.mkdir(parents=True)
    own.write_text("\nwritten by hand\n")
    (ten_texts / "annots_individual" / "person2").mkdir()
    (ten_texts / "annots_individual" / "person2" / "clip0.txt").write_text("\nthis one too\n")
    with serving(ChatServer(good)) as server:
        assert cli("annotate", *arguments(ten_texts, server.url), "limit=2").code == 0
        assert len(server.requests) == 2  # the lines beside the one that is there
        assert own.read_text() == "A person pushes 0 times.\nwritten by hand\nA person pushes 2 times.\n"
        assert not (own.parent / "clip1.txt").exists()
        assert cli("annotate", *arguments(ten_texts, server.url)).code == 0
        assert len(server.requests) == 9
        finished = cli("annotate", *arguments(ten_texts, server.url))
        assert "already" in finished.out
        assert cli("annotate", *arguments(ten_texts, server.url), "overwrite=true").code == 0
        assert len(server.requests) == 10  # the journal knows the others
        assert own.read_text().splitlines()[1] == "A person pushes 1 times."


def test_texts_that_were_given_up_are_asked_again_on_request(ten_texts: Path, cli: Cli) -> None:
    with serving(ChatServer(lambda text: "no")) as server:
        finished = cli("annotate", *arguments(ten_texts, server.url), "annotator.attempts=2")
        assert "10 have none" in finished.out
        assert len(server.requests) == 20
        server.answer = good
        cli("annotate", *arguments(ten_texts, server.url), "annotator.attempts=2")
        assert len(server.requests) == 20
        finished = cli("annotate", *arguments(ten_texts, server.url), "annotator.attempts=2", "retry_failed=true")
    assert "10 of 10" in finished.out
    assert not (ten_texts / "annotation" / "report.jsonl").exists()
    assert read_texts(ten_texts, "clip3").individuals == (
        ("A person pushes 9 times.",),
        ("A person is pushed 9 times.",),
    )


def test_dry_run_shows_prompts_with_the_motion_and_needs_no_key(
    ten_texts: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    finished = cli("annotate", f"data_dir={ten_texts}", "annotator.model=m", "dry_run=true")
    assert finished.code == 0, finished.err
    assert finished.out.count("Text: One person pushes") == 3
    assert "Motion facts: The clip lasts 0.7 s" in finished.out
    assert "10 texts would be asked about" in finished.out
    assert not (ten_texts / "annotation").exists()


def test_the_request_holds_model_schema_and_rules(ten_texts: Path, cli: Cli) -> None:
    with serving(ChatServer(good)) as server:
        cli("annotate", *arguments(ten_texts, server.url), "limit=1")
        [body] = server.bodies
        assert body["model"] == "m"
        assert body["response_format"]["json_schema"]["schema"]["required"] == ["person1", "person2"]
        assert "one person only" in body["messages"][0]["content"]
        cli(
            "annotate",
            *arguments(ten_texts, server.url),
            "annotator.schema=false",
            "overwrite=true",
            "annotator.model=n",
        )
        assert "response_format" not in server.bodies[-1]
    versions = {json.loads(line)["version"] for line in (ten_texts / "annotation" / "journal.jsonl").open()}
    assert all(re.fullmatch(r"[mn], prompt 1-[0-9a-f]{8}", version) for version in versions)
    assert len(versions) == 2


def test_texts_with_blank_lines_and_unseen_marks_get_theirs(ten_texts: Path, cli: Cli) -> None:
    """Lines are as many as in annots/, also where an answer is missing; what a mark stands in is one text."""
    annots = ten_texts / "annots" / "clip0.txt"
    annots.write_text("\ufeffOne person pushes\u2028the other 0 times.\n\nOne person pushes 8 times.\nAnd 2 times.\n")
    (ten_texts / "split" / "test.txt").write_text("clip0\n")
    (ten_texts / "split" / "train.txt").unlink()
    with serving(ChatServer(good, trouble)) as server:
        assert "2 of 3 texts" in cli("annotate", *arguments(ten_texts, server.url)).out
        own = (ten_texts / "annots_individual" / "person1" / "clip0.txt").read_text()
        assert own == "A person pushes 0 times.\n\n\nA person pushes 2 times.\n"
        assert read_texts(ten_texts, "clip0").individuals[0] == tuple(own.replace("\n\n\n", "\n\n").splitlines())
        before = len(server.requests)
        assert cli("annotate", *arguments(ten_texts, server.url)).code == 0
        assert len(server.requests) == before


def test_a_clip_without_readable_motion_is_reported(ten_texts: Path, cli: Cli) -> None:
    (ten_texts / "motions_processed" / "person2" / "clip1.npy").write_bytes(b"nothing")
    with serving(ChatServer(good)) as server:
        finished = cli("annotate", *arguments(ten_texts, server.url))
    assert "3 have none" in finished.out
    reasons = {json.loads(line)["reason"] for line in (ten_texts / "annotation" / "report.jsonl").open()}
    assert len(reasons) == 1
    assert "clip1.npy cannot be read" in reasons.pop()


@pytest.mark.usefixtures("openai_key")
def test_sampling_fills_in_missing_individual_texts(cli: Cli, run_folder: Path, tmp_path: Path) -> None:
    out, prompt = tmp_path / "samples", "One person pushes the other 3 times."
    with serving(ChatServer(good, lambda text: [Fault(503, headers={"Retry-After": "0"})])) as server:
        whom = ["annotator=openai", f"annotator.base_url={server.url}", "annotator.model=m", "annotator.attempts=1"]
        common = [f"run={run_folder}", "seconds=0.5", f"out={out}", "export=[]", *whom]
        finished = cli("sample", f"prompt={prompt}", "individual2=stands firm", *common)
        assert finished.code == 0, finished.err
        assert "person 1: 'A person pushes 3 times.', person 2: 'stands firm'" in finished.out
        with np.load(out / "000.npz") as sample:
            assert (str(sample["individual1"]), str(sample["individual2"])) == (
                "A person pushes 3 times.",
                "stands firm",
            )
        server.answer = lambda text: "They push."
        finished = cli("sample", f"prompt={prompt}", *common[:2], f"out={tmp_path / 'without'}", *common[3:])
        assert f"no individual texts for '{prompt}': it holds no JSON object" in finished.out
        assert len(server.requests) == 3
    one_line(cli("sample", f"prompt={prompt}", *common), "no connection to http://127.0.0.1")
    one_line(cli("sample", f"prompt={prompt}", "annotator=template"), "annotator=template was removed")
