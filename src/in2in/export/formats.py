"""The formats that motion can be taken away in, by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from in2in.errors import InputError
from in2in.export.bvh import write_bvh
from in2in.export.choices import Choices
from in2in.export.glb import write_glb
from in2in.export.html import write_page
from in2in.export.smpl import write_smpl
from in2in.export.table import write_table
from in2in.motion.motion import Motion

Writer = Callable[[Path, Motion, Choices], list[Path]]


@dataclass(frozen=True)
class Format:
    """A way to write a motion.

    Attributes:
        write: takes the files' path without its ending, the motion and what the user chose, which not every format has
            a place for; returns what it wrote.
        rigid: it holds bones of constant length, which generated motion only roughly has.
        needs: a module that an extra of this package brings.
    """

    write: Writer
    rigid: bool = False
    needs: str | None = None


def _chosen(ending: str, write: Callable[[Path, Motion, Choices], None]) -> Writer:
    """A writer of one file for all persons, as the user chose."""

    def write_one(stem: Path, motion: Motion, choices: Choices) -> list[Path]:
        path = stem.with_name(f"{stem.name}.{ending}")
        write(path, motion, choices)
        return [path]

    return write_one


def _single(ending: str, write: Callable[[Path, Motion], None]) -> Writer:
    """A writer of one file for all persons, of which nothing can be chosen."""
    return _chosen(ending, lambda path, motion, _: write(path, motion))


def _page(path: Path, motion: Motion, choices: Choices) -> None:
    write_page(path, [motion], motion.title, choices.body_model)


# What follows draws pictures: those libraries are imported only when they are used.
def _mp4(path: Path, motion: Motion) -> None:
    from in2in.export.video import write_mp4

    write_mp4(path, motion)


def _gif(path: Path, motion: Motion) -> None:
    from in2in.export.video import write_gif

    write_gif(path, motion)


def _png(path: Path, motion: Motion) -> None:
    from in2in.export.strip import write_strip

    write_strip(path, motion)


FORMATS = {
    "html": Format(_chosen("html", _page)),
    "mp4": Format(_single("mp4", _mp4), needs="imageio_ffmpeg"),
    "gif": Format(_single("gif", _gif)),
    "png": Format(_single("png", _png)),
    "bvh": Format(lambda stem, motion, choices: write_bvh(stem, motion, choices.names), rigid=True),
    "glb": Format(_chosen("glb", write_glb), rigid=True),
    "smpl": Format(lambda stem, motion, _: write_smpl(stem, motion), rigid=True),
    "csv": Format(_single("csv", write_table)),
}


def find_formats(names: Sequence[str], option: str = "to") -> dict[str, Format]:
    """The formats of some names, in their order; an InputError that lists the known ones for any other name.

    Args:
        names: such as ["bvh", "mp4"].
        option: what the user wrote the names behind.
    """
    if unknown := [name for name in names if name not in FORMATS]:
        raise InputError(f"{option}: there is no format {unknown[0]!r}; known are {', '.join(FORMATS)}")
    found = {name: FORMATS[name] for name in names}
    for name in found:
        if not at_hand(name):
            raise InputError(f"{option}: {name} needs a package that is not installed: pip install 'in2in[video]'")
    return found


def at_hand(name: str) -> bool:
    """Whether what a format needs is installed."""
    needs = FORMATS[name].needs
    return needs is None or find_spec(needs) is not None


def fitting_error(motion: Motion) -> tuple[float, float]:
    """How far the joints of a motion's rigs are from its own, centimetres: mean and largest."""
    reached = np.stack([rig.joints().numpy() for rig in motion.rigs])
    off = np.linalg.norm(reached - motion.joints, axis=-1) * 100
    return float(off.mean()), float(off.max())


def fitting_note(motion: Motion) -> str:
    """One line on how far a file of rigid bones is from the motion."""
    mean, largest = fitting_error(motion)
    return f"rigid bones are {mean:.2f} cm from the joints on average, {largest:.2f} cm at most"
