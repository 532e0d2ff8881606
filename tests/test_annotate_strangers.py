"""in2in-annotate on the data sets of strangers: nothing is written outside of them, and what they say is checked."""

import json
import os
from pathlib import Path

import pytest
from annotating import arguments, good, one_line
from chat_server import ChatServer, serving
from conftest import Cli


def files_of(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if not path.is_dir()}


@pytest.mark.parametrize("clip", ["../../outside", "..", "-rf", ".hidden", "a\\..\\b", "x" * 250])
def test_an_id_that_is_no_plain_name_is_refused(ten_texts: Path, cli: Cli, clip: str) -> None:
    for folder in ("annots", "motions_processed/person1", "motions_processed/person2"):  # what it names is there
        ending = ".txt" if folder == "annots" else ".npy"
        there = ten_texts / folder / f"{clip[:200]}{ending}"
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes((ten_texts / folder / f"clip0{ending}").read_bytes())
    (ten_texts / "split" / "train.txt").write_text(f"clip0\n{clip}\n")
    before = files_of(ten_texts.parent)
    with serving(ChatServer(good)) as server:
        one_line(cli("annotate", *arguments(ten_texts, server.url)), "train.txt.*cannot be an id")
    assert not server.requests
    assert files_of(ten_texts.parent) == before


@pytest.mark.parametrize("link", ["annots_individual", "annotation", "annots_individual/person1"])
def test_nothing_is_written_through_a_link_to_elsewhere(ten_texts: Path, cli: Cli, tmp_path: Path, link: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "clip0.txt").write_text("mine\n")
    (ten_texts / link).parent.mkdir(exist_ok=True)
    (ten_texts / link).symlink_to(elsewhere)
    with serving(ChatServer(good)) as server:
        one_line(cli("annotate", *arguments(ten_texts, server.url)), "a link leads out of")
        assert {path.name: path.read_text() for path in elsewhere.iterdir()} == {"clip0.txt": "mine\n"}
        os.unlink(ten_texts / link)
        asked = len(server.requests)
        assert cli("annotate", *arguments(ten_texts, server.url)).code == 0
        assert not asked or len(server.requests) == asked  # all answers were kept


def test_a_journal_that_came_along_runs_nothing_and_is_checked(ten_texts: Path, cli: Cli) -> None:
    """What it says of a text by the right key is text; what has not the form of an answer is asked for."""
    journal = ten_texts / "annotation" / "journal.jsonl"
    with serving(ChatServer(good)) as server:
        cli("annotate", *arguments(ten_texts, server.url), "limit=1")
        row = json.loads(journal.read_text())
        (ten_texts / "annots_individual" / "person1" / "clip0.txt").unlink()
        for strange in ({"person1": ["A person falls."]}, {"person1": "x\0y z"}, {"key": [1]}, {"clip": "../../out"}):
            journal.write_text(json.dumps({**row, **strange}) + "\n")
            assert cli("annotate", *arguments(ten_texts, server.url), "limit=1", "overwrite=true").code == 0
        assert len(server.requests) == 1 + 3
    texts = (ten_texts / "annots_individual" / "person1" / "clip0.txt").read_text()
    assert texts == "A person pushes 0 times.\n\n\n"
    assert not list(ten_texts.parent.glob("out*"))
