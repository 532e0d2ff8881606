"""Draws docs/demo.png: samples of `make demo` at three moments each, in the project's own viewer.

    python docs/make_demo_picture.py SAMPLE.npz [SAMPLE.npz ...]

Needs Chromium with its driver, selenium and Pillow.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from make_synthetic_sheet import COLOURS, COLUMNS, SHARE, TURNED, browser, picture
from PIL import Image

from in2in.export.html import write_page
from in2in.export.take import Take
from in2in.motion.rotations import rotate_about_y

MOMENTS = (0.15, 0.45, 0.8)
"""Shares of a sample's length."""


def stills(path: Path) -> list[Take]:
    """A sample's moments, the persons beside each other as seen by the viewer."""
    with np.load(path) as sample:
        joints, fps, prompt = torch.from_numpy(sample["joints"]), int(sample["fps"]), str(sample["prompt"])
    shown = []
    for place, share in enumerate(MOMENTS):
        frame = round(share * (joints.shape[1] - 1))
        still = joints[:, frame : frame + 1]
        across = still[1, 0, 0] - still[0, 0, 0]
        middle = still[:, 0, 0].mean(0) * torch.tensor([1.0, 0.0, 1.0])
        turned = rotate_about_y(still - middle, torch.atan2(across[2], across[0]) + TURNED)
        shown.append(Take(turned.expand(-1, 2, -1, -1).numpy(), fps, prompt if place == 0 else f"{frame / fps:.1f} s"))
    return shown


def main() -> None:
    """One row for each sample."""
    out = Path(__file__).parent / "demo.png"
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
