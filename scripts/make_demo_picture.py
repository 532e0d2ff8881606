"""Draws docs/demo.png: samples of `make demo` at three moments each, in the project's own viewer.

    python scripts/make_demo_picture.py SAMPLE.npz [SAMPLE.npz ...]

Needs Chromium with its driver, selenium and Pillow.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from make_synthetic_sheet import COLOURS, COLUMNS, SHARE, browser, picture, still
from PIL import Image

from in2in.export.html import write_page
from in2in.motion.motion import Motion
from in2in.motion.representation import FPS

MOMENTS = (0.15, 0.45, 0.8)
"""Shares of a sample's length."""


def stills(path: Path) -> list[Motion]:
    """A sample's moments."""
    with np.load(path) as sample:
        joints, prompt = sample["joints"], str(sample["prompt"])
    frames = [round(share * (joints.shape[1] - 1)) for share in MOMENTS]
    titles = [prompt, *(f"{frame / FPS:.1f} s" for frame in frames[1:])]
    return [still(joints, frame, title) for frame, title in zip(frames, titles, strict=True)]


def main() -> None:
    """One row for each sample."""
    out = Path("docs/demo.png")
    with tempfile.TemporaryDirectory() as folder:
        chromium = browser(folder)
        rows = []
        for number, path in enumerate(sys.argv[1:]):
            page = Path(folder) / f"{number}.html"
            write_page(page, stills(Path(path)), "demo")
            rows.append(picture(chromium, page))
        chromium.quit()
    width, height = (round(SHARE * size) for size in rows[0].size)
    sheet = Image.new("RGB", (COLUMNS * width, -(-len(rows) // COLUMNS) * height), "white")
    for number, row in enumerate(rows):
        place = (number % COLUMNS * width, number // COLUMNS * height)
        sheet.paste(row.resize((width, height), Image.Resampling.LANCZOS), place)
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)
    print(out)


if __name__ == "__main__":
    main()
