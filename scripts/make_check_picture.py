"""Draws docs/check.png: frames in which in2in-check found something, in the project's own viewer.

    python scripts/make_check_picture.py DATA_DIR CLIP:FRAME,FRAME,FRAME [CLIP:... ...]

docs/check.png shows 09_001:72,73,74 15_003:6,7,8 11_007:30,45,60 01_003:70,86,100 of all CMU salsa (docs/check.md).
Needs Chromium with its driver, selenium and Pillow.
"""

import sys
import tempfile
from pathlib import Path

from make_synthetic_sheet import COLOURS, SHARE, browser, picture, still
from PIL import Image

from in2in.check.page import shown
from in2in.export.html import write_page

COLUMNS = 2


def main() -> None:
    """A row for each clip."""
    folder, *wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        chromium, rows = browser(scratch), []
        for number, (clip, frames) in enumerate(own.split(":") for own in wanted):
            joints = shown(Path(folder), 2, clip, 0)
            if joints is None:
                sys.exit(f"clip {clip} of {folder} cannot be shown")
            takes = [still(joints, int(frame), f"{clip}, {frame}") for frame in frames.split(",")]
            write_page(page := Path(scratch) / f"{number}.html", takes)
            rows.append(picture(chromium, page))
        chromium.quit()
    width, height = (round(SHARE * size) for size in rows[0].size)
    sheet = Image.new("RGB", (COLUMNS * width, -(-len(rows) // COLUMNS) * height), "white")
    for number, row in enumerate(rows):
        place = (number % COLUMNS * width, number // COLUMNS * height)
        sheet.paste(row.resize((width, height), Image.Resampling.LANCZOS), place)
    out = Path("docs/check.png")
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)
    print(out)


if __name__ == "__main__":
    main()
