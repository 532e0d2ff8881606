"""Does DualMDM make persons do what their own texts ask for, where the interaction text does not?

Prompts pair an interaction of the procedural data with an individual text for each person that belongs to something
else: an action of the procedural data, or of recorded motion of single persons. A reader (`in2in.bench.actions`),
trained on the clips that the actions come from, says what each person shows; the judge says whether the interaction is
still there. Beside it the same prompts with the individual texts shuffled among them, read by the unshuffled ones.

python scripts/measure_dualmdm.py --run RUN --prior RUN --interactions DATA --actions DATA --out FOLDER

Samples are kept in FOLDER under names that stand for what made them, and a stopped measurement resumes where it was;
FOLDER/table.md is the table.
"""

import argparse
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from hydra import compose, initialize_config_dir
from scipy.stats import bootstrap
from torch import Tensor
from tqdm import tqdm

from in2in.bench.actions import ActionReader
from in2in.bench.judge import recognise
from in2in.bench.judge.questions import questions
from in2in.bench.people.dataset import truth_path
from in2in.bench.people.truth import Truth
from in2in.cli.entry import conf_dir
from in2in.cli.generator import load_generator
from in2in.data.cache import MAX_FRAMES, MotionCache
from in2in.evaluation.physical import quality
from in2in.files.whole import whole_file
from in2in.motion.provenance import own_version
from in2in.pipeline import Generator, Prompt
from in2in.runs.folder import identity

SECONDS = 4.0

SYNTHETIC = {
    "waves first": "waves",
    "waves back": "waves",
    "bows first": "bows",
    "bows back": "bows",
    "hugs first": "hugs",
    "hugs back": "hugs",
    "kicks": "kicks",
    "punches": "punches",
    "points": "points",
    "pushes": "pushes",
    "turns and walks away": "walks away",
    "turns and walks away first": "walks away",
}
"""Actions of the procedural roles that one can see in a person alone."""

BANDAI_NAMCO = (
    *("raise-up-both-hands", "raise-up-left-hand", "raise-up-right-hand", "run", "walk-turn-left", "walk-turn-right"),
    *("wave-both-hands", "wave-left-hand", "wave-right-hand", "walk"),
)
"""Contents that the data set has more than 200 clips of."""

OTHER = "other"


@dataclass(frozen=True)
class Shown:
    """A person of a clip: what it does, its first text and its joints [T, 22, 3]."""

    action: str
    text: str
    joints: Tensor


def persons(folder: Path, split: str) -> list[Shown]:
    """Every person of a split; the action is known from the truth record or, of Bandai-Namco, from the clip's name."""
    cache, found = MotionCache(folder), []
    for clip in cache.split(split):
        texts, joints = cache.texts(clip), cache.motion(clip).tensors()[0][:, :MAX_FRAMES]
        if named := re.match(r"dataset-\d_([^_]+)_", clip):
            content = named[1] if named[1] in BANDAI_NAMCO else OTHER
            found.append(Shown(content, texts.individuals[0][0], joints[0]))
        else:
            roles = Truth.load(truth_path(folder, clip)).roles
            shown = zip(roles, texts.individuals, joints, strict=True)
            found += [Shown(SYNTHETIC.get(role, OTHER), own[0], moved) for role, own, moved in shown]
    return found


@dataclass(frozen=True)
class Asked:
    """A prompt, the kind of its interaction, and the action that each person's text asks for."""

    prompt: Prompt
    kind: str
    actions: tuple[str, str]


def prompts(interactions: Path, told: Sequence[Shown], count: int, seed: int) -> list[Asked]:
    """Interactions in turn, the two persons with different actions in turn."""
    rng = np.random.default_rng(seed)
    actions = sorted({shown.action for shown in told} - {OTHER})
    texts = {action: [shown.text for shown in told if shown.action == action] for action in actions}
    asked = []
    for number, question in enumerate(questions(interactions, "val", count)):
        two = (actions[number % len(actions)], actions[(number + 1 + number // len(actions)) % len(actions)])
        own = [str(rng.choice(texts[action])) for action in two]
        asked.append(
            Asked(Prompt(question.interaction, own[0], own[1], SECONDS, seed + number), question.truth.kind, two)
        )
    return asked


def shuffled(asked: Sequence[Asked], seed: int) -> list[Prompt]:
    """The prompts with the pairs of individual texts of other prompts, whose persons do other things."""
    rng = np.random.default_rng(seed)
    places = list(range(len(asked)))
    while any(set(asked[k].actions) & set(asked[places[k]].actions) for k in range(len(asked))):
        k = next(k for k in places if set(asked[k].actions) & set(asked[places[k]].actions))
        other = int(rng.integers(len(asked)))
        places[k], places[other] = places[other], places[k]
    taken = [asked[place].prompt for place in places]
    return [
        Prompt(own.prompt.prompt, other.individual1, other.individual2, own.prompt.seconds, own.prompt.seed)
        for own, other in zip(asked, taken, strict=True)
    ]


@dataclass(frozen=True)
class Condition:
    """A way to blend."""

    name: str
    options: tuple[str, ...]


def conditions() -> list[Condition]:
    """The weight from 0 to 1, then four schedules, composed rightly and as published."""
    weights = [Condition(f"w = {w:g}", ("composition=constant", f"composition.weight={w}")) for w in (0, 0.25, 0.75, 1)]
    schedules = {
        "constant 0.5": ("composition=constant", "composition.weight=0.5"),
        "linear": ("composition=linear",),
        "exp 0.0085": ("composition=exp",),
        "exp_inv 0.00825": ("composition=exp_inv",),
    }
    return weights + [
        Condition(f"{name}, {compat}", (*options, f"compat/sampling={compat}"))
        for name, options in schedules.items()
        for compat in ("fixed", "published")
    ]


def sampled(generator: Callable[[], Generator], asked: Sequence[Prompt], path: Path) -> np.ndarray:
    """Joints [N, 2, T, 22, 3] of the prompts, from the file if they are there."""
    if not path.is_file():
        with tqdm(desc=path.stem, unit="step") as bar:

            def advance(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            made = np.stack([motion.joints for motion in generator()(asked, on_step=advance)])
        with whole_file(path) as unfinished:
            np.save(unfinished, made)
    return np.load(path)


def origin(runs: Sequence[Path], options: Sequence[str], asked: Sequence[Prompt]) -> str:
    """Stands for what samples are made of: weights, how they are blended and sampled, prompts, version."""
    told = [identity(run) for run in runs], list(options), [asdict(prompt) for prompt in asked], own_version()
    return sha256(json.dumps(told).encode()).hexdigest()[:12]


def interval(shares: np.ndarray) -> str:
    """Mean of prompts' shares and its 95 % bootstrap interval over prompts."""
    if shares.min() == shares.max():
        return f"{shares.mean():.1%}"
    low, high = bootstrap((shares,), np.mean, method="percentile", rng=0).confidence_interval
    return f"{shares.mean():.1%} ({100 * low:.1f}-{100 * high:.1f})"


def main() -> None:
    """Learn to read, sample what is not there, write and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--run", "--prior", "--interactions", "--actions", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--prompts", type=int, default=60)
    parser.add_argument("--steps", type=int, default=20, help="denoising steps (DDIM)")
    parser.add_argument("--guidance", type=float, default=3.5, help="of the interaction model")
    parser.add_argument("--prior-guidance", type=float, default=2.5)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)

    train, held_out = persons(given.actions, "train"), persons(given.actions, "val")
    reader = ActionReader.learn([shown.joints for shown in train], [shown.action for shown in train])
    named = [shown for shown in held_out if shown.action != OTHER]
    ceiling = np.array([reader.read(shown.joints) == shown.action for shown in named])
    print(
        f"the reader is right on {ceiling.mean():.1%} of {len(named)} held-out persons, {len(reader.actions)} actions"
    )

    asked = prompts(given.interactions, held_out, given.prompts, given.seed)
    both = {"": [one.prompt for one in asked], "_shuffled": shuffled(asked, given.seed)}
    figures, lines = (
        {},
        [
            "| | follows its own text | texts shuffled | the interaction's kind | jitter, m/s^3 | foot sliding, cm/s |",
            "| --- | --- | --- | --- | --- | --- |",
        ],
    )
    for condition in conditions():
        how = ["experiment=dualmdm", "sampler=ddim", f"sampler.steps={given.steps}"]
        how += [f"guidance.scale={given.guidance}", f"prior_guidance.scale={given.prior_guidance}", *condition.options]

        def generator(overrides: Sequence[str] = tuple(how)) -> Generator:
            with initialize_config_dir(str(conf_dir() / "judge"), version_base="1.3"):
                cfg = compose("judge", [f"run='{given.run}'", f"prior_run='{given.prior}'", *overrides])
            return load_generator(cfg, "cpu")

        shares, made = {}, {}
        for suffix, told in both.items():
            name = f"{re.sub('[^a-z0-9.]+', '_', condition.name)}{suffix}-{origin((given.run, given.prior), how, told)}"
            made[suffix] = sampled(generator, told, given.out / f"{name}.npy")
            shares[suffix] = np.array(
                [
                    np.mean([reader.read(torch.from_numpy(p)) == a for p, a in zip(pair, one.actions, strict=True)])
                    for pair, one in zip(made[suffix], asked, strict=True)
                ]
            )
        own = [torch.from_numpy(pair) for pair in made[""]]
        kinds = np.array([float(recognise(pair) == one.kind) for pair, one in zip(own, asked, strict=True)])
        physical = quality(own)
        cells = [interval(shares[""]), interval(shares["_shuffled"]), interval(kinds)]
        lines.append(
            f"| {condition.name} | {' | '.join(cells)} | {physical.jitter:.0f} | {physical.foot_sliding:.1f} |"
        )
        figures[condition.name] = {name or "own": share.tolist() for name, share in shares.items()}
        print(lines[-1], flush=True)
        (given.out / "table.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (given.out / "figures.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
