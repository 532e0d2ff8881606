"""Files of prompts: JSON lines with all that a prompt has, or plain text with a prompt a line."""

import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from in2in.cli.schema import explained
from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.motion.prompt import Prompt

JSON_ENDINGS = (".jsonl", ".ndjson", ".json")
"""Files that hold JSON whatever they look like: a mistake in one is no prompt."""

REMEDY = "write a prompt, or a JSON object, a line"


def read_prompts(path: Path, seconds: float, seed: int) -> "list[Prompt]":
    """The prompts of a file, in its order.

    A line of JSON has prompt, individual1, individual2, seconds, seed (all but prompt optional). In a plain text file,
    known by its first line, which does not begin with "{", a line is the interaction text of one prompt.

    Args:
        path: of the file, in any encoding that can be told.
        seconds: where a line does not give its own.
        seed: likewise.

    Raises:
        InputError: the file or one of its lines cannot be used; it names the line.
    """
    from in2in.files.text_files import read_lines
    from in2in.motion.prompt import Prompt

    if not path.is_file():
        raise InputError(f"prompts={path} is not a file: give a file with a prompt, or a JSON object, a line")
    lines = [(number, line) for number, line in enumerate(read_lines(path, REMEDY), start=1) if line]
    if not lines:
        raise InputError(f"prompts={path} holds no prompt: {REMEDY}")
    names = tuple(field.name for field in fields(Prompt))
    as_json = path.suffix.lower() in JSON_ENDINGS or lines[0][1].startswith("{")
    prompts = []
    for number, line in lines:
        where = f"{path}:{number}"
        told = _object(where, line, names) if as_json else {"prompt": _text(where, line)}
        try:
            prompts.append(TypeAdapter(Prompt).validate_python({"seconds": seconds, "seed": seed} | told))
        except ValidationError as error:
            raise InputError(f"{where}: {explained(error)}") from error
    return prompts


def _object(where: str, line: str, names: tuple[str, ...]) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{where} is not JSON ({error.msg}): write one object a line") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets within brackets
        raise InputError(f"{where} cannot be read as JSON ({error}): write one object a line") from error
    if not isinstance(told, dict) or told.keys() - set(names):
        raise InputError(f"{where}: expected an object with {', '.join(names)}")
    return told


def _text(where: str, line: str) -> str:
    if line.startswith("{"):
        raise InputError(f"{where} looks like JSON among plain prompts: write the whole file in one way")
    return line
