"""What is to be annotated: a text of a clip, with the motion that tells who is who."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from in2in.data.layout import SPLITS, read_split, read_texts, split_path
from in2in.errors import InputError
from in2in.files.inside import check_id


@dataclass(frozen=True)
class Task:
    """An interaction text without individual texts.

    Attributes:
        clip: its id.
        line: which of the clip's interaction texts, from 0.
        text: the interaction text.
    """

    clip: str
    line: int
    text: str

    def key(self, version: str) -> str:
        """What an annotator's answer is found by in the journal: the same text of the same clip, the same annotator."""
        return hashlib.sha256("\0".join((version, self.clip, str(self.line), self.text)).encode()).hexdigest()[:20]


def clips_of(data_dir: Path) -> list[str]:
    """The ids of all splits in their order, each once.

    Raises:
        InputError: the data set cannot be annotated, or an id is no plain name: files are written by it.
    """
    if not data_dir.is_dir():
        raise InputError(f"data_dir={data_dir} is not a folder: give the data set's folder")
    present = [name for name in SPLITS if split_path(data_dir, name).is_file()]
    if not present:
        raise InputError(f"data_dir={data_dir} has no split/train.txt: is it a data set in the InterHuman layout?")
    named = [(clip, split_path(data_dir, name)) for name in present for clip in read_split(data_dir, name)]
    clips = list(dict.fromkeys(check_id(clip, path) for clip, path in named))
    if not clips:
        raise InputError(f"the splits of data_dir={data_dir} name no clip: list one id a line in split/train.txt")
    if not (data_dir / "annots").is_dir():
        raise InputError(f"data_dir={data_dir} has no texts: put the interaction texts in annots/ID.txt, one a line")
    if not (data_dir / "motions_processed" / "person2").is_dir():
        raise InputError(f"data_dir={data_dir} has no motion of a second person: who is who cannot be told")
    return clips


def missing(data_dir: Path, clips: list[str], overwrite: bool) -> Iterator[Task]:
    """The texts of clips for which a person's description is missing; all of them if the old are to be replaced."""
    for clip in clips:
        texts = read_texts(data_dir, clip)
        for line, text in enumerate(texts.interaction):
            if overwrite or not all(line < len(own) and own[line] for own in texts.individuals):
                yield Task(clip, line, text)
