"""in2in-train: train a model on a prepared data set."""

import json
import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from in2in.cli.before_training import check_model, check_persons, check_texts, settle_bones, settle_length
from in2in.cli.entry import command, leave_sigterm, output_dir
from in2in.cli.folders import is_new
from in2in.cli.generator import settle_precision
from in2in.cli.record import recorded
from in2in.cli.schema import check
from in2in.errors import InputError, no_room
from in2in.files.inside import check_own
from in2in.files.whole import clear_unfinished, write_bytes, write_text


@command("train")
def main(
    cfg: DictConfig, data_dir: str, ckpt_path: str | None, stats_from: str | None, weights_from: str | None
) -> float | None:
    """Check, prepare the loaders, build the module, fit, test; returns the lowest validation loss."""
    from in2in.runs.checkpoints import read_checkpoint

    out = output_dir()
    for there in out.iterdir():  # of a run that resumes
        check_own(there, out)
    checkpoint, told = resume_from(out, ckpt_path)
    if checkpoint is not None:
        read_checkpoint(checkpoint)  # whether there is anything in it but tensors and plain data
    if stats_from is not None:
        normalizer = {"_target_": "in2in.runs.folder.normalizer_of", "run": stats_from, "space": cfg.space}
        cfg.module.normalizer = normalizer
    cfg.tags = [str(tag) for tag in (cfg.tags if OmegaConf.is_list(cfg.tags) else [cfg.tags])]
    cfg.out = str(out)  # in a sweep, the job's own folder
    settle_precision(cfg)
    OmegaConf.resolve(cfg)
    check(cfg)

    import lightning  # takes seconds: only once the configuration is known to be good
    from lightning.pytorch.accelerators import CPUAccelerator

    from in2in.cli.resuming import check_resuming, start_from
    from in2in.runs.folder import save_config
    from in2in.training.module import DenoisingModule
    from in2in.training.writing import WholeCheckpoints

    # Lightning cannot see that our batches follow from the epoch and the place in it
    warnings.filterwarnings("ignore", "You're resuming from a checkpoint that ended before the epoch ended")
    lightning.seed_everything(cfg.seed, verbose=False)
    told += settle_bones(cfg)
    trainer = instantiate(
        cfg.trainer,
        logger=built(cfg.logger, "logger"),
        callbacks=built(cfg.callbacks, "callbacks"),
        plugins=[*(instantiate(cfg.trainer.get("plugins")) or []), WholeCheckpoints()],
    )
    if isinstance(trainer.accelerator, CPUAccelerator) and str(cfg.trainer.precision).startswith("16"):
        raise InputError(f"trainer.precision={cfg.trainer.precision} needs a GPU: on a CPU use bf16-mixed or 32-true")
    data = instantiate(cfg.data)
    data.setup("fit")
    if cfg.test:
        data.setup("test")  # whether there is such a split: better said now than after training
    told += settle_length(cfg, trainer, data)
    module = instantiate(cfg.module)
    check_model(module)
    told += check_persons(cfg, module, data) + check_texts(cfg, module, data)
    if stats_from is not None and not module.interacts:
        check_noise(module, stats_from)
    if weights_from is not None:
        told += start_from(cfg, module, weights_from)
    if checkpoint is not None:
        told += check_resuming(cfg, module, checkpoint)
    if cfg.compile:
        if not isinstance(module, DenoisingModule):
            raise InputError("compile=true is for denoisers, not for evaluators: leave it out")
        module.denoiser.compile(dynamic=True)
    if trainer.is_global_zero:
        save_config(self_contained(cfg, out), out)
    with recorded(out / "train.log") if trainer.is_global_zero else nullcontext():
        fit(cfg, trainer, module, data, checkpoint, told)
        score = getattr(trainer.checkpoint_callback, "best_model_score", None)
        return None if score is None else float(score)


def fit(cfg: DictConfig, trainer: Any, module: Any, data: Any, checkpoint: Path | None, told: list[str]) -> None:
    """Say what will be trained, train and, where it is asked for, test."""
    out = Path(cfg.out)
    for logger in trainer.loggers:
        logger.log_hyperparams(OmegaConf.to_container(cfg))
    if trainer.is_global_zero:
        parameters = sum(parameter.numel() for parameter in module.parameters())
        print(
            f"{len(data.train)} training clips, {len(data.val)} validation clips, {parameters / 1e6:.1f} M parameters"
        )
        for line in told:
            print(line)
    leave_sigterm()  # Lightning's own way to end leaves a checkpoint
    try:
        trainer.fit(module, datamodule=data, ckpt_path=checkpoint, weights_only=True)
    except Exception as error:
        if (why := no_room(error)) is None:
            raise
        raise InputError(
            f"{out} cannot be written ({why}): make room; then the same command resumes with ckpt_path=last"
        ) from error
    if cfg.test:
        test(trainer, module, data, out)
    if trainer.is_global_zero:
        print(out)


def test(trainer: Any, module: Any, data: Any, out: Path) -> None:
    """Losses on the clips of data.test_split with the best checkpoint, printed, logged and kept in RUN/test.json."""
    best = out / "checkpoints" / "best.ckpt"
    chosen = best if best.is_file() and not trainer.fast_dev_run else None
    [figures] = trainer.test(module, datamodule=data, ckpt_path=chosen, weights_only=True, verbose=False)
    if trainer.is_global_zero:
        print(f"{len(data.test)} test clips, {'the weights of ' + chosen.name if chosen else 'the last weights'}:")
        for name, value in figures.items():
            print(f"  {name} {value:.4f}")
        write_text(out / "test.json", json.dumps(figures, indent=1))


def self_contained(cfg: DictConfig, out: Path) -> DictConfig:
    """The configuration as the run keeps it: a text model or vocabulary of the user's is copied into the run's folder.

    A run names no file outside of its folder: it can be moved and given away, and is safe to load.
    """
    from in2in.runs.trusted import TEXT_MODEL, VOCABULARY

    kept = cfg.copy()
    for node, key, name in ((kept.get("text"), "model", TEXT_MODEL), (kept.get("tokens"), "vocab", VOCABULARY)):
        given = Path(str(node.get(key))) if node and node.get(key) else None
        if given is None or not given.exists():  # the published model, by its name on the hub
            continue
        if given.is_dir():
            copy_text_model(given, out / name)
        elif given.resolve() != (out / name).resolve():
            write_bytes(out / name, given.read_bytes())
        node[key] = f"${{run_dir}}/{name}"
    return kept


def copy_text_model(given: Path, place: Path) -> None:
    """Write CLIP's text tower and tokenizer into the run, as plain weights whatever the user's folder holds."""
    from transformers import CLIPTextModel, CLIPTokenizer

    from in2in.files.whole import whole_folder

    if place.is_dir():  # the run resumes
        return
    with whole_folder(place) as unfinished:
        for part in (CLIPTextModel, CLIPTokenizer):
            part.from_pretrained(given, local_files_only=True).save_pretrained(unfinished)
    print(f"text.model={given} was copied into the run: {place}")


def built(nodes: DictConfig, group: str) -> list[Any]:
    """The objects of a group, without those that are set to null."""
    for name, node in nodes.items():
        if node is not None and not (OmegaConf.is_dict(node) and node.get("_target_")):
            raise InputError(f"{group}.{name} names no class: give {group}.{name}._target_, or {group}.{name}=null")
    return [instantiate(node) for node in nodes.values() if node is not None]


def check_noise(module: Any, run: str) -> None:
    """DualMDM can blend a prior only with a run of the same noise: better said now than after training."""
    from in2in.runs.building import build
    from in2in.runs.folder import read_config

    theirs = build(run, read_config(run), "noise")
    if not theirs.alphas_cumprod.equal(module.noise.alphas_cumprod):
        raise InputError(
            f"stats_from={run} was trained on another noise schedule, so that this prior could not be "
            "blended with it: choose the same noise= (and timesteps=), such as noise=zero_snr or noise=published"
        )


def resume_from(out: Path, ckpt_path: str | None) -> tuple[Path | None, list[str]]:
    """The checkpoint to resume from, and what is to be said about it; None to start from the first step.

    Raises:
        InputError: the run would start over in a used folder, there is no such checkpoint, or it is not whole.
    """
    from in2in.runs.checkpoints import LAST, fault, newest_whole, whole_others

    folder = out / "checkpoints"
    if ckpt_path not in (None, "last"):
        if why := fault(Path(ckpt_path)):
            raise InputError(f"ckpt_path={ckpt_path} cannot be read as a checkpoint ({why}): give another")
        return Path(ckpt_path), []
    newest, passed = newest_whole(folder)
    if ckpt_path is None:
        if newest or passed:
            raise InputError(f"out={out} holds a run already: add ckpt_path=last to resume it, or choose another out=")
        return None, []
    if folder.is_dir():
        clear_unfinished(folder)  # what a process that was killed while it wrote has left
    if newest is None and passed:
        others = [f"resume with ckpt_path={path}, or " for path in whole_others(folder)[:1]]
        raise InputError(f"{'; '.join(passed)}: {''.join(others)}remove {folder} to start from the first step")
    if newest is None and not is_begun(out):
        raise InputError(f"ckpt_path=last: there is no {folder / LAST}; give out= the folder of the run to resume")
    if newest is None:
        return None, [f"{out} was stopped before its first checkpoint: starting from the first step"]
    return newest, [f"{line}: resuming from {newest.name}, the one before it" for line in passed]


def is_begun(out: Path) -> bool:
    """Whether a training began in this folder: it left its configuration, or was killed before and left it empty."""
    return (out / "config.yaml").is_file() or (not is_new(out) and not any(out.iterdir()))


if __name__ == "__main__":
    main()
