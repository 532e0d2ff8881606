"""One clip of a data set, examined: its files, its motion, its texts. Nothing in them can stop the doctor."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from in2in.check.finding import Finding, Kind
from in2in.check.limits import Limits
from in2in.check.motion import motion_findings
from in2in.check.texts import CountTokens, read_lines, text_findings
from in2in.data.layout import individual_path, interaction_path, motion_path, read_body
from in2in.errors import InputError
from in2in.files.inside import id_fault


@dataclass(frozen=True)
class Examined:
    """What is known of a clip.

    Attributes:
        clip: its id.
        frames: of the shortest person; 0 if there is no motion to read.
        texts: its interaction texts.
        individual_texts: how many persons have individual texts.
        findings: what is wrong with it.
    """

    clip: str
    frames: int
    texts: tuple[str, ...]
    individual_texts: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Examiner:
    """Examines the clips of a data set, one by one.

    Attributes:
        folder: the data set.
        persons: names of the persons' folders.
        limits: from where on something is suspicious.
        count_tokens: how many tokens of the text encoder a text has.
    """

    folder: Path
    persons: tuple[str, ...]
    limits: Limits
    count_tokens: CountTokens

    def __call__(self, clip: str) -> Examined:
        """Read all files of a clip."""
        if fault := id_fault(clip):
            return Examined(clip, 0, (), 0, (Finding(Kind.UNREADABLE, clip, f"its name cannot be an id: {fault}"),))
        bodies = [self._read(clip, person) for person in self.persons]
        joints = [body[0] for body in bodies if not isinstance(body, Finding)]
        findings = [body for body in bodies if isinstance(body, Finding)]
        findings += self._motion(clip, [body for body in bodies if not isinstance(body, Finding)])
        path = interaction_path(self.folder, clip)
        if path.is_file():
            findings += self._texts(clip)
        else:
            findings.append(Finding(Kind.MISSING, clip, f"annots/{clip}.txt is missing"))
        frames = min((len(own) for own in joints), default=0)
        texts = tuple(line for line in read_lines(path) or () if line)
        individual_texts = sum(
            any(read_lines(individual_path(self.folder, person, clip)) or ()) for person in self.persons
        )
        return Examined(clip, frames, texts, individual_texts, tuple(findings))

    def _texts(self, clip: str) -> Iterator[Finding]:
        yield from text_findings(self.folder, clip, self.persons, self.limits, self.count_tokens)

    def _read(self, clip: str, person: str) -> tuple[Tensor, Tensor] | Finding:
        path = motion_path(self.folder, person, clip)
        where = f"motions_processed/{person}/{clip}.npy"
        if not path.is_file():
            return Finding(Kind.MISSING, clip, f"{where} is missing")
        try:
            return read_body(path)
        except InputError as error:
            return Finding(Kind.UNREADABLE, clip, str(error).replace(str(path), where))

    def _motion(self, clip: str, bodies: list[tuple[Tensor, Tensor]]) -> Iterator[Finding]:
        lengths = [len(joints) for joints, _ in bodies]
        if len(set(lengths)) > 1:
            yield Finding(Kind.UNEQUAL, clip, f"{' and '.join(map(str, lengths))} frames")
        shortest = min(lengths, default=self.limits.shortest)
        if shortest < self.limits.shortest:
            yield Finding(Kind.SHORT, clip, f"{shortest} frames, {self.limits.shortest} are needed")
        finite = True
        for number, (joints, rotations) in enumerate(bodies, start=1):
            bad = ~(joints.isfinite().all(dim=(-2, -1)) & rotations.isfinite().all(dim=(-2, -1)))  # type: ignore[arg-type]
            if bad.any():
                finite, frame = False, int(bad.nonzero()[0])
                message = (
                    f"person {number} has numbers that are not finite in {int(bad.sum())} frames, first in {frame}"
                )
                yield Finding(Kind.NAN, clip, message, frame)
        if finite and len(bodies) == len(self.persons) and shortest >= 2:
            both = torch.stack([joints[:shortest] for joints, _ in bodies])
            yield from motion_findings(clip, both, self.limits)
