"""Draws the pictures of docs/data.md: the joints, the frames of reference, the 492 and 262 numbers, the 6D layout.

python scripts/make_data_pictures.py
"""

from pathlib import Path

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from in2in.bench.people import generate
from in2in.data.layout import RAW_POSITIONS, RAW_ROTATIONS, RAW_WIDTH, to_z_up
from in2in.motion.representation import CONTACTS, NUM_FEATURES, POSITIONS, ROTATIONS, VELOCITIES, canonicalise
from in2in.motion.skeleton import BONES, JOINTS, t_pose

HERE = Path("docs")
COLOURS = ("#0b6cab", "#d98200")
"""Of the first and the second person, as in the viewer."""

SIDES = {"left": "#c2410c", "right": "#0f766e"}
CLIP, FRAME = 7, 40
"""A procedural clip (seed 3) and the moment of it that is drawn."""


def side(joint: int) -> str:
    """Colour of a joint by its side."""
    return SIDES.get(JOINTS[joint].split("_")[0], "#444444")


def draw_tpose(axes: Axes) -> None:
    """The T-pose from the front, joints numbered: the person's left is on the right."""
    pose = t_pose().numpy()
    for one, two in BONES:
        axes.plot(pose[[one, two], 0], pose[[one, two], 1], color=side(two), linewidth=3, alpha=0.5)
    for joint, (x, y, _) in enumerate(pose):
        axes.plot(x, y, "o", color=side(joint), markersize=13)
        axes.annotate(str(joint), (x, y), ha="center", va="center", color="white", fontsize=7.5, weight="bold")
    names = [f"{joint:2d} {name}" for joint, name in enumerate(JOINTS)]
    for column in range(2):
        text = "\n".join(names[11 * column : 11 * column + 11])
        axes.text(-0.72 + 1.02 * column, -0.28, text, fontsize=7.5, va="top", family="monospace")
    axes.annotate("", (0.75, 0.62), (0.5, 0.62), arrowprops={"arrowstyle": "->", "color": "black"})
    axes.annotate("", (0.5, 0.87), (0.5, 0.62), arrowprops={"arrowstyle": "->", "color": "black"})
    axes.text(0.77, 0.6, "+x: the person's left", fontsize=8)
    axes.text(0.47, 0.9, "+y: up   (+z: towards you)", fontsize=8)
    axes.set(title="T-pose that all rotations are relative to", xlim=(-0.8, 1.15), ylim=(-1.05, 0.98), aspect="equal")
    axes.axis("off")


def draw_people(axes, joints: np.ndarray, up: int, origin: np.ndarray) -> None:
    """Two people [2, 22, 3] in a 3D plot whose vertical axis is `up`, with the axes' names at a place [3]."""
    order = [0, 1, 2] if up == 2 else [2, 0, 1]  # what the plot calls x, y, z
    for person, own in enumerate(joints):
        for one, two in BONES:
            axes.plot(*own[[one, two]][:, order].T, color=COLOURS[person], linewidth=2.5)
        axes.text(*(own[15] + 0.15 * np.eye(3)[up])[order], f"person {person + 1}", color=COLOURS[person], fontsize=8)
    names = [f"+{'xyz'[axis]}" for axis in order]
    for direction, name in zip(np.eye(3), names, strict=True):
        axes.quiver(*origin[order], *direction, length=0.8, color="black", linewidth=1.2, arrow_length_ratio=0.15)
        axes.text(*(origin[order] + 0.9 * direction), name, fontsize=9, weight="bold")
    middle = joints.mean(axis=(0, 1))[order]
    axes.set(xlim=(middle[0] - 1, middle[0] + 1), ylim=(middle[1] - 1, middle[1] + 1), zlim=(0, 2))
    axes.set_box_aspect((1, 1, 1))
    axes.tick_params(labelsize=6)


def draw_numbers(axes: Axes, width: int, parts: list[tuple[str, slice, str]]) -> None:
    """A bar of so many numbers with its named parts."""
    axes.barh(0, width, color="#e5e7eb", height=0.5)
    for place, (name, part, colour) in enumerate(parts):
        axes.barh(0, part.stop - part.start, left=part.start, color=colour, height=0.5)
        level = -0.42 - 0.2 * (place % 2)
        axes.text(
            (part.start + part.stop) / 2, level, f"{part.start}:{part.stop}\n{name}", ha="center", va="top", fontsize=8
        )
    axes.set(xlim=(0, width), ylim=(-1.25, 0.4))
    axes.axis("off")


def draw_6d(axes: Axes, places: dict[tuple[int, int], int], title: str) -> None:
    """A rotation matrix with the place of each stored entry."""
    for row in range(3):
        for column in range(3):
            place = places.get((row, column))
            axes.add_patch(Rectangle((column, -row), 1, 1, fc="#dbeafe" if place is not None else "white", ec="black"))
            axes.text(column + 0.5, 0.62 - row, f"$R_{{{row}{column}}}$", ha="center", va="center", fontsize=10)
            if place is not None:
                axes.text(column + 0.5, 0.24 - row, f"[{place}]", ha="center", va="center", fontsize=10, weight="bold")
    axes.set_title(title, fontsize=9)
    axes.set(xlim=(-0.1, 3.1), ylim=(-2.1, 1.1), aspect="equal")
    axes.axis("off")


def main() -> None:
    """Draw and save both pictures."""
    figure = plt.figure(figsize=(13, 4.8))
    draw_tpose(figure.add_subplot(1, 3, 1))
    motion = generate(CLIP, 3).motion
    in_file = figure.add_subplot(1, 3, 2, projection="3d")
    people = to_z_up(torch.from_numpy(motion.joints[:, FRAME])).numpy()
    corner = people.mean(axis=(0, 1)) * [1, 1, 0] - [1, 1, 0]
    draw_people(in_file, people, up=2, origin=corner)
    in_file.set_title("in a file: z up, any place and heading", fontsize=9)
    ours = figure.add_subplot(1, 3, 3, projection="3d")
    people = canonicalise(motion.crop(FRAME, 2)).joints[:, 0]
    draw_people(ours, people, up=1, origin=np.zeros(3))
    ours.set_title("as the model sees it: y up, person 1 at\nthe origin in frame 0 and facing +z", fontsize=9)
    figure.tight_layout()
    figure.savefig(HERE / "data_frames.png", dpi=90)

    figure, grid = plt.subplot_mosaic("AA;BB;CD", figsize=(11, 6.4), height_ratios=(1, 1, 1.7))
    unused = "#e5e7eb"
    draw_numbers(
        grid["A"],
        RAW_WIDTH,
        [
            ("22 body joints x 3, m", RAW_POSITIONS, "#93c5fd"),
            ("40 hand joints x 3: not used", slice(66, 186), unused),
            ("21 body rotations x 6", RAW_ROTATIONS, "#fcd34d"),
            ("30 hand rotations x 6: not used", slice(312, RAW_WIDTH), unused),
        ],
    )
    grid["A"].set_title(f"a frame of a person in a file: {RAW_WIDTH} numbers", fontsize=10)
    draw_numbers(
        grid["B"],
        NUM_FEATURES,
        [
            ("22 positions x 3, m", POSITIONS, "#93c5fd"),
            ("22 velocities x 3, m a frame", VELOCITIES, "#a7f3d0"),
            ("21 local rotations x 6", ROTATIONS, "#fcd34d"),
            ("contacts", CONTACTS, "#f9a8d4"),
        ],
    )
    grid["B"].set_title(f"a frame of a person in the model: {NUM_FEATURES} numbers", fontsize=10)
    cells = [(row, column) for row in range(3) for column in range(2)]
    draw_6d(
        grid["C"],
        {cell: 2 * cell[0] + cell[1] for cell in cells},
        "6D here and in InterHuman:\ntwo columns, row by row",
    )
    draw_6d(
        grid["D"],
        {cell: 3 * cell[1] + cell[0] for cell in cells},
        "6D in HumanML3D and many libraries:\none column after the other",
    )
    figure.tight_layout()
    figure.savefig(HERE / "data_numbers.png", dpi=90)


if __name__ == "__main__":
    main()
