"""A short take and the sample file it comes from, for tests of what is made of samples."""

from pathlib import Path

import torch

from in2in.bench.people import generate
from in2in.export.take import Take
from in2in.motion.representation import FPS, RawMotion, canonicalise, encode
from in2in.pipeline import Motion, Prompt


def as_take(motion: RawMotion, title: str = "two people") -> Take:
    """A motion with a title, two individual texts and a note."""
    motion = canonicalise(motion)
    return Take(motion.joints.numpy(), FPS, title, ("one", "other"), "seed 1", motion.rotations.numpy())


def pushed() -> Take:
    """The first 40 frames of a procedural push."""
    return as_take(generate(3, 0, "push").motion.crop(0, 40))


def sample_of(take: Take, path: Path) -> Path:
    """The file that in2in-sample would have written."""
    assert take.rotations is not None
    motion = RawMotion(torch.from_numpy(take.joints), torch.from_numpy(take.rotations))
    features = encode(motion).numpy()
    joints = features[..., :66].reshape(2, -1, 22, 3)
    Motion(joints, features, Prompt("they meet", "one waves", "", seed=4)).save(path)
    return path
