"""BVH files, one for each person: centimetres, y up, the T-pose at rest.

Every bone of the file is rigid, so what is written is a person's `Rig`. The root has position and rotation, all other
joints a rotation, as Euler angles in the order Z, X, Y (BVH multiplies from left to right).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation
from torch import Tensor

from in2in.export.choices import NAMES, Choices, Names
from in2in.files.whole import whole_file
from in2in.motion.motion import Motion
from in2in.motion.rig import Rig
from in2in.motion.skeleton import CHILDREN, JOINTS

CENTIMETRES = 100

ENDS = {
    "head": (0.0, 0.18, 0.02),
    "left_foot": (0.0, 0.0, 0.06),
    "right_foot": (0.0, 0.0, 0.06),
    "left_wrist": (0.16, 0.0, 0.0),
    "right_wrist": (-0.16, 0.0, 0.0),
}
"""Metres from a last joint to the end of its bone: top of the head, toes, finger tips."""


def write_bvh(stem: str | Path, motion: Motion, choices: Choices = Choices()) -> list[Path]:  # noqa: B008, frozen
    """Write STEM_person1.bvh and so on.

    Args:
        stem: path of the files but for "_personN.bvh".
        motion: with rotations.
        choices: of which the names of the joints count.
    """
    paths = []
    for number, rig in enumerate(motion.rigs, start=1):
        path = Path(f"{stem}_person{number}.bvh")
        with whole_file(path) as unfinished:
            unfinished.write_text(bvh_text(rig, motion.fps, choices.names), encoding="ascii")
        paths.append(path)
    return paths


def bvh_text(rig: Rig, fps: float, names: Names = NAMES["smpl"]) -> str:
    """One person's motion as the text of a file."""
    order: list[int] = []
    lines = ["HIERARCHY", *_joint(0, "ROOT", rig.offsets.numpy() * CENTIMETRES, names.of(), "", order)]
    angles = euler_zxy(np.stack([_local(rig)[:, joint] for joint in order], axis=1))
    root = rig.root_position.numpy()[:, None] * CENTIMETRES
    frames = np.concatenate([root, angles], axis=1).reshape(len(angles), -1)
    lines += ["MOTION", f"Frames: {len(frames)}", f"Frame Time: {1 / fps:.10f}"]
    lines += [" ".join(f"{number:.6f}" for number in frame) for frame in frames]
    return "\n".join(lines) + "\n"


def euler_zxy(rotations: np.ndarray) -> np.ndarray:
    """Euler angles that do not jump from frame to frame.

    Args:
        rotations: [T, N, 3, 3].

    Returns:
        [T, N, 3] degrees about z, x and y; the matrix is Rz Rx Ry.
    """
    frames, count = rotations.shape[:2]
    angles = Rotation.from_matrix(rotations.reshape(-1, 3, 3)).as_euler("ZXY", degrees=True).reshape(frames, count, 3)
    for frame in range(1, frames):
        z, x, y = angles[frame].T
        ways = np.stack([angles[frame], np.stack([z + 180, 180 - x, y + 180], axis=-1)])  # the same rotation, twice
        ways -= 360 * np.round((ways - angles[frame - 1]) / 360)
        nearest = np.abs(ways - angles[frame - 1]).sum(axis=-1).argmin(axis=0)
        angles[frame] = ways[nearest, np.arange(count)]
    return angles


def _local(rig: Rig) -> np.ndarray:
    """[T, 22, 3, 3], the root's in the world and the others' relative to their parents'."""
    root: Tensor = rig.root_rotation[:, None]
    return np.concatenate([root.numpy(), rig.local_rotations.numpy()], axis=1)


def _joint(joint: int, kind: str, offsets: np.ndarray, names: list[str], pad: str, order: list[int]) -> Iterator[str]:
    """The lines of a joint and all below it; their numbers go to `order`, the order of the channels."""
    order.append(joint)
    yield f"{pad}{kind} {names[joint]}"
    yield f"{pad}{{"
    yield f"{pad}  OFFSET {_place(offsets[joint])}"
    position = "6 Xposition Yposition Zposition" if kind == "ROOT" else "3"
    yield f"{pad}  CHANNELS {position} Zrotation Xrotation Yrotation"
    for child in CHILDREN[joint]:
        yield from _joint(child, "JOINT", offsets, names, pad + "  ", order)
    if (name := JOINTS[joint]) in ENDS:
        end = np.array(ENDS[name]) * CENTIMETRES
        yield from (f"{pad}  End Site", f"{pad}  {{", f"{pad}    OFFSET {_place(end)}", f"{pad}  }}")
    yield f"{pad}}}"


def _place(offset: np.ndarray) -> str:
    return " ".join(f"{number:.6f}" for number in offset)
