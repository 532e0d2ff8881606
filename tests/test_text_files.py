"""Texts, lists of ids and tables as tools in the field write them."""

import shutil
from pathlib import Path

import pytest
from conftest import write_small_dataset
from hydra.utils import instantiate
from omegaconf import OmegaConf

from in2in.check.dataset import examine
from in2in.check.finding import Kind
from in2in.check.report import extend_ignore_list
from in2in.cli.entry import conf_dir
from in2in.data.cache import MotionCache
from in2in.data.layout import listed, read_ignored, read_split, read_texts
from in2in.data.preparation import build_cache
from in2in.data.processes import map_in_processes
from in2in.errors import InputError
from in2in.files.assumed import ASSUMPTIONS
from in2in.files.text_files import LARGEST, read_lines, read_text
from in2in.importers.text_tables import read_text_table
from in2in.motion.motion import Motion
from in2in.motion.texts import Texts

BOM = "\ufeff"


def file(folder: Path, data: bytes | str, name: str = "x.txt") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        "Zoë bows.\nThey hug.\n".encode(),
        "Zoë bows.\r\nThey hug.\r\n".encode(),
        "Zoë bows.\rThey hug.".encode(),
        "Zoë bows.\nThey hug.\n\n\n".encode(),
        "Zoë bows. \n\tThey hug.\xa0\n".encode(),
        f"{BOM}Zoë bows.\n{BOM}They hug.\n".encode(),
        f"{BOM}{BOM}Zoë bows.\nThey hug.{BOM}\u200b".encode(),
        "Zoë bows.\nThey\u2028hug.\n".encode(),
        "Zoë bows.\nThey\x85hug.\n".encode(),
        "Zoë bows.\nThey\fhug.\n".encode(),
        "Zoë bows.\nThey hug.\n".encode("utf-16"),
        "Zoë bows.\nThey hug.\n".encode("utf-32"),
        (BOM + "Zoë bows.\nThey hug.\n").encode("utf-16-be"),
        "Zoë bows.\nThey hug.\n".encode("latin-1"),
        "Zoë bows.\nThey hug.\n".encode("cp1252"),
    ],
)
def test_two_lines_are_two_lines_however_they_are_written(tmp_path: Path, data: bytes) -> None:
    assert read_lines(file(tmp_path, data)) == ("Zoë bows.", "They hug.")


def test_windows_quotes_and_bytes_that_windows_lacks(tmp_path: Path) -> None:
    assert read_text(file(tmp_path, b"He says \x93hi\x94.")).lines == ("He says “hi”.",)
    assert read_text(file(tmp_path, b"\xe9\x81")).encoding == "Latin-1"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a\0b\n", "holds NUL bytes"),
        ("They hug.".encode("utf-16-le"), "UTF-16 without a byte order mark"),
        (b"\xff\xfea", "begins as UTF-16 and is none"),
        (b"\xef\xbb\xbf\xff\xff", "begins as UTF-8 with a byte order mark and is none"),
    ],
)
def test_what_is_no_text_gets_one_line(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read_text(file(tmp_path, data))
    assert "\n" not in str(caught.value)


def test_folders_missing_files_and_huge_ones_get_one_line(tmp_path: Path) -> None:
    huge = file(tmp_path, b"", "huge.txt")
    with open(huge, "r+b") as sparse:
        sparse.truncate(LARGEST + 1)
    for path in (tmp_path, tmp_path / "none.txt", huge):
        with pytest.raises(InputError, match=str(path)):
            read_text(path)


def test_another_encoding_is_told_once_a_data_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [file(tmp_path, "Zoë".encode("latin-1"), f"{name}.txt") for name in "abc"]
    for path in paths:
        read_lines(path, dataset=tmp_path)
    [line] = capsys.readouterr().out.splitlines()
    assert str(paths[0]) in line
    assert "Latin-1" in line
    for path in paths:
        read_lines(path, dataset="another")
    assert len(capsys.readouterr().out.splitlines()) == 1


def told(name: str) -> str:
    ASSUMPTIONS.tell(f"what {name} is about", f"assumed for {name}")
    return name


def test_what_other_processes_assume_is_told_once_too(capfd: pytest.CaptureFixture[str]) -> None:
    assert map_in_processes(told, ["processes"] * 4, 2, "x") == ["processes"] * 4
    assert capfd.readouterr().out.splitlines() == ["assumed for processes"]


# Data sets


@pytest.fixture
def folder(tmp_path: Path, raw: Motion) -> Path:
    return write_small_dataset(tmp_path / "data", raw)


def test_byte_order_marks_change_no_id_and_no_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (*folder.rglob("*.txt"), file(folder, "clip1\n", "split/ignore_list.txt")):
        path.write_bytes(BOM.encode() + path.read_bytes().replace(b"\n", b"\r\n"))
    cache = build_cache(folder)
    assert list(cache.clips) == ["clip0", "clip2", "clip3", "clip4", "clip5"]
    assert cache.texts("clip0").interaction == ("the left one leads, take 0", "both move clockwise, take 0")
    assert cache.texts("clip0").individuals == (("turns left 0",) * 2, ("steps right 0",) * 2)
    assert len([line for line in capsys.readouterr().out.splitlines() if "byte order mark" in line]) == 1


@pytest.mark.parametrize("write", [lambda ids: ids, lambda ids: [f"{own}.npy" for own in ids]])
def test_lists_of_ids_beside_the_folders_are_found(folder: Path, write, capsys: pytest.CaptureFixture[str]) -> None:
    """As InterHuman can be downloaded: no folder split/, lists of ids in the folder itself."""
    ids = {name: listed(folder, name) for name in ("train", "val", "test")}
    shutil.rmtree(folder / "split")
    for name, own in ids.items():
        file(folder, "".join(f"{line}\n" for line in write(own)), f"{name}.txt")
    file(folder, "clip1\n", "ignore_list.txt")
    assert read_split(folder, "train") == ["clip0", "clip2", "clip3"]
    assert len(build_cache(folder).clips) == 5
    assert MotionCache(folder).split("val") == ["clip4"]
    assert "lists of clips beside its folders" in capsys.readouterr().out


@pytest.mark.parametrize(
    "lines",
    [
        "clip0 \nclip1\t\n\n\nclip2\n",
        "person1/clip0.npy\nperson2/clip0.npy\nperson1/clip1\nperson1/clip2\n",
        "motions_processed/person1/clip0\nmotions_processed/person1/clip1\nmotions_processed/person1/clip2",
        "person1\\clip0.npy\r\nperson1\\clip1.npy\r\nperson1\\clip2.npy\r\n",
        'id\n"clip0"\n"clip1"\n"clip2"\n',
        "clip0.txt\nclip1.txt\nclip2.txt",
    ],
)
def test_a_line_of_a_split_may_name_a_file(folder: Path, lines: str) -> None:
    file(folder, lines, "split/train.txt")
    assert listed(folder, "train") == ["clip0", "clip1", "clip2"]
    file(folder, lines, "split/ignore_list.txt")
    assert read_ignored(folder) == {"clip0", "clip1", "clip2"}


def test_an_id_that_is_listed_twice_stays_for_the_doctor_to_see(folder: Path) -> None:
    file(folder, "clip0\nclip0\n", "split/train.txt")
    assert listed(folder, "train") == ["clip0", "clip0"]


@pytest.mark.parametrize(
    ("interaction", "own", "paired"),
    [
        ("fight\n\nkick\n", "one fights\n\none kicks\n", [("fight", "one fights"), ("kick", "one kicks")]),
        ("fight\n\nkick\n", "one fights\none bows\none kicks\n", [("fight", "one fights"), ("kick", "one kicks")]),
        ("\nfight\nkick\n", "\none fights\n\n", [("fight", "one fights"), ("kick", "")]),
        ("fight\nkick\n", "\none kicks\n", [("fight", ""), ("kick", "one kicks")]),
        ("fight\nkick\n\n\n", "one fights\none kicks\n", [("fight", "one fights"), ("kick", "one kicks")]),
        ("fight\n\nkick\n", "one fights\none kicks\n", [("fight", "one fights"), ("kick", "one kicks")]),
        ("fight\n\nkick\n", "one fights\n", [("fight", "one fights"), ("kick", "")]),
    ],
)
def test_line_k_belongs_to_line_k(folder: Path, interaction: str, own: str, paired: list[tuple[str, str]]) -> None:
    file(folder, interaction, "annots/clip0.txt")
    file(folder, own, "annots_individual/person1/clip0.txt")
    build_cache(folder)
    for texts in (read_texts(folder, "clip0"), MotionCache(folder).texts("clip0")):
        lines = texts.individuals[0]
        assert texts.interaction == tuple(text for text, _ in paired)
        assert [lines[k] if k < len(lines) else "" for k in range(len(paired))] == [text for _, text in paired]


def test_preparing_tells_what_is_odd(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file(folder, "clip3\nclip4\n", "split/val.txt")
    file(folder, "only one\n", "annots_individual/person2/clip2.txt")
    build_cache(folder)
    out = capsys.readouterr().out
    assert f"1 ids of {folder} are listed more than once, such as clip3 in train and val: " in out
    [line] = [line for line in out.splitlines() if "annots_individual" in line]
    assert "person2/clip2.txt pairs 1 individual texts with 2 interaction texts" in line


def test_preparing_tells_that_individual_texts_are_missing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "annots_individual/person2/clip1.txt").unlink()
    build_cache(folder)
    assert "person2/clip1.txt is missing" in capsys.readouterr().out


def test_the_doctor_names_files_that_are_not_plain_utf_8(folder: Path) -> None:
    file(folder, BOM + "clip0\nclip1\nclip2\nclip3\n", "split/train.txt")
    file(folder, "Zoë bows.\nThey bow.\n".encode("latin-1"), "annots/clip1.txt")
    file(folder, b"a\0b\n", "annots/clip2.txt")
    file(folder, "They bow.\n\nThey hug.\n", "annots/clip3.txt")
    file(folder, "bows\n\nhugs\n", "annots_individual/person1/clip3.txt")
    limits = instantiate(OmegaConf.load(conf_dir() / "check" / "check.yaml").limits)
    diagnosis = examine(folder, limits, len, 1)
    found = {(own.kind, own.clip): own.message for own in diagnosis.findings}
    assert "byte order mark" in found[Kind.ENCODED, "train.txt"]
    assert "Latin-1" in found[Kind.ENCODED, "clip1"]
    assert "NUL" in found[Kind.EMPTY, "clip2"]
    assert (Kind.UNPAIRED, "clip3") not in found
    assert "no individual texts of person2" in found[Kind.UNPAIRED, "clip5"]
    assert extend_ignore_list(diagnosis, [Kind.ENCODED]) == ["clip1"]


# Tables

HUG, BOW = "They hug, slowly.", 'One bows: "hi".'


def texts(text: str, first: str = "", second: str = "") -> Texts:
    return Texts((text,), ((first,), (second,)))


@pytest.mark.parametrize(
    "data",
    [
        f"a\t{HUG}\tone\ttwo\nb\t{BOW}\n",
        f"id\ttext\tperson1\tperson2\na\t{HUG}\tone\ttwo\nb\t{BOW}\n",
        f"{BOM}ID\tInteraction\r\na\t{HUG}\tone\ttwo\r\n\r\nb\t{BOW}\t\t\r\n",
        f'"a"\t"{HUG}"\tone\t"two"\nb\t"One bows: ""hi""."\n',
        f'clip,text,individual1,individual2\na,"{HUG}",one,two\nb,"One bows: ""hi"".",,\n',
        f'a;{HUG};"one";two\nb;"One bows: ""hi""."\n',
        f'a;{HUG};one;"two\n"\nb;"One bows: ""hi""."',
    ],
)
def test_tables_of_texts(tmp_path: Path, data: str) -> None:
    assert read_text_table(file(tmp_path, data)) == {"a": texts(HUG, "one", "two"), "b": texts(BOW)}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (f"a {HUG}\nb {BOW}\n", {"a": texts(HUG), "b": texts(BOW)}),
        (f"a,{HUG}\nb,They walk.\n", {"a": texts(HUG), "b": texts("They walk.")}),
        (f'a\t"Hi" and bow\nb\t{BOW}\nc\t"open\n', {"a": texts('"Hi" and bow'), "b": texts(BOW), "c": texts('"open')}),
        ("take\tTwo people fight.\n", {"take": texts("Two people fight.")}),
        ("a\tthey\u2028hug\nb\tthey\x85bow\n", {"a": texts("they hug"), "b": texts("they bow")}),
        ("a\tone\na\ttwo\tx\n", {"a": Texts(("one", "two"), (("", "x"), ("", "")))}),
    ],
)
def test_texts_that_only_look_like_tables(tmp_path: Path, data: str, expected: dict[str, Texts]) -> None:
    assert read_text_table(file(tmp_path, data)) == expected


def test_what_is_taken_for_a_head_line_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read_text_table(file(tmp_path, "id,text\na,They bow.\n", "t.csv"))
    out = capsys.readouterr().out
    assert "t.csv:1 names the columns and is no clip: id, text" in out
    assert "t.csv has no tabs: its cells are taken to be parted by" in out


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("a\t\n", "x.txt:1 has no text"),
        ("\tthey hug\tone\n", "x.txt:1 has no text|x.txt:1 has no id"),
        ("a\tx\nb\t1\t2\t3\t4\n", "x.txt:2 has 4 texts"),
        ("text\tid\nthey hug\ta\n", "names the columns text, id: put them as id, text"),
        (b"a\tb\0\n", "NUL"),
    ],
)
def test_bad_tables_get_one_line(tmp_path: Path, data: str | bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_text_table(file(tmp_path, data))
