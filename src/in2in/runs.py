"""Run folders: what in2in-train, in2in-convert, in2in-pack and in2in-blend write, and all that sampling reads."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from hydra.utils import get_class
from omegaconf import DictConfig, OmegaConf
from safetensors.torch import load_file, save
from torch import Tensor

from in2in.checkpoints import LAST, PREVIOUS, newest_whole, whole_others
from in2in.errors import InputError
from in2in.hub import check_trusted, fetch, is_id
from in2in.motion.normalizer import Normalizer
from in2in.provenance import weights_sha256
from in2in.whole import whole_file, whole_folder, write_bytes

KEPT = ("model", "text", "head", "noise", "guidance", "sampler", "space", "interclip", "tokens", "individuals")
"""What of a run's configuration describes the model; paths of the machine it was trained on are not."""


def read_config(run: str | Path) -> DictConfig:
    """The configuration of a run folder, of the run that a checkpoint belongs to, or of a run on the hub."""
    folder = _folder(run)
    if not (folder / "config.yaml").is_file():
        raise InputError(f"run={run} holds no config.yaml: give a run folder that in2in-train made")
    conf = OmegaConf.load(folder / "config.yaml")
    assert isinstance(conf, DictConfig)
    if is_id(run):
        check_trusted(run, OmegaConf.to_container(conf))
    conf.run_dir = str(folder)  # a converted run's text encoder lies inside the folder
    return conf


def _folder(run: str | Path) -> Path:
    if is_id(run):
        return fetch(str(run))
    return Path(run).parents[1] if Path(run).suffix == ".ckpt" else Path(run)


def find_weights(run: str | Path) -> Path:
    """The file of a run's weights; an error says what is missing."""
    if "blend" in read_config(run):
        raise InputError(f"run={run} blends two runs and has no weights of its own: give one of the two")
    if Path(run).suffix == ".ckpt":
        if not Path(run).is_file():
            raise InputError(f"run={run} is no file: give a run folder, or one of its checkpoints")
        return Path(run)
    folder = _folder(run)
    if (converted := folder / "model.safetensors").is_file():
        return converted
    checkpoint, passed = newest_whole(folder / "checkpoints")
    if checkpoint is None and passed:
        others = [f"give run={path} or " for path in whole_others(folder / "checkpoints")[:1]]
        raise InputError(f"{'; '.join(passed)}: {''.join(others)}copy it anew")
    if checkpoint is None:
        raise InputError(f"run={run} holds no checkpoint (checkpoints/{LAST}): train it further, or give another run")
    for line in passed:
        _say(f"{line}: reading {checkpoint.name}, the one before it")
    return checkpoint


@lru_cache
def _say(line: str) -> None:
    """Print a line once in a command, however often it reads the run."""
    print(line)


def fingerprint(run: str | Path) -> str:
    """SHA-256 of the weights' file."""
    with open(find_weights(run), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def identity(run: str | Path) -> str:
    """SHA-256 of all that a run's motion depends on, wherever it lies: weights, and what its configuration tells of it.

    Of a blend: of the two runs that it blends, and of how.
    """
    told = read_config(run)
    if "blend" in told:
        how = OmegaConf.to_container(told.blend)
        assert isinstance(how, dict)
        runs = [how.pop(key, None) and identity(told.blend[key]) for key in ("run", "prior_run")]
        known = {"how": {key: how[key] for key in how if not str(key).endswith("_sha256")}, "runs": runs}
    else:
        kept = OmegaConf.to_container(OmegaConf.create({key: told[key] for key in KEPT if told.get(key) is not None}))
        known = {"run": kept, "weights": weights_sha256(read_run(run)[1])}
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def described(told: DictConfig) -> dict[str, Any]:
    """What of a run's configuration changes its motion and leaves no trace in its weights, as plain data."""
    known = {key: told[key] for key in ("model", "head", "noise", "space") if told.get(key) is not None}
    known["text"] = {"_target_": told.text._target_}  # its weights are known by their hash, wherever they lie
    return OmegaConf.to_container(OmegaConf.create(known), resolve=True)  # type: ignore[return-value]


def read_run(run: str | Path) -> tuple[DictConfig, dict[str, torch.Tensor]]:
    """The configuration and the weights of a run folder: in2in-train's checkpoint, or in2in-convert's safetensors.

    One of a run's checkpoints, as in runs/mine/checkpoints/003000.ckpt, stands for the run as it was then.
    """
    checkpoint = find_weights(run)
    try:
        if checkpoint.suffix == ".safetensors":
            weights = load_file(checkpoint)
        else:
            weights = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
    except Exception as error:
        raise InputError(
            f"{checkpoint} cannot be read as a checkpoint ({type(error).__name__}): copy it anew"
        ) from error
    return read_config(run), weights


def pack(run: str | Path, out: Path, half: bool = False) -> int:
    """Write what a run needs to sample into a folder of its own; returns the number of its weights.

    Args:
        run: to be packed.
        out: folder to write to; it must not hold a run yet.
        half: store the weights in 16 bits, the statistics as they are.
    """
    conf, weights = read_run(run)
    if (out / "config.yaml").exists():
        raise InputError(f"out={out} holds a run already: choose another out=")
    if half:
        weights = {name: value if "normalizer." in name else value.half() for name, value in weights.items()}
    save_weights(weights, out)
    if (clip := Path(conf.run_dir) / "clip").is_dir():  # the text encoder of a converted run
        with new_part(out / "clip") as unfinished:
            shutil.copytree(clip, unfinished, dirs_exist_ok=True)
    if (vocabulary := Path(conf.run_dir) / "vocabulary.txt.gz").is_file():  # of a converted evaluator
        write_bytes(out / vocabulary.name, vocabulary.read_bytes())
    save_config({key: conf[key] for key in KEPT if conf.get(key) is not None}, out)
    return sum(value.numel() for value in weights.values())


@contextmanager
def new_part(folder: Path) -> Iterator[Path]:
    """A folder in a run folder that is not one yet, to write into; it takes the place of what a killed command left."""
    with whole_folder(folder) as unfinished:
        yield unfinished
        shutil.rmtree(folder, ignore_errors=True)


def save_config(content: DictConfig | dict[str, Any], folder: Path) -> None:
    """Write config.yaml, which makes a folder a run: the last of its files, so that there is no run in halves."""
    with whole_file(folder / "config.yaml") as unfinished:
        OmegaConf.save(content, unfinished)


def save_weights(weights: Mapping[str, Tensor], folder: Path) -> None:
    """Write model.safetensors, for all who may read the folder; safetensors' own writer keeps it for its owner."""
    content = save({name: value.contiguous() for name, value in weights.items()})
    write_bytes(folder / "model.safetensors", content)


def normalizer_of(run: str | Path) -> Normalizer:
    """The statistics of a run."""
    weights = read_run(run)[1]
    return Normalizer(weights["normalizer.mean"], weights["normalizer.std"])


SHIPPED = Path(__file__).parent / "weights" / "in2in"
"""The run folder that comes with the package: a small in2IN trained on procedural interactions."""


SHIPPED_PRIOR = SHIPPED.parent / "individual"
"""The single-person prior that comes with the package, in the statistics of `SHIPPED`."""


def newest_run(runs: Path) -> Path:
    """The run of an interaction model below `runs` that was written last; where there is none, the shipped one."""
    there = [path for name in (LAST, PREVIOUS) for path in runs.glob(f"**/checkpoints/{name}")]
    checkpoints = sorted(there, key=lambda path: path.stat().st_mtime, reverse=True)
    return next((path.parents[1] for path in checkpoints if _interacts(path.parents[1])), SHIPPED)


def _interacts(folder: Path) -> bool:
    """Whether a run is of two persons; priors and evaluators are not."""
    if not (folder / "config.yaml").is_file():
        return False
    target = OmegaConf.select(OmegaConf.load(folder / "config.yaml"), "model._target_")
    return target is not None and get_class(target).interacts  # type: ignore[attr-defined]


def shipped_evaluator() -> Path:
    """The evaluator that comes with the package."""
    folder = SHIPPED.with_name("interclip")
    if not folder.is_dir():
        raise InputError("evaluator_run is not given: train one with in2in-train experiment=interclip data_dir=FOLDER")
    return folder
