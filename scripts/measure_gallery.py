"""How often the judge recognises what the prompts of the demo's gallery ask for, with the bundled weights.

python scripts/measure_gallery.py
"""

import torch

from in2in.bench.judge import recognise
from in2in.demo.app import gallery
from in2in.pipeline import Generator, Prompt
from in2in.runs.folder import BUNDLED

SEEDS = 6


def main() -> None:
    """Print hits for each prompt and in all."""
    generator, total = Generator.from_pretrained(BUNDLED), 0
    for example in gallery():
        kind = example.pop("kind")
        motions = generator(Prompt(**example), num_samples=SEEDS)
        hits = sum(recognise(torch.from_numpy(motion.joints)) == kind for motion in motions)
        print(f"{hits} of {SEEDS}: {kind}", flush=True)
        total += hits
    print(f"{total} of {SEEDS * len(gallery())}")


if __name__ == "__main__":
    main()
