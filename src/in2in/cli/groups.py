"""What a command can be told: its groups with their choices, its options, and whose a name is that it does not know."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from in2in.errors import InputError

CHOICE = re.compile(r"\+{0,2}([\w/]+)(?:@[\w.]+)?=(\[?[\w/,-]+\]?)")
"""GROUP=CHOICE; what else hydra understands, such as glob(*), is left to it."""

BROUGHT = re.compile(r"^ *- (?:override )?/([\w/]+)", re.MULTILINE)
"""A group that a choice brings along in its own list of defaults."""

KEY = re.compile(r"^(\w+):", re.MULTILINE)
"""A key of a yaml file's first level."""


def conf_dir() -> Path:
    """The configuration folder, with a folder for each command: inside the installed package, else the repository's."""
    package = Path(__file__).parents[1]
    inside = package / "conf"
    return inside if inside.is_dir() else package.parents[1] / "conf"


OmegaConf.register_new_resolver("conf", lambda folder: str(conf_dir() / folder), replace=True)


def commands() -> list[str]:
    """The commands that have a configuration."""
    return sorted(path.stem for path in conf_dir().glob("*/*.yaml") if path.stem == path.parent.name)


def config(command: str) -> Any:
    """A command's own yaml, not composed."""
    return OmegaConf.load(conf_dir() / command / f"{command}.yaml")


def folders(command: str) -> list[Path]:
    """Where a command's groups lie: its own folder, and those that it shares with others."""
    shared = config(command).hydra.searchpath
    return [conf_dir() / command, *(Path(path.removeprefix("file://")) for path in shared)]


def groups(command: str) -> list[str]:
    """The groups of a command, as model or guidance@prior_guidance."""
    return [str(name) for node in config(command).defaults if not isinstance(node, str) for name in node]


def choices(command: str, group: str) -> dict[str, Path]:
    """The choices of a group by their names."""
    name = group.partition("@")[0]
    return {path.stem: path for folder in folders(command) for path in sorted((folder / name).glob("*.yaml"))}


def options(command: str) -> set[str]:
    """What may stand before an equals sign, a dot or a slash: keys, groups, and keys that choices of groups add."""
    files = [conf_dir() / command / f"{command}.yaml"]
    files += [path for group in groups(command) for path in choices(command, group).values()]
    texts = [path.read_text(encoding="utf-8") for path in files]
    keys = {key for text in texts if text is texts[0] or "@package _global_" in text for key in KEY.findall(text)}
    keys |= {group.split("/")[0] for text in texts for group in BROUGHT.findall(text)}
    return (keys | {group.split("@")[-1].split("/")[0] for group in groups(command)}) - {"defaults"}


def check_arguments(command: str, arguments: Sequence[str]) -> None:
    """Whether the options and choices that were typed are ones of this command.

    Raises:
        InputError: one is not; it says whose it is, or which may have been meant.
    """
    if any(argument.startswith(("-cd", "--config-dir", "hydra.searchpath")) for argument in arguments):
        return  # the user has groups of his own
    known = options(command)
    for argument in arguments:
        key = re.split(r"[=.@/]", argument.lstrip("+~"), maxsplit=1)[0]
        if "=" in argument and key.isidentifier() and key not in known:
            raise InputError(_unknown_option(command, key, known))
        if typed := CHOICE.fullmatch(argument):
            _check_choice(command, typed[1], typed[2].strip("[]").split(","))


def _unknown_option(command: str, key: str, known: set[str]) -> str:
    if theirs := [other for other in commands() if key in options(other)]:
        return f"{key} is an option of {_listed(theirs)}, not of in2in-{command}"
    near = get_close_matches(key, known, n=1)
    return f"{key} is not an option: {f'did you mean {near[0]}?' if near else f'in2in-{command} --help lists them'}"


def _check_choice(command: str, group: str, names: Sequence[str]) -> None:
    if group not in {own.partition("@")[0] for own in groups(command)}:
        return
    known = choices(command, group)
    for name in names:
        if name != "null" and name not in known:
            raise InputError(_not_ours(command, group, name, sorted(known)))


def _not_ours(command: str, group: str, name: str, known: list[str]) -> str:
    theirs = [other for other in commands() if group in groups(other) and name in choices(other, group)]
    if theirs:
        said = first_comment(choices(theirs[0], group)[name])
        return f"{name} is {_a(group)} of {_listed(theirs)}: {said}".removesuffix(": ")
    near = f" (did you mean {close[0]}?)" if (close := get_close_matches(name, known, n=1)) else ""
    return f"there is no {group}={name}{near}: choose from {', '.join(known)}"


def first_comment(path: Path) -> str:
    """What a yaml file says of itself in its first lines."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
    said = [line[2:] for line in lines if not line.startswith(("# @package", "#   "))]
    return said[0].rstrip(".:") if said else ""


def example(command: str, key: str) -> str:
    """A line in which a command is given a key, of those that its yaml begins with; NAME=... where none has it."""
    lines = (conf_dir() / command / f"{command}.yaml").read_text(encoding="utf-8").splitlines()
    shown = (line.removeprefix("#   ") for line in lines if line.startswith("#   "))
    return next((line for line in shown if f" {key}=" in line), f"add {key}=...")


def _a(group: str) -> str:
    return f"{'an' if group[0] in 'aeiou' else 'a'} {group}"


def _listed(names: Sequence[str]) -> str:
    scripts = [f"in2in-{name}" for name in names]
    return scripts[0] if len(scripts) == 1 else f"{', '.join(scripts[:-1])} and {scripts[-1]}"
