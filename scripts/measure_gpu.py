"""Half an hour on one GPU: training, sampling and evaluation at full size, by batch size, precision and compilation.

python scripts/measure_gpu.py [--out docs/performance_gpu.json]
python scripts/measure_gpu.py --tiny --device cpu --out FILE    # whether it runs at all

Every figure is written as soon as it is measured; what does not fit the memory is told as such. Weights and motion are
random, texts are vectors: text states come from the disk in training and are computed once a sample.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler

from in2in.bench.speed.pairs import count, machine, peak
from in2in.bench.speed.works import NOISE, FewSteps, Size
from in2in.diffusion.guidance import InteractionGuidance
from in2in.diffusion.losses import InteractionLoss
from in2in.evaluation.evaluator import Evaluator
from in2in.evaluation.interclip import InterCLIP, MotionTower, TextTower
from in2in.files.whole import write_text
from in2in.motion.normalizer import Normalizer
from in2in.motion.representation import NUM_FEATURES

FRAMES = 120
"""Of a clip: InterHuman's are 91 to 141 frames long on average, by source."""

REPEATS = 10


def computing(precision: str, device: str) -> AbstractContextManager[Any]:
    """fp32, tf32 (products of float32 in 10 bits) or bf16."""
    torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
    return torch.autocast(device.partition(":")[0], torch.bfloat16) if precision == "bf16" else nullcontext()


def timed(call: Callable[[], object], device: str, repeats: int = REPEATS) -> dict[str, float]:
    """Median seconds after a first call, which is told apart, and the most memory; or that there was not enough."""
    wait = torch.cuda.synchronize if device.startswith("cuda") else lambda: None
    try:
        if device.startswith("cuda"):
            torch.cuda.reset_peak_memory_stats()
        times = []
        for _ in range(repeats + 1):
            wait()
            start = time.perf_counter()
            call()
            wait()
            times.append(time.perf_counter() - start)
    except torch.cuda.OutOfMemoryError:
        return {"out_of_memory": 1.0}
    memory = torch.cuda.max_memory_allocated() / 1e9 if device.startswith("cuda") else 0.0
    return {"first": times[0], "median": statistics.median(times[1:]), "slowest": max(times[1:]), "memory_gb": memory}


def training(size: Size, precision: str, compiled: bool, repeats: int) -> dict[str, Any]:
    """Forward, losses, backward, clipping and AdamW on clips of equal length."""
    network = size.network().to(size.device).train()
    if compiled:
        network.compile(dynamic=True)
    optimizer = torch.optim.AdamW(network.parameters(), 1e-4, weight_decay=2e-5)
    noise: Any = DDIMScheduler(**NOISE)
    loss, normalizer = InteractionLoss(), Normalizer().to(size.device)
    target = torch.randn(size.batch_size, 2, size.frames, NUM_FEATURES, device=size.device)
    mask = torch.ones(size.batch_size, size.frames, dtype=torch.bool, device=size.device)
    condition = size.condition()

    def step() -> None:
        t = torch.randint(1000, (size.batch_size,), device=size.device)
        with computing(precision, size.device):
            made = network(noise.add_noise(target, torch.randn_like(target), t), t, condition, None)
            terms = loss(made.float(), target, mask, t, normalizer)
        optimizer.zero_grad()
        torch.stack(list(terms.values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 0.5)
        optimizer.step()

    told: dict[str, Any] = timed(step, size.device, repeats)
    if "median" in told:
        flops = size.batch_size * training_flops(size)
        told |= {"clips_per_second": size.batch_size / told["median"], "flops_per_second": flops / told["median"]}
    return told


def training_flops(size: Size) -> float:
    """Operations of a clip, forward and backward."""
    with torch.device("meta"):
        one = Size(size.width, size.layers, size.text_layers, size.frames, 1, 1, "meta")
        network, x = one.network(), torch.empty(1, 2, size.frames, NUM_FEATURES)
        return count(lambda: network(x, torch.empty(1), one.condition(), None).sum().backward())


def sampling(size: Size, precision: str, compiled: bool, repeats: int) -> dict[str, Any]:
    """Guided steps of DDIM; a sample has 50."""
    network = size.network().to(size.device).eval().requires_grad_(False)
    if compiled:
        network.compile(dynamic=True)
    guided, sampler, condition = InteractionGuidance(network), FewSteps(2), size.condition()
    noise = torch.randn(size.batch_size, 2, size.frames, NUM_FEATURES, device=size.device)

    @torch.inference_mode()
    def steps() -> None:
        with computing(precision, size.device):
            for t in sampler.timesteps().to(size.device):
                guided(noise, t.expand(size.batch_size), condition)

    told: dict[str, Any] = timed(steps, size.device, repeats)
    if "median" in told:
        told["seconds_a_sample_of_50_steps"] = told["median"] / 2 * 50 / size.batch_size
    return told


def evaluation(size: Size, repeats: int) -> dict[str, Any]:
    """Motions through an evaluator of the published size, 32 at once."""
    shape = {"width": size.width, "layers": size.layers, "heads": 8, "feed_forward": 2 * size.width}
    network = InterCLIP(MotionTower(**shape), TextTower(width=64, layers=1))
    evaluator = Evaluator(network, lambda texts: torch.ones(len(texts), 4, dtype=torch.long), Normalizer())
    evaluator.eval().to(size.device)
    motions = list(torch.randn(32, 2, size.frames, NUM_FEATURES))
    told: dict[str, Any] = timed(lambda: evaluator.motions(motions), size.device, repeats)
    return told | {"motions_per_second": 32 / told["median"]} if "median" in told else told


def main() -> None:
    """Measure all, and write after each figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("docs/performance_gpu.json"))
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--tiny", action="store_true")
    given = parser.parse_args()
    width, layers, repeats = (32, 1, 1) if given.tiny else (1024, 8, REPEATS)
    batches, samples = ((2,), (1, 2)) if given.tiny else ((16, 32, 64, 128), (1, 64))
    sizes = {batch: Size(width, layers, 1, FRAMES, batch, 1, given.device) for batch in {*batches, *samples}}
    told: dict[str, Any] = {"machine": machine(given.device), "frames": FRAMES, "figures": []}
    for precision in ("fp32", "tf32", "bf16"):
        with computing(precision, given.device):
            told[f"peak_{precision}"] = peak(given.device, 256 if given.tiny else 8192)
    work = [(training, batch, precision) for precision in ("bf16", "tf32") for batch in batches]
    work += [(sampling, batch, precision) for precision in ("fp32", "tf32", "bf16") for batch in samples]
    for measure, batch, precision in work:
        for compiled in (False,) if given.tiny else (False, True):
            found = measure(sizes[batch], precision, compiled, repeats)
            how = {"what": measure.__name__, "batch_size": batch, "precision": precision, "compiled": compiled}
            told["figures"].append(how | found)
            write_text(given.out, json.dumps(told, indent=1))
            print(how | found, flush=True)
    with computing("fp32", given.device):
        told["figures"].append({"what": "evaluation"} | evaluation(sizes[samples[0]], repeats))
    write_text(given.out, json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
