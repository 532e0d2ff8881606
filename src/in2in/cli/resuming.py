"""A run that resumes, or starts from another's weights: what differs from that is said, or is an error."""

from pathlib import Path
from typing import Any

import torch
from omegaconf import DictConfig, OmegaConf
from torch import Tensor

from in2in.errors import InputError
from in2in.motion.normalizer import Normalizer
from in2in.motion.representation import ROTATIONS
from in2in.motion.space import FeatureSpace, change
from in2in.runs.checkpoints import read_checkpoint

SETTLED = ("model", "head", "noise", "space", "interclip", "tokens", "optimizer")
"""What cannot change in a run: the weights and the state of the optimizer come from the checkpoint."""

FREE = ("text", "timesteps", "loss", "dropout", "individuals", "data", "lr_scheduler", "trainer", "seed")
"""What may change, if it is said."""

PLACES = ("data.data_dir", "trainer.default_root_dir", "text.model", "tokens.vocab")
"""Paths, which may move; whether the data are the same is told by their statistics."""


def check_resuming(cfg: DictConfig, module: torch.nn.Module, checkpoint: Path) -> list[str]:
    """Compare the options with those that a run was begun with.

    Args:
        cfg: all options, resolved.
        module: as they make it.
        checkpoint: of the run, RUN/checkpoints/NAME.ckpt.

    Returns:
        What is to be said.

    Raises:
        InputError: something differs that would break the run, or that would be passed over in silence.
    """
    run = checkpoint.resolve().parents[1]
    if not (run / "config.yaml").is_file():
        return []
    before, now = (OmegaConf.to_container(node) for node in (OmegaConf.load(run / "config.yaml"), cfg))
    assert isinstance(before, dict)
    assert isinstance(now, dict)
    if fixed := [line for key in SETTLED for line in _changed(before, now, key)]:
        raise InputError(
            f"{run / 'config.yaml'} differs in {fixed[0]}: a run that resumes keeps its networks, noise and optimizer; "
            f"give what it was begun with, or start another run with weights_from={run}"
        )
    said = [line for key in FREE for line in _changed(before, now, key)]
    said = [f"resuming with other options than before: {'; '.join(said)}"] if said else []
    if not _same_statistics(module, checkpoint):
        for key in ("data_dir", "stats_from"):
            if before.get(key) != now[key]:
                raise InputError(
                    f"{run / 'config.yaml'} differs in {key}: {before.get(key)}, now {now[key]}, of other statistics "
                    f"than the run was begun with: give the same, or start another run with weights_from={run}"
                )
        said.append(f"data_dir={now['data_dir']} has other statistics by now: the run keeps those it was begun with")
    return said


def _changed(before: dict[Any, Any], now: dict[Any, Any], key: str) -> list[str]:
    changed = differences(before[key], now[key], key) if key in before and key in now else []
    return [line for line in changed if line.partition(":")[0] not in PLACES]


def differences(ours: Any, theirs: Any, name: str) -> list[str]:
    """Where two pieces of plain data that both have a key differ: "model.heads: 8, now 4"."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        both = [key for key in theirs if key in ours]
        return [line for key in both for line in differences(ours[key], theirs[key], f"{name}.{key}")]
    return [] if ours == theirs else [f"{name}: {ours}, now {theirs}"]


def _same_statistics(module: torch.nn.Module, checkpoint: Path) -> bool:
    state = read_checkpoint(checkpoint)["state_dict"]
    ours = {name: value for name, value in module.state_dict().items() if ".normalizer." in f".{name}"}
    return all(name in state and torch.allclose(value, state[name], rtol=1e-4) for name, value in ours.items())


def start_from(cfg: DictConfig, module: torch.nn.Module, run: str) -> list[str]:
    """Take over the weights of a run, but not its statistics; returns what is to be said.

    Raises:
        InputError: the run has other weights, or they mean something else there.
    """
    from in2in.runs.folder import read_run, space_of

    conf, weights = read_run(run)
    own = module.state_dict()
    told = []
    new = [name for name in own if name.startswith("conditioner.head.mean.") and name not in weights]
    if new:
        weights |= {name: torch.zeros_like(own[name]) for name in new}
        told = [f"{run} has no head.mean: it starts at zero, so that texts are read as before"]
    strange = [name for name in own | weights if _shape(own, name) != _shape(weights, name)]
    if strange:
        raise InputError(f"weights_from={run} is a run of another model or of other sizes: {strange[0]} differs")
    theirs, ours = OmegaConf.to_container(conf), OmegaConf.to_container(cfg)
    assert isinstance(theirs, dict)
    assert isinstance(ours, dict)
    said = [line for key in ("model", "head", "text", "noise", "interclip") for line in _changed(theirs, ours, key)]
    if heads := [line for line in said if line.partition(":")[0].endswith(".heads")]:
        raise InputError(f"weights_from={run} differs in {heads[0]}, which makes its weights another network: set it")
    meant = getattr(module, "space", None)
    if isinstance(meant, FeatureSpace):
        there = space_of(run, conf, Normalizer(weights["normalizer.mean"], weights["normalizer.std"]))
        if type(there) is not type(meant):
            weights = absorbed(run, weights, meant, there)
            told += [f"first and last layer of {run} were rewritten for this run's features: it denoises as before"]
    module.load_state_dict({name: own[name] if "normalizer." in name else weights[name] for name in own})
    return told + ([f"the weights of {run} are of other options: {'; '.join(said)}"] if said else [])


def absorbed(run: str, weights: dict[str, Tensor], ours: FeatureSpace, theirs: FeatureSpace) -> dict[str, Tensor]:
    """Weights of a denoiser for another space's numbers: the way there and back goes into its first and last layer.

    Rotations and contacts that have a larger deviation in our space are read as if they had not: their noise, which is
    1 in either space, would be a multiple of what the network knows.

    Args:
        run: whose weights they are, for messages.
        weights: by name.
        ours: what its numbers shall mean.
        theirs: what they meant.
    """
    names = [f"denoiser.{layer}.{part}" for layer in ("embed_motion", "output") for part in ("weight", "bias")]
    if not set(names) <= weights.keys():
        raise InputError(f"weights_from={run} has features in another space, and no layers to rewrite for this one")
    matrix, shift = change(ours, theirs)
    enter, bias, leave, constant = (weights[name].double() for name in names)
    back = torch.linalg.inv(matrix)
    unmoved = slice(ROTATIONS.start, None)
    matrix[unmoved, unmoved] = matrix[unmoved, unmoved].clamp(-1, 1)
    shift[unmoved] = shift[unmoved] * (matrix[unmoved, unmoved].abs().sum(dim=0) < 1)
    changed = (enter @ matrix.T, bias + enter @ shift, back.T @ leave, (constant - shift) @ back)
    return weights | {name: value.to(weights[name].dtype) for name, value in zip(names, changed, strict=True)}


def _shape(weights: dict[str, Any], name: str) -> Any:
    return weights[name].shape if name in weights else None
