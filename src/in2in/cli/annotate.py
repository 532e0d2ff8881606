"""in2in-annotate: what each person does, told from the interaction texts and the motion of a data set."""

import hashlib
import json
import time
from dataclasses import asdict, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.utils import instantiate
from omegaconf import DictConfig
from tqdm import tqdm

from in2in.cli.entry import command, conf_dir
from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.annotate.annotator import ChatAnnotator, Described
    from in2in.annotate.client import Patience
    from in2in.annotate.journal import Journal
    from in2in.annotate.tasks import Task
    from in2in.motion.prompt import Prompt
    from in2in.text.tokens import TokenCount

HOUR = 3600
"""Seconds."""

SHOWN = 3
"""Prompts that a dry run shows when no limit is given."""


@command("annotate")
def main(
    cfg: DictConfig,
    data_dir: Path,
    out: Path | None,
    limit: int | None,
    dry_run: bool,
    overwrite: bool,
    retry_failed: bool,
    tokenizer: str | None,
    concurrency: int,
) -> None:
    """Find what is missing, ask for it, write the files and the report."""
    if concurrency < 1 or (limit is not None and limit < 1):
        raise InputError(f"concurrency={concurrency} and limit={limit} must be 1 or more")

    from in2in.annotate.journal import Journal
    from in2in.annotate.output import write_descriptions, write_report
    from in2in.annotate.summary import read_summary
    from in2in.annotate.tasks import clips_of, missing
    from in2in.files.inside import check_own
    from in2in.text.tokens import TokenCount

    out = out or check_own(data_dir / "annotation", data_dir)
    check_own(data_dir / "annots_individual", data_dir)
    tasks = list(missing(data_dir, clips_of(data_dir), overwrite))[:limit]
    annotator = load_annotator(cfg, instantiate(cfg.patience))
    if dry_run:
        for task in tasks[: limit or SHOWN]:
            shown = annotator.show(task.text, read_summary(data_dir, task.clip))
            print(f"=== {task.clip}, line {task.line + 1}\n{shown}\n")
        print(f"{len(tasks)} texts would be asked about")
        return
    if not tasks:
        print(f"every text of {data_dir} has its descriptions already")
        return
    with Journal(out / "journal.jsonl", annotator.version) as journal:
        if journal.unreadable:
            print(f"{journal.path}: {journal.unreadable} lines cannot be read and are passed over")
        if retry_failed:
            journal.forget_failures()
        reasons = ask_all(annotator, journal, tasks, data_dir, concurrency, TokenCount(tokenizer))
        answers = {task: answer for task in tasks if (answer := journal.answer_to(task)) is not None}
        clips = write_descriptions(data_dir, tasks, answers, overwrite)
        write_report(out / "report.jsonl", tasks, reasons)
    print(f"{len(answers)} of {len(tasks)} texts have descriptions, in {clips} clips")
    if reasons:
        print(f"{len(reasons)} have none, their lines stay empty: {out / 'report.jsonl'} says why")
    print(f"in2in-prepare source=interhuman data_dir={data_dir} takes them into the cache")


def ask_all(
    annotator: "ChatAnnotator",
    journal: "Journal",
    tasks: "list[Task]",
    data_dir: Path,
    concurrency: int,
    count: "TokenCount",
) -> "dict[Task, str]":
    """Ask for what is not in the journal, with a progress bar; for each text without an answer, why."""
    from in2in.annotate.run import Run
    from in2in.annotate.summary import read_summary

    facts = lru_cache(4 * concurrency)(partial(read_summary, data_dir))
    waiting = [task for task in tasks if journal.answer_to(task) is None]
    reasons, tokens = {}, [0, 0]
    with tqdm(total=len(tasks), initial=len(tasks) - len(waiting), desc="annotating", unit="text") as bar:

        def finished(task: "Task", described: "Described") -> None:
            if described.answer is None:
                reasons[task] = described.reason
            tokens[:] = [sum(pair) for pair in zip(tokens, described.tokens, strict=True)]
            bar.update()
            share = (bar.n - bar.initial) / len(waiting)
            bar.set_postfix_str(_spent(tokens, annotator.price, share, len(reasons)), refresh=False)

        Run(annotator, journal, facts, concurrency, count, finished)(waiting)
    return reasons


def _spent(tokens: list[int], price: tuple[float, float] | None, share: float, failed: int) -> str:
    """Tokens read and written, the cost so far and of the whole run, of which a share is done; texts given up."""
    spent = f"{tokens[0] / 1000:.0f}k+{tokens[1] / 1000:.0f}k tokens"
    if price is not None:
        cost = sum(count * dollars for count, dollars in zip(tokens, price, strict=True)) / 1e6
        spent += f", ${cost:.2f} of about ${cost / share:.2f}"
    return f"{spent}, {failed} given up"


def load_annotator(cfg: DictConfig, patience: "Patience") -> "ChatAnnotator":
    """The annotator that is configured; its prompt template is a path, or a file of conf/shared/annotator/."""
    path = Path(cfg.annotator.template)
    template = str(path if path.is_file() else conf_dir() / "shared" / "annotator" / path)
    return instantiate(cfg.annotator, template=template, _partial_=True)(patience=patience)


def fill_in(cfg: DictConfig, prompts: "list[Prompt]") -> "list[Prompt]":
    """Prompts with the individual texts that they lack, told from the prompt alone; prints what it fills in."""
    import asyncio

    from in2in.annotate.client import Patience, ServerError
    from in2in.text.tokens import TokenCount

    annotator, count = load_annotator(cfg, Patience(retries=3)), TokenCount()
    if not any(map(_lacks_texts, prompts)):
        return prompts

    async def filled(prompt: "Prompt") -> "Prompt":
        try:
            described = await annotator.describe(prompt.prompt, "", count)
            answer, reason = described.answer, described.reason
        except ServerError as error:
            answer, reason = None, str(error)
        if answer is None:
            print(f"no individual texts for {prompt.prompt!r}: {reason}")
            return prompt
        first, second = prompt.individual1.strip() or answer.person1, prompt.individual2.strip() or answer.person2
        print(f"{prompt.prompt!r}: person 1: {first!r}, person 2: {second!r}")
        return replace(prompt, individual1=first, individual2=second)

    async def all_filled() -> "list[Prompt]":
        async with annotator.client.connected():
            return [await filled(prompt) if _lacks_texts(prompt) else prompt for prompt in prompts]

    return asyncio.run(all_filled())


def fill_in_once(cfg: DictConfig, prompts: "list[Prompt]", path: Path) -> "list[Prompt]":
    """The same where several processes sample together: the first one asks, the others take what it was told.

    Args:
        cfg: as for `fill_in`.
        prompts: the same in all processes.
        path: where the first process writes what it was told; it stays, so that going on asks nobody again.

    Raises:
        InputError: the first process has written nothing for an hour.
    """
    from lightning.pytorch.utilities import rank_zero_only

    from in2in.annotate.client import Patience
    from in2in.files.whole import write_text
    from in2in.motion.prompt import Prompt

    told = [load_annotator(cfg, Patience()).version, [asdict(prompt) for prompt in prompts]]
    key = hashlib.sha256(json.dumps(told).encode()).hexdigest()
    first = getattr(rank_zero_only, "rank", None) in (None, 0)
    for _ in range(1 if first else HOUR):
        content = json.loads(path.read_bytes()) if path.is_file() else {}
        if content.get("asked") == key:
            print(f"individual texts as they were told before: {path}")
            return [Prompt(**prompt) for prompt in content["prompts"]]
        if not first:
            time.sleep(1)
    if not first:
        raise InputError(f"{path} is not there after an hour, the first process writes it: look at what it says")
    filled = fill_in(cfg, prompts)
    write_text(path, json.dumps({"asked": key, "prompts": [asdict(prompt) for prompt in filled]}, ensure_ascii=False))
    return filled


def _lacks_texts(prompt: "Prompt") -> bool:
    return bool(prompt.prompt.strip()) and not (prompt.individual1.strip() and prompt.individual2.strip())


if __name__ == "__main__":
    main()
