"""How well the nearest known text tells prompts that a model cannot know from those that it can.

    python scripts/measure_outside.py docs/sentences.txt

Each of the 18 kinds in turn is left out of what is known: texts of it lie outside; texts of the others, told in verbs
that are not known, lie inside. Then all kinds are known, and so are the paraphrases but not the file's sentences.
"""

import sys
from pathlib import Path

import numpy as np

from in2in.bench.people import KINDS, generate
from in2in.data.layout import TEST, TRAIN
from in2in.text.encoders import MiniLMEncoder
from in2in.text.known import LIKE, KnownTexts, means

SEED, SHOWN, TOLD = 71, 20, 6
"""Of the clips, and how many of each kind are known and tried."""


def texts(kind: str, count: int, split: str) -> list[str]:
    """Interaction texts of some clips of a kind."""
    return [text for index in range(count) for text in generate(index, SEED, kind=kind, split=split).texts.interaction]


def told(name: str, inside: np.ndarray, outside: np.ndarray) -> None:
    """Print how far two sets of similarities are apart, and what the threshold makes of them."""
    ranks = (inside[:, None] > outside).mean() + 0.5 * (inside[:, None] == outside).mean()
    tried = np.linspace(0.3, 0.95, 131)
    best = tried[int(np.argmax([(inside >= one).mean() + (outside < one).mean() for one in tried]))]
    alarms, misses = int((inside < LIKE).sum()), int((outside >= LIKE).sum())
    print(
        f"{name}: AUC {ranks:.3f}, best threshold {best:.3f}; at {LIKE}: false alarms {alarms} of {len(inside)} ",
        end="",
    )
    print(f"({alarms / len(inside):.0%}), misses {misses} of {len(outside)} ({misses / len(outside):.0%})")


def main() -> None:
    """Measure and print."""
    encoder, names = MiniLMEncoder(384), [kind.name for kind in KINDS]
    known = {name: KnownTexts.of(encoder, texts(name, SHOWN, TRAIN), 1000 // len(names)) for name in names}
    tried = {name: means(encoder, texts(name, TOLD, TEST)) for name in names}
    alike = {
        name: np.stack([(tried[name] @ own.vectors.T).amax(dim=1).numpy() for own in known.values()]) for name in names
    }
    inside = np.concatenate([alike[name].max(axis=0) for name in names])
    others = [np.delete(alike[name], number, axis=0).max(axis=0) for number, name in enumerate(names)]
    told("a kind left out", inside, np.concatenate(others))
    sentences = means(encoder, Path(sys.argv[1]).read_text(encoding="utf-8").splitlines())
    foreign = np.stack([(sentences @ own.vectors.T).amax(dim=1).numpy() for own in known.values()]).max(axis=0)
    told("ordinary sentences", inside, foreign)


if __name__ == "__main__":
    main()
