"""What the demo keeps of its visitors is bounded: states of texts, pages, files."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import free_port

pytest.importorskip("gradio")
from gradio_client import Client
from killing import files_end_at

from in2in.demo.app import App
from in2in.demo.kept import keep_newest
from in2in.demo.limits import Limits
from in2in.demo.service import Service
from in2in.errors import InputError
from in2in.pipeline import Generator
from in2in.runs.folder import read_run

LIMITS = Limits(seconds=1, samples=1, visitors=3, texts=4, files=1)


@pytest.fixture(scope="module")
def app(run_folder: Path, prior_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
        sampler = {**read_run(run_folder)[0].sampler, "steps": 2}
        made = App(
            Service(*(Generator.from_pretrained(run, sampler=sampler) for run in (run_folder, prior_run)), LIMITS)
        )
        yield made
        made.blocks.close()


@pytest.fixture(scope="module")
def visited(app: App) -> list[tuple[Any, ...]]:
    """Answers to eight visitors who ask for two motions each, all of other words and with the prior."""
    address = app.launch("127.0.0.1", free_port())
    answers = []
    for visitor in range(8):
        client = Client(address, verbose=False)
        answers += [asked(client, f"{visitor} {order} " + "on and on " * 20) for order in range(2)]
    return answers


def asked(client: Client, words: str) -> tuple[Any, ...]:
    """The answer to an order of one second with the prior, with these words in every text."""
    [endpoint] = [
        end for name, end in client.view_api(return_format="dict")["named_endpoints"].items() if name == "/generate"
    ]
    defaults = [parameter.get("parameter_default") for parameter in endpoint["parameters"]]
    given = [*(f"{text} {words}" for text in ("they hug", "one waves", "one bows")), 1.0, *defaults[4:]]
    given[defaults.index("none")] = "constant"
    return client.predict(*given, api_name="/generate")


def test_every_visitor_was_served(visited: list[tuple[Any, ...]]) -> None:
    assert all("<iframe" in str(viewer) and not message for message, viewer, _ in visited)


def test_text_encoders_remember_a_few_texts_and_nothing_beside_them(app: App, visited: list[tuple[Any, ...]]) -> None:
    for generator in (app.service.interaction, app.service.prior):
        assert generator is not None
        seen = generator.conditioner.encoder._seen
        assert len(seen) == LIMITS.texts
        held = sum(states.untyped_storage().nbytes() for states, _ in seen.values())
        assert held == sum(states.nbytes for states, _ in seen.values())
        assert held < LIMITS.texts * 500_000


def test_pages_of_visitors_who_are_gone_are_forgotten(app: App, visited: list[tuple[Any, ...]]) -> None:
    assert len(app.blocks.state_holder.session_data) <= LIMITS.visitors
    assert not app.sessions._stops
    gc.collect()
    kept = [each for each in gc.get_objects() if type(each).__name__ == "SessionState"]
    pages = [each for each in kept if each.blocks_config.root_block is app.blocks]
    assert pages
    assert len(pages) <= LIMITS.visitors


def test_files_to_take_away_stay_within_their_size(app: App, visited: list[tuple[Any, ...]]) -> None:
    there = [path for path in Path(app.taken.GRADIO_CACHE).rglob("*") if path.is_file()]
    last = sum(Path(path).stat().st_size for path in visited[-1][2]["value"])
    assert sum(path.stat().st_size for path in there) <= LIMITS.files * 10**6 + 2 * last
    assert len(there) < sum(len(files["value"]) for _, _, files in visited)
    assert {str(path) for path in there} >= app.taken.temp_files


def test_a_full_disk_is_said_and_costs_one_order_alone(app: App, visited: list[tuple[Any, ...]]) -> None:
    client = Client(app.blocks.local_url, verbose=False)
    with files_end_at(20_000):
        message, _, files = asked(client, "now")
    assert "cannot be written (File too large): make room" in message
    assert not files["value"]
    message, viewer, files = asked(client, "again")
    assert not message
    assert "<iframe" in viewer
    assert files["value"]


def test_the_newest_files_are_kept(tmp_path: Path) -> None:
    import os

    paths = {str(tmp_path / name) for name in "abcd"} | {str(tmp_path / "gone")}
    for age, name in enumerate("dcba"):
        (tmp_path / name).write_bytes(bytes(10))
        os.utime(tmp_path / name, (1000 + age, 1000 + age))
    keep_newest(paths, 25)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert paths == {str(tmp_path / "a"), str(tmp_path / "b")}
    keep_newest(paths, 5)
    assert not paths


@pytest.mark.parametrize("name", ["letters", "samples", "waiting", "visitors", "texts", "files"])
def test_limits_are_at_least_one(name: str) -> None:
    with pytest.raises(InputError, match=f"limits.{name}=0 must be 1 or more"):
        Limits(**{name: 0})
