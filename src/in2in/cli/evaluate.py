"""in2in-evaluate: what generated motion itself shows, beside the data."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from omegaconf import DictConfig

from in2in.cli.entry import command, output_dir
from in2in.cli.schema import options
from in2in.errors import InputError


@dataclass(frozen=True)
class EvaluateOptions:
    """The plain keys of conf/evaluate.yaml."""

    samples: str | None
    data_dir: str | None
    split: str


@command("evaluate")
def main(cfg: DictConfig) -> None:
    """Measure the samples of a folder and the clips of a data set alike; print and write a table."""
    chosen = options(EvaluateOptions, cfg)
    if chosen.samples is None or chosen.data_dir is None:
        raise InputError("samples or data_dir is not given: in2in-evaluate samples=FOLDER data_dir=FOLDER")

    import numpy as np
    import torch

    from in2in.data.interhuman import InteractionDataset
    from in2in.evaluation.physical import quality, quality_table
    from in2in.motion.representation import decode_joints

    files = sorted(Path(chosen.samples).glob("*.npz"))
    if not files:
        raise InputError(f"samples={chosen.samples} holds no sample (*.npz): give a folder that in2in-sample wrote")
    data = InteractionDataset(chosen.data_dir, chosen.split)
    rows = {
        "samples": quality(torch.from_numpy(np.load(file)["joints"]) for file in files),
        "data": quality(decode_joints(data[number].features) for number in range(len(data))),
    }
    out = output_dir()
    figures = {name: asdict(row) for name, row in rows.items()}
    (out / "quality.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(quality_table(rows))
    print(out)


if __name__ == "__main__":
    main()
