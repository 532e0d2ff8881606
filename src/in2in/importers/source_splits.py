"""The splits of a source that has its own: a file of clip ids for each, train and perhaps val and test."""

from collections.abc import Callable
from pathlib import Path

from in2in.data.layout import SPLITS
from in2in.errors import InputError
from in2in.files.inside import check_id
from in2in.files.text_files import read_lines


def read_splits(
    source: Path, place: Callable[[str], Path], whose: str, kept: Callable[[str], bool] = lambda _: True
) -> dict[str, list[str]]:
    """The ids of each split that there is, each once; train has some.

    Args:
        source: folder of the data set.
        place: the file of a split.
        whose: option and data set, for the message: "interx_dir=PATH the folder of Inter-X".
        kept: whether an id is taken.
    """
    splits = {}
    for name in SPLITS:
        path = place(name)
        if path.is_file():
            ids = dict.fromkeys(line.removesuffix(".npy") for line in read_lines(path, dataset=source) if line)
            splits[name] = [check_id(clip, path) for clip in ids if kept(clip)]
        elif name == "train":
            raise InputError(f"{path} is missing: is {whose}?")
    if not splits["train"]:
        raise InputError(f"{place('train')} names no clip: list one id a line")
    return splits
