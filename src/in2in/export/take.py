"""What all exports start from: one motion with what is said of it."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from in2in.errors import InputError
from in2in.export.body_model import BodyModel
from in2in.files.arrays import read_npz
from in2in.motion.representation import NUM_FEATURES, decode_rotations
from in2in.motion.rig import Rig
from in2in.motion.skeleton import NUM_JOINTS

TOLD = ("prompt", "individual1", "individual2")
"""The texts of a sample's file."""

SMPLH_ENDING = "_smplh.npz"
"""Of the SMPL-H exports' files, which lie beside the samples and are .npz, too."""


@dataclass(frozen=True)
class Blend:
    """DualMDM's weighting of the prior while a motion was made.

    Attributes:
        timesteps: [S] of the denoising steps, 1000 is noise and 0 motion.
        weights: [S, 1], or [S, P] where each person had its own; 0 to 1.
    """

    timesteps: np.ndarray
    weights: np.ndarray

    @classmethod
    def told_in(cls, guidance: Mapping[str, Any]) -> "Blend | None":
        """The blend that a sample's guidance tells of, None if it tells of none."""
        if "weights" not in guidance:
            return None
        blend = cls(np.asarray(guidance["timesteps"], dtype=float), np.asarray(guidance["weights"], dtype=float))
        if blend.weights.shape[:-1] != blend.timesteps.shape or not np.isfinite(blend.weights).all():
            raise ValueError("the weights of its blend are not finite numbers for each timestep")
        return blend


@dataclass(frozen=True)
class Take:
    """One motion of some persons.

    Attributes:
        joints: [P, T, 22, 3] float32 metres, y up, the floor at y = 0.
        fps: frames a second.
        title: what is shown, such as the prompt.
        individuals: a text for each person, "" where there is none; () for no texts at all.
        note: a few words beside the title, such as "seed 3".
        rotations: [P, T, 21, 6] local rotations; the formats that hold rotations need them.
        blend: how much the single-person prior counted at each denoising step, if there was one.
        body_model: the body that page and GLB show in place of their own; it needs rotations.
    """

    joints: np.ndarray
    fps: float
    title: str
    individuals: tuple[str, ...] = ()
    note: str = ""
    rotations: np.ndarray | None = None
    blend: Blend | None = None
    body_model: BodyModel | None = None

    def check(self) -> None:
        """Raise an InputError that names the take if it cannot be shown."""
        name = f"take {self.title!r}"
        if self.joints.ndim != 4 or self.joints.shape[2:] != (NUM_JOINTS, 3) or self.joints.shape[0] == 0:
            raise InputError(f"{name}: joints are [persons, frames, {NUM_JOINTS}, 3], not {list(self.joints.shape)}")
        if self.joints.shape[1] == 0:
            raise InputError(f"{name}: there are no frames to show")
        if not np.isfinite(self.joints).all():
            raise InputError(f"{name}: the joints hold NaN or infinite values")
        if not (math.isfinite(self.fps) and self.fps > 0):
            raise InputError(f"{name}: fps is {self.fps}, it must be greater than 0")
        if self.individuals and len(self.individuals) != self.joints.shape[0]:
            raise InputError(f"{name}: {len(self.individuals)} individual texts for {self.joints.shape[0]} persons")
        if self.rotations is not None and self.rotations.shape != (*self.joints.shape[:2], NUM_JOINTS - 1, 6):
            raise InputError(f"{name}: rotations {list(self.rotations.shape)} do not fit its joints")
        if self.rotations is not None and not np.isfinite(self.rotations).all():
            raise InputError(f"{name}: the rotations hold NaN or infinite values")

    @cached_property
    def rigs(self) -> list[Rig]:
        """The motion of each person on bones of constant length."""
        self.check()
        if self.rotations is None:
            raise InputError(f"take {self.title!r} has no rotations, which this format needs")
        rigs = [
            Rig.fit(torch.from_numpy(joints), torch.from_numpy(rotations))
            for joints, rotations in zip(self.joints, self.rotations, strict=True)
        ]
        if not all(rig.joints().isfinite().all() for rig in rigs):
            raise InputError(f"take {self.title!r}: its features hold no rotations (zeros, or two columns alike)")
        return rigs

    def fitting_error(self) -> tuple[float, float]:
        """How far the joints of `rigs` are from the motion's own, centimetres: mean and largest."""
        reached = np.stack([rig.joints().numpy() for rig in self.rigs])
        off = np.linalg.norm(reached - self.joints, axis=-1) * 100
        return float(off.mean()), float(off.max())


def samples_among(paths: Iterable[Path]) -> list[Path]:
    """Those of some .npz files that may be samples, sorted: not this package's SMPL-H exports, nothing unfinished."""
    return sorted(path for path in paths if not path.name.endswith(SMPLH_ENDING) and not path.name.startswith("."))


def read_take(path: Path) -> Take:
    """A motion that in2in-sample wrote (.npz), checked."""
    remedy = "give files that in2in-sample wrote"
    data = read_npz(path, ("joints", "features", "fps"), remedy, (*TOLD, "seed", "guidance"))
    joints, features, fps = data["joints"], data["features"], data["fps"]
    if any(array.dtype.kind not in "fiu" for array in (joints, features, fps)) or fps.size != 1:
        raise InputError(f"{path}: joints and features must be numbers, and fps a single one: {remedy}")
    if features.shape != (*joints.shape[:2], NUM_FEATURES):
        raise InputError(
            f"{path}: features are {list(features.shape)} where joints are {list(joints.shape)}, expected "
            f"[persons, frames, {NUM_FEATURES}] and [persons, frames, {NUM_JOINTS}, 3]"
        )
    told = [str(data.get(key, "")) for key in TOLD]
    note = f"seed {data['seed']}" if "seed" in data else ""
    rotations = decode_rotations(torch.from_numpy(np.asarray(features, dtype=np.float32))).numpy()
    own = tuple(told[1:]) if len(joints) == len(told) - 1 else ()
    try:
        blend = Blend.told_in(json.loads(str(data.get("guidance", "{}"))))
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: its guidance cannot be read ({error}): {remedy}") from error
    take = Take(np.asarray(joints, dtype=np.float32), float(fps.item()), told[0], own, note, rotations, blend)
    try:
        take.check()
    except InputError as error:
        raise InputError(f"{path}: {str(error).split(': ', 1)[1]}") from error
    return take
