"""The texts of a motion as they stand in a picture: its title above, each person's text and colour below."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from in2in.export.body import COLOURS
from in2in.motion.motion import Motion

INK, SOFT = "#1d232b", "#5a6572"

LEADING = 1.35
"""Height of a line, in heights of its letters."""

MAX_LINES = 2
"""Of a text; the rest is cut."""


@dataclass(frozen=True)
class Line:
    """A line of text: its letters' colour and size in pixels, and the colour of the dot before it, if there is one."""

    text: str
    colour: str
    points: int
    dot: str | None = None


@dataclass(frozen=True)
class Caption:
    """A piece of all pictures of a video.

    Attributes:
        top, left: its first row and column, both even.
        cover: [H, W], how much of the picture it hides.
        ink: [H, W, 3], its colours, 0 to 255.
    """

    top: int
    left: int
    cover: np.ndarray
    ink: np.ndarray


def captions(motion: Motion, size: tuple[int, int]) -> list[Caption]:
    """What stands along the upper and the lower edge of a picture of some size, width and height in pixels."""
    width, height = size
    large, small = round(height / 25), round(height / 34)
    above = [Line(text, INK, large) for text in _wrapped(motion.title, large, width)]
    above += [Line(motion.note, SOFT, small)] if motion.note else []
    below = []
    for person, text in enumerate(motion.texts.first_individuals):
        lines = _wrapped(text, small, width)
        colours = (COLOURS[person % len(COLOURS)], *[None] * MAX_LINES)  # coloured letters would be hard to read
        below += [Line(line, INK, small, dot) for line, dot in zip(lines, colours, strict=False)]
    head, foot = (_sheet(lines, width, large) for lines in (above, below))
    return [*_written(head, 0), *_written(foot, height - foot.height)]


def _written(sheet: Image.Image, top: int) -> list[Caption]:
    """The part of a sheet that is not empty, if there is one; the sheet begins at row `top` of the picture."""
    box = sheet.getbbox()
    if box is None:
        return []
    left, first, right, last = box
    left, first = left - left % 2, first - (top + first) % 2
    drawn = np.asarray(sheet.crop((left, first, right, last)), dtype=np.float32)
    return [Caption(top + first, left, drawn[..., 3] / 255, drawn[..., :3])]


def _sheet(lines: Sequence[Line], width: int, edge: int) -> Image.Image:
    """Lines below each other with a margin around them."""
    height = edge + sum(round(LEADING * line.points) for line in lines)
    sheet = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw, top = ImageDraw.Draw(sheet), edge // 2
    indent = 1.2 if any(line.dot for line in lines) else 0.0
    for line in lines:
        radius, middle = 0.36 * line.points, top + 0.6 * line.points
        if line.dot:
            draw.ellipse((edge, middle - radius, edge + 2 * radius, middle + radius), fill=line.dot)
        draw.text((edge + indent * line.points, top), line.text, font=_font(line.points), fill=line.colour)
        top += round(LEADING * line.points)
    return sheet


def _wrapped(text: str, points: int, width: int) -> list[str]:
    """Lines of a text that leave a margin on the right, too; what does not fit into the last becomes "…"."""
    font, room = _font(points), width - 4 * points
    lines, left = [], deque(text.split())
    while left and len(lines) < MAX_LINES:
        line = left.popleft()
        while left and font.getlength(f"{line} {left[0]}") <= room:
            line = f"{line} {left.popleft()}"
        lines.append(line)
    if left:
        lines[-1] += " …"
    return [_cut(line, font, room) for line in lines]


def _cut(line: str, font: ImageFont.FreeTypeFont, room: float) -> str:
    kept = line
    while kept and font.getlength(kept) > room:
        kept = kept.removesuffix("…")[:-1].rstrip() + "…"
    return kept


def _font(points: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which matplotlib brings: Latin, Greek and Cyrillic letters."""
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", points)
