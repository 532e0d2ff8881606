"""Draws docs/viewer.png, docs/viewer_phone.png and docs/web_demo.png: what the page and the web demo look like.

    python scripts/make_screenshots.py

With the bundled weights. Needs Chromium with its driver, selenium and the extra `demo`.
"""

import io
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

from make_synthetic_sheet import browser
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from in2in.demo.app import App, gallery
from in2in.demo.service import Service
from in2in.export.html import write_page
from in2in.pipeline import Generator, Prompt
from in2in.runs.folder import BUNDLED, BUNDLED_PRIOR

DOCS = Path("docs")
COLOURS = 256


def shot(chromium: webdriver.Chrome, size: tuple[int, int], out: Path) -> None:
    """Save what the page shows at a size."""
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    wait = "const done = arguments[0]; let n = 5; const f = () => n-- ? requestAnimationFrame(f) : done(); f()"
    chromium.execute_async_script(wait)
    picture = Image.open(io.BytesIO(chromium.get_screenshot_as_png())).convert("RGB")
    picture.quantize(COLOURS).save(out, optimize=True)
    print(out)


def still(chromium: webdriver.Chrome, frame: int) -> None:
    """Wait for the viewer and stop it at a frame."""
    WebDriverWait(chromium, 300).until(lambda it: it.execute_script("return window.viewer && viewer.frames > 0"))
    chromium.execute_script("viewer.pause(); viewer.seek(arguments[0])", frame)


def main() -> None:
    """Sample a prompt of the gallery, look at its page, then ask the demo for the same."""
    interaction, prior = Generator.from_pretrained(BUNDLED), Generator.from_pretrained(BUNDLED_PRIOR)
    asked = {key: value for key, value in gallery()[0].items() if key != "kind"}
    motions = interaction(Prompt(**asked))
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe, ExitStack() as afterwards:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        chromium = browser(folder)
        afterwards.callback(chromium.quit)
        page = Path(folder) / "page.html"
        write_page(page, motions)
        chromium.get(page.as_uri())
        still(chromium, 45)
        shot(chromium, (1280, 720), DOCS / "viewer.png")
        shot(chromium, (390, 844), DOCS / "viewer_phone.png")
        app = App(Service(interaction, prior))
        chromium.get(app.launch("127.0.0.1", port))
        find = "return document.querySelector(arguments[0])"
        wait = WebDriverWait(chromium, 300)
        wait.until(lambda it: it.execute_script(find, "#gallery tbody tr")).click()
        wait.until(lambda it: it.execute_script("return document.querySelector('#prompt textarea').value"))
        field = chromium.find_element("css selector", "#schedule input")
        field.click()
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys("exp:", Keys.ENTER)
        wait.until(lambda it: it.execute_script(find, "#curve img"))
        chromium.execute_script("document.querySelector('#generate').click()")
        wait.until(lambda it: it.execute_script(find, "#files a[href]"))
        chromium.switch_to.frame(wait.until(lambda it: it.execute_script(find, "#viewer iframe")))
        still(chromium, 45)
        chromium.switch_to.default_content()
        chromium.execute_script("scrollTo(0, 0)")
        shot(chromium, (1280, 1080), DOCS / "web_demo.png")
        app.blocks.close()


if __name__ == "__main__":
    main()
