"""Times of works and of the same works done in another way: in pairs, so that what else the machine does hits both."""

import platform
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import torch
from torch.utils.benchmark import timer
from torch.utils.flop_counter import FlopCounterMode

from in2in.models.cpu import linear

PACKAGES = ("torch", "diffusers", "transformers", "numpy")


@dataclass(frozen=True)
class Work:
    """Something to be timed.

    Attributes:
        name: in the table.
        units: how many of them one call makes.
        unit: of what.
        ours: one call for each repeat; the number of the repeat is given.
        theirs: the same work in the other way, if there is one.
        flops: operations of one call of ours, where they are counted.
        note: what belongs to the figures, such as how far the two ways' numbers lie apart.
    """

    name: str
    units: float
    unit: str
    ours: Callable[[int], object]
    theirs: Callable[[int], object] | None = None
    flops: float | None = None
    note: str = ""


@dataclass
class Times:
    """Seconds of one way: the first call apart, then wall clock and processor time of each repeat."""

    first: float = 0.0
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """What was measured of a work."""

    work: Work
    ours: Times
    theirs: Times | None

    def record(self, peak: float, clock: str = "wall") -> dict[str, object]:
        """As plain data: times, and of pairs the ratios of each.

        Args:
            peak: operations a second of the machine.
            clock: by which that was measured, wall or processor.
        """
        wall = statistics.median(self.ours.wall)
        told: dict[str, object] = {"name": self.work.name, "unit": self.work.unit, "units": self.work.units}
        told |= {"ours": vars(self.ours), "median": wall, "per_second": self.work.units / wall, "note": self.work.note}
        if self.work.flops is not None:
            told |= {"flops": self.work.flops, "share_of_peak": self.work.flops / min(getattr(self.ours, clock)) / peak}
        if self.theirs is not None:
            told |= {"theirs": vars(self.theirs)}
            for by in ("wall", "processor"):
                pairs = list(zip(getattr(self.theirs, by), getattr(self.ours, by), strict=True))
                told[f"ratios_{by}"] = [theirs / ours for theirs, ours in pairs]
                told[f"ratio_{by}"] = sum(theirs for theirs, _ in pairs) / sum(ours for _, ours in pairs)
        return told


def measure(work: Work, repeats: int, first: bool = True) -> Result:
    """Time a work so many times; the two ways in turn, the one that begins alternating.

    Args:
        work: what.
        repeats: timed calls of each way.
        first: whether a call of each goes before, apart.
    """
    ours, theirs = Times(), None if work.theirs is None else Times()
    ways = [(work.ours, ours)] + ([(work.theirs, theirs)] if work.theirs and theirs else [])
    if first:
        for call, times in ways:
            times.first, _ = _time(call, 0)
    for number in range(repeats):
        for call, times in ways if number % 2 else reversed(ways):
            wall, processor = _time(call, number)
            times.wall.append(wall)
            times.processor.append(processor)
    return Result(work, ours, theirs)


def _time(call: Callable[[int], object], number: int) -> tuple[float, float]:
    """Wall clock and processor seconds of a call; a GPU is waited for."""
    processor, wall = _processor_seconds(), timer()
    call(number)
    return timer() - wall, _processor_seconds() - processor


def _processor_seconds() -> float:
    """Of this process and of those that it started and waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def clock_of(device: str) -> str:
    """By which clock shares of the peak are told: processor seconds on a CPU, which others may use meanwhile."""
    return "processor" if device == "cpu" else "wall"


def peak(device: str, size: int = 2048, tries: int = 5) -> float:
    """The most operations a second, on a CPU a processor second, that matrix products of this size reach here."""
    x, weight = torch.randn(size, size, device=device), torch.randn(size, size, device=device)
    with torch.inference_mode():
        times = [_time(lambda _: linear(x, weight), 0)[device == "cpu"] for _ in range(tries)]
    return 2 * size**3 / min(times)


def count(call: Callable[[], object]) -> float:
    """Operations of a call, which should compute on device meta."""
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops()


def machine(device: str) -> dict[str, object]:
    """What a time is worth nothing without."""
    name = torch.cuda.get_device_name(device) if device.startswith("cuda") else _processor()
    cpu = torch.backends.cpu.get_cpu_capability()
    told = {"device": device, "name": name, "cpu": cpu, "threads": torch.get_num_threads()}
    return {**told, "python": platform.python_version(), **{package: version(package) for package in PACKAGES}}


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def table(records: Sequence[dict], against: bool) -> str:
    """Markdown: a row for each work."""
    head = ["work", "a second", "median s", "spread s", "first s", "processor s", "GFLOP", "of the peak"]
    head += ["published way s", "ratio", "ratio, processor time"] if against else []
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    for own in records:
        wall = own["ours"]["wall"]
        flops = ("", "") if "flops" not in own else (f"{own['flops'] / 1e9:.1f}", f"{own['share_of_peak']:.0%}")
        row = [own["name"], f"{own['per_second']:,.4g} {own['unit']}", f"{own['median']:.4g}"]
        row += [f"{min(wall):.4g} to {max(wall):.4g}", f"{own['ours']['first']:.4g}"]
        row += [f"{statistics.median(own['ours']['processor']):.4g}", *flops]
        if against and "theirs" in own:
            theirs = statistics.median(own["theirs"]["wall"])
            row += [f"{theirs:.4g}", f"{own['ratio_wall']:.2f}", f"{own['ratio_processor']:.2f}"]
        elif against:
            row += ["", "", ""]
        lines.append("| " + " | ".join(row) + " |")
    notes = [f"{own['name']}: {own['note']}" for own in records if own["note"]]
    return "\n".join([*lines, *([""] if notes else []), *notes])
