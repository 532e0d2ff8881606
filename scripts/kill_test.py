"""Kills commands with SIGKILL at many moments and checks that nothing is lost: docs/robustness.md has the figures.

    python scripts/kill_test.py --out /dev/shm/in2in-kills --kills 40 --others 10 --json kills.json

--out should lie on another file system than the temporary folder, as a cluster's runs do. Each kill is of a process
of its own, which runs a command's main() as the console script does; it is forked after the imports, since those take
most of the time. Half of the moments are told by the clock, spread over the whole command. The others lie where files
are written: before a file is opened or gets its name, and with part of its content written.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # the same digits whatever else the machine does

os.environ["OPENAI_API_KEY"] = "any"
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import lightning  # noqa: F401
import torch
from chat_server import ChatServer, serving
from kill_moments import Moment, events_file, moments, run

from in2in.runs.checkpoints import fault

COMMANDS = ("train", "prepare", "sample", "evaluate", "annotate", "export")
for own in COMMANDS:
    import_module(f"in2in.cli.{own}")

TINY = [
    *("model.width=16", "model.layers=1", "model.heads=2", "model.feed_forward=16", "head.layers=1", "head.heads=2"),
    *("head.feed_forward=16", "data.batch_size=2", "logger=csv", "trainer.accelerator=cpu", "trainer.devices=1"),
    *("+trainer.enable_progress_bar=false", "callbacks=ema", "callbacks.samples=null", "callbacks.last.minutes=0"),
    *("trainer.max_epochs=2", "trainer.check_val_every_n_epoch=1", "lr_scheduler=null", "model.dropout=0.1"),
]


@dataclass
class Job:
    """A command and how to see that nothing was lost.

    Attributes:
        name: of the command.
        arguments: of it.
        inputs: put the files there that it starts from; called before every trial.
        results: the folder that holds its results.
        again: arguments to be added to resume.
        growing: names of files and folders that may be unfinished in sight, since their readers know; they are a
            journal, a log, or a folder that has another name by the end.
        at: part of the paths of the files at whose writing it is killed.
        compared: what of the results must be the same as undisturbed; all bytes if not given.
    """

    name: str
    arguments: Sequence[str]
    inputs: Callable[[], None]
    results: Path
    again: Sequence[str] = ()
    growing: Sequence[str] = ()
    at: str = ""
    compared: Callable[[Path], dict[str, str]] | None = None

    def state(self) -> dict[str, str]:
        """What is compared: hashes by name."""
        return (self.compared or self.visible)(self.results)

    def visible(self, folder: Path) -> dict[str, str]:
        """Hashes of all files in sight that must be whole."""
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        named = {str(path.relative_to(folder)): path for path in files}
        hidden = {name for name in named if any(part.startswith(".") for part in Path(name).parts)}
        unsure = {name for name in named if set(Path(name).parts) & set(self.growing)}
        return {name: sha256(named[name].read_bytes()) for name in named.keys() - hidden - unsure}


@dataclass
class Outcome:
    """What became of the kills of one command."""

    command: str
    kills: int = 0
    while_writing: int = 0
    went_on: int = 0
    same_result: int = 0
    nothing_left_over: int = 0
    half_written_in_sight: int = 0
    wrong: list[str] = field(default_factory=list)


def sha256(content: bytes) -> str:
    """In hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    """Kill, resume, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("/dev/shm/in2in-kills"), help="a new folder")
    parser.add_argument("--kills", type=int, default=40, help="of the training")
    parser.add_argument("--others", type=int, default=10, help="of each other command")
    parser.add_argument("--commands", nargs="+", default=COMMANDS, choices=COMMANDS)
    parser.add_argument("--json", type=Path, help="where the figures go, too")
    given = parser.parse_args()
    given.out.mkdir(parents=True)
    temporary = Path(tempfile.mkdtemp())
    tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)
    apart = given.out.stat().st_dev != temporary.stat().st_dev
    print(f"results on {given.out}, temporary files on {temporary}: {1 + apart} file systems")
    started = time.monotonic()
    try:
        with serving(ChatServer(described)) as server:
            jobs = prepare_jobs(given.out, given.commands, server.url)
            outcomes = [try_job(job, given.kills if job.name == "train" else given.others, given.out) for job in jobs]
    finally:
        shutil.rmtree(given.out)
        shutil.rmtree(temporary)
    print(table(outcomes))
    about = {"machine": f"{platform.system()} {platform.release()}, {os.cpu_count()} cores", "apart": apart}
    about |= {"command": " ".join(sys.argv), "date": time.strftime("%Y-%m-%d"), "seconds": time.monotonic() - started}
    print(f"{about['seconds']:.0f} seconds on {about['machine']}")
    if given.json:
        given.json.write_text(json.dumps(about | {"outcomes": [asdict(own) for own in outcomes]}, indent=1) + "\n")
    sys.exit(any(own.wrong for own in outcomes))


def described(text: str) -> str:
    """What the model answers that in2in-annotate asks."""
    number = int(sha256(text.encode())[:4], 16)
    return json.dumps({"person1": f"A person pushes {number} times.", "person2": f"A person is pushed {number} times."})


def prepare_jobs(out: Path, wanted: Sequence[str], url: str) -> list[Job]:
    """All jobs, with the data and the run that they need, and the model's server."""
    data, run, log = out / "data", out / "tiny", out / "log"
    must(log, "prepare", "source=synthetic", "clips=12", "processes=1", "kinds=[wave,push]", f"out={data}")
    given = [*TINY, f"data_dir={data}"]
    must(log, "train", *given, f"out={run}")
    samples, copy = out / "samples", out / "copy"
    must(log, "sample", f"run={run}", "+prompt=they hug", "seconds=0.6", "num_samples=2", f"out={samples}", *steps())

    def nothing() -> None:
        """It starts from what is there."""

    def without_texts() -> None:
        shutil.rmtree(data / "texts", ignore_errors=True)

    def plain_copy() -> None:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(data, copy, ignore=shutil.ignore_patterns("cache*", "texts", "annots_individual"))

    evaluated = ["protocol.retrieval=2", "protocol.diversity_pairs=2", "protocol.texts=1", "protocol.samples=2"]
    evaluated += ["protocol.pairs=1", "repeats=2", "limit=3", "split=train", f"run={run}", f"data_dir={data}"]
    trainer = ["trainer.accelerator=cpu", "trainer.devices=1", "+trainer.enable_progress_bar=false"]
    results = out / "results"
    fresh = f"out={results}"
    jobs = {
        "train": Job(
            "train", [*given, fresh], without_texts, results, ["ckpt_path=last"], (), "/checkpoints/", training_state
        ),
        "prepare": Job(
            "prepare", ["source=interhuman", f"data_dir={copy}", "processes=1"], plain_copy, copy, (), ["cache.partial"]
        ),
        "sample": Job(
            "sample",
            [
                *(f"run={run}", "+prompt=they hug", "seconds=0.6", "num_samples=6", "batch_size=2", fresh),
                *("trainer=default", *trainer, *steps(), "export=[html,bvh,glb]"),
            ],
            nothing,
            results,
        ),
        "evaluate": Job("evaluate", [*evaluated, *trainer, *steps(), "batch_size=2", fresh], nothing, results),
        "annotate": Job(
            "annotate",
            ["annotator.model=any", f"annotator.base_url={url}", f"data_dir={copy}", "concurrency=1"],
            plain_copy,
            copy,
            (),
            ["journal.jsonl"],
        ),
        "export": Job(
            "export", [f"files={samples}/*.npz", "to=[mp4,gif,glb,bvh,html,csv,png]", fresh], nothing, results
        ),
    }
    if "prepare" in wanted:
        made = ["source=synthetic", "clips=8", "processes=1", "kinds=[wave]", f"out={results / 'new'}"]
        jobs["prepare new"] = Job("prepare", made, nothing, results)
    return [job for name, job in jobs.items() if name.split()[0] in wanted]


def steps() -> list[str]:
    """Few denoising steps."""
    return ["sampler=ddim", "sampler.steps=2"]


def training_state(folder: Path) -> dict[str, str]:
    """Weights, averages and the optimizer's state of the last checkpoint, which checkpoints there are."""
    checkpoints = folder / "checkpoints"
    if not (checkpoints / "last.ckpt").is_file():
        return {}
    last = torch.load(checkpoints / "last.ckpt", weights_only=False)
    told = {"step": str(last["global_step"]), "names": " ".join(sorted(os.listdir(checkpoints)))}
    for name, tensor in last["state_dict"].items():
        told[name] = sha256(tensor.numpy().tobytes())
    for number, averages in last["optimizer_states"][0]["state"].items():
        for name, tensor in averages.items():
            told[f"{number} {name}"] = sha256(tensor.numpy().tobytes())
    return told


def must(log: Path, name: str, *arguments: str) -> None:
    """Run a command that has to succeed."""
    if run(log, name, arguments) != 0:
        sys.exit(f"in2in-{name} failed:\n{log.read_text()}")


def try_job(job: Job, kills: int, out: Path) -> Outcome:
    """One undisturbed run, then a kill at each of many moments, each in a new folder, after which it resumes."""
    log = out / "log"
    outcome = Outcome(" ".join((job.name, job.arguments[0])) if job.name == "prepare" else job.name)
    renew(job)
    started = time.monotonic()
    if run(log, job.name, job.arguments, within=job.results) != 0:
        sys.exit(f"in2in-{job.name} failed:\n{log.read_text()}")
    lasted = time.monotonic() - started
    expected, whole = job.state(), job.visible(job.results)
    events = json.loads(events_file(job.results).read_text())
    print(f"{outcome.command}: {lasted:.1f} s undisturbed, {len(events)} times a file is opened or named", flush=True)
    for number, moment in enumerate(moments(job.at, kills, lasted, events)):
        renew(job)
        before, temporary = job.visible(job.results), set(os.listdir(tempfile.gettempdir()))
        while (code := run(log, job.name, job.arguments, moment, job.results)) == 0 and moment.seconds is not None:
            renew(job)  # it was faster than the undisturbed one
            moment = Moment(seconds=0.8 * moment.seconds)
        outcome.kills += code == -signal.SIGKILL
        outcome.while_writing += code == -signal.SIGKILL and moment.seconds is None
        outcome.wrong += [] if code == -signal.SIGKILL else [f"{moment}: ended with {code}: {log.read_text()[-300:]}"]
        if job.compared is None:
            there = job.visible(job.results)
            half = [name for name, own in there.items() if own not in (whole.get(name), before.get(name))]
        else:
            half = [str(path) for path in job.results.rglob("[!.]*.ckpt") if fault(path)]
        outcome.half_written_in_sight += len(half)
        if half:
            outcome.wrong.append(f"{moment}: half-written {half}")
        again = (*job.arguments, *(job.again if job.results.is_dir() else ()))
        code = run(log, job.name, again)
        outcome.went_on += code == 0
        if code != 0:
            outcome.wrong.append(f"{moment}: did not resume: {log.read_text()[-600:]}")
        same = job.state() == expected
        outcome.same_result += same
        if not same:
            now = job.state()
            differ = [name for name in expected.keys() | now.keys() if expected.get(name) != now.get(name)]
            outcome.wrong.append(f"{moment}: differs in {sorted(differ)[:5]}")
        left = [path.name for path in job.results.rglob("*") if ".unfinished-" in path.name]
        left += [path.name for path in job.results.parent.iterdir() if ".unfinished-" in path.name]
        left += set(os.listdir(tempfile.gettempdir())) - temporary
        outcome.nothing_left_over += not left
        if left:
            outcome.wrong.append(f"{moment}: left over {left}")
        print(f"  {number + 1}/{kills} {moment}: {len(outcome.wrong)} wrong so far", flush=True)
    return outcome


def renew(job: Job) -> None:
    """As before the first start."""
    shutil.rmtree(job.results, ignore_errors=True)
    for path in job.results.parent.glob(".*unfinished-*"):
        shutil.rmtree(path, ignore_errors=True)
    job.inputs()


def table(outcomes: Sequence[Outcome]) -> str:
    """In Markdown."""
    titles = ("command", "kills", "of them while writing", "resumed", "same result", "nothing left over")
    lines = ["| " + " | ".join((*titles, "half-written in sight")) + " |", "| --- " * 7 + "|"]
    for own in outcomes:
        cells = (own.command, own.kills, own.while_writing, own.went_on, own.same_result, own.nothing_left_over)
        lines.append("| " + " | ".join(map(str, (*cells, own.half_written_in_sight))) + " |")
    return "\n".join([*lines, *(line for own in outcomes for line in own.wrong)])


if __name__ == "__main__":
    main()
