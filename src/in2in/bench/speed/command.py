"""in2in-bench: times, ratios, operations."""

import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from omegaconf import DictConfig

from in2in.cli.entry import command, output_dir
from in2in.cli.generator import chosen_device
from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.bench.speed.pairs import Work
    from in2in.bench.speed.works import Size


@command("bench")
def main(
    cfg: DictConfig,
    what: Literal["sample", "train", "data", "text", "evaluate", "export", "start"],
    against: Literal["published"] | None,
    repeats: int,
    width: int,
    layers: int,
    text_layers: int,
    frames: int,
    batch_size: int,
    steps: int,
    data_dir: Path | None,
    device: str,
    threads: int,
) -> None:
    """Time what is asked for; print a table and write it with all times as json."""
    sizes = {"width": width, "layers": layers, "text_layers": text_layers, "frames": frames}
    sizes |= {"batch_size": batch_size, "steps": steps}
    counts = {"repeats": repeats, "threads": threads, **sizes}
    if wrong := [name for name, count in counts.items() if count < 1]:
        raise InputError(f"{wrong[0]}={counts[wrong[0]]} must be 1 or more")
    if what in ("data", "evaluate") and data_dir is None:
        raise InputError(f"data_dir is not given: what={what} reads a prepared data set")

    import torch

    from in2in.bench.speed.pairs import clock_of, machine, measure, peak, table
    from in2in.bench.speed.works import Size
    from in2in.files.whole import write_text

    torch.set_num_threads(threads)
    settings = {"what": what, "against": against, **counts, "data_dir": data_dir and str(data_dir), "device": device}
    device = chosen_device(device)
    fastest, compared = peak(device), against is not None
    records = []
    with works(what, Size(**sizes, device=device), repeats, data_dir or Path()) as asked:
        for work in asked:
            theirs = work.theirs if compared else None
            result = measure(work if compared else type(work)(**{**vars(work), "theirs": theirs}), repeats)
            fastest = max(fastest, peak(device))  # the machine may have been busy
            records.append(result)
    told = [own.record(fastest, clock_of(device)) for own in records]
    about = {"machine": machine(device), "peak_gflops": fastest / 1e9, "settings": settings, "works": told}
    write_text(output_dir() / "results.json", json.dumps(about, indent=1))
    text = f"{table(told, compared)}\n\n{machine(device)}, {fastest / 1e9:.0f} GFLOP/s at most in matrix products\n"
    write_text(output_dir() / "table.md", text)
    print(text)
    print(output_dir())


def works(what: str, size: "Size", repeats: int, folder: Path) -> "AbstractContextManager[list[Work]]":
    """What is timed, ready to run."""
    from in2in.bench.speed import works as all_works

    made = {
        "sample": lambda: nullcontext(all_works.sample(size)),
        "train": lambda: all_works.train(size, repeats),
        "text": lambda: all_works.text(size),
        "data": lambda: nullcontext(all_works.data(folder)),
        "evaluate": lambda: nullcontext(all_works.evaluate(folder, size.device)),
        "export": lambda: all_works.export(size),
        "start": all_works.start,
    }
    return made[what]()


if __name__ == "__main__":
    main()
