"""The page that shows two people, in a real browser without a network."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from chromium import chromium, resize, wait
from PIL import Image
from standing import two_people

from in2in.export.html import write_page
from in2in.motion.motion import Motion
from in2in.motion.texts import Texts

PROMPT = 'Two people wave </script><b>both</b> & <!-- "quoted" {{title}}'
INDIVIDUALS = ("a person <i>waves</i>", "")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """Headless Chromium with the page open, 1280 x 720."""
    folder = tmp_path_factory.mktemp("viewer")
    page = folder / "page.html"
    short = Motion(two_people(20), texts=Texts.single("shorter"), seed=4)
    guidance = {"timesteps": [1000.0, 500.0, 0.0], "weights": [[1.0, 0.0], [0.25, 0.0], [0.0, 1.0]]}
    take = Motion(two_people(60), texts=Texts.single(PROMPT, *INDIVIDUALS), seed=3, guidance=guidance)
    write_page(page, [take, short], title=PROMPT)
    with chromium(folder / "profile") as driver:
        driver.get(page.as_uri())
        yield driver


def press(browser, key: str) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(key).perform()


def picture(browser) -> np.ndarray:
    """What is on the screen once the next two pictures have been drawn: [H, W, 3] of 0 to 1."""
    browser.execute_async_script("const f = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(f))")
    image = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    return np.asarray(image, dtype=np.float32) / 255


def blue(picture: np.ndarray) -> np.ndarray:
    return (picture[..., 2] - picture[..., 0] > 0.25) & (picture[..., 1] > picture[..., 0])


def orange(picture: np.ndarray) -> np.ndarray:
    return (picture[..., 0] - picture[..., 2] > 0.35) & (picture[..., 0] > picture[..., 1])


def test_it_plays_on_opening_and_stops_at_the_space_key(browser) -> None:
    wait(browser, "window.viewer && viewer.playing && viewer.frame > 0")
    press(browser, " ")
    wait(browser, "!viewer.playing && !document.body.classList.contains('playing')")
    press(browser, " ")
    wait(browser, "viewer.playing")


def test_keys_step_through_the_frames(browser) -> None:
    from selenium.webdriver.common.keys import Keys

    wait(browser, "window.viewer")
    browser.execute_script("viewer.pause(); viewer.seek(10)")
    for key, frame in ((Keys.ARROW_RIGHT, 11), (Keys.ARROW_LEFT, 10), (Keys.END, 59), (Keys.HOME, 0)):
        press(browser, key)
        wait(browser, f"viewer.frame === {frame} && document.getElementById('scrubber').value === '{frame}'")


def test_the_scrubber_goes_to_every_frame_and_the_text_says_which(browser) -> None:
    wait(browser, "window.viewer")
    assert browser.execute_script("return viewer.frames") == 60
    for frame in range(0, 60, 7):
        browser.execute_script(
            "const s = document.getElementById('scrubber');s.value = arguments[0]; s.dispatchEvent(new Event('input'))",
            frame,
        )
        wait(browser, f"viewer.frame === {frame} && !viewer.playing")
        text = f"{frame / 30:.2f} sframe {frame + 1} of 60"
        wait(browser, f"document.getElementById('clock').textContent === '{text}'")


def test_both_people_are_drawn_in_every_take_and_move(browser) -> None:
    wait(browser, "window.viewer")
    browser.execute_script("viewer.pause(); viewer.seek(0)")
    first = picture(browser)
    for half in (first[:, :640], first[:, 640:]):
        assert blue(half).sum() > 500
        assert orange(half).sum() > 500
    browser.execute_script("viewer.seek(59)")
    assert np.abs(picture(browser)[:600] - first[:600]).max() > 0.3


def test_from_above_and_not_followed_is_another_view(browser) -> None:
    wait(browser, "window.viewer")
    browser.execute_script("viewer.pause(); viewer.seek(0)")
    before = picture(browser)
    press(browser, "f")
    press(browser, "t")
    for button in ("follow", "top"):
        state = "false" if button == "follow" else "true"
        wait(browser, f"document.getElementById('{button}').getAttribute('aria-pressed') === '{state}'")
    above = picture(browser)
    assert np.abs(above - before).max() > 0.3
    assert blue(above).sum() > 200
    press(browser, "f")
    press(browser, "t")


def test_toggles_hide_what_they_name(browser) -> None:
    wait(browser, "window.viewer")
    browser.execute_script("viewer.pause(); viewer.seek(30)")
    everything = picture(browser)
    for key, button in (("p", "paths"), ("c", "feet"), ("x", "texts")):
        press(browser, key)
        wait(browser, f"document.getElementById('{button}').getAttribute('aria-pressed') === 'false'")
        without = picture(browser)
        assert np.abs(without[:600] - everything[:600]).max() > 0.1, button
        press(browser, key)
        wait(browser, f"document.getElementById('{button}').getAttribute('aria-pressed') === 'true'")
    assert np.abs(picture(browser)[:600] - everything[:600]).mean() < 1e-3
    assert browser.execute_script("return document.getElementById('model').hidden")


def test_keys_change_the_speed_and_tell_of_themselves(browser) -> None:
    from selenium.webdriver.common.keys import Keys

    wait(browser, "window.viewer")
    for key, speed in (("-", "0.5"), ("-", "0.25"), ("+", "0.5"), ("+", "1")):
        press(browser, key)
        wait(browser, f"document.getElementById('speed').value === '{speed}'")
    press(browser, "?")
    wait(browser, "document.getElementById('keys').open")
    press(browser, Keys.ESCAPE)
    wait(browser, "!document.getElementById('keys').open")


def test_the_prior_s_weight_is_plotted_where_there_was_one(browser) -> None:
    wait(browser, "window.viewer")
    plots = browser.find_elements("css selector", ".take .plot")
    assert len(plots) == 1
    lines = [line.get_attribute("points") for line in plots[0].find_elements("css selector", "polyline")]
    left, top, width, height = 16, 17, 120, 44
    for line, weights in zip(lines, ((1, 0.25, 0), (0, 0, 1)), strict=True):
        points = [[float(number) for number in point.split(",")] for point in line.split()]
        expected = [
            [left + share * width, top + (1 - w) * height] for share, w in zip((0, 0.5, 1), weights, strict=True)
        ]
        np.testing.assert_allclose(points, expected, atol=0.01)


@pytest.mark.parametrize("size", [(640, 480), (390, 844), (1280, 720)])
def test_the_texts_do_not_cover_the_people(browser, size: tuple[int, int]) -> None:
    resize(browser, *size)
    wait(browser, f"window.viewer && innerWidth === {size[0]}")
    browser.execute_script("viewer.pause(); viewer.seek(0)")
    shown = picture(browser)
    for k in range(2):
        script = """
            const rect = (e) => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
            const cell = document.querySelectorAll('.take')[arguments[0]];
            return [rect(cell), ...[...cell.querySelectorAll('h2, li')].map(rect)];
        """
        cell, *texts = np.array(browser.execute_script(script, k)).round().astype(int)
        view = shown[cell[1] : cell[3], cell[0] : cell[2]]
        people = np.nonzero((blue(view) | orange(view)).sum(axis=1) > 12)[0]  # wider than the dots before the texts
        assert people.min() > max(text[3] for text in texts) - cell[1]
        assert people.max() < cell[3] - cell[1]
    resize(browser, 1280, 720)


def test_without_a_graphics_interface_the_page_says_so(browser) -> None:
    script = "HTMLCanvasElement.prototype.getContext = () => null"
    hook = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    try:
        browser.refresh()
        wait(browser, "document.getElementById('message')")
        message = browser.execute_script("return document.getElementById('message').textContent")
        assert "cannot be shown" in message
        assert "WebGL" in message
        assert "\n" not in message
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", hook)
        browser.get_log("browser")
        browser.refresh()


def test_texts_are_shown_as_they_are(browser) -> None:
    wait(browser, "window.viewer")
    assert browser.title == PROMPT
    texts = "Array.from(document.querySelectorAll('.take h2')).map((h) => h.textContent)"
    assert browser.execute_script(f"return {texts}") == [PROMPT + "seed 3", "shorterseed 4"]
    items = "Array.from(document.querySelectorAll('.take li')).map((item) => item.textContent)"
    assert browser.execute_script(f"return {items}") == [INDIVIDUALS[0]]


def test_it_fits_a_phone(browser) -> None:
    resize(browser, 390, 844)
    wait(browser, "window.viewer && innerWidth === 390")
    wait(browser, "document.documentElement.scrollWidth <= 390")
    outside = (
        "Array.from(document.querySelectorAll('#controls *')).filter((e) => e.getBoundingClientRect().right > 390)"
    )
    assert browser.execute_script(f"return {outside}.length") == 0
    upper, lower = np.split(picture(browser)[:720], 2)
    assert min(blue(upper).sum(), orange(upper).sum(), blue(lower).sum(), orange(lower).sum()) > 100
    resize(browser, 1280, 720)


def test_nothing_went_wrong_and_nothing_was_fetched(browser) -> None:
    wait(browser, "window.viewer")
    assert browser.execute_script("return performance.getEntriesByType('resource').map((e) => e.name)") == []
    assert browser.get_log("browser") == []
