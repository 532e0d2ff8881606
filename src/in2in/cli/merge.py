"""in2in-merge: the slices that several machines prepared become the cache of a data set."""

import glob
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from in2in.cli.entry import command
from in2in.cli.schema import options
from in2in.errors import InputError


@dataclass(frozen=True)
class MergeOptions:
    """The plain keys of conf/merge.yaml."""

    data_dir: str | None
    parts: str | None


@command("merge")
def main(cfg: DictConfig) -> None:
    """Check that every clip of the splits is there once, then put the shards together."""
    chosen = options(MergeOptions, cfg)
    if chosen.data_dir is None:
        raise InputError("data_dir is not given: in2in-merge data_dir=FOLDER")

    from in2in.data.preparation import merge, parts_folder

    folder = Path(chosen.data_dir)
    sources = [parts_folder(folder)]
    if chosen.parts is not None:
        patterns = [own.strip() for own in chosen.parts.split(",")]
        sources = sorted({Path(path) for own in patterns for path in glob.glob(own)})
        if not sources:
            raise InputError(f"parts={chosen.parts} matches no folder: quote the glob and check it")
    print(merge(folder, sources))
    print(folder)


if __name__ == "__main__":
    main()
