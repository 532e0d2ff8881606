"""From the folder to batches: what is read, what training may change, and what bad data is told."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import write_small_dataset
from tensors import joints_of, rotations_of

from in2in.data.batch import collate
from in2in.data.cache import MotionCache
from in2in.data.datamodule import EpochBatches, InteractionDataModule
from in2in.data.interhuman import Augmentation, InteractionDataset
from in2in.data.layout import read_motion, read_texts
from in2in.data.preparation import build_cache
from in2in.errors import InputError
from in2in.motion.motion import Motion
from in2in.motion.representation import canonicalise, encode, mirror
from in2in.text.mirror import mirror_text, mirror_text_as_published


def test_the_cache_holds_what_the_files_hold(dataset: Path, raw: Motion) -> None:
    cache = MotionCache(dataset)
    for number, clip in enumerate(f"clip{k}" for k in range(6)):
        motion = cache.motion(clip)
        torch.testing.assert_close(motion.joints, read_motion(dataset, clip).joints)
        there = raw.joints[:, 20 * number :][:, : len(motion)]
        torch.testing.assert_close(motion.joints, there, atol=1e-6, rtol=0)
        assert cache.texts(clip) == read_texts(dataset, clip)


def test_statistics_are_those_of_the_training_split(dataset: Path) -> None:
    features = []
    for number in range(4):
        motion = read_motion(dataset, f"clip{number}")
        views = [motion, motion.swap(), mirror(motion), mirror(motion.swap())]
        features += [encode(canonicalise(view)).reshape(-1, 262) for view in views]
    flat = torch.cat(features).numpy()
    stats = np.load(MotionCache(dataset).stats)
    np.testing.assert_allclose(stats["mean"], flat.mean(0), atol=1e-4)
    varying = flat.std(0) > 1e-3
    np.testing.assert_allclose(stats["std"][varying], flat.std(0)[varying], rtol=1e-2)


def test_augmentation_keeps_each_text_with_its_person(dataset: Path) -> None:
    data = InteractionDataset(dataset, "train")
    motion = read_motion(dataset, "clip1")
    seen = set()
    for seed in range(40):
        sample = data[(1, seed)]
        mirrored = "right 1" in sample.individuals[0] or "left 1" in sample.individuals[1]
        swapped = "steps" in sample.individuals[0]
        turns = sample.individuals[1] if swapped else sample.individuals[0]
        steps = sample.individuals[0] if swapped else sample.individuals[1]
        mirrored = turns == "turns right 1"
        assert steps == ("steps left 1" if mirrored else "steps right 1")
        assert ("the right one" if mirrored else "the left one") in sample.interaction or (
            " counterclockwise" if mirrored else " clockwise"
        ) in sample.interaction
        expected = mirror(motion) if mirrored else motion
        expected = encode(canonicalise(expected.swap() if swapped else expected))
        torch.testing.assert_close(sample.features, expected)
        seen.add((mirrored, swapped, "leads" in sample.interaction))
    assert len(seen) == 8


def test_nothing_is_drawn_outside_training(dataset: Path) -> None:
    sample = InteractionDataset(dataset, "val")[0]
    assert sample.interaction == "the left one leads, take 4"
    assert sample.individuals == ("turns left 4", "steps right 4")
    plain = InteractionDataset(dataset, "train", Augmentation(mirror=False, swap=False))
    assert all(plain[(0, seed)].individuals == ("turns left 0", "steps right 0") for seed in range(10))
    assert InteractionDataset(dataset, "test")[0].individuals == ("", "")


def test_long_clips_are_cropped(tmp_path: Path, raw: Motion) -> None:
    folder = write_small_dataset(tmp_path / "long", raw)
    long = Motion.from_tensors(joints_of(raw).repeat(1, 3, 1, 1), rotations_of(raw).repeat(1, 3, 1, 1))
    from in2in.data.layout import write_motion

    write_motion(folder, "clip0", long)
    build_cache(folder)
    data = InteractionDataset(folder, "train", Augmentation(mirror=False, swap=False))
    assert data[0].features.shape == (2, 299, 262)
    starts = {float(data[(0, seed)].features[0, 0, 1]) for seed in range(8)}
    assert len(starts) > 4


def test_batches_are_padded_to_their_longest(dataset: Path) -> None:
    data = InteractionDataset(dataset, "train")
    batch = collate([data[0], data[3]])
    assert batch.features.shape == (2, 2, 36, 262)
    assert batch.mask.sum(dim=1).tolist() == [30, 36]
    assert (batch.features[0, :, 30:] == 0).all()
    torch.testing.assert_close(batch.features[0, :, :30], data[0].features)


def test_an_epoch_shows_every_clip_once_and_follows_from_its_number() -> None:
    lengths = [30 + 7 * (number * 37 % 50) for number in range(50)]
    batches = EpochBatches(lengths, batch_size=4, seed=3)
    first = list(batches)
    assert len(first) == len(batches) == 13
    assert sorted(number for batch in first for number, _ in batch) == list(range(50))
    assert list(batches) == first
    batches.set_epoch(1)
    second = list(batches)
    assert second != first
    again = EpochBatches(lengths, batch_size=4, seed=3)
    again.set_epoch(1)
    assert list(again) == second


def test_batches_are_of_like_length_and_in_no_order_of_length() -> None:
    lengths = torch.randint(30, 300, (320,), generator=torch.Generator().manual_seed(0)).tolist()
    batches = [[lengths[number] for number, _ in batch] for batch in EpochBatches(lengths, 8, seed=0)]
    padded = sum(max(batch) * len(batch) for batch in batches)
    assert padded < 1.2 * sum(lengths)
    longest = [max(batch) for batch in batches]
    assert longest != sorted(longest)


def test_loaders(dataset: Path) -> None:
    data = InteractionDataModule(dataset, batch_size=2)
    data.setup("fit")
    assert [len(batch) for batch in data.train_dataloader()] == [2, 2]
    assert [batch.clips for batch in data.val_dataloader()] == [["clip4"]]
    data.setup("test")
    assert [batch.clips for batch in data.test_dataloader()] == [["clip5"]]


def _edit(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / "motions_processed" / "person2" / "clip2.npy"
        np.save(path, change(np.load(path)))

    return apply


def _with_nan(raw: np.ndarray) -> np.ndarray:
    raw[3, 5] = np.nan
    return raw


def _write(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(text) and None


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_edit(_with_nan), "person2/clip2.npy holds NaN"),
        (_edit(lambda raw: raw[:, :300]), r"shape \[35, 300\], expected \[T, 492\]"),
        (_edit(lambda raw: raw[:0]), "clip2.npy holds no frames"),
        (_edit(lambda raw: raw[:-1]), "clip clip2 .* 35 and 34 frames"),
        (lambda folder: (folder / "annots" / "clip2.txt").unlink(), "annots/clip2.txt is missing"),
        (_write("annots/clip2.txt", "\n"), "annots/clip2.txt holds no text"),
        (lambda folder: (folder / "annots" / "clip2.txt").write_bytes(b"a\0b"), "clip2.txt holds NUL bytes"),
        (lambda folder: (folder / "motions_processed" / "person1" / "clip2.npy").unlink(), "clip2.npy is missing"),
        (_write("motions_processed/person1/clip2.npy", "no array"), "clip2.npy cannot be read"),
    ],
)
def test_a_bad_clip_is_left_out_with_its_reason(
    tmp_path: Path, raw: Motion, damage: Callable[[Path], None], words: str
) -> None:
    folder = write_small_dataset(tmp_path / "bad", raw)
    damage(folder)
    assert build_cache(folder).split("train") == ["clip0", "clip1", "clip3"]
    _head, row = (folder / "cache" / "left_out.tsv").read_text().splitlines()
    assert row.startswith("clip2\t")
    assert re.search(words, row)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_write("split/train.txt", ""), "train.txt names no clip"),
        (_write("split/train.txt", "clip77\n"), "no training clip can be used, .*clip77.npy is missing"),
        (lambda folder: (folder / "split" / "train.txt").unlink(), "names no clip"),
        (lambda folder: shutil.rmtree(folder / "annots"), "none of 6 clips can be used, .*clip0.txt is missing"),
    ],
)
def test_data_of_which_nothing_can_be_used_is_an_error(
    tmp_path: Path, raw: Motion, damage: Callable[[Path], None], words: str
) -> None:
    folder = write_small_dataset(tmp_path / "bad", raw)
    damage(folder)
    with pytest.raises(InputError, match=words):
        build_cache(folder)
    assert not (folder / "cache").exists()


def test_missing_folder_and_missing_cache(tmp_path: Path, raw: Motion) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        build_cache(tmp_path / "nowhere")
    with pytest.raises(InputError, match="run in2in-prepare"):
        MotionCache(write_small_dataset(tmp_path / "raw", raw))


def test_an_empty_split_is_an_error(tmp_path: Path, raw: Motion) -> None:
    folder = write_small_dataset(tmp_path / "noval", raw)
    (folder / "split" / "val.txt").write_text("")
    build_cache(folder)
    with pytest.raises(InputError, match="split val of .* has no usable clip"):
        InteractionDataModule(folder).setup("fit")


def test_the_ignore_list_and_short_clips_are_left_out(tmp_path: Path, raw: Motion) -> None:
    folder = write_small_dataset(tmp_path / "ignore", raw)
    (folder / "split" / "ignore_list.txt").write_text("clip0\n")

    from in2in.data.layout import write_motion

    write_motion(folder, "clip1", raw.crop(0, 14))
    cache = build_cache(folder)
    assert cache.split("train") == ["clip2", "clip3"]


def test_published_pairing_of_texts_is_a_switch(dataset: Path) -> None:
    """As published: each person gets the other's text, mirrored where the motion is not."""
    right = InteractionDataset(dataset, "train", Augmentation(swap=False))
    wrong = InteractionDataset(dataset, "train", Augmentation(swap=False, crossed=True, words=mirror_text_as_published))
    seen = set()
    for seed in range(12):
        ours, theirs = right[(0, seed)], wrong[(0, seed)]
        torch.testing.assert_close(ours.features, theirs.features)
        assert ours.interaction == theirs.interaction
        assert theirs.individuals == tuple(mirror_text(text) for text in ours.individuals[::-1])
        seen.add(theirs.individuals)
    assert len(seen) == 2, "mirrored and not"


def test_published_mirroring_of_words_is_a_switch() -> None:
    text = "upright, the left one moves counterclockwise"
    assert mirror_text_as_published(text) == "upleft, the right one moves countercounterclockwise"
    assert mirror_text(text) == "upright, the right one moves clockwise"
