"""in2in-judge: does a model do what the prompts of a generated data set say?"""

import json
from dataclasses import asdict, replace
from pathlib import Path

from omegaconf import DictConfig

from in2in.cli.entry import command, output_dir
from in2in.cli.generator import chosen_device, load_generator
from in2in.cli.sample import generate, save, write_exports

CHANCE_DRAWS = 8
"""How many other clips each record is held against, to see what is right by chance."""


@command("judge")
def main(cfg: DictConfig, data_dir: Path, split: str, clips: int, seed: int, batch_size: int, device: str) -> None:
    """Prompt with held-out texts, judge the samples, the data and the data of other clips; print and write shares."""
    import numpy as np
    import torch

    from in2in.bench.judge import judge, recognise, share_right, share_table
    from in2in.bench.judge.questions import questions
    from in2in.evaluation.physical import quality, quality_table
    from in2in.files.whole import write_text
    from in2in.kept import check_kept, check_prompts
    from in2in.motion.prompt import Prompt
    from in2in.motion.representation import FPS

    asked = questions(data_dir, split, clips)
    generator = load_generator(cfg, chosen_device(device))
    prompts = [
        Prompt(q.interaction, q.individuals[0], q.individuals[1], q.joints.shape[1] / FPS, seed + number)
        for number, q in enumerate(asked)
    ]
    check_kept(out := output_dir(), generator)
    check_prompts(out, prompts)
    motions = generate(generator, prompts, batch_size)

    made = [torch.from_numpy(motion.joints) for motion in motions]
    kinds = [recognise(joints) for joints in made]
    draw = np.random.default_rng(seed)
    by_chance = [
        judge(asked[other].joints, q.truth)
        for place, q in enumerate(asked)
        for other in draw.integers(len(asked), size=CHANCE_DRAWS)
        if other != place
    ]
    columns = (
        ("samples", [judge(joints, q.truth) for joints, q in zip(made, asked, strict=True)]),
        ("data", [judge(q.joints, q.truth) for q in asked]),
        ("chance: data of any clip", by_chance),
    )
    save(motions, out)
    notes = [f"asked: {q.truth.kind}, seen: {kind}" for q, kind in zip(asked, kinds, strict=True)]
    write_exports([replace(motion, name=note) for motion, note in zip(motions, notes, strict=True)], out)
    answers = [
        {"clip": q.clip, "asked": q.truth.kind, "seen": kind, "right": asdict(verdict)}
        for q, kind, verdict in zip(asked, kinds, columns[0][1], strict=True)
    ]
    shares = {
        name: [{**asdict(share), "interval": share.interval} for share in share_right(verdicts)]
        for name, verdicts in columns
    }
    itself = {"samples": quality(made), "data": quality(q.joints for q in asked)}
    figures = {"shares": shares, "motion": {name: asdict(own) for name, own in itself.items()}, "samples": answers}
    write_text(out / "judge.json", json.dumps(figures, indent=1))
    print(share_table(columns))
    print(quality_table(itself))
    right = sum(verdict.kind for verdict in columns[0][1])
    print(f"the judge sees the kind that was asked for in {right} of {len(asked)} samples")
    print(out)


if __name__ == "__main__":
    main()
