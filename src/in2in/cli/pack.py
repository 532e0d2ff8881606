"""in2in-pack: what a run needs to sample, small enough to give away."""

from pathlib import Path
from typing import TYPE_CHECKING

from omegaconf import DictConfig

from in2in.cli.entry import command, output_dir

if TYPE_CHECKING:
    from in2in.text.known import KnownTexts

TRIED = 6000
"""Texts that are encoded to choose those that are kept."""


@command("pack")
def main(cfg: DictConfig, run: str, half: bool, data_dir: str | None) -> None:
    """Write the weights as safetensors, of the configuration what sampling reads, and the texts that are known."""
    from in2in.runs.folder import pack

    out = output_dir()
    known = None if data_dir is None else known_texts(run, Path(data_dir))
    print(f"{pack(run, out, half) / 1e6:.1f} M numbers")
    if known is not None:
        known.save(out)
        print(f"{len(known.texts)} texts are kept: samples say when their prompt is unlike all of them")
    print(out)


def known_texts(run: str, data_dir: Path) -> "KnownTexts":
    """The interaction texts of a data set's training split, by the run's encoder; `TRIED` of them at most."""
    from random import Random

    from in2in.data.layout import TRAIN, read_split, read_texts
    from in2in.runs.building import build
    from in2in.runs.folder import read_config
    from in2in.text.known import KnownTexts
    from in2in.text.store import TextStore, store_folder

    told = {text for clip in read_split(data_dir, TRAIN) for text in read_texts(data_dir, clip).interaction}
    encoder = build(run, read_config(run), "text")
    if (folder := store_folder(encoder, data_dir / "texts")).is_dir():
        encoder.store = TextStore(folder)
    return KnownTexts.of(encoder, Random(0).sample(sorted(told), min(TRIED, len(told))))


if __name__ == "__main__":
    main()
