"""A small data set to be prepared, and what its cache holds."""

import hashlib
import shutil
from pathlib import Path

import pytest
from conftest import write_small_dataset

from in2in.data import preparation
from in2in.data.preparation import build_cache
from in2in.motion.motion import Motion

CHUNKS = ["000000.npz", "000001.npz", "000002.npz"]


def six_clips(tmp_path: Path, raw: Motion, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six clips in three chunks."""
    monkeypatch.setattr(preparation, "CHUNK_CLIPS", 2)
    return write_small_dataset(tmp_path / "data", raw)


def contents(folder: Path) -> dict[str, str]:
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def made_anew(folder: Path) -> dict[str, str]:
    """The cache of the same data, made in one go."""
    twin = folder.with_name("twin")
    shutil.copytree(folder, twin, ignore=shutil.ignore_patterns("cache*", ".cache*", "texts"))
    build_cache(twin)
    return contents(twin / "cache")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
