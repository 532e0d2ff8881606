"""The page that shows two people, as text and in a real browser without a network."""

import base64
import io
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from selenium.webdriver.remote.webdriver import WebDriver

from in2in.errors import InputError
from in2in.export.html import render_page, write_page
from in2in.export.take import Take
from in2in.motion.skeleton import BONE_LENGTHS, PARENTS, tpose_offsets

VIEWER = Path(__file__).parents[1] / "src" / "in2in" / "export" / "viewer"
PROMPT = 'Two people wave </script><b>both</b> & <!-- "quoted" {{title}}'
INDIVIDUALS = ("a person <i>waves</i>", "")


def two_people(frames: int = 60) -> np.ndarray:
    """Two people a metre and a half apart in the T-pose, who walk half a metre along z: [2, T, 22, 3]."""
    offsets = tpose_offsets(torch.tensor(BONE_LENGTHS)).numpy()
    pose = np.zeros((22, 3), dtype=np.float32)
    for joint in range(1, 22):
        pose[joint] = pose[PARENTS[joint]] + offsets[joint]
    pose[:, 1] -= pose[:, 1].min()
    joints = np.tile(pose, (2, frames, 1, 1))
    joints[0, ..., 0] -= 1.0
    joints[1, ..., 0] += 1.0
    joints[..., 2] += np.linspace(0, 0.5, frames)[:, None]
    return joints


def page_data(page: str) -> dict:
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_page_holds_the_joints_to_half_a_millimetre() -> None:
    joints = two_people() + np.array([20.0, 0.1234, -7.0])
    take = page_data(render_page([Take(joints, 30, PROMPT, INDIVIDUALS)]))["takes"][0]
    millimetres = np.frombuffer(base64.b64decode(take["joints"]), "<i2").reshape(2, 60, 22, 3)
    read = (millimetres + np.asarray(take["origin"])) / 1000
    assert np.abs(read - joints).max() <= 0.000501
    assert (take["title"], take["individuals"]) == (PROMPT, list(INDIVIDUALS))


def test_the_whole_range_of_int16_is_used_without_overflow() -> None:
    joints = two_people(2)
    joints[0, 0, 0, 0], joints[0, 0, 1, 0] = -32.768, 32.767
    take = page_data(render_page([Take(joints, 30, "wide")]))["takes"][0]
    millimetres = np.frombuffer(base64.b64decode(take["joints"]), "<i2").reshape(2, 2, 22, 3)
    assert np.abs((millimetres + np.asarray(take["origin"])) / 1000 - joints).max() <= 0.000501


def test_a_page_of_ten_seconds_is_small_and_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "page.html"
    for _ in range(2):
        write_page(path, [Take(two_people(300), 30, PROMPT)])
    assert path.stat().st_size < 1_000_000
    assert [file.name for file in path.parent.iterdir()] == ["page.html"]


@pytest.mark.parametrize(
    ("take", "message"),
    [
        (Take(np.zeros((2, 5, 21, 3)), 30, "x"), "joints are"),
        (Take(np.zeros((5, 22, 3)), 30, "x"), "joints are"),
        (Take(np.zeros((2, 0, 22, 3)), 30, "x"), "no frames"),
        (Take(np.full((1, 2, 22, 3), np.nan), 30, "x"), "NaN"),
        (Take(two_people() * 100, 30, "x"), "in metres"),
        (Take(two_people(), 0, "x"), "fps"),
        (Take(two_people(), 30, "x", ("only one",)), "individual texts"),
    ],
)
def test_what_cannot_be_shown_is_named_in_one_line(take: Take, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message) as caught:
        write_page(tmp_path / "page.html", [take])
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_page_needs_a_take(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at least one take"):
        write_page(tmp_path / "page.html", [])


def test_the_bundle_is_built_from_the_sources(tmp_path: Path) -> None:
    if not (VIEWER / "node_modules").is_dir():
        pytest.skip("needs node and `npm ci` in the viewer's folder")
    built = tmp_path / "viewer.js"
    command = ["npm", "run", "build", "--", f"--outfile={built}", "--allow-overwrite"]
    subprocess.run(command, cwd=VIEWER, check=True, capture_output=True)
    assert built.read_text() == (VIEWER / "viewer.js").read_text(), "run `npm run build` in the viewer's folder"


def test_the_lock_names_no_registry() -> None:
    assert "resolved" not in (VIEWER / "package-lock.json").read_text()


@pytest.fixture(scope="module")
def browser(chromium: WebDriver, tmp_path_factory: pytest.TempPathFactory) -> WebDriver:
    """Chromium with the page open."""
    page = tmp_path_factory.mktemp("viewer") / "page.html"
    short = Take(two_people(20), 30, "shorter", note="seed 4")
    write_page(page, [Take(two_people(60), 30, PROMPT, INDIVIDUALS, note="seed 3"), short], title=PROMPT)
    chromium.get(page.as_uri())
    return chromium


def wait(browser, condition: str) -> None:
    """Until a JavaScript expression holds."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, 30).until(lambda b: b.execute_script(f"return {condition}"), condition)


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


def test_texts_are_shown_as_they_are(browser) -> None:
    wait(browser, "window.viewer")
    assert browser.title == PROMPT
    texts = "Array.from(document.querySelectorAll('.take h2')).map((h) => h.textContent)"
    assert browser.execute_script(f"return {texts}") == [PROMPT + "seed 3", "shorterseed 4"]
    items = "Array.from(document.querySelectorAll('.take li')).map((item) => item.textContent)"
    assert browser.execute_script(f"return {items}") == [INDIVIDUALS[0]]


def test_it_fits_a_phone(browser) -> None:
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    wait(browser, "window.viewer && innerWidth === 390")
    wait(browser, "document.documentElement.scrollWidth <= 390")
    outside = (
        "Array.from(document.querySelectorAll('#controls *')).filter((e) => e.getBoundingClientRect().right > 390)"
    )
    assert browser.execute_script(f"return {outside}.length") == 0
    upper, lower = np.split(picture(browser)[:720], 2)
    assert min(blue(upper).sum(), orange(upper).sum(), blue(lower).sum(), orange(lower).sum()) > 100


def test_nothing_went_wrong_and_nothing_was_fetched(browser) -> None:
    wait(browser, "window.viewer")
    assert browser.execute_script("return performance.getEntriesByType('resource').map((e) => e.name)") == []
    assert browser.get_log("browser") == []
