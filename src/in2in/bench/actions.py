"""Which action does one person show? A small network that learns it from clips whose action is known.

A second opinion on motion for which the judge has no record: the individual texts of DualMDM ask for what the
interaction does not. It sees positions and velocities in the person's own frame, not rotations, which sources of
motion define differently.
"""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from in2in.bench.judge.fit import trembling
from in2in.motion.motion import Motion
from in2in.motion.representation import VELOCITIES, canonicalise, encode

MEASURES = VELOCITIES.stop
"""Positions and velocities of a person and frame."""

LONGEST = 240
"""Frames that are read of a clip in training."""

SHAKEN = 0.03
"""Metres; noise in training has up to this standard deviation, since generated motion shakes."""


def measures(joints: Tensor) -> Tensor:
    """Joints [T, 22, 3] of one person, metres, y up, to [T - 1, 132] in the person's own frame."""
    unturned = joints.new_zeros(1, len(joints), 21, 6)
    return encode(canonicalise(Motion.from_tensors(joints[None], unturned)))[0, :, :MEASURES]


class ActionReader(nn.Module):
    """Three convolutions over time, pooled.

    Args:
        actions: names, one an output.
        mean: [132], of the measures.
        std: [132], likewise.
        width: of the layers.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, actions: Sequence[str], mean: Tensor, std: Tensor, width: int = 96) -> None:
        super().__init__()
        self.actions = tuple(actions)
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        layers = [nn.Conv1d(MEASURES if depth == 0 else width, width, 5, 2, 2) for depth in range(3)]
        self.layers = nn.Sequential(*(part for layer in layers for part in (layer, nn.GELU())))
        self.output = nn.Linear(2 * width, len(self.actions))

    def forward(self, motion: Tensor) -> Tensor:
        """Measures [T, 132] of a clip to scores [actions]."""
        h = self.layers(((motion - self.mean) / self.std).T)
        return self.output(torch.cat([h.mean(dim=-1), h.amax(dim=-1)]))

    @torch.inference_mode()
    def read(self, joints: Tensor) -> str:
        """The action that one person's joints [T, 22, 3] show."""
        return self.actions[int(self(measures(joints.float())).argmax())]

    @classmethod
    def learn(
        cls, clips: Sequence[Tensor], shown: Sequence[str], steps: int = 800, batch: int = 16, seed: int = 0
    ) -> "ActionReader":
        """Train on clips, each action as often as any other.

        Args:
            clips: joints [T, 22, 3] of one person each.
            shown: the action of each.
            steps: of AdamW, with a cosine learning rate.
            batch: clips a step.
            seed: of all that is drawn.
        """
        torch.manual_seed(seed)
        rng = np.random.default_rng(seed)
        actions = sorted(set(shown))
        of_action = [[k for k, own in enumerate(shown) if own == action] for action in actions]
        some = torch.cat([_excerpt(clips[k], rng) for k in rng.permutation(len(clips))[:200]])
        reader = cls(actions, some.mean(dim=0), some.std(dim=0).clamp(min=1e-3))
        optimizer = torch.optim.AdamW(reader.parameters(), 2e-3, weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        for _ in range(steps):
            asked = rng.integers(len(actions), size=batch)
            scores = [reader(_excerpt(clips[int(rng.choice(of_action[action]))], rng)) for action in asked]
            loss = F.cross_entropy(torch.stack(scores), torch.from_numpy(asked))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        return reader


def _excerpt(clip: Tensor, rng: np.random.Generator) -> Tensor:
    """Measures of a part of a clip, 75 to 100 % of it and `LONGEST` frames at most, shaken."""
    length = min(LONGEST, round(len(clip) * rng.uniform(0.75, 1.0)))
    start = int(rng.integers(len(clip) - length + 1))
    return measures(trembling(clip[start : start + length].float(), rng.uniform(0.001, SHAKEN), rng))
