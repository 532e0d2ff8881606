"""in2in-annotate against a real HTTP server on loopback: faults, kills, full disks; rules and motion against truth."""

import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from chat_server import ChatServer, Fault, reply, serving
from conftest import Cli

from in2in.annotation.annotator import RejectedError
from in2in.annotation.answer import Answer, estimated_tokens, faults
from in2in.annotation.motion import Movement
from in2in.annotation.template import TemplateAnnotator
from in2in.data.layout import Texts, read_texts, write_motion, write_split, write_texts
from in2in.data.synthetic import generate
from in2in.motion.representation import RawMotion

TEXTS = int(os.environ.get("IN2IN_ANNOTATE_TEXTS", "300"))
KILLS = int(os.environ.get("IN2IN_ANNOTATE_KILLS", "3"))
CONCURRENCY = 8

FAST = ["annotator.timeout=0.5", "patience.backoff=0.01", "patience.retries=5", f"concurrency={CONCURRENCY}"]


def number(text: str) -> int:
    found = re.search(r"\d+", text)
    assert found
    return int(found[0])


def good(text: str) -> str:
    n = number(text)
    return json.dumps({"person1": f"A person pushes {n} times.", "person2": f"A person is pushed {n} times."})


def trouble(text: str) -> list[Fault]:
    """One text in ten has each of these; texts of the last two sorts never get a good answer."""
    match number(text) % 20:
        case 1:
            return [Fault(429, headers={"Retry-After": "0"})] * 2
        case 2:
            return [Fault(500), Fault(503)]
        case 3:
            return [Fault(0)] if number(text) % 100 == 3 else []
        case 4:
            return [Fault(200, reply(good(text)[:30]))]
        case 5:
            return [Fault(200, reply('{"person1": "A person pushes.", "second": 2}'))]
        case 6:
            return [Fault(200, reply(good(text))[:80])]
        case 7:
            return [Fault(200, reply('{"person1": "The other person pushes.", "person2": "They walk."}'))]
        case 8:
            return [Fault(200, reply('["no", "object"]'))] * 99
        case 9:
            return [Fault(500)] * 99 if number(text) % 40 == 9 else []
    return []


def dataset(folder: Path, raw: RawMotion, texts: int) -> Path:
    """Three texts a clip; text N is of clip N // 3."""
    clips = [f"clip{clip}" for clip in range(-(-texts // 3))]
    motion = raw.crop(0, 20)
    for clip in range(len(clips)):
        write_motion(folder, clips[clip], motion)
        lines = tuple(f"One person pushes the other {3 * clip + k} times." for k in range(min(3, texts - 3 * clip)))
        write_texts(folder, clips[clip], Texts(lines, ((), ())))
    write_split(folder, "train", clips[: len(clips) // 2])
    write_split(folder, "test", clips[len(clips) // 2 :])
    return folder


@pytest.fixture
def small(tmp_path: Path, raw: RawMotion) -> Path:
    return dataset(tmp_path / "data", raw, 10)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "any")


def arguments(data: Path, url: str) -> list[str]:
    return [f"data_dir={data}", "annotator=openai", f"annotator.base_url={url}", "annotator.model=m", *FAST]


def written(folder: Path) -> dict[str, bytes]:
    """All annotation files and the report."""
    files = [*(folder / "annots_individual").rglob("*"), folder / "annotation" / "report.jsonl"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.is_file()}


def test_every_text_is_answered_or_reported_in_its_place(tmp_path: Path, raw: RawMotion, cli: Cli) -> None:
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
        for text, one, two in zip(texts.interaction, *texts.individuals, strict=True):
            n = number(text)
            expected = ("", "") if n in failed else (f"A person pushes {n} times.", f"A person is pushed {n} times.")
            assert (one, two) == expected
    assert f"{62 - len(failed)} of 62 texts" in finished.out
    assert "$" in finished.err
    # what was wrong with an answer is told to the model
    asked_again = [b["messages"][-1]["content"] for b in server.bodies if len(b["messages"]) > 2]
    assert any("names the other as an actor" in told for told in asked_again)


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


def journalled(folder: Path) -> set[str]:
    """The texts whose answers are in the journal; a last line that was cut short is none."""
    lines = (folder / "annotation" / "journal.jsonl").read_bytes().split(b"\n")[:-1]
    rows = [row for row in map(json.loads, lines) if "person1" in row]
    return {f"One person pushes the other {3 * int(row['clip'][4:]) + row['line']} times." for row in rows}


def test_a_finished_data_set_and_hand_written_lines_are_left_alone(small: Path, cli: Cli) -> None:
    own = small / "annots_individual" / "person1" / "clip0.txt"
    own.parent.mkdir(parents=True)
    own.write_text("\nwritten by hand\n")
    (small / "annots_individual" / "person2").mkdir()
    (small / "annots_individual" / "person2" / "clip0.txt").write_text("\nthis one too\n")
    with serving(ChatServer(good)) as server:
        assert cli("annotate", *arguments(small, server.url), "limit=2").code == 0
        assert len(server.requests) == 2  # the lines beside the one that is there
        assert own.read_text() == "A person pushes 0 times.\nwritten by hand\nA person pushes 2 times.\n"
        assert not (own.parent / "clip1.txt").exists()
        assert cli("annotate", *arguments(small, server.url)).code == 0
        assert len(server.requests) == 9
        finished = cli("annotate", *arguments(small, server.url))
        assert "already" in finished.out
        assert cli("annotate", *arguments(small, server.url), "overwrite=true").code == 0
        assert len(server.requests) == 10  # the journal knows the others
        assert own.read_text().splitlines()[1] == "A person pushes 1 times."


def test_texts_that_were_given_up_are_asked_again_on_request(small: Path, cli: Cli) -> None:
    with serving(ChatServer(lambda text: "no")) as server:
        finished = cli("annotate", *arguments(small, server.url), "annotator.attempts=2")
        assert "10 have none" in finished.out
        assert len(server.requests) == 20
        server.answer = good
        cli("annotate", *arguments(small, server.url), "annotator.attempts=2")
        assert len(server.requests) == 20
        finished = cli("annotate", *arguments(small, server.url), "annotator.attempts=2", "retry_failed=true")
    assert "10 of 10" in finished.out
    assert not (small / "annotation" / "report.jsonl").exists()
    assert read_texts(small, "clip3").individuals == (("A person pushes 9 times.",), ("A person is pushed 9 times.",))


def test_dry_run_shows_prompts_with_the_motion_and_needs_no_key(
    small: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    finished = cli("annotate", f"data_dir={small}", "annotator.model=m", "dry_run=true")
    assert finished.code == 0, finished.err
    assert finished.out.count("Text: One person pushes") == 3
    assert "Motion facts: The clip lasts 0.7 s" in finished.out
    assert "10 texts would be asked about" in finished.out
    assert not (small / "annotation").exists()


def test_the_request_holds_model_schema_and_rules(small: Path, cli: Cli) -> None:
    with serving(ChatServer(good)) as server:
        cli("annotate", *arguments(small, server.url), "limit=1")
        [body] = server.bodies
        assert body["model"] == "m"
        assert body["response_format"]["json_schema"]["schema"]["required"] == ["person1", "person2"]
        assert "one person only" in body["messages"][0]["content"]
        cli("annotate", *arguments(small, server.url), "annotator.schema=false", "overwrite=true", "annotator.model=n")
        assert "response_format" not in server.bodies[-1]
    versions = {json.loads(line)["version"] for line in (small / "annotation" / "journal.jsonl").open()}
    assert all(re.fullmatch(r"[mn], prompt 1-[0-9a-f]{8}", version) for version in versions)
    assert len(versions) == 2


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
def test_a_server_that_is_of_no_use(small: Path, cli: Cli, fault: Fault, words: str) -> None:
    with serving(ChatServer(good, lambda text: [fault] * 99)) as server:
        one_line(cli("annotate", *arguments(small, server.url)), words)
        server.faults = lambda text: []
        assert cli("annotate", *arguments(small, server.url)).code == 0  # nothing was taken for an answer or given up
    assert len(written(small)) == 8


def test_a_server_that_is_down_all_the_time_makes_nothing_final(small: Path, cli: Cli) -> None:
    with serving(ChatServer(good, lambda text: [Fault(503)] * 99)) as server:
        one_line(cli("annotate", *arguments(small, server.url), "limit=2"), "failed on all 2 texts")
        server.faults = lambda text: []
        assert "2 of 2" in cli("annotate", *arguments(small, server.url), "limit=2").out


def one_line(finished, words: str) -> None:
    """One clear line, and no traceback."""
    assert finished.code != 0
    [line] = re.findall(r"in2in-annotate:.*", finished.err)
    assert re.search(words, line), line
    assert "Traceback" not in finished.err


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
    small: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch, damage, more: list[str], words: str
) -> None:
    damage(small, monkeypatch)
    with serving(ChatServer(good)) as server:
        one_line(cli("annotate", *arguments(small, server.url), *more), words)
    assert not server.requests
    assert not (small / "annots_individual").exists()
    assert not (small / "annotation").exists()


def test_a_clip_without_readable_motion_is_reported(small: Path, cli: Cli) -> None:
    (small / "motions_processed" / "person2" / "clip1.npy").write_bytes(b"nothing")
    with serving(ChatServer(good)) as server:
        finished = cli("annotate", *arguments(small, server.url))
    assert "3 have none" in finished.out
    reasons = {json.loads(line)["reason"] for line in (small / "annotation" / "report.jsonl").open()}
    assert len(reasons) == 1
    assert "clip1.npy cannot be read" in reasons.pop()


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


def test_a_cut_or_damaged_journal(small: Path, cli: Cli) -> None:
    journal = small / "annotation" / "journal.jsonl"
    with serving(ChatServer(good)) as server:
        cli("annotate", *arguments(small, server.url), "limit=4")
        files = written(small)
        shutil.rmtree(small / "annots_individual")
        journal.write_bytes(journal.read_bytes()[:-7])
        cli("annotate", *arguments(small, server.url), "limit=4")
        assert len(server.requests) == 5
        assert written(small) == files
        journal.write_bytes(b"garbage\n" + journal.read_bytes())
        one_line(cli("annotate", *arguments(small, server.url)), r"journal.jsonl:1 is not a line of a journal")
    assert len(server.requests) == 5


@pytest.mark.parametrize(
    ("person1", "person2", "words"),
    [
        ("A person pushes forward.", "A person staggers back.", ""),
        ("A person hugs somebody.", "A person hugs somebody.", "same"),
        ("A person pushes, the other person falls.", "A person falls.", "person1 names the other as an actor"),
        ("A person pushes.", "A person is pushed by another person.", "person2 names the other as an actor"),
        ("A person pushes somebody who falls.", "A person falls.", "person1 names the other as an actor"),
        ("They push.", "A person falls.", "person1 speaks of both"),
        ("A person shakes the other hand.", "A person walks towards the other person.", ""),
        ("A person pushes with the left hand.", "A person falls.", "person1 says left"),
        ("A person " + "very " * 80 + "slowly pushes.", "A person falls.", "person1 needs 9. of CLIP's 77 tokens"),
    ],
)
def test_checks_of_an_answer(person1: str, person2: str, words: str) -> None:
    found = faults(Answer(person1=person1, person2=person2), "One person pushes the other.", "")
    assert (found == []) if not words else re.search(words, found[0])


def test_sides_must_be_kept_and_may_come_from_the_motion() -> None:
    text = "One person waves with the left hand, the other walks clockwise."
    kept = Answer(person1="A person waves with the left hand.", person2="A person walks clockwise.")
    assert faults(kept, text, "") == []
    lost = Answer(person1="A person waves.", person2="A person walks counterclockwise.")
    assert any("clockwise and left of the text is in neither" in fault for fault in faults(lost, text, ""))
    assert any("person2 says counterclockwise" in fault for fault in faults(lost, text, ""))
    seen = Answer(person1="A person waves with the right hand.", person2="A person stands.")
    assert faults(seen, "One person waves, the other stands.", "Person 1 lifts the right hand.") == []
    same = Answer(person1="A person hugs somebody.", person2="A person hugs somebody.")
    assert faults(same, "Two people hug each other.", "") == []


def test_the_estimate_of_tokens_is_not_below_a_byte_pair_tokenizer() -> None:
    """MiniLM's word pieces (30,522, CLIP has 49,408): more than CLIP needs for most prose."""
    from in2in.text.encoders import MiniLMEncoder

    tokenizer = MiniLMEncoder().tokenizer
    for number in range(0, 54, 3):
        for text in generate(number, seed=5).texts.interaction:
            assert len(tokenizer(text)["input_ids"]) <= estimated_tokens(text) <= 77


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("One person pushes the other, who staggers back.", "A person pushes forward.", "A person staggers back."),
        ("Two people shake hands.", "A person shakes hands.", "A person shakes hands."),
        ("One person chases the other.", "A person chases somebody.", "A person is chased."),
        (
            "A tall man is hit by another man and falls.",
            "A tall person is hit and falls.",
            "A person hits somebody.",
        ),
        (
            "The first person waves with the left hand and the second waves back with the right one.",
            "A person waves with the left hand.",
            "A person waves back with the right hand.",
        ),
        (
            "One man and the other shake hands, and it is the former who reaches out first.",
            "A person shakes hands and reaches out first.",
            "A person shakes hands.",
        ),
        ("They face each other and bow.", "A person faces somebody and bows.", "A person faces somebody and bows."),
        (
            "One person throws the ball that the other kicks away.",
            "A person throws the ball.",
            "A person kicks away the ball.",
        ),
    ],
)
def test_the_rules_split_simple_sentences(text: str, first: str, second: str) -> None:
    answer = TemplateAnnotator().ask(text, None).answer
    assert (answer.person1, answer.person2) == (first, second)
    assert faults(answer, text, "") == []


@pytest.mark.parametrize(
    "text", ["A dance.", "It rains.", "One person sings to the moon.", "", "They bow, one first, the other later."]
)
def test_the_rules_give_up_rather_than_invent(text: str) -> None:
    with pytest.raises(RejectedError):
        TemplateAnnotator().ask(text, None)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("push", "One person pushes the other, who staggers back."),
        ("kick and block", "One person kicks, the other blocks."),
        ("chase", "One person runs after the other."),
        ("approach", "One person walks up to the other, who waits."),
        ("wave", "One person waves and the other waves back."),
        ("point", "One person points at something and the other looks."),
    ],
)
def test_descriptions_go_to_the_person_who_does_it(kind: str, text: str) -> None:
    """Both starters; with the persons exchanged, the descriptions are too."""
    for number in range(4):
        clip = generate(number, seed=11, kind=kind)
        movement, swapped = Movement.of(clip.motion.joints), Movement.of(clip.motion.joints.flip(0))
        answer = TemplateAnnotator().ask(text, movement).answer
        does = (answer.person1, answer.person2)[clip.truth.starter]
        assert text.split()[2].rstrip(",") in does
        other = TemplateAnnotator().ask(text, swapped).answer
        assert (other.person1, other.person2) == (answer.person2, answer.person1)


def test_the_summary_tells_who_walks_lifts_and_is_taller() -> None:
    """A made motion: person 1 walks 2 m to person 2 and lifts the left hand, person 2 is 20 % larger and stands."""
    from in2in.motion.skeleton import BONE_LENGTHS, PARENTS, tpose_offsets

    frames = 60
    body = torch.zeros(22, 3)
    for joint in range(1, 22):
        body[joint] = body[PARENTS[joint]] + tpose_offsets(torch.tensor(BONE_LENGTHS))[joint]
    body[:, 1] -= body[:, 1].min()
    for side, sign in ((20, 1), (21, -1)):  # arms hang
        elbow, shoulder = side - 2, side - 4
        body[elbow] = body[shoulder] + torch.tensor([0.02 * sign, -0.26, 0.0])
        body[side] = body[elbow] + torch.tensor([0.0, -0.26, 0.02])
    one, two = body.repeat(frames, 1, 1), (1.2 * body * torch.tensor([-1.0, 1.0, -1.0])).repeat(frames, 1, 1)
    way = torch.from_numpy(np.clip((np.arange(frames) - 10) / 30, 0, 1) * 2.0).float()
    one[..., 2] += way[:, None]
    two[..., 2] += 3.5
    lift = torch.from_numpy(np.clip((np.arange(frames) - 40) / 10, 0, 1)).float()
    one[:, 20, 1] += 0.9 * lift
    one[:, 18, 1] += 0.4 * lift
    summary = Movement.of(torch.stack([one, two])).summary
    assert "Person 2 is the taller." in summary
    assert "Person 1 moves first." in summary
    assert re.search(r"Person 1 comes 1\.[5-9] m towards the other", summary)
    assert "Person 1 lifts the left hand" in summary
    assert "right hand" not in summary
    assert "Person 2 hardly moves." in summary


def test_sampling_fills_in_missing_individual_texts(cli: Cli, run_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "samples"
    common = [f"run={run_folder}", "seconds=0.5", "annotator=template", f"out={out}"]
    prompt = "One person pushes the other, who staggers back."
    finished = cli("sample", f"prompt={prompt}", "individual2=stands firm", *common)
    assert finished.code == 0, finished.err
    assert "person 1: 'A person pushes forward.', person 2: 'stands firm'" in finished.out
    sample = np.load(out / "000.npz")
    assert (str(sample["individual1"]), str(sample["individual2"])) == ("A person pushes forward.", "stands firm")
    finished = cli("sample", "prompt=It rains.", *common)
    assert "no individual texts for 'It rains.'" in finished.out
