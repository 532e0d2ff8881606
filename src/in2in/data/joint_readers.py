"""Files of joint positions: each format's reader yields takes, whose joints still have the source's names and unit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from in2in.errors import InputError


@dataclass(frozen=True)
class Take:
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


JointReader = Callable[[Path], Iterator[Take]]


def read_arrays(path: Path) -> Iterator[Take]:
    """One take from a .npy file, or from a .npz file with `joints` and, if it likes, `names` and `fps`.

    The array is [T, N, 3] of one person or [P, T, N, 3].
    """
    file = _load(path)
    names, fps = (), None
    if isinstance(file, np.ndarray):
        joints = file
    elif "joints" not in file:
        raise InputError(f"{path} has no array named joints, it has {', '.join(file)}: rename it")
    else:
        joints = file["joints"]
        names = tuple(str(name) for name in file["names"]) if "names" in file else ()
        fps = float(file["fps"]) if "fps" in file else None
    if joints.ndim not in (3, 4) or joints.shape[-1] != 3 or joints.dtype.kind not in "fiu":
        raise InputError(
            f"{path} holds {joints.dtype} of shape {list(joints.shape)}: expected numbers [T, N, 3] or [P, T, N, 3]"
        )
    people = joints if joints.ndim == 4 else joints[None]
    yield Take(path.stem, path, people.astype(np.float32), names, fps, group=path.stem)


def _load(path: Path) -> np.ndarray | dict[str, np.ndarray]:
    try:
        file = np.load(path, allow_pickle=False)
        return file if isinstance(file, np.ndarray) else dict(file)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"{path} cannot be read as .npy or .npz ({error}): give files that numpy wrote") from error


def read_bandai_namco(path: Path) -> Iterator[Take]:
    """The Bandai-Namco Research motion data set, packed into one .npz.

    joints_delta int16 [frames of all takes, N, 3], differences from frame to frame in units of `scale` metres;
    offsets: bounds of the takes; clips: their names, dataset-1_CONTENT_STYLE_NNN; names: of the joints; fps.
    """
    file = _load(path)
    keys = ("joints_delta", "scale", "offsets", "clips", "names", "fps")
    if isinstance(file, np.ndarray) or any(key not in file for key in keys):
        raise InputError(f"{path} is not the packed data set: it must hold {', '.join(keys)}")
    steps, scale = file["joints_delta"], float(file["scale"])
    places = np.cumsum(steps, axis=0, dtype=np.int16)  # wraps around as the differences did
    names = tuple(str(name) for name in file["names"])
    for number, clip in enumerate(str(clip) for clip in file["clips"]):
        start, end = file["offsets"][number : number + 2]
        joints = (places[start:end] * np.float32(scale))[None]
        _, *labels, _ = clip.split("_")
        yield Take(clip, path, joints, names, float(file["fps"]), tuple(labels), group=clip)


SBU_JOINTS = (
    *("head", "neck", "torso", "left_shoulder", "left_elbow", "left_hand", "right_shoulder", "right_elbow"),
    *("right_hand", "left_hip", "left_knee", "left_foot", "right_hip", "right_knee", "right_foot"),
)


def read_sbu_kinect(path: Path) -> Iterator[Take]:
    """One skeleton_pos.txt of the SBU Kinect Interaction data set, in millimetres.

    The file is ACTORS/ACTION/TAKE/skeleton_pos.txt. A line is a frame's number, then 15 joints of each of two people
    in the coordinates of the depth picture: x and y from 0 to 1, z in units of 1.28 m.
    """
    if len(path.parts) < 4:
        raise InputError(f"{path} does not lie in ACTORS/ACTION/TAKE/: the folders' names tell the action")
    actors, action, take = path.parts[-4:-1]
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            rows.append([float(value) for value in line.strip().rstrip(",").split(",")])
        except ValueError as error:
            raise InputError(f"{path}:{number} is not a line of numbers ({error}): repair it") from error
        if len(rows[-1]) != 1 + 2 * len(SBU_JOINTS) * 3:
            raise InputError(f"{path}:{number} has {len(rows[-1])} numbers, expected 91: repair it")
        if len(rows) > 1 and rows[-1][0] != rows[-2][0] + 1:
            raise InputError(f"{path}:{number} is frame {rows[-1][0]:g} after {rows[-2][0]:g}: leave the file out")
    x, y, z = np.moveaxis(np.array(rows)[:, 1:].reshape(-1, 2, len(SBU_JOINTS), 3), -1, 0)
    joints = np.stack([1280 - 2560 * x, 960 - 1920 * y, 1280 * z], axis=-1).swapaxes(0, 1)
    yield Take(f"{actors}_{action}_{take}", path, joints.astype(np.float32), SBU_JOINTS, None, (action,), actors)
