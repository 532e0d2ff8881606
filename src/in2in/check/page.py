"""The suspicious clips as motions that can be played, as far as anything of them can be shown."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from in2in.check.dataset import Diagnosis
from in2in.check.finding import Finding, Kind
from in2in.check.motion import floor_level
from in2in.data.layout import motion_path, person_names, read_body
from in2in.errors import InputError
from in2in.export.gallery import Entry, Group
from in2in.motion.motion import Motion
from in2in.motion.representation import FPS
from in2in.motion.texts import Texts

LONGEST = 20 * FPS
"""Frames of a clip that are shown, around what was found."""

WIDEST = 25.0
"""Metres from the middle at which what flies off is shown."""


def groups(diagnosis: Diagnosis, most: int) -> list[Group]:
    """For each kind of finding its clips, at most so many in all that play; every kind has its share."""
    by_kind: dict[Kind, list[Finding]] = defaultdict(list)
    for finding in diagnosis.findings:
        by_kind[finding.kind].append(finding)
    played, share = 0, 0
    shares = dict.fromkeys(by_kind, 0)
    while played < most and any(shares[kind] < len(own) for kind, own in by_kind.items()):
        share += 1
        for kind, own in by_kind.items():
            if len(own) >= share and played < most:
                shares[kind], played = share, played + 1
    return [
        Group(
            f"{kind} ({len({finding.clip for finding in own})} clips)",
            kind.meaning,
            [_entry(diagnosis, finding, number < shares[kind]) for number, finding in enumerate(own)],
        )
        for kind, own in by_kind.items()
    ]


def _entry(diagnosis: Diagnosis, finding: Finding, played: bool) -> Entry:
    title = f"{finding.clip}: {finding.message}" + (f" (known: {finding.known})" if finding.known else "")
    frame = finding.frame or 0
    start = max(frame - LONGEST // 2, 0)
    joints = shown(diagnosis.folder, diagnosis.persons, finding.clip, start) if played else None
    texts = Texts.single(f"{finding.clip}: {finding.message}")
    motion = None if joints is None else Motion(joints, texts=texts, name=str(finding.kind))
    return Entry(title, motion, frame - start)


def shown(folder: Path, persons: int, clip: str, start: int) -> np.ndarray | None:
    """What can be shown of a clip: joints [P, T, 22, 3] of the persons that can be read, from a frame on.

    Numbers that are not finite are filled in between the frames around them, lengths are cut to the shorter one, the
    floor is put at 0 and what flies off ends at `WIDEST`. None if nobody can be read.
    """
    readable = []
    for person in person_names(persons):
        try:
            joints, _ = read_body(motion_path(folder, person, clip))
        except InputError:
            continue
        if len(joints) and joints.isfinite().any():
            readable.append(_filled(joints.numpy()))
    if not readable or (length := min(map(len, readable))) <= start:
        return None
    joints = np.stack([own[start : min(length, start + LONGEST)] for own in readable])
    joints[..., 1] -= floor_level(torch.from_numpy(joints))
    middle = np.median(joints[:, :, 0], axis=(0, 1)) * [1, 0, 1]
    return np.clip(joints - middle, -WIDEST, WIDEST).astype(np.float32)


def _filled(joints: np.ndarray) -> np.ndarray:
    """Joints [T, 22, 3], straight on through numbers that are not finite; 0 where none is."""
    flat = joints.reshape(len(joints), -1).copy()
    places = np.arange(len(flat))
    for column in flat.T:
        finite = np.isfinite(column)
        if not finite.all():
            column[:] = np.interp(places, places[finite], column[finite]) if finite.any() else 0.0
    return flat.reshape(joints.shape)
