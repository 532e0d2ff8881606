"""Run folders: what in2in-train, in2in-convert and in2in-pack write, and all that sampling reads."""

import hashlib
from pathlib import Path

import torch
from omegaconf import DictConfig, OmegaConf
from safetensors.torch import load_file

from in2in.errors import InputError
from in2in.motion.normalizer import Normalizer


def find_run(run: str | Path) -> tuple[Path, Path]:
    """The folder of a run and the file of its weights; an error says what is missing."""
    named = Path(run) if Path(run).suffix == ".ckpt" else None
    folder = named.parents[1] if named else Path(run)
    if not (folder / "config.yaml").is_file():
        raise InputError(f"run={run} holds no config.yaml: give a run folder that in2in-train made")
    trained, converted = folder / "checkpoints" / "last.ckpt", folder / "model.safetensors"
    checkpoint = named or (converted if converted.is_file() else trained)
    if not checkpoint.is_file():
        raise InputError(
            f"run={run} holds no checkpoint ({trained.relative_to(folder)}): train it further, or give another run"
        )
    return folder, checkpoint


def fingerprint(run: str | Path) -> str:
    """SHA-256 of the weights' file."""
    with open(find_run(run)[1], "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_run(run: str | Path) -> tuple[DictConfig, dict[str, torch.Tensor]]:
    """The configuration and the weights of a run folder: in2in-train's checkpoint, or in2in-convert's safetensors.

    One of a run's checkpoints, as in runs/mine/checkpoints/003000.ckpt, stands for the run as it was then.
    """
    folder, checkpoint = find_run(run)
    try:
        if checkpoint.suffix == ".safetensors":
            weights = load_file(checkpoint)
        else:
            weights = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
    except Exception as error:
        raise InputError(
            f"{checkpoint} cannot be read as a checkpoint ({type(error).__name__}): copy it anew"
        ) from error
    conf = OmegaConf.load(folder / "config.yaml")
    assert isinstance(conf, DictConfig)
    conf.run_dir = str(folder)  # a converted run's text encoder lies inside the folder
    return conf, weights


def normalizer_of(run: str | Path) -> Normalizer:
    """The statistics of a run."""
    weights = read_run(run)[1]
    return Normalizer(weights["normalizer.mean"], weights["normalizer.std"])


SHIPPED = Path(__file__).parent / "weights" / "in2in"
"""The run folder that comes with the package: a small in2IN trained on procedural interactions."""


def newest_run(runs: Path) -> Path:
    """The run folder below `runs` whose checkpoint was written last; where there is none, the shipped one."""
    checkpoints = sorted(runs.glob("**/checkpoints/last.ckpt"), key=lambda path: path.stat().st_mtime)
    return checkpoints[-1].parents[1] if checkpoints else SHIPPED
