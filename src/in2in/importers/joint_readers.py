"""Files of joint positions: each format's reader yields takes, whose joints still have the source's names and unit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from in2in.errors import InputError
from in2in.files.arrays import names_of, number, read_npy, read_npz
from in2in.files.text_files import read_lines

NUMPY = "give files that numpy wrote"
"""The remedy for files that cannot be read."""


@dataclass(frozen=True)
class Recording:
    """What a source holds of one recording.

    Attributes:
        name: becomes the clip's id.
        file: where it was read, for messages.
        joints: [P, T, N, 3] positions as the source has them.
        names: [N] of the joints, empty if the file does not say.
        fps: frames a second, None if the file does not say.
        labels: what the source calls the action; each has a text of its own.
        group: takes of one group go to one split.
    """

    name: str
    file: Path
    joints: np.ndarray
    names: tuple[str, ...] = ()
    fps: float | None = None
    labels: tuple[str, ...] = ()
    group: str = ""


JointReader = Callable[[Path], Iterator[Recording]]


def read_arrays(path: Path) -> Iterator[Recording]:
    """One take from a .npy file, or from a .npz file with `joints` and, if it likes, `names` and `fps`.

    The array is [T, N, 3] of one person or [P, T, N, 3].
    """
    names, fps = (), None
    if (there := names_of(path, NUMPY)) is None:
        joints = read_npy(path, NUMPY)
    elif "joints" not in there:
        raise InputError(f"{path} has no array named joints, it has {', '.join(there)}: rename it")
    else:
        file = read_npz(path, ["joints"], NUMPY, ("names", "fps"))
        joints = file["joints"]
        names = _words(file["names"]) if "names" in file else ()
        fps = _rate(path, file["fps"]) if "fps" in file else None
    if joints.ndim not in (3, 4) or joints.shape[-1] != 3 or joints.dtype.kind not in "fiu" or not joints.size:
        raise InputError(
            f"{path} holds {joints.dtype} of shape {list(joints.shape)}: expected numbers [T, N, 3] or [P, T, N, 3]"
        )
    people = joints if joints.ndim == 4 else joints[None]
    yield Recording(path.stem, path, _float32(people), names, fps, group=path.stem)


def _rate(path: Path, array: np.ndarray) -> float:
    """Frames a second; NaN where the file says none, which fps= may overrule."""
    try:
        return number(path, "fps", array, NUMPY)
    except InputError:
        return float("nan")


def _words(array: np.ndarray) -> tuple[str, ...]:
    return tuple(word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word) for word in np.ravel(array))


def _float32(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # what is too large becomes infinite, which is told of where it matters
        return values.astype(np.float32)


def read_bandai_namco(path: Path) -> Iterator[Recording]:
    """The Bandai-Namco Research motion data set, packed into one .npz.

    joints_delta int16 [frames of all takes, N, 3], differences from frame to frame in units of `scale` metres;
    offsets: bounds of the takes; clips: their names, dataset-1_CONTENT_STYLE_NNN; names: of the joints; fps.
    """
    file = read_npz(path, ("joints_delta", "scale", "offsets", "clips", "names", "fps"), "give the packed data set")
    steps, bounds, clips, names = file["joints_delta"], file["offsets"], _words(file["clips"]), _words(file["names"])
    if steps.dtype != np.int16 or steps.shape[1:] != (len(names), 3):
        raise InputError(
            f"{path}: joints_delta is {steps.dtype} {list(steps.shape)}, expected int16 [T, {len(names)}, 3]"
        )
    if bounds.dtype.kind not in "iu" or bounds.shape != (len(clips) + 1,):
        raise InputError(f"{path}: offsets are no bounds of {len(clips)} takes, as many as clips has names")
    scale, fps = (number(path, name, file[name], "give the packed data set") for name in ("scale", "fps"))
    places = np.cumsum(steps, axis=0, dtype=np.int16)  # wraps around as the differences did
    for clip, start, end in zip(clips, bounds, bounds[1:], strict=False):
        joints = _float32(places[start:end] * np.float64(scale))[None]
        yield Recording(clip, path, joints, names, fps, tuple(clip.split("_")[1:-1]), group=clip)


SBU_JOINTS = (
    *("head", "neck", "torso", "left_shoulder", "left_elbow", "left_hand", "right_shoulder", "right_elbow"),
    *("right_hand", "left_hip", "left_knee", "left_foot", "right_hip", "right_knee", "right_foot"),
)


def read_sbu_kinect(path: Path) -> Iterator[Recording]:
    """One skeleton_pos.txt of the SBU Kinect Interaction data set, in millimetres.

    The file is ACTORS/ACTION/TAKE/skeleton_pos.txt. A line is a frame's number, then 15 joints of each of two people
    in the coordinates of the depth picture: x and y from 0 to 1, z in units of 1.28 m.
    """
    if len(path.parts) < 4:
        raise InputError(f"{path} does not lie in ACTORS/ACTION/TAKE/: the folders' names tell the action")
    actors, action, take = path.parts[-4:-1]
    rows = []
    for place, line in enumerate(read_lines(path), start=1):
        if not line:
            continue
        try:
            rows.append([float(value) for value in line.rstrip(",").split(",")])
        except ValueError as error:
            raise InputError(f"{path}:{place} is not a line of numbers ({error}): repair it") from error
        if len(rows[-1]) != 1 + 2 * len(SBU_JOINTS) * 3:
            raise InputError(f"{path}:{place} has {len(rows[-1])} numbers, expected 91: repair it")
        if len(rows) > 1 and rows[-1][0] != rows[-2][0] + 1:
            raise InputError(f"{path}:{place} is frame {rows[-1][0]:g} after {rows[-2][0]:g}: leave the file out")
    if not rows:
        raise InputError(f"{path} holds no line of numbers: leave it out")
    x, y, z = np.moveaxis(np.array(rows)[:, 1:].reshape(-1, 2, len(SBU_JOINTS), 3), -1, 0)
    joints = np.stack([1280 - 2560 * x, 960 - 1920 * y, 1280 * z], axis=-1).swapaxes(0, 1)
    yield Recording(f"{actors}_{action}_{take}", path, _float32(joints), SBU_JOINTS, None, (action,), actors)
