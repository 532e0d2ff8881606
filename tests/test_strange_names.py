"""Ids of strangers' data sets are plain names, and links in them lead nowhere."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import Cli, write_small_dataset
from strangers import check_one_line, contents

from in2in.check.splits import moving_clips
from in2in.data.layout import write_motion, write_texts
from in2in.data.preparation import build_cache
from in2in.errors import InputError
from in2in.files.inside import check_own, id_fault
from in2in.importers.joint_readers import SBU_JOINTS
from in2in.motion.motion import Motion
from in2in.motion.texts import Texts

IDS = {
    "above": "../../../x",
    "absolute": "/tmp/x",
    "a folder": "a/b",
    "another system's folder": "a\\b",
    "an option": "-rf",
    "hidden": ".x",
    "here": ".",
    "up": "..",
    "too long": "x" * 300,
    "a NUL": "a\0b",
    "nobody sees it": "a\u200bb",
    "backwards": "a\u202eb",
}


@pytest.fixture
def small(tmp_path: Path, raw: Motion) -> Path:
    """A data set, not prepared, in a folder of its own that has others above it."""
    return write_small_dataset(tmp_path / "deep" / "er" / "data", raw)


@pytest.mark.parametrize("clip", [name for name in IDS.values() if "\0" not in name], ids=lambda name: repr(name)[:20])
def test_ids_of_a_split_are_plain_names(clip: str, small: Path, cli: Cli, tmp_path: Path) -> None:
    with (small / "split" / "train.txt").open("a", encoding="utf-8") as file:
        file.write(f"{clip}\n")
    before = contents(tmp_path)
    for command in (
        ("prepare", "source=interhuman", f"data_dir={small}", "processes=1"),
        ("annotate", f"data_dir={small}", "annotator.model=any", "annotator.base_url=http://127.0.0.1:9/v1"),
        ("check", f"data_dir={small}", f"out={tmp_path}/out", "processes=1"),
    ):
        check_one_line(cli(*command), "train.txt", "cannot be an id")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", IDS)
def test_no_writer_takes_such_an_id(name: str, tmp_path: Path, raw: Motion) -> None:
    clip, folder = IDS[name], tmp_path / "a" / "b" / "c"
    assert id_fault(clip)
    for write in (
        lambda: write_motion(folder, clip, raw.crop(0, 20)),
        lambda: write_texts(folder, clip, Texts(("they hug",), (("a",), ("b",)))),
    ):
        with pytest.raises(InputError, match="cannot be an id"):
            write()
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("clip", ["hug_01", "000123", "é 1", "a.b", "M000004", "1e5", "今", "x" * 200])
def test_names_that_people_use_are_ids(clip: str) -> None:
    assert id_fault(clip) == ""


def test_names_of_takes_become_plain_ids_or_nothing(cli: Cli, tmp_path: Path) -> None:
    """A packed data set says itself how its takes are called."""
    steps = np.zeros((60, len(SBU_JOINTS), 3), np.int16)
    packed = {"joints_delta": steps, "scale": 0.001, "offsets": [0, 60], "names": SBU_JOINTS, "fps": 30}
    np.savez(tmp_path / "packed.npz", **packed, clips=["dataset-1_../../../../evil_001"])
    (tmp_path / "texts.tsv").write_text("x\tThey walk.\n")
    before = contents(tmp_path)
    texts = f"texts={tmp_path}/texts.tsv"
    finished = cli(
        *("prepare", "source=joints", "map=bandai_namco", f"files={tmp_path}/packed.npz", texts),
        f"out={tmp_path}/made",
    )
    check_one_line(finished, "packed.npz", "cannot be an id")
    assert contents(tmp_path) == before


def test_a_table_of_texts_names_plain_ids(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "p1").mkdir()
    (tmp_path / "p1" / "take.bvh").write_text("HIERARCHY\n")
    (tmp_path / "t.tsv").write_text("take\tThey fight.\n../../../x\tThey fight.\n")
    globs = [f"person1={tmp_path}/p1/*", f"person2={tmp_path}/p1/*"]
    finished = cli("prepare", "source=bvh", *globs, f"texts={tmp_path}/t.tsv", f"out={tmp_path}/made")
    check_one_line(finished, "t.tsv", "cannot be an id")
    (tmp_path / "p1" / "take.bvh").rename(tmp_path / "p1" / "-take.bvh")
    finished = cli("prepare", "source=bvh", *globs, f"texts={tmp_path}/t.tsv", f"out={tmp_path}/made")
    check_one_line(finished, "-take.bvh", "cannot be an id")
    assert not (tmp_path / "made").exists()


def test_the_doctor_tells_of_files_that_are_no_clips(cli: Cli, small: Path, tmp_path: Path) -> None:
    path = small / "motions_processed" / "person1"
    shutil.copy(path / "clip0.npy", path / "-rf.npy")
    assert "-rf" in moving_clips(small, ("person1", "person2"))
    finished = cli("check", f"data_dir={small}", f"out={tmp_path}/out", "processes=1")
    assert finished.code == 0, finished.err
    assert "cannot be an id" in finished.out


# Links


@pytest.mark.parametrize("place", ["cache", "cache.partial", "annotation", "annots_individual", "split"])
def test_nothing_is_written_through_a_link_out_of_a_data_set(
    place: str, small: Path, cli: Cli, tmp_path: Path, openai_key: None
) -> None:
    outside = tmp_path / "outside"
    if (small / place).exists():
        shutil.move(small / place, outside)
    else:
        outside.mkdir()
    (small / place).symlink_to(outside)
    if place == "split":
        (outside / "train.txt").open("a").write("gone\n")
    before = contents(tmp_path)
    model = ["annotator.model=any", "annotator.base_url=http://127.0.0.1:9/v1", "overwrite=true"]
    command = {
        "annotation": ("annotate", f"data_dir={small}", *model),
        "annots_individual": ("annotate", f"data_dir={small}", *model),
        "split": ("check", f"data_dir={small}", f"out={tmp_path}/out", "write_ignore_list=true", "processes=1"),
    }.get(place, ("prepare", "source=interhuman", f"data_dir={small}", "processes=1"))
    check_one_line(cli(*command), "a link leads out of")
    assert {name: own for name, own in contents(tmp_path).items() if "/out/" not in name} == before


def test_a_planted_journal_does_not_reach_a_file_of_the_users(small: Path, cli: Cli, openai_key: None) -> None:
    mine = small.parents[1] / "mine.txt"
    mine.write_text("without an end of line")
    (small / "annotation").mkdir()
    (small / "annotation" / "journal.jsonl").symlink_to(mine)
    model = ["annotator.model=any", "annotator.base_url=http://127.0.0.1:9/v1", "overwrite=true"]
    check_one_line(cli("annotate", f"data_dir={small}", *model), "a link leads out of")
    assert mine.read_text() == "without an end of line"


def test_data_may_lie_behind_links_of_the_users(small: Path, tmp_path: Path) -> None:
    """The data set itself and its motions on another disk: both are read, and the cache goes where the data are."""
    shutil.move(small / "motions_processed", tmp_path / "disk")
    (small / "motions_processed").symlink_to(tmp_path / "disk")
    (tmp_path / "data").symlink_to(small)
    assert len(build_cache(tmp_path / "data").clips) == 6
    assert (small / "cache").is_dir()
    assert check_own(tmp_path / "data" / "cache", tmp_path / "data")
