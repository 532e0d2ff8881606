"""Procedural data sets: what their splits hold, and the files."""

from collections import Counter
from pathlib import Path

import pytest
import torch
from tensors import joints_of, rotations_of
from test_synthetic import SEED

from in2in.bench.people import KINDS, Truth, generate, write_dataset
from in2in.bench.people.casting import TEST_SHARE, cast, splits
from in2in.bench.people.dataset import truth_path
from in2in.bench.people.kinds import HANDED
from in2in.data.layout import SPLITS, TEST, read_motion, read_split, read_texts
from in2in.data.preparation import build_cache
from in2in.errors import InputError


def test_roles_hands_and_tempos_are_balanced() -> None:
    castings = [cast(index, SEED, len(KINDS)) for index in range(60 * len(KINDS))]
    for kind in range(len(KINDS)):
        of_kind = [casting for casting in castings if casting.kind == kind]
        assert Counter(casting.starter for casting in of_kind) == {0: 30, 1: 30}
        assert Counter(casting.hand for casting in of_kind) == {"left": 30, "right": 30}
        assert Counter(casting.tempo for casting in of_kind) == {"slow": 20, "normal": 20, "fast": 20}


def test_training_never_shows_the_held_out_combinations() -> None:
    clips = 20 * len(KINDS)
    seen: dict[str, set[tuple[object, ...]]] = {split: set() for split in SPLITS}
    held: set[tuple[object, ...]] = set()
    for index, split in enumerate(splits(range(clips), SEED, HANDED)):
        casting = cast(index, SEED, len(KINDS))
        handed = HANDED[casting.kind]
        combination = (casting.kind, casting.starter, casting.hand if handed else "", casting.style.name)
        seen[split].add(combination)
        if casting.held_out(handed):
            held.add(combination)
    assert {kind for kind, *_ in held} == set(range(len(KINDS)))
    assert held <= seen["test"]
    assert not held & (seen["train"] | seen["val"])


@pytest.mark.parametrize("clips", [3, 12, 50, 320, 2000])
def test_every_split_has_its_share(clips: int) -> None:
    for seed in range(3):
        counts = Counter(splits(range(clips), seed, HANDED))
        assert counts["test"] >= TEST_SHARE * clips
        assert counts["test"] <= max(2, 0.4 * clips)
        assert counts["val"] >= 1
        assert counts["train"] >= 1


def test_test_clips_are_told_in_other_sentences() -> None:
    shown, tested = (generate(0, SEED, split=split).texts for split in ("train", TEST))
    assert not set(shown.interaction) & set(tested.interaction)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_data_set_on_disk(tmp_path: Path) -> None:
    write_dataset(tmp_path / "one", 17, SEED, processes=1)
    write_dataset(tmp_path / "two", 17, SEED, processes=2)
    written = _bytes(tmp_path / "one")
    assert written == _bytes(tmp_path / "two")
    ids = [read_split(tmp_path / "one", split) for split in SPLITS]
    assert sorted(name for names in ids for name in names) == [f"{index:05d}" for index in range(17)]
    for split, names in zip(SPLITS, ids, strict=True):
        for name in names[:2]:
            clip = generate(int(name), SEED, split=split)
            motion = read_motion(tmp_path / "one", name)
            torch.testing.assert_close(joints_of(motion), joints_of(clip.motion), atol=1e-6, rtol=0)
            torch.testing.assert_close(rotations_of(motion), rotations_of(clip.motion), atol=1e-6, rtol=0)
            assert read_texts(tmp_path / "one", name) == clip.texts
            assert Truth.load(truth_path(tmp_path / "one", name)) == clip.truth


def test_a_data_set_of_some_kinds_only_holds_clips_of_the_whole(tmp_path: Path) -> None:
    write_dataset(tmp_path / "some", 8, SEED, kinds=["bow", "wave"])
    names = sorted(path.stem for path in (tmp_path / "some" / "truth").iterdir())
    assert {Truth.load(truth_path(tmp_path / "some", name)).kind for name in names} == {"bow", "wave"}
    assert len(names) == 8
    clip = generate(int(names[3]), SEED)
    torch.testing.assert_close(
        joints_of(read_motion(tmp_path / "some", names[3])), joints_of(clip.motion), atol=1e-6, rtol=0
    )
    with pytest.raises(InputError, match="no kind 'waltz': choose from handshake, push"):
        write_dataset(tmp_path / "none", 8, SEED, kinds=["waltz"])


def test_single_persons_are_those_of_the_pairs(tmp_path: Path) -> None:
    write_dataset(tmp_path, 4, SEED, persons=1)
    names = [name for split in SPLITS for name in read_split(tmp_path, split)]
    assert sorted(names) == sorted(f"{index:05d}_{person}" for index in range(4) for person in (1, 2))
    clip = generate(2, SEED)
    motion, texts = read_motion(tmp_path, "00002_2"), read_texts(tmp_path, "00002_2")
    assert joints_of(motion).shape[0] == 1
    torch.testing.assert_close(joints_of(motion)[0], joints_of(clip.motion)[1], atol=1e-6, rtol=0)
    assert len(texts.individuals) == 1
    assert texts.interaction == texts.individuals[0]
    cache = build_cache(tmp_path)
    assert cache.persons == 1
    assert joints_of(cache.motion("00002_2")).shape == joints_of(motion).shape


def test_wrong_requests_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too few"):
        write_dataset(tmp_path, 2, 0)
    with pytest.raises(InputError, match="at least one process"):
        write_dataset(tmp_path, 10, 0, processes=0)
    with pytest.raises(InputError, match="no kind"):
        generate(0, 0, kind="fencing")
    (tmp_path / "split").mkdir()
    with pytest.raises(InputError, match="already holds"):
        write_dataset(tmp_path, 10, 0)
