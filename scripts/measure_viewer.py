"""How large the page of ten seconds is, how soon it shows a picture, and how many it shows a second.

    python scripts/measure_viewer.py

Prints the figures of docs/export.md. Needs Chromium with its driver and selenium.
"""

import os
import tempfile
import time
from pathlib import Path

import numpy as np
from make_synthetic_sheet import browser
from selenium.webdriver.support.ui import WebDriverWait

from in2in.bench.people import generate
from in2in.export.html import write_page
from in2in.motion.motion import Motion
from in2in.motion.representation import canonicalise

FRAMES = 300
SIZES = {"1280 x 720": (1280, 720), "phone, 390 x 844": (390, 844)}
SECONDS = 15

SHOWN = """
const done = arguments[1], until = performance.now() + 1000 * arguments[0];
let [start, last, shown] = [null, viewer.frame, 0];
const look = (now) => {
  start ??= now;
  if (viewer.frame !== last) shown++;
  last = viewer.frame;
  if (now < until) requestAnimationFrame(look);
  else done(1000 * shown / (now - start));
};
viewer.play();
requestAnimationFrame(look);
"""
"""Counts the frames that are shown."""


def ten_seconds() -> Motion:
    """Two people for 300 frames, with texts."""
    clip = generate(12, seed=0)
    joints = np.concatenate([canonicalise(clip.motion).joints] * 4, axis=1)[:, :FRAMES]
    return Motion(joints, texts=clip.texts)


def main() -> None:
    """Measure one page at several sizes, and four takes side by side."""
    take = ten_seconds()
    print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}, {take.joints.shape[1]} frames")
    with tempfile.TemporaryDirectory() as folder:
        chromium = browser(folder)
        renderer = "return document.createElement('canvas').getContext('webgl2').getParameter(0x1F01)"
        for count in (1, 4):
            page = Path(folder) / f"{count}.html"
            write_page(page, [take] * count)
            print(f"{count} side by side: {page.stat().st_size / 1e6:.2f} MB")
            for name, (width, height) in SIZES.items() if count == 1 else [*SIZES.items()][:1]:
                size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
                chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
                start = time.perf_counter()
                chromium.get(page.as_uri())
                ready = "return window.viewer && viewer.frame > 0"
                WebDriverWait(chromium, 300, 0.05).until(lambda it, ready=ready: it.execute_script(ready))
                first = time.perf_counter() - start
                rate = chromium.execute_async_script(SHOWN, SECONDS)
                print(f"  {name}: first pictures after {first:.1f} s, {rate:.1f} a second")
        print(chromium.execute_script(renderer), chromium.capabilities["browserVersion"])
        chromium.quit()


if __name__ == "__main__":
    main()
