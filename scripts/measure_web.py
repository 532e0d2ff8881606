"""How large a model's page is, how soon it moves two people, and how near its motion is to PyTorch's.

    python scripts/measure_web.py FOLDER

FOLDER is what `make web` or in2in-export to=web wrote of the bundled run; it is served on loopback and opened in
headless Chromium. Prints the figures of docs/web.md and draws docs/web.png and docs/web_phone.png.
"""

import json
import os
import sys
import tempfile
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
from make_screenshots import shot
from make_synthetic_sheet import browser
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from in2in.motion.prompt import Prompt
from in2in.pipeline import Generator
from in2in.runs.folder import BUNDLED

PROMPTS, SECONDS = Path("docs/demo.jsonl"), 4.0
TYPE = "for (const [id, text] of Object.entries(arguments[0])) document.getElementById(id).value = text"


class Quiet(SimpleHTTPRequestHandler):
    """Serves without telling."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def wait(chromium: webdriver.Chrome, condition: str) -> None:
    """Until an expression holds."""
    WebDriverWait(chromium, 600, 0.05).until(lambda it: it.execute_script(f"return {condition}"))


def generate(chromium: webdriver.Chrome, prompt: Prompt) -> tuple[np.ndarray, float]:
    """The page's joints of a prompt, and the seconds from the press of the button."""
    asked = {"interaction": prompt.prompt, "first": prompt.individual1, "second": prompt.individual2}
    chromium.execute_script(TYPE, {**asked, "seconds": f"{prompt.seconds:g}", "seed": str(prompt.seed)})
    start = time.perf_counter()
    chromium.execute_script("page.results.length = 0; document.getElementById('generate').click()")
    wait(chromium, "page.results.length === 1")
    took = time.perf_counter() - start
    joints = np.array(chromium.execute_script("return Array.from(page.results[0].joints)"), dtype=np.float32)
    return joints.reshape(2, -1, 22, 3), took


def main() -> None:
    """Open the page cold and warm, generate the demo's prompts, compare and draw."""
    folder = sys.argv[1]
    sizes = {path.name: path.stat().st_size for path in Path(folder).iterdir()}
    print(f"{sum(sizes.values()) / 1e6:.1f} MB, of which text.onnx {sizes['text.onnx'] / 1e6:.1f}, ", end="")
    print(f"largest file {max(sizes.values()) / 1e6:.1f}")
    print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")
    lines = [json.loads(line) for line in PROMPTS.read_text(encoding="utf-8").splitlines()]
    known = Prompt.__annotations__.keys() - {"seconds"}
    prompts = [Prompt(**{k: v for k, v in line.items() if k in known}, seconds=SECONDS) for line in lines]
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    Thread(target=server.serve_forever, daemon=True).start()
    made = []
    with tempfile.TemporaryDirectory() as profile:
        chromium = browser(profile)
        for start in ("cold", "warm"):
            begun = time.perf_counter()
            chromium.get(f"http://127.0.0.1:{server.server_port}/")
            wait(chromium, "document.body?.classList.contains('ready')")
            ready = time.perf_counter() - begun
            _, took = generate(chromium, prompts[0])
            print(f"{start}: ready after {ready:.1f} s, first motion {took:.1f} s later")
        for prompt in prompts:
            made.append(generate(chromium, prompt))
        threads = chromium.execute_script("return page.threads")
        print(f"{SECONDS:g} s of motion: {np.median([took for _, took in made]):.1f} s on {threads} threads")
        wait(chromium, "page.player.viewer?.frames > 0")
        chromium.execute_script("const { viewer } = page.player; viewer.pause(); viewer.seek(60)")
        shot(chromium, (1280, 800), Path("docs/web.png"))
        shot(chromium, (390, 844), Path("docs/web_phone.png"))
        chromium.quit()
    server.shutdown()
    motions = Generator.from_pretrained(BUNDLED).counted()(prompts)
    off = [np.linalg.norm(found - motion.joints, axis=-1) for (found, _), motion in zip(made, motions, strict=True)]
    print(f"from PyTorch's joints: {100 * np.mean(off):.3f} cm in the mean, {100 * np.max(off):.2f} cm at most")


if __name__ == "__main__":
    main()
