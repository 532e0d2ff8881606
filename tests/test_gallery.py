"""The page with a list of clips, in a real browser without a network."""

from pathlib import Path
from typing import Any

import pytest
from chromium import chromium, wait
from standing import two_people

from in2in.export.gallery import Entry, Group, write_gallery
from in2in.motion.motion import Motion
from in2in.motion.texts import Texts

PROMPT = 'Two people wave </script><b>both</b> & <!-- "quoted" {{title}}'
PLAYER = "document.getElementById('player').contentWindow"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Three clips, of which the second cannot be shown."""
    entries = [
        Entry(f"one {PROMPT}", Motion(two_people(90), texts=Texts.single(PROMPT)), frame=50),
        Entry("two", None),
        Entry("three", Motion(two_people(40), texts=Texts.single("the third"))),
    ]
    write_gallery(tmp_path / "page.html", PROMPT, f"a report {PROMPT}", [Group("group", PROMPT, entries)])
    return tmp_path / "page.html"


def playing(browser: Any, frames: int) -> None:
    """Wait until the player shows a clip of so many frames."""
    wait(browser, f"{PLAYER}.viewer && {PLAYER}.viewer.frames === {frames}")


def test_the_chosen_clip_plays_from_where_to_look(page: Path, tmp_path: Path) -> None:
    with chromium(tmp_path / "profile") as browser:
        browser.get(page.as_uri())
        playing(browser, 90)
        wait(browser, f"{PLAYER}.viewer.frame >= 35")
        buttons = browser.find_elements("tag name", "button")
        assert [button.text.split()[0] for button in buttons] == ["one", "three"]
        assert browser.find_element("tag name", "body").text.count("two") >= 1
        buttons[1].click()
        playing(browser, 40)
        assert [button.get_attribute("aria-current") for button in buttons] == ["false", "true"]
        assert browser.title == PROMPT
        assert browser.get_log("browser") == []
