"""in2in-annotate: what each person does, told from the interaction texts and the motion of a data set."""

from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.utils import instantiate
from omegaconf import DictConfig
from tqdm import tqdm

from in2in.cli.entry import command, conf_dir
from in2in.cli.schema import check, options
from in2in.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import CLIPTokenizer

    from in2in.annotation.annotator import Annotator
    from in2in.annotation.run import Patience, Run
    from in2in.annotation.task import Task
    from in2in.pipeline import Prompt

SHOWN = 3
"""Prompts that a dry run shows when no limit is given."""


@dataclass(frozen=True)
class AnnotateOptions:
    """The plain keys of conf/annotate.yaml."""

    data_dir: str | None
    out: str | None
    limit: int | None
    dry_run: bool
    overwrite: bool
    retry_failed: bool
    tokenizer: str | None
    concurrency: int


@command("annotate")
def main(cfg: DictConfig) -> None:
    """Find what is missing, ask for it, write the files and the report."""
    if cfg.data_dir is None:
        raise InputError("data_dir is not given: in2in-annotate data_dir=FOLDER annotator.model=NAME")
    chosen = options(AnnotateOptions, cfg)
    check(cfg)
    if chosen.concurrency < 1 or (chosen.limit is not None and chosen.limit < 1):
        raise InputError(f"concurrency={chosen.concurrency} and limit={chosen.limit} must be 1 or more")

    from in2in.annotation.journal import Journal
    from in2in.annotation.motion import read_movement
    from in2in.annotation.output import write_descriptions, write_report
    from in2in.annotation.run import Run
    from in2in.annotation.task import clips_of, missing

    data_dir = Path(cfg.data_dir)
    out = data_dir / "annotation" if chosen.out is None else Path(chosen.out)
    tasks = list(missing(data_dir, clips_of(data_dir), chosen.overwrite))[: chosen.limit]
    annotator = load_annotator(cfg)
    if chosen.dry_run:
        for task in tasks[: chosen.limit or SHOWN]:
            shown = annotator.show(task.text, read_movement(data_dir, task.clip))
            print(f"=== {task.clip}, line {task.line + 1}\n{shown}\n")
        print(f"{len(tasks)} texts would be asked about")
        return
    if not tasks:
        print(f"every text of {data_dir} has its descriptions already")
        return
    patience: Patience = instantiate(cfg.patience)
    movement = lru_cache(4 * chosen.concurrency)(partial(read_movement, data_dir))
    with Journal(out / "journal.jsonl", annotator.version) as journal:
        if chosen.retry_failed:
            journal.forget(unreachable_only=False)
        run = Run(annotator, journal, movement, chosen.concurrency, patience, token_counter(chosen.tokenizer))
        reasons = ask_all(run, tasks, annotator)
        answered = {
            task: journal.answers[key] for task in tasks if (key := task.key(annotator.version)) in journal.answers
        }
        clips = write_descriptions(data_dir, answered, {task.clip for task in tasks}, chosen.overwrite)
        write_report(out / "report.jsonl", tasks, reasons)
    print(f"{len(answered)} of {len(tasks)} texts have descriptions, in {clips} clips")
    if reasons:
        print(f"{len(reasons)} have none, their lines stay empty: {out / 'report.jsonl'} says why")
    print(f"in2in-prepare source=interhuman data_dir={data_dir} takes them into the cache")


def ask_all(run: "Run", tasks: "list[Task]", annotator: "Annotator") -> "dict[Task, str]":
    """Ask for what is not in the journal, with a progress bar; for each text without an answer, why."""
    keys = {task: task.key(annotator.version) for task in tasks}
    known = [task for task in tasks if keys[task] in run.journal.answers]
    reasons = {task: why for task in tasks if task not in set(known) and (why := run.given_up(task))}
    open_tasks = [task for task in tasks if keys[task] not in run.journal.answers and task not in reasons]
    tokens = [0, 0]
    with tqdm(total=len(tasks), initial=len(tasks) - len(open_tasks), desc="annotating", unit="text") as bar:
        for number, done in enumerate(run(open_tasks), start=1):
            tokens = [sum(pair) for pair in zip(tokens, done.tokens, strict=True)]
            if done.reason:
                reasons[done.task] = done.reason
            bar.set_postfix_str(_spent(tokens, annotator.price, len(open_tasks) / number, len(reasons)), refresh=False)
            bar.update()
    return reasons


def _spent(tokens: list[int], price: tuple[float, float] | None, whole: float, failed: int) -> str:
    """Tokens read and written, the cost so far and of the whole run, texts given up."""
    told = f"{tokens[0] / 1000:.0f}k+{tokens[1] / 1000:.0f}k tokens"
    if price is not None:
        cost = sum(count * dollars for count, dollars in zip(tokens, price, strict=True)) / 1e6
        told += f", ${cost:.2f} of about ${cost * whole:.2f}"
    return f"{told}, {failed} given up"


def load_annotator(cfg: DictConfig) -> "Annotator":
    """The annotator that is configured; its prompt template is a path, or a file of conf/annotator/."""
    if "template" not in cfg.annotator:
        return instantiate(cfg.annotator)
    path = Path(cfg.annotator.template)
    return instantiate(cfg.annotator, template=str(path if path.is_file() else conf_dir() / "annotator" / path))


def token_counter(tokenizer: str | None) -> "Callable[[str], int]":
    """How CLIP's tokens are counted: exactly with its tokenizer, by an estimate without."""
    from in2in.annotation.answer import estimated_tokens

    if tokenizer is None:
        return estimated_tokens
    from transformers import CLIPTokenizer

    try:
        if not Path(tokenizer).is_dir():
            raise OSError("not a folder")
        clip = CLIPTokenizer.from_pretrained(tokenizer, local_files_only=True)
    except (OSError, ValueError) as error:
        raise InputError(f"tokenizer={tokenizer} holds no CLIP tokenizer: leave it out for an estimate") from error
    return partial(_count, clip)


def _count(tokenizer: "CLIPTokenizer", text: str) -> int:
    return len(tokenizer(text)["input_ids"])  # type: ignore[arg-type]


def fill_in(cfg: DictConfig, prompts: "list[Prompt]") -> "list[Prompt]":
    """Prompts with the individual texts that they lack, told from the prompt alone; prints what it fills in."""
    from dataclasses import replace

    from in2in.annotation.annotator import RejectedError, UnreachableError
    from in2in.annotation.answer import faults

    annotator, filled = load_annotator(cfg), []
    for prompt in prompts:
        if not prompt.prompt.strip() or (prompt.individual1.strip() and prompt.individual2.strip()):
            filled.append(prompt)
            continue
        try:
            answer = annotator.ask(prompt.prompt, None).answer
            why = "; ".join(faults(answer, prompt.prompt, ""))
        except (RejectedError, UnreachableError) as error:
            answer, why = None, error.reason
        if answer is None or why:
            print(f"no individual texts for {prompt.prompt!r}: {why}")
            filled.append(prompt)
            continue
        own = (prompt.individual1.strip() or answer.person1, prompt.individual2.strip() or answer.person2)
        print(f"{prompt.prompt!r}: person 1: {own[0]!r}, person 2: {own[1]!r}")
        filled.append(replace(prompt, individual1=own[0], individual2=own[1]))
    return filled


if __name__ == "__main__":
    main()
