"""in2in-bench: the published way computes what ours does, and what is told of times adds up."""

import json
from pathlib import Path

import pytest
import torch
from conftest import Cli
from test_models import inputs
from torch import nn

from in2in.bench.speed.pairs import Work, count, measure, table
from in2in.bench.speed.published import PublishedDenoiser, guided, padded
from in2in.bench.speed.works import Size, interhuman_lengths, text, train
from in2in.diffusion.guidance import InteractionGuidance
from in2in.diffusion.sampler import length_mask

TINY = Size(width=32, layers=2, text_layers=1, frames=9, batch_size=3)


def test_the_published_way_gives_the_same_numbers_and_gradients() -> None:
    """Padded to 300 frames, one person after the other, by torch's MultiheadAttention."""
    network = TINY.network().eval()
    x, t, _ = inputs()
    mask, condition = length_mask([9, 5, 7]), TINY.condition()
    long, longer = padded(x, mask)
    published = PublishedDenoiser(network).eval()
    found = []
    for model, given, shown in ((network, x, mask), (published, long, longer)):
        network.zero_grad()
        made = model(given, t, condition, shown)[:, :, :9] * mask[:, None, :, None]
        made.square().sum().backward()
        found.append([made, *(parameter.grad for parameter in network.parameters())])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)
    ours = InteractionGuidance(network)(x, t, condition, mask)
    torch.testing.assert_close(guided(published, x, t, condition, mask), ours, atol=1e-3, rtol=1e-4)


def test_training_steps_of_both_ways_lose_the_same() -> None:
    """The same seeds without dropout; what was learned in a step shows in the next."""
    losses = []
    for way in ("ours", "theirs"):
        with train(Size(width=32, layers=1, text_layers=1, batch_size=4), rounds=3) as [work]:
            torch.manual_seed(1)
            call = getattr(work, way)
            call.args[1].eval()
            losses.append([call(number) for number in range(3)])
    assert len(set(losses[0])) == 3
    assert losses[0] == pytest.approx(losses[1], rel=1e-2)  # stored texts have 10 bits


def test_stored_texts_are_the_encoded_ones() -> None:
    with text(Size(text_layers=1)) as [work]:
        ours, theirs = work.ours(0), work.theirs(0)  # type: ignore[misc]
    torch.testing.assert_close(ours[0], theirs[0], atol=1e-2, rtol=1e-2)  # type: ignore[index]


def test_lengths_are_those_of_interhuman() -> None:
    lengths = interhuman_lengths(2000)
    assert len(lengths) == 2000
    assert min(lengths) >= 15
    assert max(lengths) <= 300
    assert 91 <= sum(lengths) / len(lengths) <= 141


def test_operations_of_a_product_are_counted() -> None:
    with torch.device("meta"):
        layer, x = nn.Linear(8, 5), torch.empty(3, 8)
        assert count(lambda: layer(x)) == 2 * 3 * 8 * 5


def test_pairs_take_turns_and_give_ratios() -> None:
    calls: list[str] = []
    work = Work("both", 4, "things", lambda _: calls.append("ours"), lambda _: calls.append("theirs"), flops=8.0)
    told = measure(work, 2).record(peak=1e9)
    assert calls == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert len(told["ratios_wall"]) == 2  # type: ignore[arg-type]
    assert told["per_second"] == pytest.approx(4 / told["median"])  # type: ignore[operator]
    assert "| both |" in table([told], against=True)


def test_the_command_times_pairs_and_says_where(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    small = ("width=32", "layers=1", "text_layers=1", "frames=12", "repeats=2", "threads=1", "device=cpu")
    finished = cli("bench", "what=sample", "against=published", *small, f"out={tmp_path / 'sample'}")
    assert finished.code == 0, finished.err
    told = json.loads((tmp_path / "sample" / "results.json").read_text())
    assert told["machine"]["threads"] == 1
    assert told["settings"]["frames"] == 12
    assert [len(own["ratios_wall"]) for own in told["works"]] == [2, 2]
    assert 0 < told["works"][0]["share_of_peak"] < 1
    assert float(told["works"][0]["note"].split()[-5]) < 1e-4
    assert "| ratio |" in (tmp_path / "sample" / "table.md").read_text()
    finished = cli("bench", "what=data", f"data_dir={dataset}", "repeats=1", "threads=1", f"out={tmp_path / 'data'}")
    assert "clips from the cache" in finished.out
    assert "data_dir is not given" in cli("bench", "what=data", f"out={tmp_path / 'none'}").err
    assert "repeats=0 must be 1 or more" in cli("bench", "repeats=0", f"out={tmp_path / 'zero'}").err
    assert "what='sleep'" in cli("bench", "what=sleep", f"out={tmp_path / 'other'}").err
