"""Motion of people: what importers make, data sets hold, networks learn and generate, and exporters write."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.motion.blend_weights import BlendWeights
from in2in.motion.prompt import Prompt
from in2in.motion.provenance import Provenance
from in2in.motion.rate import FPS
from in2in.motion.rig import Rig
from in2in.motion.skeleton import NUM_JOINTS
from in2in.motion.texts import Texts


@dataclass(frozen=True, eq=False)
class Motion:
    """Motion of P persons in one world frame over T frames.

    Attributes:
        joints: [P, T, 22, 3] float32 metres, y up.
        rotations: [P, T, 21, 6] float32, local rotations of all joints but the pelvis, 6D; None where unknown.
        fps: frames a second.
        texts: what is said of it.
        name: what it is called beside others, such as a clip's id; pages show it beside the title.
        seed: that it was generated from; None for recorded motion, as are the following.
        features: [P, T, 262] float32 that a network predicted, in physical units.
        guidance: how the network was guided.
        provenance: what made it; None where that is unknown.
        remark: a line on whether the model can know what it was asked for; "" where it does.
        bones: [22] float32 metres, each joint's bone to its parent, if the joints are the rotations' on the T-pose's
            directions at these lengths, in every frame and of every person; None where bones may change.
    """

    joints: np.ndarray
    rotations: np.ndarray | None = None
    fps: float = FPS
    texts: Texts = field(default_factory=Texts)
    name: str = ""
    seed: int | None = None
    features: np.ndarray | None = None
    guidance: Mapping[str, Any] = field(default_factory=dict)
    provenance: Provenance | None = None
    bones: np.ndarray | None = None
    remark: str = ""

    @classmethod
    def from_tensors(cls, joints: Tensor, rotations: Tensor) -> "Motion":
        """The motion of joints [P, T, 22, 3] and rotations [P, T, 21, 6], whose memory it shares."""
        return cls(joints.numpy(), rotations.numpy())

    def __len__(self) -> int:
        """Number of frames."""
        return self.joints.shape[1]

    def tensors(self) -> tuple[Tensor, Tensor]:
        """Joints [P, T, 22, 3] and rotations [P, T, 21, 6], which share the motion's memory."""
        if self.rotations is None:
            raise InputError(f"motion {self.title!r} has no rotations, which this needs")
        return torch.from_numpy(self.joints), torch.from_numpy(self.rotations)

    def crop(self, start: int, length: int) -> "Motion":
        """Frames start to start + length."""
        return self._of_arrays(lambda array: array[:, start : start + length])

    def only(self, person: int) -> "Motion":
        """One of the persons, counted from 0, alone."""
        own = self.texts.individuals[person : person + 1]
        return replace(self._of_arrays(lambda array: array[person : person + 1]), texts=Texts((), own))

    def swap(self) -> "Motion":
        """The persons in reverse order, with their texts."""
        return replace(self._of_arrays(lambda array: array[::-1].copy()), texts=self.texts.swap())

    def _of_arrays(self, change: Callable[[np.ndarray], np.ndarray]) -> "Motion":
        rotations, features = (None if array is None else change(array) for array in (self.rotations, self.features))
        return replace(self, joints=change(self.joints), rotations=rotations, features=features)

    @property
    def title(self) -> str:
        """The interaction text, "" for none."""
        return self.texts.title

    @property
    def note(self) -> str:
        """A few words beside the title: the name or, without one, the seed; and the remark, if there is one."""
        words = (self.name or ("" if self.seed is None else f"seed {self.seed}"), self.remark)
        return "; ".join(word for word in words if word)

    @property
    def prompt(self) -> Prompt:
        """What it was generated from, or what would ask for the like: texts, length and seed."""
        individuals = (*self.texts.first_individuals, "", "")[:2]
        return Prompt(self.title, *individuals, seconds=len(self) / self.fps, seed=self.seed or 0)

    @property
    def blend_weights(self) -> BlendWeights | None:
        """How much the single-person prior counted at each denoising step, if there was one."""
        return BlendWeights.of(self.guidance)

    def check(self, what: str | Path | None = None) -> None:
        """Raise an InputError if it cannot be shown.

        Args:
            what: names it in the message, such as its file; its title where not given.
        """
        what = f"motion {self.title!r}" if what is None else what
        if self.joints.ndim != 4 or self.joints.shape[2:] != (NUM_JOINTS, 3) or self.joints.shape[0] == 0:
            raise InputError(f"{what}: joints are [persons, frames, {NUM_JOINTS}, 3], not {list(self.joints.shape)}")
        if self.joints.shape[1] == 0:
            raise InputError(f"{what}: there are no frames to show")
        if not np.isfinite(self.joints).all():
            raise InputError(f"{what}: the joints hold NaN or infinite values")
        if not (math.isfinite(self.fps) and self.fps > 0):
            raise InputError(f"{what}: fps is {self.fps}, it must be greater than 0")
        individuals = self.texts.individuals
        if individuals and len(individuals) != self.joints.shape[0]:
            raise InputError(f"{what}: individual texts of {len(individuals)} for {self.joints.shape[0]} persons")
        if self.rotations is not None and self.rotations.shape != (*self.joints.shape[:2], NUM_JOINTS - 1, 6):
            raise InputError(f"{what}: rotations {list(self.rotations.shape)} do not fit its joints")
        if self.rotations is not None and not np.isfinite(self.rotations).all():
            raise InputError(f"{what}: the rotations hold NaN or infinite values")

    @cached_property
    def rigs(self) -> list[Rig]:
        """The motion of each person on bones of constant length.

        Generated people are posed by their rotations on one skeleton, which is `bones` or SMPL's neutral body; recorded
        ones have their own, on which the joints are where they were.
        """
        self.check()
        if self.features is not None and self.bones is None:
            decoding = import_module("in2in.motion.decoding").RotationDecoding()  # it knows motion
            return decoding(torch.from_numpy(self.features)).rigs
        persons = zip(*self.tensors(), strict=True)
        if self.bones is not None:
            rigs = [Rig.posed(joints, rotations, torch.from_numpy(self.bones)) for joints, rotations in persons]
        else:
            rigs = [Rig.fit(joints, rotations) for joints, rotations in persons]
        if not all(rig.joints().isfinite().all() for rig in rigs):
            raise InputError(f"motion {self.title!r}: its features hold no rotations (zeros, or two columns alike)")
        return rigs

    def save(self, path: str | Path) -> None:
        """Write a sample's file, see `in2in.motion.sample_file`."""
        from in2in.motion.sample_file import write_sample  # it knows motion

        write_sample(Path(path), self)

    @classmethod
    def load(cls, path: str | Path) -> "Motion":
        """Read a sample's file, see `in2in.motion.sample_file`."""
        from in2in.motion.sample_file import read_sample

        return read_sample(Path(path))

    # exporters know motion and not the other way round: they are found by name, once they are wanted
    def to_html(self, path: str | Path) -> None:
        """Write a page that plays the motion in 3D, without a network."""
        import_module("in2in.export.html").write_motion(path, self)

    def to_bvh(self, path: str | Path) -> list[Path]:
        """Write a file for each person, hug.bvh as hug_person1.bvh and hug_person2.bvh; centimetres, y up."""
        return import_module("in2in.export.bvh").write_bvh(str(path).removesuffix(".bvh"), self)

    def _repr_html_(self) -> str:
        return import_module("in2in.export.html").notebook_view([self], self.title)
