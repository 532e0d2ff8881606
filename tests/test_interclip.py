"""The evaluator: published numbers and names, padding, the contrastive loss, and that it learns."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from in2in.errors import InputError
from in2in.evaluation.interclip import InterCLIP, MotionTower, TextTower, contrastive_loss

GOLDEN = Path(__file__).parent / "golden"

PUBLISHED = (
    (r"^latent_scale", "latent_scale"),
    (r"^motion\.query", "motion_encoder.query_token"),
    (r"^motion\.embed\.", "motion_encoder.embed_motion."),
    (r"^motion\.encoder\.", "motion_encoder.transformer."),
    (r"^motion\.norm\.", "motion_encoder.out_ln."),
    (r"^motion\.output\.", "motion_encoder.out."),
    (r"^text\.tokens\.", "token_embedding."),
    (r"^text\.positions", "positional_embedding"),
    (r"^text\.head\.encoder\.", "textTransEncoder."),
    (r"^text\.head\.norm\.", "text_ln."),
    (r"^text\.output\.", "out."),
)
"""From our parameter names to those of the published files."""

COMPUTED = "model.motion_encoder.sequence_pos_encoder.pe"
"""Published files hold the sinusoids too."""

TINY: dict[str, Any] = {"width": 16, "layers": 1, "heads": 2, "feed_forward": 24}


def published(ours: str) -> str:
    matching = [(pattern, name) for pattern, name in PUBLISHED if re.search(pattern, ours)]
    assert len(matching) == 1, ours
    return re.sub(*matching[0], ours)


def load(name: str) -> dict[str, Tensor]:
    with np.load(GOLDEN / f"{name}.npz") as data:
        return {key: torch.from_numpy(data[key]) for key in data}


def close(ours: Tensor, golden: Tensor, tolerance: float = 1e-4) -> None:
    assert ours.shape == golden.shape
    assert (ours - golden).abs().max() < tolerance * golden.abs().max()


def tiny(**text: Any) -> InterCLIP:
    torch.manual_seed(0)
    sizes = {"embedding": 12, "vocabulary": 50, "context": 20, **TINY}
    return InterCLIP(MotionTower(embedding=12, **TINY), TextTower(**{**sizes, **text})).eval()


def test_motion_side_is_the_published_one() -> None:
    golden = load("interclip_motion")
    weights = torch.load(GOLDEN / "interclip_motion.pt", weights_only=True)
    model = InterCLIP(MotionTower(width=64, layers=2, heads=4, feed_forward=128), TextTower(**TINY, vocabulary=2))
    names = [ours for ours, _ in model.named_parameters() if not ours.startswith("text.")]
    used = {f"model.{published(ours)}" for ours in names}
    assert used == weights.keys() - {COMPUTED}
    model.load_state_dict({ours: weights[f"model.{published(ours)}"] for ours in names}, strict=False)
    motion = golden["motions"].unflatten(-1, (2, 262)).transpose(1, 2)
    mask = torch.arange(motion.shape[2]) < golden["lengths"][:, None]
    with torch.no_grad():
        close(model.eval().embed_motion(motion, mask), golden["embedding"])


def test_text_side_is_the_published_one() -> None:
    golden = load("text_seeded")
    model = InterCLIP(MotionTower(**TINY), TextTower(vocabulary=2)).eval()
    rng = np.random.default_rng(int(golden["seed"]) + 1)
    drawn = {ours: value for ours, value in model.named_parameters() if re.match(r"text\.(head|output)|latent", ours)}
    for ours in sorted(drawn, key=published):
        x = torch.from_numpy(rng.standard_normal(drawn[ours].shape).astype(np.float32))
        norm = "norm" in ours and ours.endswith("weight")
        drawn[ours].data.copy_(x * 0.03 if x.ndim == 2 else 1 + 0.1 * x if norm else x * 0.02)
    model.latent_scale.data.fill_(float(golden["latent_scale"]))
    with torch.no_grad():
        close(model.scale(model.text.encode(golden["tokens"], golden["end"])), golden["interclip_embedding"])


def test_the_full_size_has_exactly_the_published_parameters() -> None:
    listed = re.findall(r"^(\S+) (\[.*\])$", (GOLDEN / "keys_interclip.txt").read_text(), flags=re.MULTILINE)
    with torch.device("meta"):
        model = InterCLIP(MotionTower(), TextTower())
    ours = {f"model.{published(name)}": str(list(value.shape)) for name, value in model.named_parameters()}
    assert ours == {name: shape for name, shape in listed if name != COMPUTED}


@pytest.mark.parametrize(("persons", "width", "heads", "layers", "frames"), [(1, 8, 1, 1, 1), (3, 24, 3, 2, 37)])
def test_any_size(persons: int, width: int, heads: int, layers: int, frames: int) -> None:
    tower = MotionTower(7, persons, width, layers, heads, feed_forward=11)
    assert tower(torch.randn(2, persons, frames, 262), torch.ones(2, frames, dtype=torch.bool)).shape == (2, 7)


@pytest.mark.parametrize("padding", [0.0, 1e6, math.nan])
@pytest.mark.parametrize("training", [False, True])
def test_padding_frames_never_change_an_embedding(padding: float, training: bool) -> None:
    model = tiny()
    if training:  # another kernel; without dropout both are deterministic
        model.train()
        for part in model.modules():
            if isinstance(part, torch.nn.Dropout):
                part.p = 0.0
            if isinstance(part, torch.nn.MultiheadAttention):
                part.dropout = 0.0
    clips = [torch.randn(2, frames, 262) for frames in (5, 12, 30)]
    padded = torch.full((3, 2, 40, 262), padding)
    for row, clip in enumerate(clips):
        padded[row, :, : clip.shape[1]] = clip
    mask = torch.arange(40) < torch.tensor([5, 12, 30])[:, None]
    together = model.embed_motion(padded, mask)
    alone = [model.embed_motion(clip[None], torch.ones(1, clip.shape[1], dtype=torch.bool))[0] for clip in clips]
    close(together, torch.stack(alone), 1e-5)
    contacts = padded.clone()
    contacts[..., 258:] = 9.0
    torch.testing.assert_close(model.embed_motion(contacts, mask), together)


@pytest.mark.parametrize("attend_padding", [True, False])
def test_padding_tokens_never_change_an_embedding(attend_padding: bool) -> None:
    model = tiny(attend_padding=attend_padding)
    texts = [[48, 3, 49], [48, 5, 5, 7, 49]]
    alone = torch.cat([model.embed_text(torch.tensor([text])) for text in texts])
    for width in (5, 9, 20, 77):
        padded = torch.tensor([text + [0] * (width - len(text)) for text in texts])
        close(model.embed_text(padded), alone, 1e-5)
    assert (alone[0] - alone[1]).abs().max() > 1e-3
    other = tiny(attend_padding=not attend_padding).embed_text(torch.tensor(texts[:1]))
    assert (other - alone[:1]).abs().max() > 1e-4


def test_order_in_time_and_of_persons_counts() -> None:
    model = tiny()
    motion, mask = torch.randn(1, 2, 9, 262), torch.ones(1, 9, dtype=torch.bool)
    here = model.embed_motion(motion, mask)
    for other in (motion.flip(1), motion.flip(2)):
        assert (model.embed_motion(other, mask) - here).abs().max() > 1e-2


def test_embeddings_have_the_learned_length() -> None:
    model = tiny()
    model.latent_scale.data.fill_(2.5)
    motion, text = model(torch.randn(3, 2, 6, 262), torch.ones(3, 6, dtype=torch.bool), torch.tensor([[48, 4, 49]] * 3))
    torch.testing.assert_close(torch.cat([motion, text]).norm(dim=1), torch.full((6,), 2.5))


def test_contrastive_loss_in_closed_form() -> None:
    scale, pairs = 3.0, 5
    apart = torch.eye(pairs).double() * scale  # logits: scale^2 on the diagonal, 0 elsewhere
    assert float(contrastive_loss(apart, apart)) == pytest.approx(math.log1p((pairs - 1) * math.exp(-(scale**2))))
    same = torch.ones(pairs, 4)
    assert float(contrastive_loss(same, same)) == pytest.approx(math.log(pairs))
    motion, text = torch.randn(2, pairs, 4)
    assert float(contrastive_loss(motion, text)) == pytest.approx(float(contrastive_loss(text, motion)))
    order = torch.randperm(pairs)
    assert float(contrastive_loss(motion[order], text[order])) == pytest.approx(float(contrastive_loss(motion, text)))


def test_pairs_of_the_same_text_may_answer_each_other() -> None:
    match = torch.block_diag(torch.ones(2, 2), torch.ones(3, 3)).bool()
    embedded = torch.eye(2)[[0, 0, 1, 1, 1]] * 20
    best = (2 * math.log(2) + 3 * math.log(3)) / 5  # the entropy of choosing among two or three alike
    assert float(contrastive_loss(embedded, embedded, match)) == pytest.approx(best)
    embedded.requires_grad_()
    contrastive_loss(embedded, embedded, match).backward()
    assert embedded.grad is not None
    assert embedded.grad.abs().max() < 1e-4
    motion, text = torch.randn(2, 5, 4)
    alone = torch.eye(5, dtype=torch.bool)
    torch.testing.assert_close(contrastive_loss(motion, text, alone), contrastive_loss(motion, text))


def test_it_learns_pairs() -> None:
    model = tiny(attend_padding=False).train()
    frames = torch.arange(4, 12)
    motion = torch.randn(8, 2, 11, 262)
    mask = torch.arange(11) < frames[:, None]
    tokens = torch.stack([torch.tensor([48, word, 49]) for word in range(1, 9)])
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(60):
        loss = contrastive_loss(*model(motion, mask, tokens))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    moved, told = model.eval()(motion, mask, tokens)
    assert torch.equal((moved @ told.T).argmax(dim=1), torch.arange(8))
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_bad_input_is_one_clear_line() -> None:
    model = tiny()
    everywhere = torch.ones(1, 4, dtype=torch.bool)
    with pytest.raises(InputError, match="2 persons with 262 features each, not 2 with 263"):
        model.embed_motion(torch.randn(1, 2, 4, 263), everywhere)
    with pytest.raises(InputError, match="not 1 with 262"):
        model.embed_motion(torch.randn(1, 1, 4, 262), everywhere)
    with pytest.raises(InputError, match="20 tokens at most"):
        model.embed_text(torch.tensor([[48, *range(1, 20), 49]]))
    with pytest.raises(InputError, match="motions have 12 dimensions and its texts 13"):
        tiny(embedding=13)
