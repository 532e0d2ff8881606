"""The page with a list of clips, in a real browser without a network."""

from pathlib import Path

import pytest
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait
from test_viewer import PROMPT, two_people

from in2in.export.gallery import Entry, Group, write_gallery
from in2in.export.take import Take

PLAYER = "document.getElementById('player').contentWindow"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Three clips, of which the second cannot be shown."""
    entries = [
        Entry(f"one {PROMPT}", Take(two_people(90), 30, PROMPT), frame=50),
        Entry("two", None),
        Entry("three", Take(two_people(40), 30, "the third")),
    ]
    write_gallery(tmp_path / "page.html", PROMPT, f"a report {PROMPT}", [Group("group", PROMPT, entries)])
    return tmp_path / "page.html"


def playing(chromium: WebDriver, frames: int) -> None:
    """Wait until the player shows a clip of so many frames."""
    condition = f"return {PLAYER}.viewer && {PLAYER}.viewer.frames === {frames}"
    WebDriverWait(chromium, 30).until(lambda it: it.execute_script(condition))


def test_the_chosen_clip_plays_from_where_to_look(chromium: WebDriver, page: Path) -> None:
    chromium.get(page.as_uri())
    playing(chromium, 90)
    WebDriverWait(chromium, 30).until(lambda it: it.execute_script(f"return {PLAYER}.viewer.frame >= 35"))
    buttons = chromium.find_elements("tag name", "button")
    assert [button.text.split()[0] for button in buttons] == ["one", "three"]
    assert chromium.find_element("tag name", "body").text.count("two") >= 1
    buttons[1].click()
    playing(chromium, 40)
    assert [button.get_attribute("aria-current") for button in buttons] == ["false", "true"]
    assert chromium.title == PROMPT
    assert chromium.get_log("browser") == []
