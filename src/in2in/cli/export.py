"""in2in-export: samples that were made before, in the formats of other programs."""

from collections import Counter
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from omegaconf import DictConfig
from tqdm import tqdm

from in2in.cli.entry import command
from in2in.cli.schema import options
from in2in.errors import InputError


@dataclass(frozen=True)
class ExportOptions:
    """The plain keys of conf/export.yaml."""

    files: str | None
    to: list[str] | str | None
    out: str | None


@command("export")
def main(cfg: DictConfig) -> None:
    """Read and check all samples, then write each in every format; say how far rigid bones are from the motion."""
    chosen = options(ExportOptions, cfg)

    from in2in.export.formats import FORMATS, find_formats, fitting_note
    from in2in.export.take import read_take

    if not chosen.to:
        raise InputError(f"to is not given: add to=[...] with any of {', '.join(FORMATS)}")
    formats = find_formats([chosen.to] if isinstance(chosen.to, str) else chosen.to)
    paths = sample_files(chosen.files)
    out = Path(chosen.out) if chosen.out is not None else None
    if out is not None:
        stems = Counter(path.stem for path in paths)
        if twice := [stem for stem, count in stems.items() if count > 1]:
            raise InputError(f"out={out}: {stems[twice[0]]} of the files are called {twice[0]}; leave out= away")
    takes = [read_take(path) for path in paths]
    work = [(path, take, name) for path, take in zip(paths, takes, strict=True) for name in formats]
    for path, take, name in tqdm(work, desc="exporting", unit="file"):
        formats[name].write((out or path.parent) / path.stem, take)
        if formats[name].rigid:
            tqdm.write(f"{path} as {name}: {fitting_note(take)}")
    print(out or paths[0].parent)


def sample_files(pattern: str | None) -> list[Path]:
    """The .npz files that a pattern matches, sorted."""
    if pattern is None:
        raise InputError("files is not given: add files='samples/*/*.npz'")
    paths = sorted(Path(name) for name in glob(pattern, recursive=True))
    if not paths:
        raise InputError(f"files={pattern} matches no file: give samples (.npz) that in2in-sample wrote")
    return paths


if __name__ == "__main__":
    main()
