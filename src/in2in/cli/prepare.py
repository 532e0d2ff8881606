"""in2in-prepare: make or import a data set, check it, write its cache and statistics."""

from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from in2in.cli.entry import command
from in2in.cli.schema import check
from in2in.errors import InputError


@command("prepare")
def main(cfg: DictConfig) -> None:
    """Write the data set, if the source makes one, then its cache."""
    missing = sorted(OmegaConf.missing_keys(cfg))
    if missing:
        raise InputError(f"{missing[0]} is not given: add {missing[0]}=...")
    OmegaConf.resolve(cfg)
    check(cfg)

    from in2in.data.cache import build_cache

    if cfg.source:
        if cfg.out is None:
            raise InputError("out is not given: add out=FOLDER for the new data set")
        folder = Path(cfg.out)
        instantiate(cfg.source).write(folder)
    elif cfg.data_dir is None:
        raise InputError("data_dir is not given: in2in-prepare source=interhuman data_dir=FOLDER")
    else:
        folder = Path(cfg.data_dir)
    cache = build_cache(folder)
    seconds = sum(clip.length for clip in cache.clips.values()) / 30
    print(f"{len(cache.clips)} clips, {seconds / 60:.1f} minutes")
    print(folder)


if __name__ == "__main__":
    main()
