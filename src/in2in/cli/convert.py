"""in2in-convert: turn published weights into a run folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from in2in.cli.convert_evaluator import convert_evaluator
from in2in.cli.entry import command, output_dir
from in2in.cli.schema import check
from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.published.key_map import KeyMap

SOURCES = ("in2in", "individual", "intergen", "interclip")

RUN_KEYS = ("model", "text", "head", "noise", "guidance", "sampler", "space", "statistics", "checkpoint")
"""What of the configuration describes the run."""


@command("convert")
def main(cfg: DictConfig, checkpoint: str | None, stats_dir: str | None, vocab: str | None) -> None:
    """Read and check everything, then write the weights, the text encoder and the configuration."""
    if "statistics" not in cfg:
        raise InputError(f"source is not given or holds no weights: add source= one of {', '.join(SOURCES)}")
    for key, given in {"checkpoint": checkpoint, "stats_dir": stats_dir if cfg.statistics else ""}.items():
        if given is None:
            raise InputError(f"{key} is not given: in2in-convert source=... checkpoint=FILE stats_dir=DIR out=RUN")
    out = output_dir()
    if (out / "config.yaml").exists():
        raise InputError(f"out={out} holds a run already: choose another out=")
    OmegaConf.resolve(cfg)
    check(cfg)
    keys: KeyMap = instantiate(cfg.source)
    convert = convert_evaluator if "interclip" in cfg else convert_model
    numbers = convert(cfg, keys, out)
    print(f"{numbers / 1e6:.1f} M parameters of {keys.source}")
    print(out)


def convert_model(cfg: DictConfig, keys: "KeyMap", out: Path) -> int:
    """A denoiser with its text head and encoder; returns how many numbers there are."""
    import torch

    from in2in.motion.statistics import published_statistics
    from in2in.published.checkpoint import check_complete, load_state
    from in2in.published.models import CLIP_SIZES, DENOISER_SIZES, HEAD_SIZES
    from in2in.runs.folder import new_part, save_config, save_weights
    from in2in.text.clip_folder import find_vocabulary, read_merges, text_model, write_clip

    normalizer = published_statistics(Path(cfg.stats_dir), cfg.statistics)
    parts: dict[str, Any] = keys.rename(load_state(Path(cfg.checkpoint)))
    for node, part, sizes in ((cfg.model, "denoiser", DENOISER_SIZES), (cfg.head, "head", HEAD_SIZES)):
        node.update(sizes.read(keys, part, parts.get(part, {})))
        if node.width % node.heads:
            raise InputError(f"{part} is {node.width} wide, which {node.heads} heads do not divide: set their number")
        with torch.device("meta"):
            check_complete(keys, part, parts[part], instantiate(node))
    clip = CLIP_SIZES.read(keys, "clip", parts.get("clip", {}))
    check_complete(keys, "clip", parts["clip"], text_model(clip))
    if not cfg.model.text_dim == cfg.head.width == clip["hidden_size"]:
        raise InputError(f"the text parts of {cfg.checkpoint} differ in width: it is put together from several")
    merges = read_merges(find_vocabulary(cfg.vocab), clip["vocab_size"])

    weights = {f"denoiser.{name}": value for name, value in parts["denoiser"].items()}
    weights |= {f"conditioner.head.{name}": value for name, value in parts["head"].items()}
    weights |= {f"normalizer.{name}": value for name, value in normalizer.state_dict().items()}
    with new_part(out / "clip") as unfinished:
        write_clip(unfinished, clip, parts["clip"], merges)
    save_weights(weights, out)
    cfg.text.update(model="${run_dir}/clip", dim=clip["hidden_size"])
    save_config({key: cfg[key] for key in RUN_KEYS}, out)
    return sum(value.numel() for part in parts.values() for value in part.values())


if __name__ == "__main__":
    main()
