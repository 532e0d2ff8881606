"""Does the template annotator put a description on the person who does it? Kinds of known truth, in test phrases.

Every text of the generator is made from a template that names the starter and the partner in a known order, so it is
known whom the text's first person is. A description is on the right person if the first one's is the starter's where
the template names the starter first, and the other's elsewhere. As a second opinion, a linear reader for each kind
(MiniLM's embedding of a sentence to whether it tells what the starter does; learnt from the individual texts of other
clips) judges the descriptions alone: it also sees where a clause was given to the wrong one, but it errs on wordings
that it has not learnt.

python docs/measure_annotate.py [--clips 100] [--seed 1] [--split test] [--kinds "kick and block,point"] [--show]
"""

import argparse
import re
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


SLOT = re.compile(r"\{(\w+)\}")
PERSON = r"(?:(?:one|the|an?|another)\b(?: [\w-]+){0,2} person|(?:one|an?|another) person|the other)"
FILLED = {"a": f"(?P<a>{PERSON})", "b": f"(?P<b>{PERSON})"}


def starter_is_named_first(kind: str, text: str) -> bool:
    """Whether the template that a text was made from names the starter before the partner."""
    [phrases] = [known.phrases for known in KINDS if known.name == kind]
    orders = set()
    for template in phrases.together:
        parts = SLOT.split(template)  # words and slots in turn
        pattern, named = "", set()
        for place, part in enumerate(parts):
            if place % 2 == 0:
                pattern += r"\s*".join(re.escape(word) for word in re.split(r"\s+", part))
            else:
                pattern += FILLED[part] if part in FILLED and part not in named else r"[\w -]*?"
                named.add(part)
        if found := re.fullmatch(pattern + r"\.?", text, re.IGNORECASE):
            orders.add(found.start("a") < found.start("b"))
    if len(orders) != 1:
        raise ValueError(f"{len(orders)} templates of {kind} fit {text!r}")
    return orders.pop()


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
            first = clip.truth.starter if starter_is_named_first(kind, text) else 1 - clip.truth.starter
            counts["subject"] += first == 0
            try:
                plain = annotator.ask(text, None).answer
                answer = annotator.ask(text, movement).answer
                why = "; ".join(faults(answer, text, movement.summary))
            except RejectedError as error:
                why = error.reason
            if why:
                if show:
                    print(f"  no answer: {text}\n      {why}")
                continue
            counts["answered"] += 1
            right = plain.person1 != plain.person2 and (answer.person1 == plain.person1) == (first == 0)
            counts["right"] += right
            read = reader.starter(answer.person1, answer.person2) == clip.truth.starter
            counts["read"] += read
            if show and not (right and read):
                print(
                    f"  {'right' if right else 'wrong'}, reader {'right' if read else 'wrong'}: starter "
                    f"{clip.truth.starter + 1}: {text}\n      {answer}"
                )
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
    print("| kind | texts | answered | right of answered | right of all | subject is person 1 | reader says right |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for kind in (*chosen.kinds.split(","), "all"):
        c = total if kind == "all" else measure(kind, chosen.clips, chosen.seed, chosen.split, encoder, chosen.show)
        if kind != "all":
            total += c
        n, answered = c["texts"], max(c["answered"], 1)
        print(
            f"| {kind} | {n} | {c['answered'] / n:.0%} | {c['right'] / answered:.1%} | {c['right'] / n:.1%} "
            f"| {c['subject'] / n:.1%} | {c['read'] / answered:.1%} |"
        )
    print(f"the reader is right on {total['reader'] / total['texts']:.1%} of the clips' own individual texts")


if __name__ == "__main__":
    main()
