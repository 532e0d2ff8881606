"""Run folders: what in2in-train, in2in-convert, in2in-pack and in2in-blend write, and all that sampling reads."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from hydra.utils import get_class
from omegaconf import DictConfig, OmegaConf
from safetensors.torch import load_file, save
from torch import Tensor

from in2in.errors import InputError
from in2in.files.inside import leads_out
from in2in.files.plain_yaml import read_yaml
from in2in.files.whole import whole_file, whole_folder, write_bytes
from in2in.motion.normalizer import Normalizer
from in2in.motion.space import FeatureSpace
from in2in.runs.building import build
from in2in.runs.checkpoints import LAST, PREVIOUS, newest_whole, read_checkpoint, whole_others
from in2in.runs.hub import fetch, is_id
from in2in.runs.parts import read_parts
from in2in.runs.provenance import weights_sha256
from in2in.runs.trusted import TEXT_MODEL, VOCABULARY
from in2in.text.known import FILE as KNOWN_TEXTS


def read_config(run: str | Path) -> DictConfig:
    """The parts of a run's configuration that describe its model; of a run folder, a checkpoint in one, or on the hub.

    Raises:
        InputError: there is none, or it asks for anything that a run does not need; see `in2in.runs.trusted`.
    """
    folder = folder_of(run)
    if not (folder / "config.yaml").is_file():
        raise InputError(f"run={run} holds no config.yaml: give a run folder that in2in-train made")
    return OmegaConf.create(read_parts(folder, run, from_hub=is_id(run)))


def folder_of(run: str | Path) -> Path:
    """The folder of a run: itself, that of one of its checkpoints, or where a run of the hub is kept here."""
    if is_id(run):
        return fetch(str(run))
    return Path(run).absolute().parents[1] if Path(run).suffix == ".ckpt" else Path(run)


def find_weights(run: str | Path) -> Path:
    """The file of a run's weights; an error says what is missing."""
    if "blend" in read_config(run):
        raise InputError(f"run={run} blends two runs and has no weights of its own: give one of the two")
    if Path(run).suffix == ".ckpt":
        if not Path(run).is_file():
            raise InputError(f"run={run} is no file: give a run folder, or one of its checkpoints")
        return Path(run)
    folder = folder_of(run)
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
        named = [how.pop(key) for key in ("run", "prior_run") if how.get(key) is not None]
        runs = [identity(one) for one in named if find_weights(one)]  # a blend of blends is none, nor one of itself
        known = {"how": {key: how[key] for key in how if not str(key).endswith("_sha256")}, "runs": runs}
    else:
        kept = _portable(OmegaConf.to_container(told), os.path.abspath(folder_of(run)))
        known = {"run": kept, "weights": weights_sha256(read_run(run)[1])}
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def described(told: DictConfig) -> dict[str, Any]:
    """What of a run's configuration changes its motion and leaves no trace in its weights, as plain data."""
    known = {key: told[key] for key in ("model", "head", "noise", "space", "decoding") if told.get(key) is not None}
    known["text"] = {"_target_": told.text._target_}  # its weights are known by their hash, wherever they lie
    return OmegaConf.to_container(OmegaConf.create(known), resolve=True)  # type: ignore[return-value]


def read_run(run: str | Path) -> tuple[DictConfig, dict[str, torch.Tensor]]:
    """The configuration and the weights of a run folder: in2in-train's checkpoint, or in2in-convert's safetensors.

    One of a run's checkpoints, as in runs/mine/checkpoints/003000.ckpt, stands for the run as it was then.
    """
    checkpoint = find_weights(run)
    if checkpoint.suffix != ".safetensors":
        weights = read_checkpoint(checkpoint).get("state_dict")
    else:
        try:
            weights = load_file(checkpoint)
        except Exception as error:
            why = type(error).__name__
            raise InputError(f"{checkpoint} cannot be read as a checkpoint ({why}): copy it anew") from error
    if not isinstance(weights, dict) or not all(map(_is_whole, weights.values())):
        raise InputError(f"{checkpoint} holds no weights of a run: give another")
    return read_config(run), weights


def _is_whole(value: object) -> bool:
    """Whether a tensor has all of its numbers in the file: a view may claim any number of them."""
    return isinstance(value, Tensor) and value.numel() * value.element_size() <= value.untyped_storage().nbytes()


def pack(run: str | Path, out: Path, half: bool = False) -> int:
    """Write what a run needs to sample into a folder of its own; returns the number of its weights.

    Args:
        run: to be packed.
        out: folder to write to; it must not hold a run yet.
        half: store the weights in 16 bits, the statistics as they are.
    """
    conf, weights = read_run(run)
    folder = folder_of(run)
    files = _own_files(folder, folder.parents[1] if is_id(run) else folder)  # the hub's cache links to its own store
    if (out / "config.yaml").exists():
        raise InputError(f"out={out} holds a run already: choose another out=")
    if half:
        weights = {name: value if "normalizer." in name else value.half() for name, value in weights.items()}
    save_weights(weights, out)
    clip = [file for file in files if file.parent != folder]
    if clip:  # the run's own text model
        with new_part(out / TEXT_MODEL) as unfinished:
            for file in clip:
                shutil.copyfile(file, unfinished / file.name)
    for file in (file for file in files if file.parent == folder):  # an evaluator's vocabulary, known texts
        write_bytes(out / file.name, file.read_bytes())
    save_config(_portable(OmegaConf.to_container(conf), os.path.abspath(folder)), out)
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


def _portable(node: Any, folder: str) -> Any:
    """A node with paths inside the run folder told from there, as ${run_dir}/clip."""
    if isinstance(node, dict):
        return {key: _portable(value, folder) for key, value in node.items()}
    inside = isinstance(node, str) and Path(node).is_absolute() and Path(node).is_relative_to(folder)
    return f"${{run_dir}}/{Path(node).relative_to(folder)}" if inside else node


def _own_files(folder: Path, within: Path) -> list[Path]:
    """The files of a run's own text model, vocabulary and known texts, as the commands write them.

    Args:
        folder: of the run.
        within: where they must lie: what a link brings in from elsewhere is not the run's to give away.
    """
    clip = folder / TEXT_MODEL
    known = sorted(path for path in clip.glob("*") if path.suffix in (".json", ".txt", ".safetensors"))
    files = [path for path in (*known, folder / VOCABULARY, folder / KNOWN_TEXTS) if path.is_file()]
    for path in files:
        if leads_out(path, within):
            raise InputError(f"{path} is a link to {path.resolve()}, outside of the run: put the file itself there")
    return files


def save_weights(weights: Mapping[str, Tensor], folder: Path) -> None:
    """Write model.safetensors, for all who may read the folder; safetensors' own writer keeps it for its owner."""
    content = save({name: value.contiguous() for name, value in weights.items()})
    write_bytes(folder / "model.safetensors", content)


def normalizer_of(run: str | Path, space: Callable[[Normalizer], FeatureSpace]) -> Normalizer:
    """The statistics of a run, for another that learns motion in the same space; what stats_from= names.

    Args:
        run: whose.
        space: of the other.

    Raises:
        InputError: the run has none, or its numbers stand for other features.
    """
    try:
        told, weights = read_run(run)
    except InputError as error:
        raise InputError(f"stats_from={run}: {error}") from error
    if not {"normalizer.mean", "normalizer.std"} <= weights.keys():
        raise InputError(f"stats_from={run} is not a run of a denoiser (an evaluator has no statistics to share)")
    normalizer = Normalizer(weights["normalizer.mean"], weights["normalizer.std"])
    if type(theirs := space_of(run, told, normalizer)) is not type(space(normalizer)):
        name = f"{type(theirs).__module__}.{type(theirs).__name__}"
        raise InputError(f"stats_from={run} has features in another layout ({name}): give a run of the same space=")
    return normalizer


def space_of(run: str | Path, told: DictConfig, normalizer: Normalizer) -> FeatureSpace:
    """What the numbers of a run's network mean, by its configuration and its statistics."""
    return build(run, told, "space")(normalizer) if "space" in told else FeatureSpace(normalizer)


BUNDLED = Path(__file__).parents[1] / "weights" / "in2in"
"""The bundled run folder: a small in2IN trained on procedural interactions."""


BUNDLED_PRIOR = BUNDLED.parent / "individual"
"""The bundled single-person prior, in the statistics of `BUNDLED`."""


def newest_run(runs: Path) -> Path:
    """The run of an interaction model below `runs` that was written last; where there is none, the bundled one."""
    there = [path for name in (LAST, PREVIOUS) for path in runs.glob(f"**/checkpoints/{name}")]
    checkpoints = sorted(there, key=lambda path: path.stat().st_mtime, reverse=True)
    return next((path.parents[1] for path in checkpoints if _interacts(path.parents[1])), BUNDLED)


def _interacts(folder: Path) -> bool:
    """Whether a run is of two persons; priors and evaluators are not."""
    if not (folder / "config.yaml").is_file() or read_yaml(folder / "config.yaml").get("model") is None:
        return False
    try:
        target = read_config(folder).model._target_
    except InputError as error:
        raise InputError(f"{error}; without run= the newest run below runs/ is used, and it is this one") from error
    return get_class(target).interacts  # type: ignore[attr-defined]


def bundled_evaluator() -> Path:
    """The bundled evaluator."""
    folder = BUNDLED.with_name("interclip")
    if not folder.is_dir():
        raise InputError("evaluator_run is not given: train one with in2in-train experiment=interclip data_dir=FOLDER")
    return folder
