"""in2in-COMMAND --help, made from the command's yaml: its first lines, and what stands behind each key."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap

from in2in.cli.groups import choices, conf_dir, first_comment
from in2in.export.formats import FORMATS

WIDTH = 118
COLUMN = 34
"""Where the explanations begin."""

EXPLAINED = ("experiment", "source", "metric", "debug", "hparams_search")
"""Groups of which each choice gets a line."""

LINE = re.compile(r"(?P<indent> *)(?:- )?(?P<key>[\w/@]+):(?: (?P<value>(?!#).*?))?(?: *# (?P<comment>.*))?")
SPOKEN = ((r"\$\{now:[^}]*\}", "DATE"), (r"\$\{hydra:[\w.]*?(\w+)\}", r"<\1>"), (r"\$\{oc\.env:(\w+),null\}", r"$\1"))
"""Interpolations of defaults, and how they are shown."""


def entries(path: Path) -> Iterator[tuple[str, str, str]]:
    """Name, default and explanation of what stands in a yaml file; groups are called "group NAME".

    Keys below others are called by their path, "limits.far"; what configures hydra, and targets, are left out.
    {formats} in an explanation stands for the names of all that motion can be exported to.
    """
    parents: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if (found := LINE.fullmatch(line)) is None:
            continue
        depth = len(found["indent"]) // 2
        parents = [*parents[:depth], found["key"]]
        if parents[0] == "hydra" or found["key"].startswith("_") or found["key"] == "defaults":
            continue
        name = f"group {found['key']}" if parents[0] == "defaults" else ".".join(parents)
        value = found["value"] or ""
        for pattern, spoken in SPOKEN:
            value = re.sub(pattern, spoken, value)
        yield name, value, (found["comment"] or "").replace("{formats}", ", ".join(FORMATS))


def help_text(command: str, arguments: Sequence[str]) -> str:
    """What is shown for --help; a choice that stands beside it, guidance=plain, is explained instead."""
    for argument in arguments:
        group, _, name = argument.partition("=")
        if path := choices(command, group).get(name) if re.fullmatch(r"[\w/@]+", group) else None:
            return "\n".join([first_comment(path), "", *_options(path, group)])
    path = conf_dir() / command / f"{command}.yaml"
    head = [line[2:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    return "\n".join(
        [
            *(head[0], "", *head[1:]),
            *("", "Options, NAME=VALUE:", *_options(path)),
            *_groups(command, path),
            *("", "-m NAME=A,B runs every value (a sweep); --cfg job shows the composed configuration."),
        ]
    )


def _options(path: Path, group: str = "") -> list[str]:
    inside = "" if not group or "@package _global_" in path.read_text(encoding="utf-8") else f"{group.split('@')[-1]}."
    told = [
        entry for entry in entries(path) if not entry[0].startswith("group ") and (entry[2] or entry[1][:2] != "${")
    ]
    told = [(name, value, said) for name, value, said in told if value or said]
    return [line for name, value, said in told for line in _entry(f"{inside}{name}={value}", said)]


def _groups(command: str, path: Path) -> list[str]:
    lines = []
    for name, default, said in entries(path):
        if name.startswith("group "):
            group = name.removeprefix("group ")
            known = choices(command, group)
            each = known if group in EXPLAINED else {}
            lines += _entry(f"{group}={default}", said if each else f"{said} [{' | '.join(known)}]")
            lines += [line for key, file in each.items() for line in _entry(f"  {key}", first_comment(file))]
    title = f"Choices, GROUP=CHOICE (in2in-{command} GROUP=CHOICE --help shows the options of one):"
    return ["", title, *lines] if lines else []


def _entry(name: str, said: str) -> list[str]:
    first, *rest = wrap(said, WIDTH - COLUMN) or [""]
    head = f"  {name:{COLUMN - 4}}  {first}".rstrip() if len(name) <= COLUMN - 4 else None
    indented = [" " * COLUMN + line for line in ([first, *rest] if head is None else rest) if line]
    return [head or f"  {name}", *indented]
