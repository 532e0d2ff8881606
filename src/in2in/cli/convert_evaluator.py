"""in2in-convert source=interclip: turn the published evaluator into a run folder."""

from pathlib import Path
from typing import TYPE_CHECKING

from hydra.utils import instantiate
from omegaconf import DictConfig

from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.published.key_map import KeyMap

RUN_KEYS = ("interclip", "tokens", "individuals", "checkpoint")
"""What of the configuration describes the run."""

VOCABULARY = "vocabulary.txt.gz"


def convert_evaluator(cfg: DictConfig, keys: "KeyMap", out: Path) -> int:
    """Read and check everything, then write weights and configuration; returns how many numbers there are.

    Statistics and CLIP's token embeddings need no files of their own: the network reads features in physical units,
    and the embeddings are among its weights.
    """
    import torch

    from in2in.files.whole import write_bytes
    from in2in.motion.normalizer import Normalizer
    from in2in.published.checkpoint import check_complete, load_state
    from in2in.published.models import MOTION_TOWER_SIZES, TEXT_TOWER_SIZES
    from in2in.runs.folder import save_config, save_weights
    from in2in.text.clip_folder import find_vocabulary, read_merges

    parts = keys.rename(load_state(Path(cfg.checkpoint)))
    for part, sizes in (("motion", MOTION_TOWER_SIZES), ("text", TEXT_TOWER_SIZES)):
        tower = cfg.interclip[part]
        tower.update(sizes.read(keys, part, parts.get(part, {})))
        if tower.width % tower.heads:
            raise InputError(f"its {part} side is {tower.width} wide, which {tower.heads} heads do not divide")
        with torch.device("meta"):
            check_complete(keys, part, parts[part], instantiate(tower))
    if "scale" not in parts:
        raise InputError(f"this is not a whole checkpoint of {keys.source}: missing keys latent_scale")
    cfg.tokens.update(vocabulary=cfg.interclip.text.vocabulary, length=cfg.interclip.text.context)
    read_merges(find_vocabulary(cfg.vocab), cfg.tokens.vocabulary)

    weights = {
        f"evaluator.network.{part}.{name}": value for part in ("motion", "text") for name, value in parts[part].items()
    }
    weights["evaluator.network.latent_scale"] = parts["scale"]["latent_scale"]
    weights |= {f"evaluator.normalizer.{name}": value for name, value in Normalizer().state_dict().items()}
    if cfg.vocab is not None:
        write_bytes(out / VOCABULARY, Path(cfg.vocab).read_bytes())
        cfg.tokens.vocab = f"${{run_dir}}/{VOCABULARY}"
    save_weights(weights, out)
    save_config({key: cfg[key] for key in RUN_KEYS}, out)
    return sum(value.numel() for value in weights.values())
