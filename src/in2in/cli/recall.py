"""in2in-recall: does a model give back the clips that it was trained on?"""

import json
from pathlib import Path

from omegaconf import DictConfig

from in2in.cli.entry import command, output_dir
from in2in.cli.generator import load_generator
from in2in.errors import InputError


@command("recall")
def main(cfg: DictConfig, data_dir: Path, split: str, clips: int, seeds: int, timestep: int) -> None:
    """Prompt for training clips, print and write how near the samples come, and pages of both side by side."""
    if min(clips, seeds) < 1:
        raise InputError(f"clips={clips} and seeds={seeds} must be 1 or more")

    from in2in.data.interhuman import InteractionDataset
    from in2in.evaluation.recall import recall
    from in2in.files.whole import write_text

    dataset = InteractionDataset(data_dir, split)
    if dataset.cache.persons != 2:
        raise InputError(f"data_dir={data_dir} holds single persons: in2in-recall asks for two")
    asked = [dataset[number] for number in range(min(clips, len(dataset)))]
    generator = load_generator(cfg, "cpu")
    result = recall(generator, generator.unguided(), asked, seeds, timestep)
    out = output_dir()
    figures = {
        "found": result.found,
        "samples": result.nearest.numel(),
        "between_cm": result.between * 100,
        "error_cm": (result.error * 100).tolist(),
        "nearest": result.nearest.tolist(),
        "denoised_cm": (result.denoised * 100).tolist(),
    }
    write_text(out / "recall.json", json.dumps(figures, indent=1))
    print(result.report())
    print(out)


if __name__ == "__main__":
    main()
