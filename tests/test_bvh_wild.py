"""BVH files as the tools of the field write them: each trait must give the joints and rotations of the plain file."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bvh_files import Figure, Style, assert_same, bvh, figure, read

from in2in.errors import InputError


def on_head(change: Callable[[str], str]) -> Callable[[str], str]:
    """A change of the hierarchy alone."""

    def changed(text: str) -> str:
        head, motion = text.split("MOTION")
        return f"{change(head)}MOTION{motion}"

    return changed


def on_numbers(change: Callable[[str], str]) -> Callable[[str], str]:
    """A change of the rows of numbers alone."""

    def changed(text: str) -> str:
        head, seconds, numbers = re.split(r"(Frame Time: \S+\n)", text)
        return head + seconds + change(numbers)

    return changed


WRITING = {
    "no space after the colon": lambda t: t.replace("Time: ", "Time:").replace("Frames: ", "Frames:"),
    "tabs": lambda t: t.replace(" ", "\t").replace("End\tSite", "End Site").replace("Frame\tTime", "Frame Time"),
    "CRLF": lambda t: t.replace("\n", "\r\n"),
    "CR": lambda t: t.replace("\n", "\r"),
    "upper case": lambda t: on_head(str.upper)(t).replace("Frame Time", "FRAME TIME"),
    "lower case": lambda t: t.lower(),
    "BOM": lambda t: b"\xef\xbb\xbf" + t.encode(),
    "UTF-16": lambda t: t.encode("utf-16"),
    "UTF-16 without a mark": lambda t: t.encode("utf-16-le"),
    "Latin-1": lambda t: t.replace("End Site", "JOINT Fl\u00fcgel\n{\nOFFSET 0 1 0\nCHANNELS 0\n}\nEnd Site").encode(
        "latin-1"
    ),
    "blank lines": lambda t: t.replace("\n", "\n\n") + "\n \n\n",
    "brace beside the name": lambda t: t.replace("\n{", " {"),
    "promises more": lambda t: t.replace("Frames: 40", "Frames: 45"),
    "promises fewer": lambda t: t.replace("Frames: 40", "Frames: 12"),
    "no number of frames": lambda t: t.replace("Frames: 40\n", ""),
    "values over several lines": on_numbers(lambda n: n.replace(" ", "\n", n.count(" ") - 3)),
    "eight values a line": on_numbers(lambda n: re.sub(r"((?:\S+\s+){8})", lambda m: " ".join(m[1].split()) + "\n", n)),
    "all frames in one line": on_numbers(lambda n: n.replace("\n", " ")),
    "scientific": on_numbers(lambda n: " ".join(f"{float(v):.8E}" for v in n.split())),
    "decimal commas": lambda t: re.sub(r"(\d)\.(\d)", r"\1,\2", t),
    "commas between": on_numbers(lambda n: n.replace(" ", ", ")),
    "cut in the last row": lambda t: t + " ".join(t.splitlines()[-1].split()[:9]),
    "no braces at the end": lambda t: t.replace("}\nMOTION", "MOTION"),
    "no end sites": lambda t: re.sub(r"End Site\n\{\nOFFSET .*\n\}\n", "", t),
    "no hierarchy's keyword": lambda t: t.removeprefix("HIERARCHY\n"),
    "offset in lines": on_head(lambda h: re.sub(r"OFFSET (\S+) (\S+)", "OFFSET\n\\1\n\\2", h)),
    "scale channels": None,
}


def with_scales(own: Figure) -> str:
    """Blender's nine channels, of which three are scales of 1."""
    text = bvh(own)
    head, numbers = text.split("Frame Time: 0.033333\n")
    head = re.sub(r"CHANNELS 3 (.*)", r"CHANNELS 6 \1 Xscale Yscale Zscale", head)
    rows = []
    for row in numbers.splitlines():
        values = row.split()
        angles = [" ".join([*values[at : at + 3], "1 1 1"]) for at in range(6, len(values), 3)]
        rows.append(" ".join([*values[:6], *angles]))
    return f"{head}Frame Time: 0.033333\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize("trait", WRITING)
def test_ways_of_writing(tmp_path: Path, trait: str) -> None:
    own = figure()
    change = WRITING[trait]
    assert_same(read(tmp_path, with_scales(own) if change is None else change(bvh(own))), read(tmp_path, bvh(own)))


@pytest.mark.parametrize(
    "style",
    [
        *(Style(order=order) for order in ("XYZ", "YXZ", "ZYX")),
        Style(every=True),
        Style(every=True, adds=True),
        Style(every=True, first=False),
        *(
            Style(frame_time=written)
            for written in ("0.033", "0.03", "0.0333", "0.03333333333", "3.3333e-02", "0,0333")
        ),
    ],
    ids=str,
)
def test_channels_and_frame_times(tmp_path: Path, style: Style) -> None:
    assert_same(read(tmp_path, bvh(figure(), style=style)), read(tmp_path, bvh(figure())))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (lambda: re.sub(r"95\.\d+", "nan", bvh(figure()), count=1), "not finite, the first in frame 0"),
        (lambda: bvh(figure(), style=Style(frame_time="0")), "frame time is 0, .*give fps="),
        (lambda: bvh(figure(), style=Style(frame_time="-0.03")), "frame time is -0.03, .*give fps="),
        (lambda: bvh(figure(), style=Style(frame_time="sNaN")), "frame time is sNaN, .*give fps="),
        (lambda: bvh(figure(), style=Style(frame_time="30")), "frame time is 30, .*give fps="),
        (lambda: bvh(figure()).replace("Frame Time: 0.033333\n", ""), "no frame time, .*give fps="),
        (lambda: bvh(figure()).split("MOTION")[0], "no hierarchy and motion"),
        (lambda: bvh(figure()).split("0.033333\n")[0] + "0.033333\n", "has no frame"),
        (lambda: bvh(figure()).replace("CHANNELS 3 Zrotation", "CHANNELS 3 Wrotation", 1), "unknown channels"),
        (lambda: bvh(figure()).replace(" ", " x ", 400), "is no number"),
        (lambda: bvh(figure().renamed({name: f"bone{k}" for k, name in enumerate(figure().names)})), "skeleton=FILE"),
        (lambda: bvh(figure().scaled(5)), "no known unit .*give unit="),
        (lambda: b"\x00\x01\x02", "cannot be read as BVH"),
        (lambda: b"", "cannot be read as BVH"),
    ],
)
def test_what_cannot_be_used_gets_one_line(tmp_path: Path, text: Callable[[], str | bytes], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path, text())
    assert "\n" not in str(caught.value)
    assert "a.bvh" in str(caught.value) or "unit" in words


def test_a_row_that_lacks_a_number_is_named(tmp_path: Path) -> None:
    lines = bvh(figure()).splitlines()
    lines[-20] = lines[-20].rsplit(" ", 1)[0]
    with pytest.raises(InputError, match=r"frame 20 has 68 numbers, its joints have 69 channels"):
        read(tmp_path, "\n".join(lines))


def test_fps_rescues_a_frame_time_of_zero(tmp_path: Path) -> None:
    text = bvh(figure(), style=Style(frame_time="0"))
    assert_same(read(tmp_path, text, fps=30), read(tmp_path, bvh(figure())))


@pytest.mark.parametrize("seed", range(60))
def test_damage_is_one_line_or_finite_motion(tmp_path: Path, seed: int) -> None:
    """Lines and pieces cut out, doubled, put elsewhere, or replaced by keywords and numbers that are none."""
    rng = np.random.default_rng(seed)
    words = (
        "{",
        "}",
        "JOINT",
        "ROOT",
        "End Site",
        "OFFSET",
        "CHANNELS",
        "MOTION",
        "HIERARCHY",
        "Frames:",
        "nan",
        "inf",
    )
    words += ("1e308", "-", ",", ";", "3", "\0")
    data = bvh(figure(frames=4))
    for _ in range(rng.integers(1, 6)):
        lines = data.split("\n")
        line, other = rng.integers(0, len(lines), 2)
        place = int(rng.integers(0, len(data)))
        lines[line] = lines[other]
        data = (
            "\n".join(lines),
            data[:place] + data[place + int(rng.integers(1, 300)) :],
            f"{data[:place]} {words[rng.integers(len(words))]} {data[place:]}",
            data[: place + 1],
        )[rng.choice(4, p=[0.3, 0.3, 0.35, 0.05])]
    said, motion = "", None
    try:
        motion = read(tmp_path, data)
    except InputError as error:
        said = str(error)
    assert "\n" not in said
    assert motion is None or (np.isfinite(motion.joints).all() and np.isfinite(motion.rotations).all())
