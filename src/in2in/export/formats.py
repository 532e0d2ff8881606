"""The formats that motion can be taken away in, by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from in2in.errors import InputError
from in2in.export.bvh import write_bvh
from in2in.export.glb import write_glb
from in2in.export.html import write_page
from in2in.export.smpl import write_smpl
from in2in.export.table import write_table
from in2in.export.take import Take


@dataclass(frozen=True)
class Format:
    """A way to write a take.

    Attributes:
        write: takes the files' path without its ending, and the take; returns what it wrote.
        rigid: it holds bones of constant length, which generated motion only roughly has.
        needs: a module that an extra of this package brings.
    """

    write: Callable[[Path, Take], list[Path]]
    rigid: bool = False
    needs: str | None = None


def _single(ending: str, write: Callable[[Path, Take], None]) -> Callable[[Path, Take], list[Path]]:
    """A writer of one file for all persons."""

    def write_one(stem: Path, take: Take) -> list[Path]:
        path = stem.with_name(f"{stem.name}.{ending}")
        write(path, take)
        return [path]

    return write_one


def _page(path: Path, take: Take) -> None:
    write_page(path, [take], take.title)


# What follows draws pictures: those libraries are imported only when they are used.
def _mp4(path: Path, take: Take) -> None:
    from in2in.export.video import write_mp4

    write_mp4(path, take)


def _gif(path: Path, take: Take) -> None:
    from in2in.export.video import write_gif

    write_gif(path, take)


def _png(path: Path, take: Take) -> None:
    from in2in.export.strip import write_strip

    write_strip(path, take)


FORMATS = {
    "html": Format(_single("html", _page)),
    "mp4": Format(_single("mp4", _mp4), needs="imageio_ffmpeg"),
    "gif": Format(_single("gif", _gif)),
    "png": Format(_single("png", _png)),
    "bvh": Format(write_bvh, rigid=True),
    "glb": Format(_single("glb", write_glb)),
    "smpl": Format(write_smpl, rigid=True),
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


def fitting_note(take: Take) -> str:
    """One line on how far a file of rigid bones is from the motion."""
    mean, largest = take.fitting_error()
    return f"rigid bones are {mean:.2f} cm from the joints on average, {largest:.2f} cm at most"
