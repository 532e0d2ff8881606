"""One clip: choreographed, posed, turned to features' rotations, told in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from in2in.bench.people.casting import cast
from in2in.bench.people.curves import FULL_TURN
from in2in.bench.people.figure import Figure
from in2in.bench.people.footsteps import Foot
from in2in.bench.people.kinds import KINDS
from in2in.bench.people.limbs import about_y, apply
from in2in.bench.people.living import enliven, seconds
from in2in.bench.people.phrases.phrase import tell
from in2in.bench.people.posing import pose
from in2in.bench.people.stage import BEFORE, Stage
from in2in.bench.people.truth import Stance, Truth
from in2in.data.layout import TEST, TRAIN
from in2in.errors import InputError
from in2in.motion.motion import Motion
from in2in.motion.representation import FPS
from in2in.motion.rotations import matrix_to_6d
from in2in.motion.skeleton import forward_kinematics
from in2in.motion.texts import Texts

SHORTEST_STANCE = 3
"""Frames; a foot that stands still for less is not recorded as planted."""


@dataclass(frozen=True)
class Clip:
    """A generated clip.

    Attributes:
        motion: joints [2, T, 22, 3] metres and rotations [2, T, 21, 6].
        texts: three interaction texts and three individual texts for each person.
        truth: what is known of it.
    """

    motion: Motion
    texts: Texts
    truth: Truth

    @property
    def joints(self) -> Tensor:
        """Of the motion, [2, T, 22, 3] metres."""
        return torch.from_numpy(self.motion.joints)

    def alone(self, person: int) -> tuple[Motion, Texts]:
        """One person's motion (P = 1), told by that person's individual texts only."""
        motion = Motion.from_tensors(*(part[[person]] for part in self.motion.tensors()))
        own = self.texts.individuals[person]
        return motion, Texts(own, (own,))


def generate(index: int, seed: int, kind: str | None = None, split: str = TRAIN) -> Clip:
    """Generate one clip; the same arguments give the same clip.

    Args:
        index: number of the clip; kinds, roles, hands, styles and tempos take turns over it.
        seed: of the data set.
        kind: a kind to show instead of the index' own.
        split: train, val or test; test clips are told in words that training never sees.
    """
    casting = cast(index, seed, len(KINDS))
    if kind is not None:
        names = [known.name for known in KINDS]
        if kind not in names:
            raise InputError(f"there is no kind {kind!r}: choose one of {', '.join(names)}")
        casting = replace(casting, kind=names.index(kind))
    chosen = KINDS[casting.kind]
    rng = np.random.default_rng([seed, index])
    stage = Stage(casting, rng)
    chosen.choreograph(stage)
    for person, actor in enumerate(stage.actors):
        enliven(actor, seconds(stage.touches), np.random.default_rng([seed, index, person]))
    figures, feet = pose(stage.actors)
    first = round(BEFORE * FPS)
    shown = slice(first, first + round(stage.end * FPS))
    motion = _motion(figures, shown, rng)
    truth = _truth(stage, feet, shown, motion, seed, index, split)
    statures = (stage.bodies[0].stature, stage.bodies[1].stature)
    return Clip(motion, tell(truth, statures, split == TEST, rng), truth)


def _motion(figures: Sequence[Figure], shown: slice, rng: np.random.Generator) -> Motion:
    """Both persons, somewhere in the world and turned anyhow, by forward kinematics of their rotations."""
    world = about_y(rng.uniform(0.0, FULL_TURN))
    spot = np.array([rng.normal(0.0, 1.0), 0.0, rng.normal(0.0, 1.0)])
    joints, rotations = [], []
    for figure in figures:
        local = torch.from_numpy(figure.local()[shown])
        root = torch.from_numpy(world @ figure.frame("pelvis")[shown])
        position = torch.from_numpy(apply(world, figure.at("pelvis")[shown]) + spot)
        joints.append(forward_kinematics(local, root, position, torch.from_numpy(figure.body.offsets)).float())
        rotations.append(matrix_to_6d(local).float())
    return Motion.from_tensors(torch.stack(joints), torch.stack(rotations))


def _stances(feet: Sequence[dict[str, Foot]], shown: slice) -> tuple[Stance, ...]:
    found = []
    for person, by_side in enumerate(feet):
        for side, foot in by_side.items():
            edges = np.diff(np.concatenate([[0], foot.planted[shown].astype(int), [0]]))
            for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
                if end - start >= SHORTEST_STANCE:
                    found.append(Stance(person, side, int(start), int(end)))
    return tuple(found)


def _truth(
    stage: Stage, feet: Sequence[dict[str, Foot]], shown: slice, motion: Motion, seed: int, index: int, split: str
) -> Truth:
    casting, (one, two) = stage.casting, stage.parts
    one_pelvis, other_pelvis = motion.tensors()[0][:, 0, 0]
    apart = one_pelvis - other_pelvis
    return Truth(
        kind=KINDS[casting.kind].name,
        starter=casting.starter,
        roles=(one.role, two.role),
        hands=(one.hands, two.hands),
        limb=stage.limb,
        way=stage.way,
        approaches=(one.approaches, two.approaches),
        tempo=casting.tempo,
        styles=(stage.styles[0].name, stage.styles[1].name),
        distance=round(float(apart[[0, 2]].norm()), 3),
        touches=tuple(stage.touches),
        stances=_stances(feet, shown),
        frames=len(motion),
        fps=FPS,
        seed=seed,
        index=index,
        split=split,
    )
