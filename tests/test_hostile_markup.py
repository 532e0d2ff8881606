"""Texts of strangers on every page that is written: shown as text, run by no browser."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromium import chromium, wait
from conftest import Cli
from standing import two_people

from in2in.data.layout import write_motion, write_split, write_texts
from in2in.evaluation.page import Extremes, write_extremes
from in2in.evaluation.protocol import Item
from in2in.export.html import notebook_view
from in2in.motion.motion import Motion
from in2in.motion.representation import canonicalise, encode
from in2in.motion.texts import Texts

RUN = "console.log(window.hacked='HACKED')"
"""What no page may do; the browser's log tells of it, and in a frame that is shut off its own window."""

HOSTILE = (
    f"</script><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"\"'><svg onload={RUN}><b>",
    f"]]></style></title></textarea></iframe><script>{RUN}</script>",
    f"<!--<script>{RUN}//-->",
    f"\";{RUN};// ';{RUN};// `;{RUN};//",
    f"${{{RUN}}} {{{{title}}}} {{{{data}}}} {{{{takes}}}} {{{{shell}}}} {{% x %}} <%= x %> $& $1 \\1 \\g<0>",
    f"&lt;script&gt;{RUN}&lt;/script&gt; &#60;b&#62; \\u003cb\\u003e %3Cb%3E",
    "from the right \u202e and never back \u2067",
    f"two\tcells\x1b[31m\x7f and a line's end that is none: \x85{RUN}",
)
TITLES = "[...document.querySelectorAll('.take h2 bdi')].map((title) => title.textContent)"
OWN = "[...document.querySelectorAll('.take li')].map((text) => text.textContent)"
SHORT = ["seconds=0.5", "sampler=ddim", "sampler.steps=1"]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium(tmp_path_factory.mktemp("hostile") / "profile") as driver:
        yield driver


def opened(browser: Any, page: Path) -> None:
    browser.get(page.as_uri())
    wait(browser, "window.viewer && viewer.frames > 0")


def harmless(browser: Any) -> None:
    """Nothing was run or fetched, nothing that a text says became a part of the page."""
    assert browser.get_log("browser") == []
    assert browser.execute_script("return window.hacked") is None
    made = "document.querySelectorAll('img, b, textarea, iframe:not(#player), [onload], [onerror]').length"
    assert browser.execute_script(f"return {made}") == 0


def test_pages_of_samples(cli: Cli, run_folder: Path, browser: Any, tmp_path: Path) -> None:
    others = [*HOSTILE[1:], HOSTILE[0]]
    lines = [{"prompt": one, "individual1": two, "individual2": one} for one, two in zip(HOSTILE, others, strict=True)]
    lines.append({"prompt": " ".join(HOSTILE)})
    (tmp_path / "p.jsonl").write_text("\n".join(map(json.dumps, lines)))
    out = tmp_path / "made"
    finished = cli("sample", f"run={run_folder}", f"prompts={tmp_path}/p.jsonl", f"out={out}", *SHORT)
    assert finished.code == 0, finished.err
    opened(browser, out / "010.html")
    assert browser.execute_script(f"return {TITLES}") == [" ".join(HOSTILE)]
    title = browser.execute_script("return document.title")
    seen, told = ("".join(letter for letter in text if letter.isprintable()) for text in (title, " ".join(HOSTILE)))
    assert seen.replace(" ", "") == told.replace(" ", "")
    harmless(browser)

    finished = cli("export", f"files={out}", f"page={tmp_path}/all.html")
    assert finished.code == 0, finished.err
    opened(browser, tmp_path / "all.html")
    assert browser.execute_script(f"return {TITLES}")[: len(HOSTILE)] == list(HOSTILE)
    assert browser.execute_script(f"return {OWN}")[:4] == [HOSTILE[1], HOSTILE[0], HOSTILE[2], HOSTILE[1]]
    harmless(browser)


def test_the_page_of_a_sweep(cli: Cli, run_folder: Path, browser: Any, tmp_path: Path) -> None:
    prompt = f'"{HOSTILE[0]} {HOSTILE[1]}","{HOSTILE[3].replace("</title>", "")} {HOSTILE[8]}"'
    given = [f"run={run_folder}", f"+prompt={prompt}", *SHORT, f"out={tmp_path}/sweep"]
    finished = cli("sample", "-m", *given)
    assert finished.code == 0, finished.err
    opened(browser, tmp_path / "sweep" / "index.html")
    titles = browser.execute_script(f"return {TITLES}")
    assert titles[0] == f"{HOSTILE[0]} {HOSTILE[1]}"
    assert len(titles) == 2
    notes = browser.execute_script("return [...document.querySelectorAll('.take .note')].map((n) => n.textContent)")
    assert HOSTILE[0] in notes[0]
    harmless(browser)


def test_the_doctor_s_page(cli: Cli, raw: Motion, browser: Any, tmp_path: Path) -> None:
    for number, text in enumerate(HOSTILE):
        write_motion(tmp_path / "data", f"c{number}", raw.crop(0, 31))
        write_texts(tmp_path / "data", f"c{number}", Texts((text, text), ((), ())))
    for split in ("train", "val", "test"):
        write_split(tmp_path / "data", split, [f"c{number}" for number in range(len(HOSTILE))])
    finished = cli("check", f"data_dir={tmp_path}/data", f"out={tmp_path}/checked")
    assert "Traceback" not in finished.err
    browser.get((tmp_path / "checked" / "check.html").as_uri())
    player = "document.getElementById('player').contentWindow"
    wait(browser, f"{player}.viewer && {player}.viewer.frames > 0")
    labels = browser.execute_script("return document.body.textContent")
    for number in (0, 1, 3, 6):
        assert f"c{number}: annots/c{number}.txt says more than once: {HOSTILE[number]}" in labels
    for button in browser.find_elements("tag name", "button")[:4]:
        browser.execute_script("arguments[0].click()", button)
        wait(browser, f"{player}.viewer && {player}.viewer.frames > 0")
    harmless(browser)


def test_the_page_of_an_evaluation(raw: Motion, browser: Any, tmp_path: Path) -> None:
    motion = encode(canonicalise(raw.crop(0, 21)))
    items = [Item(f"clip {text}", text, ("", ""), 0, 20, False) for text in HOSTILE]
    figure = Extremes.of(f"figure {HOSTILE[1]}", np.arange(len(HOSTILE)))
    second = Extremes.of("other", np.array([1, 0, 5, *[2] * (len(HOSTILE) - 3)]))
    write_extremes(tmp_path / "x.html", HOSTILE[0], items, [motion] * len(HOSTILE), [figure, second])
    opened(browser, tmp_path / "x.html")
    assert browser.execute_script("return document.title") == f"{HOSTILE[0]}: best and worst clips"
    notes = browser.execute_script("return [...document.querySelectorAll('.take .note')].map((n) => n.textContent)")
    assert notes[0] == f"{HOSTILE[0]} (clip clip {HOSTILE[0]})"
    assert notes[3] == f"{HOSTILE[2]} (clip clip {HOSTILE[2]})"
    harmless(browser)


def test_the_element_of_notebooks_and_the_demo(browser: Any, tmp_path: Path) -> None:
    takes = [Motion(two_people(20), texts=Texts.single(text, text, ""), name=text) for text in HOSTILE]
    page = f"<!doctype html><meta charset=utf-8><title>mine</title><body>{notebook_view(takes, HOSTILE[0])}"
    (tmp_path / "notebook.html").write_text(page, encoding="utf-8")
    browser.get((tmp_path / "notebook.html").as_uri())
    assert browser.execute_script("return document.body.children.length") == 1
    browser.switch_to.frame(browser.find_element("tag name", "iframe"))
    try:
        wait(browser, "window.viewer && viewer.frames > 0")
        assert browser.execute_script(f"return {TITLES}") == list(HOSTILE)
        harmless(browser)
    finally:
        browser.switch_to.default_content()


def test_the_log_tells_of_what_is_run(browser: Any, tmp_path: Path) -> None:
    """The tests above could not pass by a log that says nothing."""
    (tmp_path / "bad.html").write_text(f'{HOSTILE[1]}<iframe sandbox=allow-scripts srcdoc="{HOSTILE[1]}"></iframe>')
    browser.get((tmp_path / "bad.html").as_uri())
    wait(browser, "window.hacked")
    assert any("HACKED" in entry["message"] for entry in browser.get_log("browser"))
    browser.switch_to.frame(browser.find_element("tag name", "iframe"))
    try:
        wait(browser, "window.hacked")
    finally:
        browser.switch_to.default_content()
