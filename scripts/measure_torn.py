"""How many ordinary sentences tear bodies, and how far they lie from the texts that a run was trained on.

    python scripts/measure_torn.py RUN docs/sentences.txt [STEPS]

Each sentence is sampled for 3 s as it is and without its full stop, without individual texts. A sample is torn where
in a tenth of the frames some bone, between predicted positions, is off by more than 30 % of its middle length.
"""

import sys
from pathlib import Path

import numpy as np
import torch

from in2in.motion.prompt import Prompt
from in2in.motion.representation import decode_joints
from in2in.motion.skeleton import BONE_LENGTHS, bone_lengths
from in2in.pipeline import Generator

OFF, FRAMES = 0.3, 0.1
"""Share by which a bone is off, and the share of the frames in which it is."""

STILL = 0.05
"""m/s; the mean speed of all joints under which a sample counts as frozen."""


def torn(positions: torch.Tensor) -> bool:
    """Whether predicted positions [2, T, 22, 3] in metres hold no body, against bones of SMPL's lengths scaled."""
    lengths, usual = bone_lengths(positions)[..., 1:], torch.tensor(BONE_LENGTHS)[1:]
    scale = (lengths / usual).flatten(1).median(dim=1).values[:, None, None]
    off = ((lengths / (usual * scale) - 1).abs() > OFF).any(dim=-1)
    return bool((off.float().mean(dim=1) > FRAMES).any())


def main() -> None:
    """Sample and count."""
    run, sentences = sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
    generator = Generator.from_pretrained(run)
    generator.sampler.steps = int(sys.argv[3]) if len(sys.argv) > 3 else generator.sampler.steps
    for name, texts in (("as written", sentences), ("without the stop", [text.rstrip(".") for text in sentences])):
        prompts = [Prompt(text, seconds=3.0, seed=number) for number, text in enumerate(texts)]
        features = [torch.from_numpy(motion.features) for motion in generator(prompts) if motion.features is not None]
        positions = [decode_joints(own) for own in features]
        speeds = [float((own.diff(dim=1).norm(dim=-1) * 30).mean()) for own in positions]
        found = [number for number, own in enumerate(positions) if torn(own)]
        frozen = [number for number, speed in enumerate(speeds) if speed < STILL]
        print(f"{name}: {len(found)} of {len(texts)} torn {found}, {len(frozen)} frozen {frozen}; ", end="")
        print(f"middle speed {np.median(speeds):.2f} m/s")


if __name__ == "__main__":
    main()
