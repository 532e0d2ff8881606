"""The generator that a command's options name: run=, prior_run=, composition=, guidance=, sampler=."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf

from in2in.errors import InputError

if TYPE_CHECKING:
    import torch

    from in2in.pipeline import Generator


def chosen_device(device: str) -> str:
    """The device that an option names; auto is a GPU if there is one."""
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.zeros(1, device=device).item()  # some devices exist, but hold no numbers
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        first = str(error).split(". ")[0].split(": ")[0]
        raise InputError(f"device={device} cannot be used here ({first}): choose device=auto or device=cpu") from error
    return device


def chosen_run(cfg: DictConfig) -> str:
    """The run that an option names, or the newest one."""
    from in2in.runs.folder import newest_run

    return cfg.run or str(newest_run(Path("runs")))


def chosen_prior(cfg: DictConfig) -> str | None:
    """The prior that an option names; where only a composition is chosen, the bundled one of the bundled run."""
    from in2in.runs.folder import BUNDLED, BUNDLED_PRIOR

    composed = node(cfg, "composition") is not None
    if cfg.get("prior_run") is not None:
        if not composed:
            raise InputError("prior_run= needs a weighting schedule: add composition=exp or experiment=dualmdm")
        return cfg.prior_run
    if composed and Path(chosen_run(cfg)).resolve() != BUNDLED.resolve():
        raise InputError("composition= blends in a prior: add prior_run=RUN, a run of experiment=individual")
    return str(BUNDLED_PRIOR) if composed else None


PRECISIONS = {"fp32": "32-true", "bf16": "bf16-mixed", "fp16": "16-mixed"}
"""What an option calls a precision -> what Lightning calls it."""


def settle_precision(cfg: DictConfig) -> None:
    """Let precision= stand for trainer.precision=, which may be given instead."""
    chosen = cfg.precision
    if chosen is not None and chosen not in PRECISIONS:
        raise InputError(f"precision={chosen}: choose {', '.join(PRECISIONS)}")
    if chosen is not None and chosen != "fp32" and cfg.trainer.precision not in ("32-true", PRECISIONS[chosen]):
        raise InputError(f"precision={chosen} and trainer.precision={cfg.trainer.precision}: give one of them")
    if chosen == "fp16":
        import torch

        if not torch.cuda.is_available():
            raise InputError("precision=fp16 needs a GPU: on a CPU use bf16 or fp32")
    if chosen is not None and (chosen != "fp32" or "precision" not in cfg.trainer):
        cfg.trainer.precision = PRECISIONS[chosen]


def chosen_dtype(cfg: DictConfig, device: str) -> "torch.dtype | None":
    """Of the matrix products of a command that computes on one device; None for float32."""
    import torch

    if cfg.precision == "fp16" and device == "cpu":
        raise InputError("precision=fp16 needs a GPU: on a CPU use bf16 or fp32")
    return {"bf16": torch.bfloat16, "fp16": torch.float16}.get(cfg.precision)


def load_generator(cfg: DictConfig, device: str) -> "Generator":
    """The generator of `run`, or of the newest run; with the guidance, sampler and decoding that the command names.

    With a composition it is blended with a prior.
    """
    from in2in import blend
    from in2in.pipeline import Generator

    run, prior = chosen_run(cfg), chosen_prior(cfg)
    print(f"using run={run} on {device}")
    if prior is None:
        guidance, sampler, decoding = (node(cfg, key) for key in ("guidance", "sampler", "decoding"))
        generator = Generator.from_pretrained(run, guidance, sampler, device, decoding)
    else:
        print(f"blended with prior_run={prior}")
        generator = blend.load(**blend_parts(cfg, run, prior), device=device)
    return generator.computing(compiled=bool(cfg.get("compile")))


def blend_parts(cfg: DictConfig, run: str, prior: str) -> dict[str, Any]:
    """What `in2in.blend.load` is to make a generator of, as plain data: which two runs, by their hashes, and how."""
    from in2in.runs.folder import fingerprint

    return {
        "run": run,
        "prior_run": prior,
        "run_sha256": fingerprint(run),
        "prior_sha256": fingerprint(prior),
        **{
            key: node(cfg, key) for key in ("composition", "frame", "guidance", "prior_guidance", "sampler", "decoding")
        },
        **{key: cfg[key] for key in ("convert", "last_block")},
    }


def node(cfg: DictConfig, key: str) -> dict[str, Any] | None:
    """A group's choice as plain data, None where nothing was chosen."""
    chosen = cfg.get(key)
    return OmegaConf.to_container(chosen, resolve=True) if chosen else None  # type: ignore[return-value]
