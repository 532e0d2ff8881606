"""Prompts written by hand, sampled and judged: shares that are right, and a page on which all of them play.

python scripts/judge_prompts.py --run src/in2in/weights/in2in --out judged/prompts [--samples 2]
"""

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

import torch
from tqdm import tqdm

from in2in.bench.judge import judge, recognise, share_right
from in2in.bench.people.truth import Truth
from in2in.export.gallery import Entry, Group, write_gallery
from in2in.pipeline import Generator, Motion, Prompt
from in2in.runs.folder import BUNDLED

PROMPTS = Path("docs/prompts.jsonl")

ASKED = ("kind", "role", "hand")
"""What a prompt tells; the judge's other questions are not asked."""


def expected(kind: str, starter: int, hand: str | None, frames: int) -> Truth:
    """What must be seen: the kind, who starts (1 or 2) and with which hand, or leg in a kick."""
    hands = [("none", hand or "none"), (hand or "none", "none")][starter == 1]
    return Truth(
        kind=kind,
        starter=starter - 1,
        roles=("", ""),
        hands=hands,
        limb="leg" if kind == "kick and block" else "hand",
        way="none",
        approaches=(False, False),
        tempo="normal",
        styles=("", ""),
        distance=0.0,
        touches=(),
        stances=(),
        frames=frames,
        fps=30,
        seed=0,
        index=0,
        split="",
    )


def entry(motion: Motion, truth: Truth) -> tuple[Entry, bool]:
    """A line of the page, and whether all that was asked of the motion is right."""
    joints = torch.from_numpy(motion.joints)
    verdict, seen = judge(joints, truth), recognise(joints)
    wrong = [name for name in ASKED if getattr(verdict, name) is False]
    said = f"wrong: {', '.join(wrong)}; seen: {seen}" if wrong else "right"
    return Entry(f"{motion.title} [{said}]", replace(motion, name=said)), not wrong


def main() -> None:
    """Sample, judge, write the page and the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", default=str(BUNDLED))
    parser.add_argument("--out", type=Path, default=Path("judged/prompts"))
    parser.add_argument("--samples", type=int, default=2, help="of each prompt; the page shows the first")
    asked = parser.parse_args()
    told = [json.loads(line) for line in PROMPTS.read_text(encoding="utf-8").splitlines()]
    wanted = [record.pop("expected") for record in told]
    prompts = [Prompt(**record) for record in told]
    truths = [expected(**want, frames=prompt.frames) for want, prompt in zip(wanted, prompts, strict=True)]
    generator = Generator.from_pretrained(asked.run)
    samples = [sample for prompt in prompts for sample in prompt.samples(asked.samples)]
    with tqdm(desc="denoising", unit="step") as bar:

        def advance(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        motions = generator(samples, batch_size=16, on_step=advance)
    all_truths = [truth for truth in truths for _ in range(asked.samples)]
    verdicts = [judge(torch.from_numpy(m.joints), truth) for m, truth in zip(motions, all_truths, strict=True)]
    shares = [share for share in share_right(verdicts) if share.question in ASKED]
    lines = [f"{s.question}: {s.share:.1%} ({s.interval[0]:.1%}-{s.interval[1]:.1%}) of {s.asked}" for s in shares]
    entries = [entry(motion, truth) for motion, truth in zip(motions[:: asked.samples], truths, strict=True)]
    lines.append(f"everything that was asked for: {sum(right for _, right in entries)} of {len(entries)} first samples")
    report = "\n".join(lines)
    asked.out.mkdir(parents=True, exist_ok=True)
    group = Group("Thirty prompts", "What is wrong by the judge stands in brackets.", [line for line, _ in entries])
    write_gallery(asked.out / "prompts.html", "Prompts written by hand", report, [group])
    answers = [
        {"prompt": motion.title, "seed": motion.seed} | {name: asdict(verdict)[name] for name in ASKED}
        for motion, verdict in zip(motions, verdicts, strict=True)
    ]
    (asked.out / "prompts.json").write_text(json.dumps(answers, indent=1), encoding="utf-8")
    print(report)
    print(asked.out)


if __name__ == "__main__":
    main()
