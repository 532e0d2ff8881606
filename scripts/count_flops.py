"""Floating point operations of the full-size in2IN: one training step, one sample. docs/reproduce.md quotes them.

python scripts/count_flops.py
"""

import torch
from torch.utils.flop_counter import FlopCounterMode

from in2in.models.condition import Condition
from in2in.models.denoiser import InteractionDenoiser

FRAMES = 120
"""Of a clip: InterHuman's are 91 to 141 frames long on average, by source."""


def flops(clips: int, training: bool) -> int:
    """Operations of one pass over clips of two people, forward or forward and backward."""
    counter = FlopCounterMode(display=False)
    with torch.device("meta"), counter:  # nothing is computed, only counted
        network = InteractionDenoiser().train(training)
        x = torch.empty(clips, 2, FRAMES, 262)
        condition = Condition(torch.empty(clips, 768), torch.empty(clips, 2, 768))
        prediction = network(x, torch.zeros(clips), condition, None)
        if training:
            prediction.square().mean().backward()
    return counter.get_total_flops()


def main() -> None:
    """Print the counts."""
    step, pass_ = flops(1, True), flops(1, False)
    print(f"training, a clip of {FRAMES} frames: {step / 1e12:.3f} TFLOP; a batch of 32: {32 * step / 1e12:.1f} TFLOP")
    print(f"sampling, {FRAMES} frames, 50 steps of 4 branches: {200 * pass_ / 1e12:.1f} TFLOP")


if __name__ == "__main__":
    main()
