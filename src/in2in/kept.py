"""Samples that are on disk already: kept beside new ones only if the same would be made again."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from in2in.errors import InputError
from in2in.motion.prompt import Prompt
from in2in.motion.provenance import check_same
from in2in.motion.sample_file import read_provenance, read_sample, sample_path
from in2in.pipeline import Generator
from in2in.runs.provenance import with_compilation


def kept_samples(folder: Path) -> list[Path]:
    """The samples that a folder holds under names of `sample_path`, in their order."""
    numbered = [path for path in folder.glob("*.npz") if re.fullmatch(r"\d{3,}", path.stem)]
    return sorted(numbered, key=lambda path: int(path.stem))


def missing_samples(folder: Path, numbers: Sequence[int]) -> list[int]:
    """Those of the prompts' numbers whose samples are not in the folder."""
    return [number for number in numbers if not sample_path(folder, number).is_file()]


def check_kept(folder: Path, generator: Generator, precision: str = "32-true") -> None:
    """Make sure that all samples of a folder were made as this generator would make them.

    Args:
        folder: of samples; it may be missing.
        generator: of the new ones.
        precision: that it will compute in, see `Provenance`.

    Raises:
        InputError: one was made in another way, or does not say how.
    """
    now = generator.provenance and replace(
        generator.provenance, precision=with_compilation(precision, generator.denoiser)
    )
    for path in kept_samples(folder):
        check_same(path, read_provenance(path), now)


def check_prompts(folder: Path, prompts: Sequence[Prompt]) -> list[int]:
    """The numbers of the prompts whose samples a folder holds.

    Raises:
        InputError: a sample of that number is of another prompt.
    """
    kept = [number for number in range(len(prompts)) if sample_path(folder, number).is_file()]
    for number in kept:
        path, asked = sample_path(folder, number), prompts[number]
        found = read_sample(path)
        if (found.texts, found.seed, len(found)) != (asked.texts, asked.seed, asked.frames):
            raise InputError(f"{path} is a sample of another prompt: choose another out=")
    return kept
