"""The token states of all texts of a data set on disk, so that no run has to compute them again."""

import hashlib
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from in2in.errors import InputError
from in2in.text.encoders import TextEncoder

CHUNK = 64
"""Texts that are encoded at once."""


class TextStore:
    """Token states by text, read from disk as they are asked for.

    States are kept in half precision, 10 significant bits: an error of 5e-4 of their size.

    Args:
        folder: as `build_store` wrote it.
    """

    def __init__(self, folder: Path) -> None:
        with np.load(folder / "places.npz") as places:
            self.starts, self.ends, dim = places["starts"], places["ends"], int(places["dim"])
        self.states = np.memmap(folder / "states.f16", np.float16, "r").reshape(-1, dim)
        texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
        self.row = {text: row for row, text in enumerate(texts)}

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


def store_folder(encoder: TextEncoder, texts: Iterable[str], folder: Path) -> Path:
    """Where the states of these texts by this encoder lie; other texts or another encoder go elsewhere."""
    told = hashlib.sha256(json.dumps(sorted(set(texts) - {""})).encode())
    for name, weight in encoder.network.state_dict().items():
        told.update(name.encode() + weight.contiguous().view(-1).view(torch.uint8).numpy().data)
    return folder / f"texts-{told.hexdigest()[:16]}"


def build_store(encoder: TextEncoder, texts: Iterable[str], folder: Path, device: torch.device) -> Path:
    """Encode all texts once and write their states, in one step: there is never half a store.

    Args:
        encoder: whose states.
        texts: any number; each is stored once, the empty text not at all.
        folder: the store becomes a folder in it.
        device: where the encoder works meanwhile.

    Returns:
        The store's own folder.
    """
    distinct = sorted(set(texts) - {""}, key=lambda text: (len(text), text))  # like lengths need little padding
    out = store_folder(encoder, distinct, folder)
    if out.is_dir():
        return out
    try:
        unfinished = folder / f".texts-{uuid4().hex}"
        unfinished.mkdir(parents=True)  # readable for whom the data set is, as a temporary folder is not
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written ({error.strerror}): make it writable or train with callbacks.texts=null"
        ) from error
    lengths, ends = [], []
    try:
        encoder.network.to(device)  # type: ignore[arg-type]
        with open(unfinished / "states.f16", "wb") as raw:
            for start in tqdm(range(0, len(distinct), CHUNK), desc="encoding texts", unit_scale=CHUNK, unit="text"):
                with torch.no_grad():
                    for states, end in encoder.encode(distinct[start : start + CHUNK]):
                        raw.write(states.half().numpy().tobytes())
                        lengths.append(len(states))
                        ends.append(end)
        np.savez(unfinished / "places.npz", starts=np.cumsum([0, *lengths]), ends=np.array(ends), dim=encoder.dim)
        (unfinished / "texts.json").write_text(json.dumps(distinct), encoding="utf-8")
        try:
            unfinished.rename(out)
        except OSError:
            if not out.is_dir():
                raise
            # another run, started at the same time, was faster: the same texts and weights, so the same states
    finally:
        encoder.network.to("cpu")  # type: ignore[arg-type]
        shutil.rmtree(unfinished, ignore_errors=True)
    return out
