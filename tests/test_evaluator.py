"""The evaluator as people train, convert, pack and load it; and the texts and clips that it learns from."""

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Cli
from converting import TINY_TOKENS, listed_shapes, random_weights, write_vocabulary
from test_golden import GOLDEN, close, load
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from in2in.data.batch import collate, collate_pairs
from in2in.data.interhuman import Augmentation, Counterparts, InteractionDataset
from in2in.errors import InputError
from in2in.evaluation.evaluator import Evaluator, whole_text
from in2in.evaluation.interclip import InterCLIP, MotionTower, TextTower, contrastive_loss
from in2in.evaluation.training import ContrastiveModule, same_text
from in2in.motion.normalizer import Normalizer
from in2in.runs.folder import read_run
from in2in.text.clip_folder import write_tokenizer
from in2in.text.mirror import mirror_text
from in2in.text.tokens import ClipTokens, clip_embeddings

TINY = {"width": 16, "layers": 1, "heads": 2, "feed_forward": 24}


# ---- texts


@pytest.fixture(scope="module")
def tokens() -> ClipTokens:
    return ClipTokens()


def test_tokens_are_those_of_clip(tokens: ClipTokens) -> None:
    """As CLIP's own tokenizer gives them (Radford et al., 2021): "a photo of a cat"."""
    [row] = tokens(["a photo of a cat"])
    assert row.tolist() == [49406, 320, 1125, 539, 320, 2368, 49407]


def test_shorter_texts_are_padded_with_zeros_and_longer_ones_keep_their_end(tokens: ClipTokens) -> None:
    rows = tokens(["hug", "two people hug " * 40])
    assert rows.shape == (2, 77)
    assert rows[0, 3:].eq(0).all()
    assert rows.argmax(dim=1).tolist() == [2, 76]


def test_a_whole_text_tells_who_is_who() -> None:
    assert whole_text("They hug.", ()) == "They hug."
    assert whole_text("They hug.", ("", "")) == "They hug."
    assert whole_text("They hug.", ("A", "B")) != whole_text("They hug.", ("B", "A"))
    assert whole_text("They hug.", ("", "B")) == "They hug. Second person: B"


def test_identical_texts_match() -> None:
    assert same_text(["a", "b", "a"]).tolist() == [[True, False, True], [False, True, False], [True, False, True]]


# ---- counterparts


def test_a_counterpart_is_the_mirrored_or_exchanged_clip_told_so(dataset: Path) -> None:
    clips = InteractionDataset(dataset, "train")
    changes = set()
    for seed in range(12):
        one, two = Counterparts(clips)[1, seed]
        assert one.clip == two.clip
        assert one.features.shape == two.features.shape
        assert (one.features - two.features).abs().max() > 1e-3
        mirrored = two.interaction == mirror_text(one.interaction)
        assert mirrored or two.interaction == one.interaction
        own = tuple(mirror_text(text) if mirrored else text for text in one.individuals)
        swapped = two.individuals == own[::-1]
        assert swapped or two.individuals == own
        assert mirrored or swapped
        changes.add((mirrored, swapped))
    assert len(changes) == 3
    batch = collate_pairs([Counterparts(clips)[number, 5] for number in (0, 2)])
    assert batch.clips == ["clip0", "clip0", "clip2", "clip2"]


def test_what_may_not_be_changed_is_not(dataset: Path) -> None:
    only_mirror = Counterparts(InteractionDataset(dataset, "train", Augmentation(swap=False)))
    assert all(
        two.individuals == tuple(map(mirror_text, one.individuals))
        for one, two in (only_mirror[0, s] for s in range(5))
    )
    with pytest.raises(InputError, match=r"counterparts need data.mirror=true or data.swap=true"):
        Counterparts(InteractionDataset(dataset, "train", Augmentation(mirror=False, swap=False)))[0, 0]


# ---- training


def tiny_evaluator(tokens: ClipTokens) -> Evaluator:
    torch.manual_seed(0)
    text = TextTower(12, context=77, attend_padding=False, **TINY)
    return Evaluator(InterCLIP(MotionTower(12, **TINY), text), tokens, Normalizer()).eval()


def test_the_loss_compares_each_text_once_and_lets_identical_texts_match(tokens: ClipTokens, dataset: Path) -> None:
    clips = InteractionDataset(dataset, "train")
    batch = collate([clips[0], clips[1], clips[0]])
    evaluator = tiny_evaluator(tokens)
    module = ContrastiveModule(evaluator, torch.optim.AdamW)
    motion, text, match = module.compare(batch, individuals=True)
    assert match.tolist() == [[True, False, True], [False, True, False], [True, False, True]]
    texts = [whole_text(own, persons) for own, persons in zip(batch.interactions, batch.individuals, strict=True)]
    apart = torch.cat([evaluator.embed_text([own]) for own in texts])
    torch.testing.assert_close(text, apart, atol=1e-5, rtol=1e-4)
    alone = torch.stack([evaluator.motions([clips[k].features])[0] for k in (0, 1, 0)])
    torch.testing.assert_close(motion, alone, atol=1e-5, rtol=1e-4)
    assert torch.isfinite(contrastive_loss(motion, text, match))


def test_frozen_embeddings_are_clips_and_stay_so(tokens: ClipTokens, tmp_path: Path) -> None:
    sizes = {"vocab_size": 50, "max_position_embeddings": 20, "hidden_size": 16, "intermediate_size": 32}
    network = CLIPTextModel(CLIPTextConfig(**sizes, num_hidden_layers=1, num_attention_heads=2))
    network.save_pretrained(tmp_path)
    write_tokenizer(tmp_path, [], 20)
    given = clip_embeddings(str(tmp_path), dim=16)
    assert given[0].shape == (50, 16)
    evaluator = Evaluator(InterCLIP(MotionTower(12, **TINY), TextTower(12, 50, 20, **TINY)), tokens, Normalizer())
    module = ContrastiveModule(evaluator, torch.optim.AdamW, embeddings=given)
    assert torch.equal(evaluator.network.text.tokens.weight, given[0])
    [trained] = [module.configure_optimizers().param_groups]
    ids = {id(parameter) for group in trained for parameter in group["params"]}
    assert id(evaluator.network.text.tokens.weight) not in ids
    wide = InterCLIP(MotionTower(12, **TINY), TextTower(12, 50, 20, **{**TINY, "width": 32}))
    with pytest.raises(InputError, match=r"set interclip.text.width=16"):
        ContrastiveModule(Evaluator(wide, tokens, Normalizer()), torch.optim.AdamW, embeddings=given)


def test_a_trained_evaluator_knows_its_clips(evaluator_run: Path, bench: Path) -> None:
    evaluator = Evaluator.from_pretrained(evaluator_run)
    assert evaluator.individuals
    clips = InteractionDataset(bench, "train")
    samples = [clips[number] for number in range(24)]
    motion = evaluator.motions([own.features for own in samples])
    text = evaluator.texts([whole_text(own.interaction, own.individuals) for own in samples])
    found = (text @ motion.T).argmax(dim=1) == torch.arange(24)
    assert found.float().mean() > 0.6


def test_a_resumed_training_ends_as_an_uninterrupted_one(cli: Cli, dataset: Path, tmp_path: Path) -> None:
    given = ["experiment=interclip", f"data_dir={dataset}", "logger=csv", "data.batch_size=2", "individuals=0.5"]
    given += [f"interclip.{side}.{key}={value}" for side in ("motion", "text") for key, value in TINY.items()]
    given += ["trainer.accelerator=cpu", "trainer.devices=1", "+trainer.enable_progress_bar=false"]
    assert cli("train", *given, "trainer.max_epochs=2", f"out={tmp_path / 'whole'}").code == 0
    assert cli("train", *given, "trainer.max_epochs=2", "+trainer.max_steps=3", f"out={tmp_path / 'parts'}").code == 0
    ended = cli("train", *given, "trainer.max_epochs=2", f"out={tmp_path / 'parts'}", "ckpt_path=last")
    assert ended.code == 0, ended.err
    one, two = (read_run(tmp_path / name)[1] for name in ("whole", "parts"))
    for name, value in one.items():
        torch.testing.assert_close(two[name], value, atol=0, rtol=0)


# ---- packed and converted


def test_a_packed_evaluator_reads_as_the_run_itself(evaluator_run: Path, cli: Cli, tmp_path: Path) -> None:
    for name, half in (("whole", "false"), ("half", "true")):
        assert cli("pack", f"run={evaluator_run}", f"half={half}", f"out={tmp_path / name}").code == 0
    assert str(evaluator_run) not in (tmp_path / "whole" / "config.yaml").read_text()
    own, whole, half = (
        Evaluator.from_pretrained(run) for run in (evaluator_run, tmp_path / "whole", tmp_path / "half")
    )
    texts = ["Two people hug.", "One waves."]
    assert torch.equal(own.texts(texts), whole.texts(texts))
    torch.testing.assert_close(own.texts(texts), half.texts(texts), atol=0.05, rtol=0.05)


def published_evaluator() -> dict[str, Tensor]:
    """The golden motion side and a small text side, under the published names."""
    weights = torch.load(GOLDEN / "interclip_motion.pt", weights_only=True)
    shapes = listed_shapes(GOLDEN / "keys_interclip.txt")
    text = {}
    for key, shape in shapes.items():
        if key in weights or "motion_encoder" in key or ("layers" in key and int(key.split(".")[3]) > 1):
            continue
        width = {768: 32, 3072: 48, 2304: 96, 2048: 40, 49408: TINY_TOKENS}
        text[key] = [96 if size == 2304 else 40 if size in (2048, 3072) else width.get(size, size) for size in shape]
    return weights | random_weights(text)


def test_a_converted_evaluator_gives_the_golden_numbers(cli: Cli, tmp_path: Path) -> None:
    golden, weights = load("interclip_motion"), published_evaluator()
    torch.save({"state_dict": weights}, tmp_path / "interclip.pt")
    vocabulary = write_vocabulary(tmp_path / "vocab.txt", 3)
    given = ["source=interclip", f"checkpoint={tmp_path / 'interclip.pt'}", f"vocab={vocabulary}"]
    ended = cli("convert", *given, f"out={tmp_path / 'run'}", "interclip.motion.heads=4")
    assert ended.code == 0, ended.err
    run = (tmp_path / "run").rename(tmp_path / "elsewhere")
    vocabulary.unlink()
    evaluator = Evaluator.from_pretrained(run)
    assert not evaluator.individuals
    motion = golden["motions"].unflatten(-1, (2, 262)).transpose(1, 2)
    clips = [own[:, :length] for own, length in zip(motion, golden["lengths"].tolist(), strict=True)]
    close(evaluator.motions(clips), golden["embedding"])
    assert evaluator.texts(["wave", "oh"]).shape == golden["embedding"][:2].shape


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["source=interclip"], "checkpoint is not given"),
        (["source=interclip", "checkpoint=nowhere.pt"], "checkpoint=nowhere.pt is not a file"),
        (["source=interclip", "checkpoint=WEIGHTS", "interclip.text.heads=5"], "which 5 heads do not divide"),
        (
            ["source=interclip", "checkpoint=WIDER"],
            "motion_encoder.embed_motion.weight of InterCLIP has shape [64, 520]",
        ),
    ],
)
def test_a_bad_evaluator_is_one_line(cli: Cli, tmp_path: Path, given: list[str], words: str) -> None:
    weights = published_evaluator()
    torch.save(weights, tmp_path / "good.pt")
    torch.save(weights | {"model.motion_encoder.embed_motion.weight": torch.zeros(64, 520)}, tmp_path / "wider.pt")
    vocabulary = write_vocabulary(tmp_path / "vocab.txt", 3)
    named = [
        own.replace("WEIGHTS", str(tmp_path / "good.pt")).replace("WIDER", str(tmp_path / "wider.pt")) for own in given
    ]
    ended = cli("convert", *named, f"vocab={vocabulary}", f"out={tmp_path / 'run'}")
    assert ended.code == 1
    assert words in ended.err
    assert not (tmp_path / "run").exists()


def test_lengths_of_figures_follow_the_clips(evaluator_run: Path) -> None:
    evaluator = Evaluator.from_pretrained(evaluator_run)
    clips = [torch.randn(2, frames, 262) for frames in (40, 15, 90)]
    together = evaluator.motions(clips)
    alone = torch.cat([evaluator.motions([clip]) for clip in clips])
    np.testing.assert_allclose(together, alone, atol=1e-4)
