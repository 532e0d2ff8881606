"""What is odd about a data set and stops nothing: told once while it is prepared; in2in-check names every clip."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from in2in.data.layout import individual_path, person_names
from in2in.files.assumed import ASSUMPTIONS
from in2in.motion.texts import Texts

MORE = "in2in-check names all of these"


def tell_repeated(folder: Path, splits: Mapping[str, Sequence[str]]) -> None:
    """A line about ids that are in two splits, or twice in one: training would see what it is tested on."""
    times = Counter(clip for ids in splits.values() for clip in ids)
    repeated = [clip for clip, count in times.items() if count > 1]
    if repeated:
        where = " and ".join(name for name, ids in splits.items() for _ in range(list(ids).count(repeated[0])))
        told = f"{len(repeated)} ids of {folder} are listed more than once, such as {repeated[0]} in {where}: {MORE}"
        ASSUMPTIONS.tell(f"repeated ids of {folder}", told)


def tell_pairing(folder: Path, clip: str, texts: Texts) -> None:
    """A line about the first clip whose individual texts are not as many as its interaction texts."""
    counts = [len(own) for own in texts.individuals]
    if not (folder / "annots_individual").is_dir() or all(count == len(texts.interaction) for count in counts):
        return
    number = next(number for number, count in enumerate(counts) if count != len(texts.interaction))
    path = individual_path(folder, person_names(len(counts))[number], clip)
    has = f"pairs {counts[number]} individual texts with {len(texts.interaction)} interaction texts"
    what = has if path.is_file() else "is missing"
    told = f"{path} {what}: where a person has no text, none is trained with; {MORE}"
    ASSUMPTIONS.tell(f"pairing of {folder}", told)
