"""in2in-bench: times, ratios, operations."""

import json
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from omegaconf import DictConfig

from in2in.cli.entry import command, output_dir
from in2in.cli.generator import chosen_device
from in2in.cli.schema import options
from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.bench.speed.pairs import Work


@dataclass(frozen=True)
class BenchOptions:
    """The plain keys of conf/bench/bench.yaml."""

    what: Literal["sample", "train", "data", "text", "evaluate", "export", "start"]
    against: Literal["published"] | None
    repeats: int
    width: int
    layers: int
    text_layers: int
    frames: int
    batch_size: int
    steps: int
    data_dir: str | None
    device: str
    threads: int


@command("bench")
def main(cfg: DictConfig) -> None:
    """Time what is asked for; print a table and write it with all times as json."""
    chosen = options(BenchOptions, cfg)
    counts = ("repeats", "width", "layers", "text_layers", "frames", "batch_size", "steps", "threads")
    if wrong := [name for name in counts if getattr(chosen, name) < 1]:
        raise InputError(f"{wrong[0]}={getattr(chosen, wrong[0])} must be 1 or more")
    if chosen.what in ("data", "evaluate") and chosen.data_dir is None:
        raise InputError(f"data_dir is not given: what={chosen.what} reads a prepared data set")

    import torch

    from in2in.bench.speed.pairs import machine, measure, peak, table
    from in2in.files.whole import write_text

    torch.set_num_threads(chosen.threads)
    device = chosen_device(chosen.device)
    against = chosen.against is not None
    fastest = peak(device)
    records = []
    with works(chosen, device) as asked:
        for work in asked:
            theirs = work.theirs if against else None
            result = measure(work if against else type(work)(**{**vars(work), "theirs": theirs}), chosen.repeats)
            fastest = max(fastest, peak(device))  # the machine may have been busy
            records.append(result)
    told = [own.record(fastest) for own in records]
    settings = {name: getattr(chosen, name) for name in chosen.__dataclass_fields__}
    about = {"machine": machine(device), "peak_gflops": fastest / 1e9, "settings": settings, "works": told}
    write_text(output_dir() / "results.json", json.dumps(about, indent=1))
    text = f"{table(told, against)}\n\n{machine(device)}, {fastest / 1e9:.0f} GFLOP/s at most in matrix products\n"
    write_text(output_dir() / "table.md", text)
    print(text)
    print(output_dir())


def works(chosen: BenchOptions, device: str) -> "AbstractContextManager[list[Work]]":
    """What is timed, ready to run."""
    from in2in.bench.speed import works as all_works

    sizes = (chosen.width, chosen.layers, chosen.text_layers, chosen.frames, chosen.batch_size, chosen.steps, device)
    size, folder = all_works.Size(*sizes), Path(chosen.data_dir or "")
    made = {
        "sample": lambda: nullcontext(all_works.sample(size)),
        "train": lambda: all_works.train(size, chosen.repeats),
        "text": lambda: all_works.text(size),
        "data": lambda: nullcontext(all_works.data(folder)),
        "evaluate": lambda: nullcontext(all_works.evaluate(folder, device)),
        "export": lambda: all_works.export(size),
        "start": all_works.start,
    }
    return made[chosen.what]()


if __name__ == "__main__":
    main()
