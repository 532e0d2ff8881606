"""BVH files of one small motion, written as the tools of the field write them."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import yaml
from scipy.spatial.transform import Rotation

from in2in.cli.entry import conf_dir
from in2in.importers.bvh.file import read_bvh_file
from in2in.importers.bvh.names import Skeletons, choose, people
from in2in.importers.bvh.read import BvhMotion, motion_of
from in2in.importers.bvh.set import assume, look_at
from in2in.motion.skeleton import BONE_LENGTHS, INDEX, JOINTS, PARENTS, TPOSE_DIRECTIONS

SIDES = ("left", "right")

HUMAN_IK = {
    **{"pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck", "head": "Head"},
    **{
        f"{side}_{ours}": f"{side.capitalize()}{theirs}"
        for side in SIDES
        for ours, theirs in (
            *(("hip", "UpLeg"), ("knee", "Leg"), ("ankle", "Foot"), ("foot", "ToeBase")),
            *(("collar", "Shoulder"), ("shoulder", "Arm"), ("elbow", "ForeArm"), ("wrist", "Hand")),
        )
    },
}


@dataclass(frozen=True)
class Figure:
    """A person to write: parents before children, in the order of the file.

    Attributes:
        names, parents: [N] of the joints.
        offsets: [N, 3] each from its parent.
        ends: the end sites' offsets.
        root: [T, 3] of the first joint.
        local: [T, N, 3, 3].
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray
    ends: dict[int, tuple[float, float, float]]
    root: np.ndarray
    local: np.ndarray = field(repr=False)

    def renamed(self, names: dict[str, str]) -> "Figure":
        """With other names for our joints."""
        return replace(self, names=tuple(names[name] for name in self.names))

    def without(self, *names: str) -> "Figure":
        """Without joints that end a limb."""
        kept = [number for number, name in enumerate(self.names) if name not in names]
        where = {-1: -1, **{old: new for new, old in enumerate(kept)}}
        ends = {where[number]: end for number, end in self.ends.items() if number in where}
        parents = tuple(where[self.parents[number]] for number in kept)
        return Figure(
            *(tuple(self.names[number] for number in kept), parents, self.offsets[kept], ends),
            *(self.root, self.local[:, kept]),
        )

    def reframed(self, frames: np.ndarray) -> "Figure":
        """The same motion with each joint's frame turned by [N, 3, 3]."""
        above = np.stack([np.eye(3) if parent < 0 else frames[parent] for parent in self.parents])
        offsets = np.einsum("nji,nj->ni", above, self.offsets)
        ends = {number: tuple(frames[number].T @ np.array(end)) for number, end in self.ends.items()}
        return replace(self, offsets=offsets, ends=ends, local=above.transpose(0, 2, 1) @ self.local @ frames)

    def turned(self, turn: np.ndarray) -> "Figure":
        """The whole world turned by [3, 3], offsets too."""
        moved = replace(self, root=self.root @ turn.T)
        local = self.local.copy()
        local[:, 0] = turn @ local[:, 0]
        return replace(moved, local=local).reframed(np.repeat(turn.T[None], len(self.names), axis=0))

    def scaled(self, scale: float) -> "Figure":
        """In another unit."""
        ends = {number: tuple(scale * np.array(end)) for number, end in self.ends.items()}
        return replace(self, offsets=self.offsets * scale, root=self.root * scale, ends=ends)

    def still(self, frames: int = 1) -> "Figure":
        """The rest pose at the origin."""
        root = np.repeat([[0.0, self.root[0, 1], 0.0]], frames, axis=0)
        return replace(self, root=root, local=np.tile(np.eye(3), (frames, len(self.names), 1, 1)))

    def before(self, later: "Figure") -> "Figure":
        """One motion, then another."""
        root, local = (np.concatenate(pair) for pair in ((self.root, later.root), (self.local, later.local)))
        return replace(self, root=root, local=local)


def figure(frames: int = 40, seed: int = 0) -> Figure:
    """Somebody with hanging arms who steps about and turns, in centimetres, y up, at rest in our T-pose."""
    rng = np.random.default_rng(seed)
    order: list[int] = []

    def down(joint: int) -> None:
        order.append(joint)
        for child in range(len(JOINTS)):
            if PARENTS[child] == joint:
                down(child)

    down(0)
    where = {joint: place for place, joint in enumerate(order)}
    directions = np.array(TPOSE_DIRECTIONS, dtype=float)
    directions[1:] /= np.linalg.norm(directions[1:], axis=1, keepdims=True)
    offsets = 100 * directions * np.array(BONE_LENGTHS)[:, None]
    time = np.arange(frames) / 30
    vectors = np.zeros((frames, len(JOINTS), 3))
    for joint in range(1, len(JOINTS)):
        vectors[:, joint] = rng.uniform(2, 9, 3) * np.sin(2 * np.pi * time[:, None] + rng.uniform(0, 6, 3))
    wave = np.sin(2 * np.pi * time)
    for side, sign in (("left", 1), ("right", -1)):
        vectors[:, INDEX[f"{side}_shoulder"], 2] += -65 * sign
        vectors[:, INDEX[f"{side}_elbow"], 1] += -sign * (35 + 20 * wave)
        vectors[:, INDEX[f"{side}_hip"], 0] += -25 * sign * wave
        vectors[:, INDEX[f"{side}_knee"], 0] += 25 + 20 * sign * wave
    vectors[:, 0] = np.stack([4 * wave, 40 + 60 * time, 3 * wave], axis=1)
    local = Rotation.from_rotvec(vectors.reshape(-1, 3), degrees=True).as_matrix().reshape(frames, -1, 3, 3)
    root = np.stack([120 + 90 * time, 95 + 2 * wave, 20 - 50 * time], axis=1)
    ends = {"head": (0, 18, 2), "left_foot": (0, 0, 6), "right_foot": (0, 0, 6)}
    ends.update(left_wrist=(16, 0, 0), right_wrist=(-16, 0, 0))
    return Figure(
        tuple(JOINTS[joint] for joint in order),
        tuple(-1 if joint == 0 else where[PARENTS[joint]] for joint in order),
        offsets[order],
        {where[INDEX[name]]: end for name, end in ends.items()},
        root,
        local[:, order],
    ).renamed(HUMAN_IK)


@dataclass(frozen=True)
class Style:
    """How a tool writes.

    Attributes:
        order: of the Euler angles.
        every: whether every joint has channels of position.
        adds: whether these are added to the offsets.
        first: whether positions come before rotations.
        ends: whether there are end sites.
        frame_time: as it is written.
    """

    order: str = "ZXY"
    every: bool = False
    adds: bool = False
    first: bool = True
    ends: bool = True
    frame_time: str = "0.033333"


def hierarchy(own: Figure, style: Style = Style()) -> str:
    """The lines of a person's joints."""

    def joint(number: int) -> list[str]:
        three = [f"{axis}rotation" for axis in style.order]
        if number == 0 or style.every:
            places = ["Xposition", "Yposition", "Zposition"]
            three = [*places, *three] if style.first else [*three, *places]
        lines = [f"{'ROOT' if own.parents[number] < 0 else 'JOINT'} {own.names[number]}", "{"]
        lines += ["OFFSET " + " ".join(f"{value:.6f}" for value in own.offsets[number])]
        lines += [f"CHANNELS {len(three)} {' '.join(three)}"]
        for child, parent in enumerate(own.parents):
            if parent == number:
                lines += joint(child)
        if style.ends and number in own.ends:
            lines += ["End Site", "{", "OFFSET " + " ".join(f"{value:.6f}" for value in own.ends[number]), "}"]
        return [*lines, "}"]

    return "\n".join(joint(0))


def rows(own: Figure, style: Style = Style()) -> np.ndarray:
    """[T, C] of a person's channels."""
    columns = []
    for number in range(len(own.names)):
        angles = Rotation.from_matrix(own.local[:, number]).as_euler(style.order, degrees=True)
        if number == 0 or style.every:
            constant = np.zeros(3) if style.adds else own.offsets[number]
            place = own.root if number == 0 else np.repeat(constant[None], len(angles), axis=0)
            angles = np.concatenate([place, angles] if style.first else [angles, place], axis=1)
        columns.append(angles)
    return np.concatenate(columns, axis=1)


def bvh(*people: Figure, style: Style = Style()) -> str:
    """A file of one or more persons."""
    body = "\n".join(hierarchy(own, style) for own in people)
    values = np.concatenate([rows(own, style) for own in people], axis=1)
    motion = "\n".join(" ".join(f"{value:.6f}" for value in row) for row in values)
    return f"HIERARCHY\n{body}\nMOTION\nFrames: {len(values)}\nFrame Time: {style.frame_time}\n{motion}\n"


SKELETONS = yaml.safe_load((conf_dir() / "prepare" / "source" / "bvh.yaml").read_text())["source"]["skeletons"]


def read_bvh(path: Path, skeletons: Skeletons, fps: float | None = None) -> BvhMotion:
    """Read the first person of a file by itself.

    Args:
        path: a BVH file.
        skeletons: known skeletons; the one that the file has the most joints of is used.
        fps: frames a second of the file, in place of its header's.
    """
    file = read_bvh_file(path)
    person = people(file, choose(skeletons, None))[0]
    look = look_at(file, person, fps)
    return motion_of(file, person, look, assume([look]))


def read(folder: Path, text: str | bytes, fps: float | None = None, name: str = "a.bvh") -> BvhMotion:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return read_bvh(folder / name, SKELETONS, fps)


def assert_same(read: BvhMotion, plain: BvhMotion, joints: slice | list[int] = slice(None)) -> None:
    """Within 0.2 mm and 0.01; rotations are of the joints after the pelvis."""
    rotated = [joint - 1 for joint in range(22)[joints] if joint] if isinstance(joints, slice) else joints
    np.testing.assert_allclose(read.joints[:, joints], plain.joints[read.start :, joints], atol=2e-4)
    np.testing.assert_allclose(read.rotations[:, rotated], plain.rotations[read.start :, rotated], atol=0.01)
