"""Scenes of any length: windows that overlap, generated together and blended at every step.

Every window is motion in a frame that the network knows, one of the persons at the origin and facing +z at its start.
Where window k + 1 lies in window k's frame is where their overlaps agree best; there they are blended, and both go on
from the blend. In the end the windows are set one after the other, their places added up in double precision.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from in2in.direction.scene import Scene, Take
from in2in.motion.placement import Placement
from in2in.motion.prompt import MAX_SECONDS, Prompt
from in2in.motion.rate import FPS
from in2in.motion.representation import decode_joints
from in2in.motion.rotations import rotate_about_y
from in2in.motion.space import FeatureSpace
from in2in.motion.texts import Texts

OVERLAP = 30
"""Frames that a window shares with the next."""

SEEDS = 1000
"""Windows of one scene, at most; the next seed's are others."""


@dataclass(frozen=True)
class Window:
    """Frames start to end of the whole, and what happens in them."""

    start: int
    end: int
    take: Take


class Takes:
    """An `in2in.diffusion.sampler.Edit` for a batch of windows, in their order.

    Args:
        scene: with takes.
        space: what the network's numbers mean.
    """

    def __init__(self, scene: Scene, space: FeatureSpace) -> None:
        self.space, self.windows = space, _windows(scene.takes)
        self.prompts = [
            Prompt(
                *(window.take.prompt, window.take.individual1, window.take.individual2),
                seconds=(window.end - window.start) / FPS,
                seed=(scene.seed * SEEDS + number) % 2**63,
            )
            for number, window in enumerate(self.windows)
        ]
        self.texts = Texts.single(" ".join(dict.fromkeys(take.prompt for take in scene.takes if take.prompt)))

    def shared(self, noise: Tensor) -> Tensor:
        """Noise [W, P, T, D] where windows begin with that in which the ones before end: they come out more alike."""
        noise = noise.clone()
        for number, window in enumerate(self.windows[:-1]):
            end = window.end - window.start
            noise[number + 1, :, :OVERLAP] = noise[number, :, end - OVERLAP : end]
        return noise

    def __call__(self, x0: Tensor, last: bool) -> Tensor:
        """See `in2in.diffusion.sampler.Edit`."""
        features = self.space.decode(x0)
        for number, (one, two) in enumerate(pairwise(self.windows)):
            shared = slice(two.start - one.start, one.end - one.start)
            ahead, after = features[number : number + 1, :, shared], features[number + 1 : number + 2, :, :OVERLAP]
            place = fitted(after, ahead)
            share = torch.linspace(0, 1, OVERLAP, device=x0.device)[:, None]
            blended = torch.lerp(place.to_own(ahead), after, share * share * (3 - 2 * share))
            features[number + 1, :, :OVERLAP] = blended[0]
            features[number, :, shared] = place.to_shared(blended)[0]
        return self.space.encode(features)

    def whole(self, features: Tensor) -> Tensor:
        """All windows' features [W, P, T, 262] in physical units as one motion's, [P, T of all, 262]."""
        motion = torch.zeros(features.shape[1], self.windows[-1].end, features.shape[-1])
        place = Placement(torch.zeros(1, 2).double(), torch.zeros(1, 2, 3).double())
        for own, window, following in zip(features, self.windows, [*features[1:], None], strict=True):
            placed = place.to_shared(own[None, :, : window.end - window.start].double())
            motion[:, window.start : window.end] = placed[0].float()
            if following is not None:
                head = following[None, :, :OVERLAP].double()
                place = fitted(head, placed[:, :, -OVERLAP:])
        return motion


def fitted(own: Tensor, shared: Tensor) -> Placement:
    """How all persons together are moved and turned over the floor, so that their joints come nearest to others.

    Args:
        own: features [1, P, T, 262] in physical units, before they are moved.
        shared: likewise, what they are to come near to.
    """
    one, two = (decode_joints(features)[..., [0, 2]].flatten(0, 3) for features in (own, shared))
    a, b = one - one.mean(dim=0), two - two.mean(dim=0)
    angle = torch.atan2((b[:, 0] * a[:, 1] - b[:, 1] * a[:, 0]).sum(), (a * b).sum())
    x, z = two.mean(dim=0)
    middle = torch.stack([one[:, 0].mean(), torch.zeros_like(x), one[:, 1].mean()])
    root = torch.stack([x, torch.zeros_like(x), z]) - rotate_about_y(middle, angle)
    persons = own.shape[1]
    return Placement(angle.expand(1, persons), root.expand(1, persons, 3))


def _windows(takes: tuple[Take, ...]) -> list[Window]:
    """One window a take, or several alike for one that is longer than the network generates at once."""
    longest = round(MAX_SECONDS * FPS) - OVERLAP
    edges, start, end = [], 0.0, 0.0
    for take in takes:
        start, end = end, end + take.seconds * FPS
        parts = math.ceil((end - start) / longest)
        steps = [round(start + (end - start) * part / parts) for part in range(parts + 1)]
        edges += [(first, last, take) for first, last in pairwise(steps)]
    half, total = OVERLAP // 2, round(end)
    return [Window(max(0, first - half), min(total, last + half), take) for first, last, take in edges]
