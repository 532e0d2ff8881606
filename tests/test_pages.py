"""What the pages say can be done: their commands are options that exist, their files are there, README's work."""

import pkgutil
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import Cli
from hydra.core.override_parser.overrides_parser import OverridesParser

from in2in.cli.entry import quote_free_text
from in2in.runs.folder import BUNDLED

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
README = PAGES[0].read_text(encoding="utf-8")
CARDS = sorted(BUNDLED.parent.glob("*/README.md"))

NAMED_FILE = (
    r"\b((?:conf|docs|scripts|src|tests|notebooks)/[\w./]*\w\.(?:py|yaml|jsonl|json|tsv|png|md|txt|ipynb))(?![\w/])"
)
"""Paths from the root."""

SMALL = {
    "sample": ["seconds=0.5", "sampler=ddim", "sampler.steps=2"],
    "export": [],
    "prepare": ["clips=36"],
    "train": [
        *("model.width=32", "model.layers=1", "model.heads=2", "model.feed_forward=32", "head.layers=1"),
        *("head.heads=2", "head.feed_forward=32", "data.batch_size=4", "trainer.max_steps=2", "logger=csv"),
        *("trainer.accelerator=cpu", "callbacks.samples=null", "+trainer.enable_progress_bar=false"),
    ],
    "evaluate": [
        *("repeats=1", "limit=4", "sampler=ddim", "sampler.steps=2", "protocol.retrieval=2", "protocol.texts=0"),
        "protocol.diversity_pairs=2",
    ],
}
"""What makes README's five commands cheap."""


def commands_in(page: Path) -> list[str]:
    """The in2in-... commands of a page, in code blocks and between backticks, without comments."""
    text = re.sub(r"\\\n\s*", "", page.read_text(encoding="utf-8"))
    lines = re.findall(r"^    (in2in-[a-z]+ .*)$", text, re.MULTILINE)
    return [*lines, *re.findall(r"`(in2in-[a-z]+ [^`]+)`", text)]


def words_of(line: str) -> list[str]:
    """A command's words as a shell hands them over; "..." stands for more of them."""
    return [word for word in shlex.split(line, comments=True) if word not in ("...", "-m")]


def jobs_of(line: str) -> Iterator[list[str]]:
    """The words of a command; of a sweep, once for each value."""
    swept = " -m " in line
    words = words_of(line)
    choices = [[word] for word in words]
    for number, word in enumerate(words[1:] if swept else (), start=1):
        if not word.startswith("hydra"):
            [override] = OverridesParser.create().parse_overrides([quote_free_text(word)])
            if override.is_sweep_override():
                choices[number] = [f"{override.key_or_group}={value}" for value in override.sweep_string_iterator()]
    for turn in range(max(map(len, choices))):
        yield [values[turn % len(values)] for values in choices]


def fits(cli: Cli, line: str) -> None:
    """The command takes these options: hydra composes them, and nothing is run."""
    for name, *words in jobs_of(line):
        options = [word for word in words if not word.startswith("hydra")]
        if "--help" not in options:
            finished = cli(name.removeprefix("in2in-"), *options, "--cfg", "job")
            assert finished.code == 0, (line, finished.err)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_have_options_that_exist(cli: Cli, page: Path) -> None:
    for line in dict.fromkeys(commands_in(page)):
        fits(cli, line)


def test_options_that_do_not_exist_are_noticed(cli: Cli) -> None:
    with pytest.raises(AssertionError, match="sedonds"):
        fits(cli, 'in2in-sample prompt="They hug." sedonds=4')
    with pytest.raises(AssertionError, match="linaer"):
        fits(cli, "in2in-sample -m prompt=hug composition=exp,linaer")


def test_readme_s_five_commands_work_in_their_order(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand there, with a few options behind them that make them small."""
    five = README.split("## Five commands")[1].split("## ")[0]
    lines = re.findall(r"^    (in2in-.*)$", five, re.MULTILINE)
    assert len(lines) == 5
    monkeypatch.chdir(tmp_path)
    for line in lines:
        command, *words = words_of(line)
        name = command.removeprefix("in2in-")
        finished = cli(name, *words, *SMALL[name])
        assert finished.code == 0, (line, finished.err)
    [samples] = (tmp_path / "samples").iterdir()
    endings = {path.name.split(".", 1)[1] for path in samples.glob("00*")}
    assert endings == {"npz", "html", "mp4", "bvh", "glb"}
    assert np.load(samples / "001.npz")["joints"].shape == (2, 15, 22, 3)
    assert (tmp_path / "runs" / "mine" / "checkpoints" / "last.ckpt").is_file()
    assert "| mine |" in (tmp_path / "evaluations" / "mine" / "table.md").read_text()


def test_readme_s_python_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [block] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "src").symlink_to(ROOT / "src")
    monkeypatch.chdir(tmp_path)
    known: dict[str, object] = {}
    exec(block.replace("seconds=4", "seconds=0.5"), known)
    assert known["motion"].joints.shape == (2, 15, 22, 3)  # type: ignore[attr-defined]
    assert "two people hug" in (tmp_path / "hug.html").read_text()


def known_part(path: str) -> str:
    """A path as far as it is known: conf/train/experiment/ of conf/train/experiment/NAME.yaml."""
    return re.split(r"NAME|COMMAND", path)[0]


@pytest.mark.parametrize("page", [*PAGES, *CARDS], ids=lambda page: f"{page.parent.name}/{page.name}")
def test_files_and_modules_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for path in re.findall(NAMED_FILE, text):
        assert (ROOT / known_part(path)).exists(), path
    for name in re.findall(r"\bin2in(?:\.[a-z_0-9]+)+\b(?!=)", text):
        if not name.endswith((".ckpt", ".yaml")):
            pkgutil.resolve_name(name)


def test_pages_of_the_papers_and_contributing_name_files_of_the_package() -> None:
    """In them a path in backticks is below src/in2in, or below the root."""
    for page in (ROOT / "docs" / "papers.md", ROOT / "CONTRIBUTING.md"):
        for name in re.findall(r"`([\w/]+(?:/|\.py|\.yaml|\.ts|\.js))`", page.read_text(encoding="utf-8")):
            places = (ROOT, ROOT / "src" / "in2in", ROOT / "tests")
            assert any((place / known_part(name)).exists() for place in places), (page.name, name)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.parent.name)
def test_cards_open_with_what_the_hub_reads(card: Path) -> None:
    from huggingface_hub import ModelCard

    data = ModelCard.load(card).data.to_dict()
    assert (data["license"], data["library_name"], data["language"]) == ("mit", "in2in", "en")
    assert "text-to-motion" in data["tags"]
    head = card.read_text(encoding="utf-8").split("---\n")[1]
    assert yaml.safe_load(head) == data
    parameters = sum(size for size in _sizes(card.parent / "model.safetensors"))
    [told] = re.findall(r"(\d+\.\d) M (?:parameters|numbers)", card.read_text(encoding="utf-8"))[:1]
    assert float(told) == pytest.approx(parameters / 1e6, abs=0.06)


def _sizes(weights: Path) -> Iterator[int]:
    from safetensors import safe_open

    with safe_open(weights, "pt") as opened:
        yield from (int(np.prod(opened.get_slice(name).get_shape())) for name in opened.keys())  # noqa: SIM118


def test_the_citation_names_the_version_that_is_installed() -> None:
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{told["version"]}"' in project
    assert f"## {told['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
