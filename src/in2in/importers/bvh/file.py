"""The BVH format as the tools of the field write it: what determines a pose is read, what is odd is noted.

HIERARCHY, then ROOT or JOINT with OFFSET and CHANNELS in braces, MOTION, Frames, Frame Time, and a row of numbers a
frame. Upper and lower case, colons, white space, ends of lines and encodings differ from tool to tool; so do the
number of frames that the head promises, and where rows end.
"""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from in2in.errors import InputError

END = "/end"
"""The end site of the joint NAME is called NAME/end."""

MOTION = re.compile(rb"(?:^|[\r\n])[ \t]*MOTION\b", re.IGNORECASE)
HIERARCHY = re.compile(rb"(?:^|[\r\n])[ \t]*HIERARCHY\b", re.IGNORECASE)
FRAMES = re.compile(rb"\bFrames[ \t]*[:=]?[ \t]*(\d+)", re.IGNORECASE)
FRAME_TIME = re.compile(rb"\bFrame[ \t]*Time[ \t]*[:=]?[ \t]*(\S+)", re.IGNORECASE)
CHANNEL = re.compile(r"([XYZ])_?(ROT|POS|TRANS|SCAL)", re.IGNORECASE)
DECIMAL_COMMA = re.compile(rb"\d,\d")

HEAD = 4096
"""Bytes of a motion that its number of frames and frame time are in."""

LARGEST = 1e7
"""Numbers beyond are no lengths and no angles."""


MOST, DEEPEST = 5000, 100
"""Joints of a file, and of a chain: more is nobody's skeleton."""


@dataclass
class Node:
    """A joint or an end site.

    Attributes:
        name: as the file has it.
        parent: number of the node above; -1 for a root.
        offset: [3] from there, in the file's unit and axes.
        channels: "XR" for a rotation about x, "YP" for a position along y, "ZS" for a scale, in their order.
        column: of the first channel.
    """

    name: str
    parent: int
    offset: np.ndarray = field(default_factory=lambda: np.zeros(3))
    channels: tuple[str, ...] = ()
    column: int = 0


@dataclass(frozen=True)
class BvhFile:
    """What a file says.

    Attributes:
        path: of the file.
        nodes: parents before their children.
        values: [T, C] degrees and lengths.
        frame_time: as it is written in the head; None if it is not.
        notes: what is odd about the file and was read anyway.
    """

    path: Path
    nodes: tuple[Node, ...]
    values: np.ndarray
    frame_time: str | None
    notes: tuple[str, ...]

    @property
    def roots(self) -> list[int]:
        """Numbers of the nodes without a parent."""
        return [number for number, node in enumerate(self.nodes) if node.parent < 0]


def read_bvh_file(path: Path) -> BvhFile:
    """Read a file; several hierarchies with their motions in one file become one with several roots.

    Raises:
        InputError: it is no BVH file, its rows do not fit its joints, or they hold numbers that are not finite.
    """
    data = _read(path)
    starts = [match.start() for match in HIERARCHY.finditer(data)] or [0]
    nodes: list[Node] = []
    blocks, notes, times = [], [], []
    for start, end in pairwise((*starts, len(data))):
        if not (motion := MOTION.search(data, start, end)):
            continue
        width = _hierarchy(path, _text(data[start : motion.start()]), nodes, sum(block.shape[1] for block in blocks))
        head = data[motion.end() : motion.end() + HEAD]
        times += [time.group(1).decode("latin-1") for time in [FRAME_TIME.search(head)] if time]
        blocks.append(_motion(path, data, motion.end(), end, width, notes))
    if not blocks:
        raise InputError(f"{path} cannot be read as BVH: it has no hierarchy and motion")
    frames = min(len(block) for block in blocks)
    if frames < max(len(block) for block in blocks):
        notes.append(f"its skeletons have different numbers of frames: the first {frames} are taken")
    values = np.concatenate([block[:frames] for block in blocks], axis=1)
    return BvhFile(path, tuple(nodes), values, times[0] if times else None, tuple(notes))


def _read(path: Path) -> bytes:
    """The bytes of a file; those of UTF-16 as UTF-8."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read as BVH: {error.strerror}") from error
    codec = None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codec = "utf-16"
    elif b"\0" in data[:2]:
        codec = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    if codec is None:
        return data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode(codec).encode()
    except UnicodeDecodeError as error:
        raise InputError(f"{path} cannot be read as BVH: it is no text") from error


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _hierarchy(path: Path, text: str, nodes: list[Node], column: int) -> int:
    """Add the joints of a hierarchy to the nodes; how many channels they have."""
    first, stack, latest = column, [], -1
    for key, words in _statements(text):
        own = nodes[stack[-1]] if stack and stack[-1] >= 0 else None
        if key in ("ROOT", "JOINT", "END"):
            parent = stack[-1] if stack and key != "ROOT" else -1
            if key == "END" and parent < 0:
                raise InputError(f"{path} cannot be read as BVH: an end site belongs to no joint")
            name = f"{nodes[parent].name}{END}" if key == "END" else " ".join(words) or f"joint{len(nodes)}"
            nodes.append(Node(name, parent))
            latest = len(nodes) - 1
            if len(nodes) > MOST or len(stack) > DEEPEST:
                raise InputError(
                    f"{path} cannot be read as BVH: more than {MOST} joints, or {DEEPEST} below each other"
                )
        elif key == "{":
            stack.append(latest)
        elif key == "}":
            stack = stack[:-1]
        elif key == "OFFSET" and own:
            numbers = [_number(path, word) for word in words if word != ","]
            if len(numbers) != 3 or not all(abs(number) < LARGEST for number in numbers):
                raise InputError(f"{path} cannot be read as BVH: the OFFSET of {own.name} is no place")
            own.offset = np.array(numbers)
        elif key == "CHANNELS" and own:
            found = [CHANNEL.match(word) for word in words if not word.isdigit()]
            if not all(found):
                raise InputError(f"{path} cannot be read as BVH: {own.name} has unknown channels: {' '.join(words)}")
            own.channels = tuple((match[1] + match[2][0]).upper().replace("T", "P") for match in found if match)
            own.column = column
            column += len(own.channels)
    if column == first:
        raise InputError(f"{path} cannot be read as BVH: its joints have no channels")
    return column - first


def _statements(text: str) -> Iterator[tuple[str, list[str]]]:
    """Keywords of a hierarchy and the words after them, which may go on in the next line."""
    keys = ("ROOT", "JOINT", "END", "OFFSET", "CHANNELS", "{", "}")
    key, words = "", []
    for line in re.sub(r"([{}])", r"\n\1\n", text).splitlines():
        start, *rest = line.split() or [""]
        if start.upper() in keys:
            if key:
                yield key, words
            key, words = start.upper(), rest
        elif start and key not in ("ROOT", "JOINT", "END"):
            words = [*words, start, *rest]
    if key:
        yield key, words


def _number(path: Path, word: str) -> float:
    try:
        return float(word.rstrip(",;").replace(",", "."))
    except ValueError as error:
        raise InputError(f"{path} cannot be read as BVH: {word!r} is no number") from error


def _motion(path: Path, data: bytes, start: int, end: int, width: int, notes: list[str]) -> np.ndarray:
    """The rows of a motion: [T, width]."""
    found = [
        match for pattern in (FRAMES, FRAME_TIME) if (match := pattern.search(data, start, min(start + HEAD, end)))
    ]
    rows = data[max((match.end() for match in found), default=start) : end]
    if b"," in rows:
        decimal = b"." not in rows and DECIMAL_COMMA.search(rows)
        notes.append(f"its commas are taken for {'decimal points' if decimal else 'spaces'}")
        rows = rows.replace(b",", b"." if decimal else b" ")
    if b";" in rows:
        rows = rows.replace(b";", b" ")
    numbers = _numbers(path, rows)
    if len(numbers) % width:
        numbers = _whole_rows(path, rows, numbers, width, notes)
    values = numbers.reshape(-1, width)
    if not len(values):
        raise InputError(f"{path} cannot be read as BVH: it has no frame")
    usable = np.isfinite(values) & (np.abs(values) < LARGEST)
    if not usable.all():
        frame = int(np.nonzero(~usable.all(axis=1))[0][0])
        raise InputError(f"{path} holds numbers that are not finite, the first in frame {frame}: repair the file")
    promised = [int(match[1]) for match in found if match.re is FRAMES]
    if promised and promised[0] != len(values):
        notes.append(f"its head promises {promised[0]} frames, it has {len(values)}: these are taken")
    return values


def _numbers(path: Path, rows: bytes) -> np.ndarray:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)  # at what is no number
            return np.fromstring(rows, sep=" ") if rows.strip() else np.zeros(0)
    except (DeprecationWarning, ValueError):
        return np.array([_number(path, word) for word in _text(rows).split()])


def _whole_rows(path: Path, rows: bytes, numbers: np.ndarray, width: int, notes: list[str]) -> np.ndarray:
    """The numbers without a last frame that is not whole; an error where it is another one."""
    counts = [count for line in rows.splitlines() if (count := len(line.split()))]
    wrong = [line for line, count in enumerate(counts) if count != width]
    if not wrong:
        raise InputError(f"{path} cannot be read as BVH: its rows hold what is no number")
    if len(wrong) < max(2, len(counts) // 2) and wrong[0] < len(counts) - 1:
        raise InputError(
            f"{path}: frame {wrong[0]} has {counts[wrong[0]]} numbers, its joints have {width} channels: repair it"
        )
    if len(counts) > 1 and min(counts) == max(counts) and len(numbers) > width:
        raise InputError(
            f"{path}: its rows have {counts[0]} numbers, its joints {width} channels: repair the hierarchy"
        )
    notes.append("its last frame is not whole and is left out")
    return numbers[: len(numbers) // width * width]
