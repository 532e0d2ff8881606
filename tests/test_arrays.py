"""Files of arrays that are damaged, huge, or of something else than numbers: one line each, no pickle opened."""

import io
import pickle
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from in2in.errors import InputError
from in2in.files.arrays import number, read_npy, read_npz, word
from in2in.motion.normalizer import Normalizer


def npy(descr: str, shape: tuple[int, ...], body: bytes = b"") -> bytes:
    """A file whose header says what its body need not hold."""
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": descr, "fortran_order": False, "shape": shape})
    return out.getvalue() + body


def saved(array: object) -> bytes:
    out = io.BytesIO()
    np.save(out, np.asarray(array), allow_pickle=True)
    return out.getvalue()


BAD = {
    "pickle": (pickle.dumps([1, 2]), "it is a pickle, which is never opened"),
    "text": (b"hello", "it is something else"),
    "empty": (b"", "No data left in file"),
    "cut": (saved(np.zeros((9, 492)))[:-1], "Failed to read all data|cannot reshape"),
    "cut in its header": (saved(np.zeros(9))[:40], "EOF|header"),
    "objects": (saved(np.array([{}], dtype=object)), "array of Python objects, which are never opened"),
    "petabytes": (npy("<f4", (10**12, 492)), "Unable to allocate"),
    "negative": (npy("<f4", (-5, 492)), "-5|negative"),
    "beyond counting": (npy("<f4", (2**62, 4)), "cannot reshape|too big"),
    "none of too much": (npy("<f4", (0, 2**62)), "too big"),
    "complex": (saved(np.zeros(3, dtype=complex)), "holds complex128, expected numbers"),
    "strings": (saved(["a", "b"]), "holds <U1, expected numbers"),
    "truths": (saved([True]), "holds bool, expected numbers"),
    "records": (saved(np.zeros(2, dtype=[("a", "f4")])), "expected numbers"),
    "dates": (saved(np.array(["2026-01-01"], dtype="M8[D]")), "expected numbers"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_array_gets_one_line(tmp_path: Path, name: str) -> None:
    data, words = BAD[name]
    path = tmp_path / "x.npy"
    path.write_bytes(data)
    with pytest.raises(InputError, match=words) as caught:
        read_npy(path, "replace it")
    assert str(caught.value).startswith(f"{path}")
    assert str(caught.value).endswith(": replace it")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "member"), [(n, d) for n, (d, w) in BAD.items() if "expected numbers" not in w], ids=lambda v: str(v)[:12]
)
def test_a_bad_array_among_several_gets_one_line_that_names_it(tmp_path: Path, name: str, member: bytes) -> None:
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("good.npy", saved([1.0]))
        file.writestr("bad.npy", member)
    assert read_npz(path, ["good"], "replace it")["good"] == 1
    with pytest.raises(InputError, match="x.npz: bad cannot be read") as caught:
        read_npz(path, ["bad"], "replace it")
    assert "\n" not in str(caught.value)


def test_a_small_file_that_unpacks_to_a_huge_array_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("in2in.files.arrays.LARGEST", 1 << 20)
    path = tmp_path / "x.npz"
    np.savez_compressed(path, a=np.zeros(1 << 18), b=np.zeros(9))
    assert path.stat().st_size < 1 << 14
    assert len(read_npz(path, ["b"], "replace it")["b"]) == 9
    with pytest.raises(InputError, match="x.npz: a cannot be read .unpacked it is larger than 1 MiB"):
        read_npz(path, ["a"], "replace it")


def test_damaged_zips_get_one_line(tmp_path: Path) -> None:
    good = io.BytesIO()
    np.savez_compressed(good, a=np.arange(400))
    whole = good.getvalue()
    for place in range(0, len(whole), 7):
        path = tmp_path / "x.npz"
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with suppress(InputError):  # what is harmed may not matter
            read_npz(path, ["a"], "replace it")
        path.write_bytes(whole[:place])
        with pytest.raises(InputError):
            read_npz(path, ["a"], "replace it")


@pytest.mark.parametrize("value", [30, [30], [[30.0]], "30", b"30.0", [30.0, 30.0], np.float16(30)])
def test_one_number_in_any_shape(value: object) -> None:
    assert number(Path("x"), "fps", np.asarray(value), "say it") == 30


@pytest.mark.parametrize("value", [[], [30, 25], "fast", np.nan, np.inf, 1j, [[1], [2]]])
def test_no_number_gets_one_line(value: object) -> None:
    with pytest.raises(InputError, match="x: fps is .*: say it"):
        number(Path("x"), "fps", np.asarray(value), "say it")


@pytest.mark.parametrize("value", ["male", [["male"]], b"male", ["male", "male"], "b'male'", np.str_("male ")])
def test_one_word_in_any_shape(value: object) -> None:
    assert word(Path("x"), "gender", np.asarray(value), "say it") == "male"


@pytest.mark.parametrize("value", [[], ["male", "female"], [b"a", b"b"]])
def test_no_word_gets_one_line(value: object) -> None:
    with pytest.raises(InputError, match="x: gender is .*: say it"):
        word(Path("x"), "gender", np.asarray(value), "say it")


@pytest.mark.parametrize(
    ("mean", "std"), [(np.zeros(3), np.ones(262)), (np.zeros(262), np.zeros(262)), (np.full(262, np.nan), np.ones(262))]
)
def test_statistics_that_are_none_get_one_line(tmp_path: Path, mean: np.ndarray, std: np.ndarray) -> None:
    np.savez(tmp_path / "stats.npz", mean=mean, std=std)
    with pytest.raises(InputError, match="not that of 262 features"):
        Normalizer.from_file(tmp_path / "stats.npz")
