"""Defects put into a good data set on purpose, to see which of them the doctor finds.

Each kind has two severities: the mild one is about what a person would notice, the severe one nobody would miss.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from in2in.check.finding import Kind
from in2in.data.layout import interaction_path, motion_path, person_names, split_path
from in2in.motion.representation import FPS

SECOND = "person2"
POSITIONS = slice(0, 186)
"""The numbers of a raw file that are joint positions, z up."""

Plant = Callable[[Path, str, np.random.Generator], None]
"""Puts a defect into a clip of a data set."""


@dataclass(frozen=True)
class Defect:
    """A defect to be planted.

    Attributes:
        kind: what the doctor should call it.
        severity: "mild" or "severe".
        amount: what it is, in words.
        plant: puts it there.
    """

    kind: Kind
    severity: str
    amount: str
    plant: Plant


def edit(change: Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]) -> Plant:
    """A defect of the second person's motion: `change` gets its raw numbers [T, 492], the first's and a generator."""

    def plant(folder: Path, clip: str, draw: np.random.Generator) -> None:
        first, second = (motion_path(folder, person, clip) for person in person_names(2))
        np.save(second, change(np.load(second), np.load(first), draw))

    return plant


def text(lines: Callable[[list[str]], list[str]]) -> Plant:
    """A defect of the interaction texts: `lines` gets those that are there."""

    def plant(folder: Path, clip: str, _: np.random.Generator) -> None:
        path = interaction_path(folder, clip)
        told = path.read_text(encoding="utf-8").splitlines()
        path.write_text("".join(f"{line}\n" for line in lines(told)), encoding="utf-8")

    return plant


def _moved(raw: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Raw motion with all its joints moved by [T, 3] or [3] metres, z up."""
    moved = raw.copy()
    joints = moved[:, POSITIONS].reshape(len(raw), -1, 3)
    moved[:, POSITIONS] = (joints + np.broadcast_to(by, (len(raw), 3))[:, None]).reshape(len(raw), -1)
    return moved


def _spell(frames: int, seconds: float, draw: np.random.Generator) -> np.ndarray:
    """A weight [T] that is 1 for some seconds at a random place, with ramps of 0.2 s before and after."""
    held, ramp = round(seconds * FPS), round(0.2 * FPS)
    shape = np.concatenate([np.linspace(0, 1, ramp + 2)[1:-1], np.ones(held), np.linspace(1, 0, ramp + 2)[1:-1]])
    shape = shape[:frames]
    start = draw.integers(0, frames - len(shape) + 1)
    return np.pad(shape, (start, frames - len(shape) - start))


def _raised(metres: float, seconds: float) -> Plant:
    up = np.array([0.0, 0.0, metres])
    return edit(lambda raw, _, draw: _moved(raw, _spell(len(raw), seconds, draw)[:, None] * up))


def _lifted_throughout(metres: float) -> Plant:
    return edit(lambda raw, _, __: _moved(raw, np.array([0.0, 0.0, metres])))


def _nearest(metres: float) -> Plant:
    """The second person moved as a whole so that the pelvises are nearest at this distance."""

    def change(raw: np.ndarray, other: np.ndarray, _: np.random.Generator) -> np.ndarray:
        apart = raw[:, :2] - other[:, :2]
        frame = int(np.linalg.norm(apart, axis=1).argmin())
        way = apart[frame] / max(float(np.linalg.norm(apart[frame])), 1e-6)
        moved = raw
        for _turn in range(20):  # moved by a constant, another frame may become the nearest
            distance = np.linalg.norm(moved[:, :2] - other[:, :2], axis=1)
            moved = _moved(moved, np.append(way * (metres - distance.min()), 0.0))
        return moved

    return edit(change)


def _over(metres: float) -> Plant:
    """The second person moved as a whole so that in the nearest frame the pelvises are this far apart."""

    def change(raw: np.ndarray, other: np.ndarray, _: np.random.Generator) -> np.ndarray:
        apart = other[:, :3] - raw[:, :3]
        frame = int(np.linalg.norm(apart, axis=1).argmin())
        return _moved(raw, np.array([apart[frame, 0] + metres, apart[frame, 1], 0.0]))

    return edit(change)


def _jump(metres: float, joints: slice, step: int | None = None) -> Plant:
    """From a frame on, the joints are elsewhere: after a step counted from the first or last one, or a random frame."""

    def change(raw: np.ndarray, _: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        frame, angle = draw.integers(3, len(raw) - 3), draw.uniform(0, 2 * np.pi)
        frame = frame if step is None else range(1, len(raw))[step]
        moved = raw.copy()
        places = moved[:, POSITIONS].reshape(len(raw), -1, 3)
        places[frame:, joints, :2] += metres * np.array([np.cos(angle), np.sin(angle)])
        moved[:, POSITIONS] = places.reshape(len(raw), -1)
        return moved

    return edit(change)


def _held(seconds: float) -> Plant:
    """The person holds a random frame, then goes on late; what does not fit any more is cut off."""

    def change(raw: np.ndarray, _: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        held = min(round(seconds * FPS), len(raw) - 4)
        frame = draw.integers(2, len(raw) - held)
        return np.concatenate([raw[:frame], np.repeat(raw[frame : frame + 1], held, axis=0), raw[frame:]])[: len(raw)]

    return edit(change)


def _spoiled(share: float) -> Plant:
    """NaN in a share of the frames, in one number if the share is 0."""

    def change(raw: np.ndarray, _: np.ndarray, draw: np.random.Generator) -> np.ndarray:
        spoiled = raw.copy()
        if share:
            spoiled[draw.permutation(len(raw))[: round(share * len(raw))]] = np.nan
        else:
            spoiled[draw.integers(len(raw)), draw.integers(66)] = np.inf
        return spoiled

    return edit(change)


def _cut_file(share: float) -> Plant:
    """The end of the file is missing."""

    def plant(folder: Path, clip: str, _: np.random.Generator) -> None:
        path = motion_path(folder, SECOND, clip)
        whole = path.read_bytes()
        path.write_bytes(whole[: round((1 - share) * len(whole))])

    return plant


def _removed(persons: tuple[str, ...]) -> Plant:
    def plant(folder: Path, clip: str, _: np.random.Generator) -> None:
        for person in persons:
            motion_path(folder, person, clip).unlink()

    return plant


def _both_cropped(frames: int) -> Plant:
    def plant(folder: Path, clip: str, _: np.random.Generator) -> None:
        for person in person_names(2):
            path = motion_path(folder, person, clip)
            np.save(path, np.load(path)[:frames])

    return plant


def _own_texts(lines: Callable[[list[str]], list[str]]) -> Plant:
    def plant(folder: Path, clip: str, _: np.random.Generator) -> None:
        path = folder / "annots_individual" / SECOND / f"{clip}.txt"
        path.write_text("".join(f"{line}\n" for line in lines(path.read_text().splitlines())), encoding="utf-8")

    return plant


def _own_file_gone(folder: Path, clip: str, _: np.random.Generator) -> None:
    (folder / "annots_individual" / SECOND / f"{clip}.txt").unlink()


def _rewritten(encoding: str) -> Plant:
    """The interaction texts in another encoding, with a letter that shows it."""

    def plant(folder: Path, clip: str, _: np.random.Generator) -> None:
        path = interaction_path(folder, clip)
        told = path.read_text(encoding="utf-8").replace("e", "é", 1)
        path.write_bytes(told.encode(encoding))

    return plant


def _relisted(splits: tuple[str, ...]) -> Plant:
    """The clip is listed in these splits, and only there."""

    def plant(folder: Path, clip: str, _: np.random.Generator) -> None:
        for path in {split_path(folder, name) for name in ("train", "val", "test")}:
            kept = [own for own in path.read_text().splitlines() if own != clip]
            path.write_text("".join(f"{own}\n" for own in kept))
        for name in splits:
            with open(split_path(folder, name), "a", encoding="utf-8") as file:
                file.write(f"{clip}\n")

    return plant


def _strange_file(name: str) -> Plant:
    """A copy of the clip's texts under another name."""

    def plant(folder: Path, clip: str, _: np.random.Generator) -> None:
        path = interaction_path(folder, clip)
        path.with_stem(name.format(clip)).write_bytes(path.read_bytes())

    return plant


def _and_lost(plant: Plant) -> Plant:
    """The defect, and the second person's motion is gone, too."""

    def both(folder: Path, clip: str, draw: np.random.Generator) -> None:
        plant(folder, clip, draw)
        _removed((SECOND,))(folder, clip, draw)

    return both


def _shouted(told: list[str]) -> list[str]:
    return [told[0], f"{told[0].upper()} . ", *told[2:]]


HAND = slice(20, 21)
BODY = slice(0, 22)

DEFECTS = (
    Defect(Kind.MISSING, "mild", "one person's motion", _removed((SECOND,))),
    Defect(Kind.MISSING, "severe", "both persons' motion", _removed(("person1", SECOND))),
    Defect(Kind.UNREADABLE, "mild", "the last 1 % of the file is cut off", _cut_file(0.01)),
    Defect(Kind.UNREADABLE, "severe", "300 numbers a frame", edit(lambda raw, _, __: raw[:, :300])),
    Defect(Kind.SHORT, "mild", "14 frames", _both_cropped(14)),
    Defect(Kind.SHORT, "severe", "1 frame", _both_cropped(1)),
    Defect(Kind.UNEQUAL, "mild", "one frame less", edit(lambda raw, _, __: raw[:-1])),
    Defect(Kind.UNEQUAL, "severe", "half the frames", edit(lambda raw, _, __: raw[: len(raw) // 2])),
    Defect(Kind.NAN, "mild", "one infinite coordinate", _spoiled(0.0)),
    Defect(Kind.NAN, "severe", "NaN in a quarter of the frames", _spoiled(0.25)),
    Defect(Kind.FROZEN, "mild", "0.7 s", _held(0.7)),
    Defect(Kind.FROZEN, "severe", "1.5 s", _held(1.5)),
    Defect(Kind.TELEPORT, "mild", "the body by 0.3 m", _jump(0.3, BODY)),
    Defect(Kind.TELEPORT, "severe", "the body by 1.5 m", _jump(1.5, BODY)),
    Defect(Kind.TELEPORT, "mild", "a hand by 0.5 m", _jump(0.5, HAND)),
    Defect(Kind.TELEPORT, "mild", "the body by 0.3 m in the first step", _jump(0.3, BODY, 0)),
    Defect(Kind.TELEPORT, "severe", "the body by 1.5 m in the last step", _jump(1.5, BODY, -1)),
    Defect(Kind.TELEPORT, "mild", "a hand by 0.5 m in the last step", _jump(0.5, HAND, -1)),
    Defect(Kind.TELEPORT, "severe", "a hand by 1.5 m in the second step", _jump(1.5, HAND, 1)),
    Defect(Kind.TELEPORT, "severe", "a hand by 1.5 m", _jump(1.5, HAND)),
    Defect(Kind.FAR, "mild", "5 m", _nearest(5.0)),
    Defect(Kind.FAR, "severe", "15 m", _nearest(15.0)),
    Defect(Kind.INSIDE, "mild", "pelvises 8 cm apart", _over(0.08)),
    Defect(Kind.INSIDE, "severe", "pelvises at one place", _over(0.0)),
    Defect(Kind.FLOAT, "mild", "15 cm for 1.2 s", _raised(0.15, 1.2)),
    Defect(Kind.FLOAT, "severe", "50 cm throughout", _lifted_throughout(0.5)),
    Defect(Kind.SINK, "mild", "10 cm for 0.4 s", _raised(-0.1, 0.4)),
    Defect(Kind.SINK, "severe", "40 cm for 0.8 s", _raised(-0.4, 0.8)),
    Defect(Kind.EMPTY, "mild", "a blank line between texts", text(lambda told: [told[0], "", *told[1:]])),
    Defect(Kind.EMPTY, "severe", "no line", text(lambda _: [])),
    Defect(Kind.REPEATED, "mild", "two, but for case and full stop", text(_shouted)),
    Defect(Kind.REPEATED, "severe", "all the same", text(lambda told: [told[0]] * len(told))),
    Defect(Kind.CUT, "mild", "80 short words", text(lambda told: [*told[1:], " ".join(["they", "walk"] * 40)])),
    Defect(Kind.CUT, "severe", "400 short words", text(lambda told: [*told[1:], " ".join(["they", "walk"] * 200)])),
    Defect(Kind.UNPAIRED, "mild", "one line less", _own_texts(lambda told: told[:-1])),
    Defect(Kind.UNPAIRED, "severe", "ten lines more", _own_texts(lambda told: [*told, *[told[0]] * 10])),
    Defect(Kind.UNPAIRED, "severe", "one person's file is not there", _own_file_gone),
    Defect(Kind.ENCODED, "mild", "a byte order mark", _rewritten("utf-8-sig")),
    Defect(Kind.ENCODED, "severe", "Latin-1", _rewritten("latin-1")),
    Defect(Kind.UNSPLIT, "mild", "both persons' motion", _relisted(())),
    Defect(Kind.UNSPLIT, "severe", "one person's motion", _and_lost(_relisted(()))),
    Defect(Kind.TWICE, "mild", "twice in val", _relisted(("val", "val"))),
    Defect(Kind.TWICE, "severe", "in train and in test", _relisted(("train", "test"))),
    Defect(Kind.STRAY, "mild", "a second copy of the texts", _strange_file("{}(1)")),
    Defect(Kind.STRAY, "severe", "texts of another name", _strange_file("copy of {}")),
)
