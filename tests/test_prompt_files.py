"""Files of prompts as people and their editors write them."""

from pathlib import Path

import pytest

from in2in.cli.prompts import read_prompts
from in2in.pipeline import Prompt

TWO = ["Zwei Menschen grüßen sich.", "two people say “hi”"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_plain_text_has_a_prompt_a_line(encoding: str, ending: str, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(ending.join(["", TWO[0], "  ", TWO[1] + " ", ""]).encode(encoding))
    found = read_prompts(tmp_path / "x.txt", 2.5, 7)
    assert found == [Prompt(text, seconds=2.5, seed=7) for text in TWO]


@pytest.mark.parametrize("name", ["x.txt", "x.jsonl"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_json_lines_are_known_by_their_first_line_and_keep_their_own(name: str, encoding: str, tmp_path: Path) -> None:
    lines = ['{"prompt": "a\u2028b", "seconds": 1, "individual2": "waves"}', '{"prompt": "c", "seed": 3}']
    (tmp_path / name).write_text("\r\n".join(lines), encoding=encoding, newline="")
    assert read_prompts(tmp_path / name, 2.5, 7) == [
        Prompt("a b", "", "waves", seconds=1, seed=7),
        Prompt("c", seconds=2.5, seed=3),
    ]
