"""What the tests of in2in-annotate share: a data set of numbered texts, a server's answers, what a run has written."""

import json
import re
from pathlib import Path

from chat_server import Fault, reply

from in2in.data.layout import write_motion, write_split, write_texts
from in2in.motion.motion import Motion
from in2in.motion.texts import Texts

CONCURRENCY = 8

FAST = ["annotator.timeout=3", "patience.backoff=0.01", "patience.retries=5", f"concurrency={CONCURRENCY}"]


def number(text: str) -> int:
    found = re.search(r"\d+", text)
    assert found
    return int(found[0])


def good(text: str) -> str:
    n = number(text)
    return json.dumps({"person1": f"A person pushes {n} times.", "person2": f"A person is pushed {n} times."})


def trouble(text: str) -> list[Fault]:
    """One text in ten has each of these; texts of the last two sorts never get a good answer."""
    match number(text) % 20:
        case 1:
            return [Fault(429, headers={"Retry-After": "0"})] * 2
        case 2:
            return [Fault(500), Fault(503)]
        case 3:
            return [Fault(0)] if number(text) % 100 == 3 else []
        case 4:
            return [Fault(200, reply(good(text)[:30]))]
        case 5:
            return [Fault(200, reply('{"person1": "A person pushes.", "second": 2}'))]
        case 6:
            return [Fault(200, reply(good(text))[:80])]
        case 7:
            return [Fault(200, reply('{"person1": "The other person pushes.", "person2": "They walk."}'))]
        case 8:
            return [Fault(200, reply('["no", "object"]'))] * 99
        case 9:
            return [Fault(500)] * 99 if fails_always(text) else []
    return []


def fails_always(text: str) -> bool:
    """Whether the server never answers this text."""
    return number(text) % 40 == 9


def dataset(folder: Path, raw: Motion, texts: int) -> Path:
    """Three texts a clip; text N is of clip N // 3."""
    clips = [f"clip{clip}" for clip in range(-(-texts // 3))]
    motion = raw.crop(0, 20)
    for clip in range(len(clips)):
        write_motion(folder, clips[clip], motion)
        lines = tuple(f"One person pushes the other {3 * clip + k} times." for k in range(min(3, texts - 3 * clip)))
        write_texts(folder, clips[clip], Texts(lines, ((), ())))
    write_split(folder, "train", clips[: len(clips) // 2])
    write_split(folder, "test", clips[len(clips) // 2 :])
    return folder


def arguments(data: Path, url: str) -> list[str]:
    return [f"data_dir={data}", "annotator=openai", f"annotator.base_url={url}", "annotator.model=m", *FAST]


def written(folder: Path) -> dict[str, bytes]:
    """All annotation files and the report."""
    files = [*(folder / "annots_individual").rglob("*"), folder / "annotation" / "report.jsonl"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.is_file()}


def journalled(folder: Path) -> set[str]:
    """The texts whose answers are in the journal; a last line that was cut short is none."""
    lines = (folder / "annotation" / "journal.jsonl").read_bytes().split(b"\n")[:-1]
    rows = [row for row in map(json.loads, lines) if "person1" in row]
    return {f"One person pushes the other {3 * int(row['clip'][4:]) + row['line']} times." for row in rows}


def one_line(finished, words: str) -> str:
    """One clear line, and no traceback."""
    assert finished.code != 0
    [line] = re.findall(r"in2in-\w+:.*", finished.err)
    assert re.search(words, line), line
    assert "Traceback" not in finished.err
    return line
