"""Draws docs/synthetic.png: one procedural clip of each kind at three moments, in the project's own viewer.

    python scripts/make_synthetic_sheet.py [OUT.png]

Needs Chromium with its driver, selenium and Pillow.
"""

import io
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from in2in.bench.people import KINDS, Clip, generate
from in2in.export.html import write_page
from in2in.motion.motion import Motion
from in2in.motion.representation import FPS
from in2in.motion.texts import Texts

SEED = 3
ROW = 960, 300
"""Pixels of the three moments of a kind, as drawn; the sheet is smaller."""

SHARE = 0.55
"""Of the drawn size, on the sheet."""

COLUMNS = 2
COLOURS = 64

OPTIONS = (
    *("--headless=new", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"),
    *("--hide-scrollbars", "--no-first-run", "--disable-background-networking", "--disable-sync"),
)


def moments(clip: Clip) -> list[int]:
    """Three frames: before, in the middle of the first touch (or of the clip), and after."""
    last = len(clip.motion) - 1
    touches = [touch for touch in clip.truth.touches if touch.start > last * 0.15]
    middle = (touches[0].start + min(touches[0].end, touches[0].start + 20)) // 2 if touches else last // 2
    return [round(0.45 * middle), middle, round(middle + 0.45 * (last - middle))]


def takes(clip: Clip) -> list[Motion]:
    """A still for each moment."""
    joints = clip.motion.joints
    return [still(joints, frame, f"{clip.truth.kind}, {frame / FPS:.1f} s") for frame in moments(clip)]


def still(joints: np.ndarray, frame: int, title: str) -> Motion:
    """One frame of joints [2, T, 22, 3]."""
    return Motion(joints[:, [frame, frame]].astype(np.float32), texts=Texts.single(title))


def browser(folder: str, size: tuple[int, int] = ROW) -> webdriver.Chrome:
    """A Chromium without a screen whose page has a size, width and height in pixels."""
    if (driver := shutil.which("chromedriver")) is None:
        sys.exit("this needs Chromium and its driver: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    for option in (*OPTIONS, f"--user-data-dir={folder}/profile", f"--window-size={size[0]},{size[1] + 200}"):
        options.add_argument(option)
    chromium = webdriver.Chrome(options, webdriver.ChromeService(driver))
    chromium.set_script_timeout(300)
    return chromium


def picture(chromium: webdriver.Chrome, page: Path) -> Image.Image:
    """What the page shows, without its controls."""
    chromium.get(page.as_uri())
    WebDriverWait(chromium, 60).until(lambda it: it.execute_script("return window.viewer && viewer.frames > 0"))
    chromium.execute_script("viewer.pause(); viewer.seek(0); document.getElementById('controls').style.display='none'")
    chromium.execute_script("window.dispatchEvent(new Event('resize'))")
    wait = "const done = arguments[0]; let n = 5; const f = () => n-- ? requestAnimationFrame(f) : done(); f()"
    chromium.execute_async_script(wait)
    return Image.open(io.BytesIO(chromium.get_screenshot_as_png())).convert("RGB")


def main() -> None:
    """Draw all kinds and put them on one sheet."""
    out = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/synthetic.png")
    with tempfile.TemporaryDirectory() as folder:
        chromium = browser(folder)
        rows = []
        for k, kind in enumerate(KINDS):
            page = Path(folder) / f"{k}.html"
            write_page(page, takes(generate(k, SEED)), kind.name)
            rows.append(picture(chromium, page))
        chromium.quit()
    width, height = (round(SHARE * size) for size in rows[0].size)
    sheet = Image.new("RGB", (COLUMNS * width, -(-len(rows) // COLUMNS) * height), "white")
    for k, row in enumerate(rows):
        sheet.paste(row.resize((width, height), Image.Resampling.LANCZOS), (k % COLUMNS * width, k // COLUMNS * height))
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)
    print(out)


if __name__ == "__main__":
    main()
