"""What is wrong with the list of clips: ids in no split or in two, files that belong to no clip."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from in2in.check.finding import Finding, Kind
from in2in.check.texts import encoding_of
from in2in.data.layout import SPLITS, individual_path, interaction_path, listed, motion_path, split_path
from in2in.files.text_files import PLAIN


def read_splits(folder: Path) -> dict[str, list[str]]:
    """The ids that each split's file lists, for the files that there are."""
    return {name: listed(folder, name) for name in SPLITS if split_path(folder, name).is_file()}


def _stems(path: Path, ending: str) -> set[str]:
    """Names without ending of the files beside a path that have the ending; hidden ones are nobody's."""
    return {file.stem for file in path.parent.glob(f"[!.]*{ending}")}


def moving_clips(folder: Path, persons: Sequence[str]) -> set[str]:
    """Ids of which any person has a motion file."""
    return {clip for person in persons for clip in _stems(motion_path(folder, person, "x"), ".npy")}


def split_findings(
    folder: Path, persons: Sequence[str], splits: Mapping[str, Sequence[str]], moving: set[str]
) -> Iterator[Finding]:
    """All that is suspicious about which clips there are.

    Args:
        folder: the data set.
        persons: names of the persons' folders.
        splits: the ids that each split lists.
        moving: ids of which any person has a motion file.
    """
    for path in (split_path(folder, name) for name in (*SPLITS, "ignore_list")):
        if path.is_file() and (encoding := encoding_of(path)) != PLAIN:
            yield Finding(Kind.ENCODED, path.name, f"{path.relative_to(folder)} is {encoding}")
    places = Counter(dict.fromkeys(moving, 0))
    for clips in splits.values():
        places.update(clips)
    for clip in sorted(clip for clip, count in places.items() if count > 1):
        names = [name for name, clips in splits.items() for _ in range(clips.count(clip))]
        yield Finding(Kind.TWICE, clip, f"is listed in {' and in '.join(names)}")
    for clip in sorted(clip for clip, count in places.items() if count == 0):
        yield Finding(Kind.UNSPLIT, clip, "has motion but is listed in no split")
    texts = {"annots": interaction_path(folder, "x")}
    texts |= {f"annots_individual/{person}": individual_path(folder, person, "x") for person in persons}
    for name, path in texts.items():
        for clip in sorted(_stems(path, ".txt") - set(places)):
            yield Finding(Kind.STRAY, clip, f"{name}/{clip}.txt belongs to no motion and no split")
