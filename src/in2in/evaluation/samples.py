"""What the samples of a folder show of themselves, beside a data set."""

from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from in2in.data.interhuman import InteractionDataset
from in2in.errors import InputError
from in2in.evaluation.physical import quality, quality_table
from in2in.evaluation.report import write_json
from in2in.motion.provenance import check_same
from in2in.motion.representation import decode_joints
from in2in.motion.sample_file import read_provenance, read_sample, samples_among


def compare_samples(samples: Path, data_dir: Path, split: str, out: Path) -> None:
    """Measure the samples that in2in-sample wrote and the clips of a split alike; print and write quality.json."""
    files = samples_among(samples.glob("*.npz"))
    if not files:
        raise InputError(f"samples={samples} holds no sample (*.npz): give a folder that in2in-sample wrote")
    # figures of several models in one row would be nobody's
    known = [read_provenance(file) for file in files]
    for file, made in zip(files, known, strict=True):
        if made != known[0]:
            check_same(file, made, known[0])
    print(f"samples of {known[0] or 'unknown origin'}")
    data = InteractionDataset(data_dir, split)
    rows = {
        "samples": quality(_joints(file) for file in files),
        "data": quality(decode_joints(data[number].features) for number in range(len(data))),
    }
    write_json(out / "quality.json", {name: asdict(row) for name, row in rows.items()})
    print(quality_table(rows))


def _joints(file: Path) -> Tensor:
    motion = read_sample(file)
    motion.check(file)
    return torch.from_numpy(motion.joints)
