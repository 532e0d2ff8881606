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
    if missing := [key for key in cfg if OmegaConf.is_missing(cfg, key)]:
        raise InputError(f"{missing[0]} is not given: add {missing[0]}=...")
    OmegaConf.resolve(cfg)
    check(cfg)

    from in2in.data.cache import MotionCache, build_cache
    from in2in.data.output import new_dataset

    if not cfg.source:
        if cfg.data_dir is None:
            raise InputError("data_dir is not given: in2in-prepare source=interhuman data_dir=FOLDER")
        build_cache(folder := Path(cfg.data_dir))
    elif cfg.out is None:
        raise InputError("out is not given: add out=FOLDER for the new data set")
    else:
        with new_dataset(folder := Path(cfg.out)) as unfinished:
            instantiate(cfg.source)(unfinished)
            build_cache(unfinished)
    cache = MotionCache(folder)
    seconds = sum(clip.length for clip in cache.clips.values()) / 30
    people = "two people" if cache.persons == 2 else "one person"
    print(f"{len(cache.clips)} clips of {people}, {seconds / 60:.1f} minutes")
    print(folder)


if __name__ == "__main__":
    main()
