"""Does the template annotator put a description on the person who does it? Kinds with known truth, told in test phrases.

Who a description is about is judged by a linear reader for each kind: MiniLM's embedding of a sentence to whether it
tells what the starter does, or the other. It learns from the individual texts of other clips, whose persons are known,
and is itself tested on individual texts that it has not seen.

python docs/measure_annotate.py [--clips 100] [--seed 1] [--split test] [--kinds kick\\ and\\ block,point] [--show]
"""

import argparse
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from in2in.annotation.annotator import RejectedError
from in2in.annotation.answer import faults
from in2in.annotation.motion import Movement
from in2in.annotation.template import TemplateAnnotator
from in2in.data.synthetic import KINDS, Clip, generate
from in2in.text.encoders import MiniLMEncoder

SET_ASIDE = "kick and block,hand over,pat on the shoulder,point"
"""Kinds whose phrases were not looked at when the rules were written."""

LESSONS = 80
"""Clips that the reader of a kind learns from, half of them told in test phrases."""


def clips_of(kind: str, count: int, seed: int, split: str) -> list[Clip]:
    """Clips of a kind: every hand, style and starter takes its turn."""
    number = [known.name for known in KINDS].index(kind)
    return [generate(number + turn * len(KINDS), seed, split=split) for turn in range(count)]


@dataclass
class Reader:
    """Tells which of two descriptions is the starter's.

    Attributes:
        encoder: of sentences.
        weights: [385], of the embedding and a constant.
    """

    encoder: MiniLMEncoder
    weights: NDArray[np.float64]

    @classmethod
    def learn(cls, encoder: MiniLMEncoder, clips: list[Clip]) -> "Reader":
        """Fit by ridge regression to the individual texts of clips."""
        texts = [text for clip in clips for lines in clip.texts.individuals for text in lines]
        starts = [
            1.0 if person == clip.truth.starter else -1.0
            for clip in clips
            for person, lines in enumerate(clip.texts.individuals)
            for _ in lines
        ]
        x = cls._embedded(encoder, texts)
        return cls(encoder, np.linalg.solve(x.T @ x + 0.1 * np.eye(x.shape[1]), x.T @ np.array(starts)))

    @staticmethod
    def _embedded(encoder: MiniLMEncoder, texts: list[str]) -> NDArray[np.float64]:
        states = encoder(texts)
        kept = states.mask[..., None]
        mean = ((states.states * kept).sum(1) / kept.sum(1)).double().numpy()
        unit = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return np.concatenate([unit, np.ones((len(unit), 1))], axis=1)

    def starter(self, person1: str, person2: str) -> int:
        """0 or 1: whose description is more like a starter's."""
        one, two = self._embedded(self.encoder, [person1, person2]) @ self.weights
        return 0 if one > two else 1


def measure(kind: str, count: int, seed: int, split: str, encoder: MiniLMEncoder, show: bool) -> Counter[str]:
    """Counts over all texts of some clips of a kind."""
    lessons = [clips_of(kind, LESSONS // 2, seed + 1000, split) for split in ("train", "test")]
    reader = Reader.learn(encoder, [clip for clips in lessons for clip in clips])
    annotator = TemplateAnnotator()
    counts: Counter[str] = Counter()
    for clip in tqdm(clips_of(kind, count, seed, split), desc=kind, leave=False):
        movement = Movement.of(clip.motion.joints)
        for line, text in enumerate(clip.texts.interaction):
            counts["texts"] += 1
            own = (clip.texts.individuals[0][line], clip.texts.individuals[1][line])
            counts["reader"] += reader.starter(*own) == clip.truth.starter
            try:
                plain = annotator.ask(text, None).answer
                counts["subject"] += reader.starter(plain.person1, plain.person2) == clip.truth.starter
                answer = annotator.ask(text, movement).answer
                why = "; ".join(faults(answer, text, movement.summary))
            except RejectedError as error:
                why = error.reason
            if why:
                if show:
                    print(f"  no answer: {text}\n      {why}")
                continue
            counts["answered"] += 1
            right = reader.starter(answer.person1, answer.person2) == clip.truth.starter
            counts["right"] += right
            if show and not right:
                print(f"  wrong: starter {clip.truth.starter + 1}: {text}\n      {answer}")
    return counts


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=100, help="of each kind; three texts each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", default="test", help="test: the phrases held out from training data")
    parser.add_argument("--kinds", default=SET_ASIDE)
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    chosen = parser.parse_args()
    encoder = MiniLMEncoder()
    total: Counter[str] = Counter()
    print("| kind | texts | answered | right of answered | right of all | subject is person 1 | reader on the truth |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for kind in (*chosen.kinds.split(","), "all"):
        c = total if kind == "all" else measure(kind, chosen.clips, chosen.seed, chosen.split, encoder, chosen.show)
        if kind != "all":
            total += c
        n = c["texts"]
        print(
            f"| {kind} | {n} | {c['answered'] / n:.0%} | {c['right'] / max(c['answered'], 1):.1%} "
            f"| {c['right'] / n:.1%} | {c['subject'] / n:.1%} | {c['reader'] / n:.1%} |"
        )


if __name__ == "__main__":
    main()
