"""Does the template annotator put a description on the person who does it? Kinds of known truth, in test phrases.

Every text of the generator is made from a template that names the starter and the partner in a known order, so it is
known whom the text's first person is. What the text says of its first person is on the right one if it became the
description of the starter where the template names the starter first, and of the other elsewhere.

Whether the clauses themselves are with the one whom the text means is for a reader: `--read` prints an answer for each
template.

python docs/measure_annotate.py [--clips 100] [--seed 1] [--split test] [--kinds "kick and block,point"] [--read]
"""

import argparse
import re
from collections import Counter

from tqdm import tqdm

from in2in.annotation.annotator import RejectedError
from in2in.annotation.answer import faults
from in2in.annotation.grammar.clauses import split as clauses_of
from in2in.annotation.motion import Movement
from in2in.annotation.template import TemplateAnnotator, descriptions
from in2in.data.synthetic import KINDS, Clip, generate

SET_ASIDE = "kick and block,hand over,pat on the shoulder,point"
"""Kinds whose phrases were not looked at when the rules were written."""


def clips_of(kind: str, count: int, seed: int, split: str) -> list[Clip]:
    """Clips of a kind: every hand, style and starter takes its turn."""
    number = [known.name for known in KINDS].index(kind)
    return [generate(number + turn * len(KINDS), seed, split=split) for turn in range(count)]


SLOT = re.compile(r"\{(\w+)\}")
PERSON = r"(?:(?:one|the|an?|another)\b(?: [\w-]+){0,2} person|(?:one|an?|another) person|the other)"
FILLED = {"a": f"(?P<a>{PERSON})", "b": f"(?P<b>{PERSON})"}


def template_of(kind: str, text: str) -> str:
    """The template that a text was made from."""
    [phrases] = [known.phrases for known in KINDS if known.name == kind]
    fitting, orders = [], set()
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
            fitting.append(template)
            orders.add(found.start("a") < found.start("b"))
    if len(orders) != 1:
        raise ValueError(f"{len(orders)} templates of {kind} fit {text!r}")
    return fitting[0]


def measure(kind: str, count: int, seed: int, split: str, read: dict[str, list[str]] | None) -> Counter[str]:
    """Counts over all texts of some clips of a kind; answers by template go into `read`."""
    annotator = TemplateAnnotator()
    counts: Counter[str] = Counter()
    for clip in tqdm(clips_of(kind, count, seed, split), desc=kind, leave=False):
        movement = Movement.of(clip.motion.joints)
        for text in clip.texts.interaction:
            counts["texts"] += 1
            template = template_of(kind, text)
            starts = template.find("{a}") < template.find("{b}")
            first = clip.truth.starter if starts else 1 - clip.truth.starter
            counts["subject"] += first == 0
            said = descriptions(clauses_of(text))
            try:
                answer = annotator.ask(text, movement).answer
                why = "; ".join(faults(answer, text, movement.summary))
            except RejectedError as error:
                answer, why = None, error.reason
            if read is not None:
                read.setdefault(template, []).append(f"{text}\n    1: {said[0]}\n    2: {said[1]}\n    {why}")
            if answer is None or why:
                continue
            counts["answered"] += 1
            placed = (answer.person1, answer.person2)
            counts["right"] += said[0] != said[1] and any(
                words and placed[person] == words for words, person in zip(said, (first, 1 - first), strict=True)
            )
    return counts


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=100, help="of each kind; three texts each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--split", default="test", help="test: the phrases held out from training data")
    parser.add_argument("--kinds", default=SET_ASIDE, help="names with commas between, or others: all but the default")
    parser.add_argument("--read", action="store_true", help="print an answer for each template")
    chosen = parser.parse_args()
    others = ",".join(known.name for known in KINDS if known.name not in SET_ASIDE.split(","))
    kinds = (others if chosen.kinds == "others" else chosen.kinds).split(",")
    read: dict[str, list[str]] | None = {} if chosen.read else None
    total: Counter[str] = Counter()
    print("| kind | texts | answered | right of answered | right of all | subject is person 1 |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind in (*kinds, "all"):
        c = total if kind == "all" else measure(kind, chosen.clips, chosen.seed, chosen.split, read)
        if kind != "all":
            total += c
        n, answered = c["texts"], max(c["answered"], 1)
        print(
            f"| {kind} | {n} | {c['answered'] / n:.0%} | {c['right'] / answered:.1%} | {c['right'] / n:.1%} "
            f"| {c['subject'] / n:.1%} |"
        )
    for template, told in (read or {}).items():
        print(f"\n{template}\n  {told[0]}")


if __name__ == "__main__":
    main()
