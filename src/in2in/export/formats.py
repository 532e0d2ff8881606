"""The formats that motion can be taken away in, by name; what writes them is imported when it is used."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.export.choices import Choices
    from in2in.motion.motion import Motion


@dataclass(frozen=True)
class Format:
    """A way to write a motion.

    Attributes:
        name: what `to=` and `export=` call it: the file's ending, where it is one file for all persons.
        writer: a module of this room and a function in it, which takes the path and the motion.
        chosen: the writer takes what the user chose, too.
        persons: a file for each person: the writer takes their path without its ending, and returns what it wrote.
        rigid: it holds bones of constant length, which generated motion only roughly has.
        needs: a module that an extra of this package brings.
    """

    name: str
    writer: str
    chosen: bool = False
    persons: bool = False
    rigid: bool = False
    needs: str | None = None

    def write(self, stem: Path, motion: "Motion", choices: "Choices") -> list[Path]:
        """Write a motion; returns the files.

        Args:
            stem: path of the files without their ending.
            motion: what is written.
            choices: what the user chose, which not every format has a place for.
        """
        module, function = self.writer.split(".")
        write = getattr(import_module(f"in2in.export.{module}"), function)
        arguments = (motion, choices) if self.chosen else (motion,)
        if self.persons:
            return write(stem, *arguments)
        path = stem.with_name(f"{stem.name}.{self.name}")
        write(path, *arguments)
        return [path]


_ALL = (
    Format("html", "html.write_motion", chosen=True),
    Format("mp4", "video.write_mp4", needs="imageio_ffmpeg"),
    Format("gif", "video.write_gif"),
    Format("png", "strip.write_strip"),
    Format("bvh", "bvh.write_bvh", chosen=True, persons=True, rigid=True),
    Format("glb", "glb.write_glb", chosen=True, rigid=True),
    Format("smpl", "smpl.write_smpl", persons=True, rigid=True),
    Format("csv", "table.write_table"),
)
FORMATS = {own.name: own for own in _ALL}


def find_formats(names: Sequence[str], option: str = "to") -> dict[str, Format]:
    """The formats of some names, in their order; an InputError that lists the known ones for any other name.

    Args:
        names: such as ["bvh", "mp4"].
        option: what the user wrote the names behind.
    """
    if unknown := [name for name in names if name not in FORMATS]:
        raise InputError(f"{option}: there is no format {unknown[0]!r}; known are {', '.join(FORMATS)}")
    for name in names:
        if not at_hand(name):
            raise InputError(f"{option}: {name} needs a package that is not installed: pip install 'in2in[video]'")
    return {name: FORMATS[name] for name in names}


def at_hand(name: str) -> bool:
    """Whether what a format needs is installed."""
    needs = FORMATS[name].needs
    return needs is None or find_spec(needs) is not None


def fitting_error(motion: "Motion") -> tuple[float, float]:
    """How far the joints of a motion's rigs are from its own, centimetres: mean and largest."""
    import numpy as np

    reached = np.stack([rig.joints().numpy() for rig in motion.rigs])
    off = np.linalg.norm(reached - motion.joints, axis=-1) * 100
    return float(off.mean()), float(off.max())


def fitting_note(motion: "Motion") -> str:
    """One line on how far a file of rigid bones is from the motion."""
    mean, largest = fitting_error(motion)
    return f"rigid bones are {mean:.2f} cm from the joints on average, {largest:.2f} cm at most"
