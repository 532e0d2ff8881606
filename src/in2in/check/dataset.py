"""A whole data set, examined."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from in2in.check.clip import Examiner
from in2in.check.finding import Finding, Kind
from in2in.check.interhuman import explained
from in2in.check.limits import Limits
from in2in.check.splits import moving_clips, read_splits, split_findings
from in2in.check.texts import CountTokens
from in2in.data.layout import count_persons, person_names, read_ignored
from in2in.data.processes import map_in_processes
from in2in.errors import InputError
from in2in.motion.representation import FPS

NO_SPLIT = "no split"


@dataclass(frozen=True)
class Part:
    """A split in figures.

    Attributes:
        clips: ids that it lists, each once.
        ignored: of them, those in the ignore list.
        readable: of them, those with motion that can be read.
        hours: of motion that can be read.
    """

    clips: int
    ignored: int
    readable: int
    hours: float


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor knows of a data set.

    Attributes:
        folder: of the data set.
        persons: of its clips.
        parts: figures of each split, and of the clips in none.
        texts, distinct_texts: interaction texts, and how many there are of them but for repetitions.
        with_individual_texts: clips that have individual texts of all persons.
        ignored: ids that were in the ignore list.
        findings: sorted by kind and id; of ignored clips, too.
    """

    folder: Path
    persons: int
    parts: dict[str, Part]
    texts: int
    distinct_texts: int
    with_individual_texts: int
    ignored: frozenset[str]
    findings: tuple[Finding, ...]

    def clips(self, kinds: Sequence[Kind]) -> list[str]:
        """Ids with a finding of any of these kinds, sorted."""
        return sorted({finding.clip for finding in self.findings if finding.kind in kinds})


def examine(folder: Path, limits: Limits, count_tokens: CountTokens, processes: int | None = None) -> Diagnosis:
    """Examine every clip that a split lists or that has motion; nothing is written.

    Args:
        folder: a data set in the InterHuman layout, prepared or not.
        limits: from where on something is suspicious.
        count_tokens: how many tokens of the text encoder a text has.
        processes: how many work side by side; None for one on each core.
    """
    if not (folder / "motions_processed").is_dir():
        raise InputError(f"data_dir={folder} has no motions_processed: give a data set in the InterHuman layout")
    splits = read_splits(folder)
    if not splits:
        raise InputError(f"data_dir={folder} has no split/train.txt: list the ids of the training clips, one a line")
    persons = tuple(person_names(count_persons(folder)))
    moving, ignored = moving_clips(folder, persons), read_ignored(folder)
    listed = dict.fromkeys(clip for clips in splits.values() for clip in clips)
    unlisted = sorted(moving - set(listed))
    ids = [*listed, *unlisted]
    if not ids:
        raise InputError(f"data_dir={folder} has no clip: its splits list none and motions_processed is empty")
    examined = map_in_processes(Examiner(folder, persons, limits, count_tokens), ids, processes, "checking")
    findings = [explained(finding) for finding in split_findings(folder, persons, splits, moving)]
    findings += [explained(finding) for clip in examined for finding in clip.findings]
    frames = {clip.clip: clip.frames for clip in examined}
    texts = Counter(text for clip in examined for text in clip.texts)
    order = list(Kind)
    return Diagnosis(
        folder,
        len(persons),
        {name: _part(clips, ignored, frames) for name, clips in (splits | {NO_SPLIT: unlisted}).items() if clips},
        texts.total(),
        len(texts),
        sum(clip.individual_texts == len(persons) for clip in examined),
        frozenset(ignored),
        tuple(sorted(findings, key=lambda finding: (order.index(finding.kind), finding.clip))),
    )


def _part(clips: Sequence[str], ignored: set[str], frames: dict[str, int]) -> Part:
    distinct = set(clips)
    lengths = [frames[clip] for clip in distinct if frames[clip]]
    return Part(len(distinct), len(distinct & ignored), len(lengths), sum(lengths) / FPS / 3600)
