"""How well scenes hold what they ask, and at what price: steered, warped afterwards, and asked nothing.

python scripts/measure_direct.py --cases 100 --out docs/results/direct.json [--table docs/direct.md]

Every case is a held-out procedural clip: its text is the prompt, and what is asked is how the clip does it (joints in
two keyframes, a whole pose, the way and the facing of person 1, who touches whom, person 1 given whole).
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from in2in.bench.judge import recognise
from in2in.bench.judge.verdict import Share
from in2in.bench.people.clip import Clip, generate
from in2in.direction.constraints import Constraint, Facing, Given, Keyframe, Pose, Route, Touch
from in2in.direction.scene import Scene
from in2in.direction.steering import Steering
from in2in.evaluation.physical import clip_quality
from in2in.motion.motion import Motion
from in2in.motion.representation import canonicalise
from in2in.motion.rotations import heading
from in2in.motion.skeleton import INDEX
from in2in.pipeline import Generator
from in2in.runs.folder import BUNDLED

START, END = "<!-- measured -->", "<!-- /measured -->"
FIRST = 50_000
"""Index of the first clip; the bundled weights saw those below 2,000."""

MEANS = ("nothing asked", "warped afterwards", "steered")


def scenes(clip: Clip, seed: int) -> dict[str, Scene]:
    """What may be asked of a clip's text, by the constraint's name."""
    motion = replace(canonicalise(clip.motion), fps=30)
    frames = min(len(motion) - 1, 240)
    plain = Scene(clip.texts.title, *clip.texts.first_individuals, seconds=frames / 30, seed=seed)
    joints, when = motion.joints, [frames // 3, 2 * frames // 3]

    def places(frame: int) -> dict[str, tuple[float, float, float]]:
        return {name: tuple(joints[0, frame, INDEX[name]].tolist()) for name in ("left_wrist", "right_wrist", "head")}

    marks = [*range(0, frames - 1, 20), frames - 1]
    turns = np.unwrap(heading(torch.from_numpy(joints[0, marks])).numpy())
    way = tuple((frame, *joints[0, frame, 0, [0, 2]].tolist()) for frame in marks)
    asked = {
        "keyframes": replace(plain, keyframes=tuple(Keyframe(1, frame, places(frame)) for frame in when)),
        "pose": replace(plain, poses=(Pose(2, when[0], motion, 2, when[0]),)),
        "path": replace(
            plain,
            paths=(Route(1, way),),
            facings=(Facing(1, tuple(zip(marks, np.degrees(turns).tolist(), strict=True))),),
        ),
        "given": replace(plain, given=Given(1, motion)),
    }
    for touch in clip.truth.touches:
        (person, joint), (_, other) = touch.first, touch.second
        if joint.endswith("wrist") and touch.end <= frames:
            own = Touch(
                person + 1, "left" if joint.startswith("left") else "right", touch.start, touch.end - 1, joint=other
            )
            asked["touch"] = replace(plain, touches=(own,))
    return asked


def gaps(scene: Scene, motion: Motion) -> dict[str, float]:
    """How far a motion is from what a scene asks, on average over joints and frames: cm, and degrees of facing."""
    joints = torch.from_numpy(motion.joints)
    found: dict[str, float] = {}
    for own in scene.asked().values():
        gap = own.gaps(joints).norm(dim=-1)
        angle = 2 * torch.rad2deg(torch.asin((gap / 0.6).clamp(max=1)))
        found |= {"degrees": float(angle.mean())} if isinstance(own, Facing) else {"cm": _mean(own, gap, found)}
    if scene.given is not None:
        known = scene.given.motion(len(motion)).joints[0]
        found["cm"] = float(np.linalg.norm(joints[0].numpy() - known, axis=-1).mean() * 100)
    return found


def _mean(own: Constraint, gap: torch.Tensor, found: dict[str, float]) -> float:
    mean = float(gap.mean() * 100)
    return (found["cm"] + mean) / 2 if "cm" in found else mean


def warped(generator: Generator, scene: Scene, plain: Motion) -> Motion:
    """The naive way: a finished motion is bent to what is asked, or the given person put in place of person 1."""
    steering = Steering(scene, len(plain), generator.space, generator.decoding)
    x0 = generator.space.encode(torch.from_numpy(plain.features)[None])
    with torch.no_grad():
        bent = generator.space.decode(steering(x0, True))[0]
    return steering.shown(generator.decoding(bent))


def main() -> None:
    """Sample, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", default=str(BUNDLED))
    parser.add_argument("--cases", type=int, default=100, help="clips; not all have a touch; those in --out are kept")
    parser.add_argument("--steps", type=int, default=50, help="of denoising")
    parser.add_argument("--out", type=Path, default=Path("docs/results/direct.json"))
    parser.add_argument("--table", type=Path, help="a page whose table is written anew")
    asked = parser.parse_args()
    solver = {"_target_": "hydra.utils.get_class", "path": "diffusers.DDIMScheduler"}
    sampler = {"_target_": "in2in.diffusion.sampler.Sampler", "_partial_": True, "solver": solver, "steps": asked.steps}
    generator = Generator.from_pretrained(asked.run, sampler=sampler)
    rows = json.loads(asked.out.read_text(encoding="utf-8")) if asked.out.exists() else []
    rows = [row for row in rows if row["case"] < asked.cases]
    for case in tqdm(range(1 + max((row["case"] for row in rows), default=-1), asked.cases)):
        clip = generate(FIRST + case, seed=0, split="test")
        wanted = scenes(clip, case)
        plain_scene = replace(wanted["given"], given=None)
        [plain] = generator(plain_scene)
        for name, scene in wanted.items():
            [steered] = generator(scene)
            for way, motion in zip(MEANS, (plain, warped(generator, scene, plain), steered), strict=True):
                joints = torch.from_numpy(motion.joints)
                quality = clip_quality(joints)
                row = {"jitter": quality.jitter, "sliding": quality.foot_sliding, **gaps(scene, motion)}
                told = {"case": case, "asked": name, "way": way, "kind": recognise(joints) == clip.truth.kind}
                rows.append(told | {key: round(value, 3) for key, value in row.items()})
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        lines = ",\n".join(json.dumps(row) for row in rows)
        asked.out.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(table(rows))
    if asked.table:
        text = asked.table.read_text(encoding="utf-8")
        before, after = text.split(START)[0], text.split(END)[1]
        asked.table.write_text(f"{before}{START}\n\n{table(rows)}\n\n{END}{after}", encoding="utf-8")


def table(rows: list[dict]) -> str:
    """Of all rows, a line for each constraint and way."""
    heads = ("asked", "way", "cases", "off, cm", "nine in ten within", "off, degrees", "right kind", "jitter, m/s^3")
    lines = ["| " + " | ".join((*heads, "sliding, cm/s")) + " |"]
    lines.append("|" + " --- |" * 9)
    for name in dict.fromkeys(row["asked"] for row in rows):
        for way in MEANS:
            own = [row for row in rows if (row["asked"], row["way"]) == (name, way)]
            kind = Share("kind", sum(row["kind"] for row in own), len(own))
            low, high = kind.interval
            off = np.array([row["cm"] for row in own])
            angle = f"{np.mean([row['degrees'] for row in own]):.1f}" if "degrees" in own[0] else ""
            shown = f"{kind.share:.0%} ({low:.0%}-{high:.0%})"
            jitter, sliding = (np.mean([row[key] for row in own]) for key in ("jitter", "sliding"))
            cells = (name, way, len(own), f"{off.mean():.2f}", f"{np.quantile(off, 0.9):.2f}", angle, shown)
            lines.append("| " + " | ".join(map(str, (*cells, f"{jitter:.0f}", f"{sliding:.1f}"))) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
