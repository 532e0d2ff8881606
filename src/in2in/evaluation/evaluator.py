"""The evaluator as it is used: texts and motions of two persons to vectors that lie near each other if they agree."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from in2in.errors import InputError
from in2in.evaluation.interclip import InterCLIP
from in2in.motion.normalizer import Normalizer
from in2in.runs.building import build, misfit
from in2in.runs.folder import read_run

BATCH = 32
"""Motions or texts that are embedded at once."""


def whole_text(interaction: str, individuals: Sequence[str]) -> str:
    """The interaction text, and after it what each person does, in the order of the persons.

    The interaction text alone cannot tell who is who: "one person" may be person 1 or person 2.
    """
    numbers = ("First", "Second", "Third", "Fourth")
    own = [f"{number} person: {text}" for number, text in zip(numbers, individuals, strict=False) if text]
    return " ".join([interaction, *own]) if own else interaction


def _no_tokens(texts: Sequence[str]) -> Tensor:
    return torch.zeros(len(texts), 1, dtype=torch.long)


class Evaluator(nn.Module):
    """InterCLIP with all that it needs to read texts and motion.

    Args:
        network: both towers.
        tokens: texts -> token ids [N, L].
        normalizer: of the features that the network reads. Published evaluators read them in physical units: then mean
            0 and deviation 1.
        individuals: whether it has learned to read the individual texts too, see `whole_text`.
    """

    def __init__(
        self,
        network: InterCLIP,
        tokens: Callable[[Sequence[str]], Tensor],
        normalizer: Normalizer,
        individuals: bool = False,
    ) -> None:
        super().__init__()
        self.network, self.tokens, self.normalizer, self.individuals = network, tokens, normalizer, individuals
        self._known: dict[str, Tensor] = {}

    @classmethod
    def from_pretrained(cls, run: str | Path) -> "Evaluator":
        """Load a run folder of in2in-train experiment=interclip or in2in-convert source=interclip."""
        try:
            conf, weights = read_run(run)
            if "interclip" not in conf:
                raise InputError(
                    f"run={run} is not a run of an evaluator: give one of in2in-train experiment=interclip"
                )
            own = {name.removeprefix("evaluator."): value for name, value in weights.items()}
            if wrong := misfit(lambda: cls(build(run, conf, "interclip"), _no_tokens, Normalizer()), own):
                raise InputError(
                    f"run={run} does not fit what this version reads, two persons with 262 features each, "
                    f"or its own config.yaml: {wrong}"
                )
            network, tokens = build(run, conf, "interclip"), build(run, conf, "tokens")
        except InputError as error:  # it speaks of "run=", which is another option here
            raise InputError(f"evaluator_{error}" if str(error).startswith("run=") else str(error)) from error
        evaluator = cls(network, tokens, Normalizer(), float(conf.get("individuals", 0)) > 0)
        evaluator.load_state_dict(own)
        return evaluator.eval().requires_grad_(False)

    def embed_motion(self, features: Tensor, mask: Tensor) -> Tensor:
        """Features [N, P, T, 262] in physical units, mask [N, T] True on real frames: [N, E]."""
        return self.network.embed_motion(self.normalizer.normalize(features), mask)

    def embed_text(self, texts: Sequence[str]) -> Tensor:
        """N texts: [N, E]."""
        return self.network.embed_text(self.tokens(texts).to(self.normalizer.mean.device))

    @torch.inference_mode()
    def motions(self, motions: Sequence[Tensor]) -> Tensor:
        """Motions [P, T, 262] in physical units, of any lengths: [N, E], each as if it were alone."""
        order = sorted(range(len(motions)), key=lambda place: motions[place].shape[1])
        embedded: dict[int, Tensor] = {}
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            lengths = torch.tensor([motions[place].shape[1] for place in places])
            frames_first = [motions[place].transpose(0, 1) for place in places]
            padded = torch.nn.utils.rnn.pad_sequence(frames_first, batch_first=True).transpose(1, 2)
            mask = torch.arange(padded.shape[2]) < lengths[:, None]
            device = self.normalizer.mean.device
            embedded.update(zip(places, self.embed_motion(padded.to(device), mask.to(device)).cpu(), strict=True))
        return torch.stack([embedded[place] for place in range(len(motions))])

    def train(self, mode: bool = True) -> "Evaluator":
        """Set the mode; what texts were embedded before is forgotten."""
        self._known.clear()
        return super().train(mode)

    @torch.inference_mode()
    def texts(self, texts: Sequence[str]) -> Tensor:
        """N texts: [N, E], each as if it were alone, and embedded once however often it is asked for."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        for start in range(0, len(new), BATCH):
            chunk = new[start : start + BATCH]
            self._known.update(zip(chunk, self.embed_text(chunk).cpu(), strict=True))
        return torch.stack([self._known[text] for text in texts])
