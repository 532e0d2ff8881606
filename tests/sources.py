"""Somebody who sways, at any rate and in any file, to be imported."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import roma
import torch
from torch import Tensor

from in2in.motion.skeleton import BONE_LENGTHS, INDEX, forward_kinematics, tpose_offsets


def person(seconds: Tensor, seed: int = 0, place: float = 0.0) -> Tensor:
    """[T, 22, 3] of somebody who sways on the spot, feet near the floor, at any instants [T]."""
    generator = torch.Generator().manual_seed(seed)
    phase, size = (torch.rand(21, 3, generator=generator, dtype=torch.float64) for _ in range(2))
    size[[INDEX[f"{side}_{joint}"] - 1 for side in ("left", "right") for joint in ("hip", "knee", "ankle")]] *= 0.1
    local = roma.rotvec_to_rotmat(0.5 * size * torch.sin(6 * phase + 3 * seconds[:, None, None]))
    root = roma.rotvec_to_rotmat(torch.tensor([0.0, 1.0, 0.0]).double() * (0.3 * seconds[:, None] + place))
    hips = torch.stack([place + 0.1 * seconds.sin(), 0.97 + 0 * seconds, 0.1 * seconds.cos()], dim=-1)
    return forward_kinematics(local, root, hips, tpose_offsets(torch.tensor(BONE_LENGTHS).double()))


def sway(frames: int, fps: float, persons: int = 1) -> Tensor:
    """[P, T, 22, 3] metres, y up."""
    seconds = torch.arange(frames, dtype=torch.float64) / fps
    return torch.stack([person(seconds, seed, 1.2 * seed) for seed in range(persons)])


def on_floor(joints: Tensor) -> Tensor:
    return joints - torch.tensor([0.0, 1.0, 0.0]) * joints[..., 1].min()


def one_line(err: str, words: str) -> None:
    lines = [line for line in err.splitlines() if "in2in-prepare:" in line]
    assert len(lines) == 1, err
    assert re.search(words, lines[0]), lines[0]
    assert "Traceback" not in err


def edit(folder: Path, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    np.save(folder / name, change(np.load(folder / name)))


def with_nan(joints: np.ndarray) -> np.ndarray:
    joints[..., 7, 4, 1] = np.nan
    return joints


def left_out_rows(out: Path) -> list[dict[str, str]]:
    with open(out / "left_out.tsv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))
