"""The reader of actions against clips whose action is known."""

import torch
from torch import Tensor

from in2in.bench.actions import ActionReader, measures
from in2in.bench.people import KINDS, generate
from in2in.motion.rotations import rotate_about_y

STARTERS = {"bow": "bows", "kick and block": "kicks", "chase": "chases"}


def starters(clips: range, seed: int) -> tuple[list[Tensor], list[str]]:
    """The person who starts, of clips of each kind."""
    names = [kind.name for kind in KINDS]
    made = [(name, generate(names.index(name) + len(KINDS) * k, seed)) for name in STARTERS for k in clips]
    joints = [clip.motion.tensors()[0][clip.truth.starter] for _, clip in made]
    return joints, [STARTERS[name] for name, _ in made]


def test_it_reads_clips_that_it_has_not_seen_wherever_they_are() -> None:
    reader = ActionReader.learn(*starters(range(12), seed=11), steps=80)
    assert reader.actions == ("bows", "chases", "kicks")
    joints, shown = starters(range(12, 18), seed=11)
    moved = [rotate_about_y(own, torch.tensor(1.0)) + torch.tensor([3.0, 0.5, -2.0]) for own in joints]
    assert sum(reader.read(own) == action for own, action in zip(joints, shown, strict=True)) >= 17
    for own, other in zip(joints, moved, strict=True):
        torch.testing.assert_close(measures(other), measures(own), atol=1e-4, rtol=0)


def test_the_same_seed_learns_the_same() -> None:
    clips, shown = starters(range(3), seed=12)
    one, two = (ActionReader.learn(clips, shown, steps=3, batch=4, seed=5) for _ in range(2))
    for name, value in one.state_dict().items():
        torch.testing.assert_close(two.state_dict()[name], value, atol=0, rtol=0)
