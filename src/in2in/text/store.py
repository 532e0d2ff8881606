"""The token states of texts on disk, so that no run has to compute them again.

A store belongs to one encoder and grows: what is there stays, what is missing is added, and a growth that is killed
resumes. A text counts as stored once texts.json names it, which is written last.

STORE/states.f16     [tokens of all texts, C] half precision
STORE/places.npz     first token of each text, place of its end token, C
STORE/texts.json     the texts
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from in2in.errors import InputError
from in2in.files.inside import check_own
from in2in.files.whole import whole_file, write_text
from in2in.text.encoders import TextEncoder

CHUNK = 64
"""Texts that are encoded at once."""

KEEP_EVERY = 64
"""Chunks after which what was encoded counts as stored: what a killed run has to encode again at most."""


class TextStore:
    """Token states by text, read from disk as they are asked for.

    States are kept in half precision, 10 significant bits: an error of 5e-4 of their size.

    Args:
        folder: as `build_store` wrote it.
    """

    def __init__(self, folder: Path) -> None:
        texts = _stored_texts(folder)  # first: the other files may have grown since, and hold all of these
        self.row = {text: row for row, text in enumerate(texts)}
        with np.load(folder / "places.npz") as places:
            self.starts, self.ends, dim = places["starts"], places["ends"], int(places["dim"])
        self.states = np.memmap(folder / "states.f16", np.float16, "r", shape=(int(self.starts[len(texts)]), dim))

    def __len__(self) -> int:
        """How many texts it holds."""
        return len(self.row)

    def get(self, text: str) -> tuple[Tensor, int] | None:
        """States [L, C] float32 and the position of the end token; None if the text is not in the store."""
        row = self.row.get(text)
        if row is None:
            return None
        states = self.states[self.starts[row] : self.starts[row + 1]].astype(np.float32)
        return torch.from_numpy(states), int(self.ends[row])


def store_folder(encoder: TextEncoder, folder: Path) -> Path:
    """Where the states by this encoder lie; another encoder, or other weights, go elsewhere."""
    return folder / f"{type(encoder).__name__}-{encoder.weights_hash}"


def build_store(encoder: TextEncoder, texts: Iterable[str], folder: Path, device: torch.device) -> Path:
    """Encode the texts that are not stored yet and add their states; the size is told and checked before.

    Args:
        encoder: whose states.
        texts: any number; each is stored once, the empty text not at all.
        folder: the store is a folder in it.
        device: where the encoder works meanwhile.

    Returns:
        The store's own folder.

    Raises:
        InputError: the folder cannot be written, or the disk has no room for the states.
    """
    wanted, out = set(texts) - {""}, store_folder(encoder, folder)
    if not out.is_dir():
        _take_over(encoder, folder, out)
    if wanted <= set(_stored_texts(out)):
        return out
    try:
        out.mkdir(parents=True, exist_ok=True)  # readable for whom the data set is, as a temporary folder is not
        for path in (out, *out.iterdir()):
            check_own(path, folder)
        with _alone(out):
            told = _stored_texts(out)
            missing = sorted(wanted - set(told), key=lambda text: (len(text), text))  # like lengths: little padding
            if missing:  # not just added by another process
                _check_room(encoder, missing, out)
                encoder.network.to(device)  # type: ignore[arg-type]
                _grow(encoder, out, told, missing)
    except OSError as error:
        raise InputError(
            f"{out} cannot be written ({error.strerror or 'no space left'}): make room, make it writable, or train "
            "with callbacks.texts=null, which encodes texts again and again"
        ) from error
    finally:
        encoder.network.to("cpu")  # type: ignore[arg-type]
    return out


def _stored_texts(folder: Path) -> list[str]:
    path = folder / "texts.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait while another process adds to a store; the lock ends with its process, however that ends."""
    with open(folder / "lock", "a") as lock:
        with suppress(OSError):  # a file system without locks: then runs should not start at the same moment
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _check_room(encoder: TextEncoder, texts: list[str], out: Path) -> None:
    """Tell how large the states of new texts will be; an error if the disk has no room for them."""
    size, free = sum(encoder.lengths(texts)) * encoder.dim * np.float16().nbytes, shutil.disk_usage(out).free
    if size > free:
        raise InputError(
            f"{out}: the states of {len(texts):,} texts take {size / 1e9:,.2f} GB, but {free / 1e9:,.2f} GB are free: "
            "make room, choose another callbacks.texts.folder, or train with callbacks.texts=null"
        )
    print(f"{len(texts):,} texts are encoded, once for all runs: {size / 1e9:,.2f} GB in {out}")


def _grow(encoder: TextEncoder, out: Path, told: list[str], texts: list[str]) -> None:
    """Add states at the end of the file, then their places, then the texts."""
    starts, ends = [0], []
    if told:
        with np.load(out / "places.npz") as places:
            starts, ends = places["starts"][: len(told) + 1].tolist(), places["ends"][: len(told)].tolist()
    bytes_each = encoder.dim * np.float16().nbytes
    chunks = [texts[start : start + CHUNK] for start in range(0, len(texts), CHUNK)]
    kept, raw_states = starts[-1], out / "states.f16"
    try:
        with open(raw_states, "ab") as raw:
            raw.truncate(kept * bytes_each)  # without what a killed run left
            for number, chunk in enumerate(tqdm(chunks, "encoding texts", unit_scale=CHUNK, unit="text"), start=1):
                with torch.no_grad():
                    for states, end in encoder.encode(chunk):
                        raw.write(states.half().numpy().tobytes())
                        starts.append(starts[-1] + len(states))
                        ends.append(end)
                told = told + chunk
                if number % KEEP_EVERY and number < len(chunks):
                    continue
                raw.flush()
                os.fsync(raw.fileno())
                with whole_file(out / "places.npz") as path:
                    np.savez(path, starts=np.array(starts), ends=np.array(ends), dim=encoder.dim)
                write_text(out / "texts.json", json.dumps(told))
                kept = starts[-1]
    except BaseException:
        with suppress(OSError):
            os.truncate(raw_states, kept * bytes_each)  # a full disk gets its room back
        raise


def _take_over(encoder: TextEncoder, folder: Path, out: Path) -> None:
    """Make the largest store of this encoder that an earlier version wrote the one that grows from now on.

    They were called texts-HASH, of the texts and the weights, and lay in the cache of the data set.
    """
    found = [path for place in (folder, folder.parent / "cache") for path in place.glob("texts-*/states.f16")]
    for old in (path.parent for path in sorted(found, key=lambda path: path.stat().st_size, reverse=True)):
        texts = json.dumps(sorted(_stored_texts(old)))
        if old.name != f"texts-{encoder.hashed_after(texts.encode())}":
            continue
        with suppress(OSError):  # another process was faster, or the folder may not be written
            folder.mkdir(parents=True, exist_ok=True)
            old.rename(out)
            print(f"{old}, the texts' states of an earlier version, is now {out}")
        return
