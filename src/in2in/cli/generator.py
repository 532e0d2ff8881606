"""The generator that a command's options name: run=, prior_run=, composition=, guidance=, sampler=."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf

from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.pipeline import Generator


def chosen_device(device: str) -> str:
    """The device that an option names; auto is a GPU if there is one."""
    import torch

    if device != "auto":
        return device
    return "cuda" if torch.cuda.is_available() else "cpu"


def chosen_run(cfg: DictConfig) -> str:
    """The run that an option names, or the newest one."""
    from in2in.runs import newest_run

    return cfg.run or str(newest_run(Path("runs")))


def load_generator(cfg: DictConfig, device: str) -> "Generator":
    """The generator of `run`, or of the newest run; with the command's guidance and sampler where it names them.

    With `prior_run` it is blended with that prior by the command's composition.
    """
    from in2in import blend
    from in2in.pipeline import Generator

    run = chosen_run(cfg)
    print(f"using run={run} on {device}")
    if cfg.get("prior_run") is None:
        if node(cfg, "composition") is not None:
            raise InputError("composition= blends in a prior: add prior_run=RUN, a run of experiment=individual")
        return Generator.from_pretrained(run, node(cfg, "guidance"), node(cfg, "sampler"), device)
    print(f"blended with prior_run={cfg.prior_run}")
    return blend.load(**blend_parts(cfg, run), device=device)


def blend_parts(cfg: DictConfig, run: str) -> dict[str, Any]:
    """What `in2in.blend.load` is to make a generator of, as plain data: which two runs, by their hashes, and how."""
    from in2in.runs import fingerprint

    if node(cfg, "composition") is None:
        raise InputError("prior_run= needs a weighting schedule: add composition=exp or experiment=dualmdm")
    return {
        "run": run,
        "prior_run": cfg.prior_run,
        "run_sha256": fingerprint(run),
        "prior_sha256": fingerprint(cfg.prior_run),
        **{key: node(cfg, key) for key in ("composition", "frame", "guidance", "prior_guidance", "sampler")},
        **{key: cfg[key] for key in ("convert", "last_block")},
    }


def node(cfg: DictConfig, key: str) -> dict[str, Any] | None:
    """A group's choice as plain data, None where nothing was chosen."""
    chosen = cfg.get(key)
    return OmegaConf.to_container(chosen, resolve=True) if chosen else None  # type: ignore[return-value]
