"""Renames the tensors of a published file by a table in which every tensor must have exactly one line."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torch import Tensor

from in2in.errors import InputError

UNUSED = ""
"""The line of a tensor that is not needed, such as a stored table of sinusoids."""


@dataclass(frozen=True)
class KeyMap:
    """From the names of a published file to ours.

    Attributes:
        source: what the file is called in messages.
        table: published name -> "PART/our name", or `UNUSED`. `#` stands for a number, `*` for weight or bias, the same
            on both sides; `{q,k,v}` on our side splits the tensor into equal parts along its rows.
        ignored: prefixes of copies that are left out wherever they occur.
    """

    source: str
    table: Mapping[str, str]
    ignored: tuple[str, ...] = ()

    def lines(self, key: str) -> list[str]:
        """The lines of the table that fit a published name, with its numbers filled in on our side."""
        found = []
        for published, ours in self.table.items():
            if match := re.fullmatch(_pattern(published), key):
                filled = match.groups()
                for wildcard, value in zip(re.findall(r"[#*]", published), filled, strict=True):
                    ours = ours.replace(wildcard, value, 1)
                found.append(ours)
        return found

    def rename(self, published: Mapping[str, Tensor]) -> dict[str, dict[str, Tensor]]:
        """Our name -> float32 tensor, by part; a name that is not in the table is an error."""
        parts: dict[str, dict[str, Tensor]] = {}
        unknown = []
        for key, value in published.items():
            if key.startswith(self.ignored):
                continue
            match self.lines(key):
                case [ours]:
                    if ours != UNUSED:
                        part, _, name = ours.partition("/")
                        names = _split_names(name)
                        pieces = value.float().chunk(len(names))
                        parts.setdefault(part, {}).update(zip(names, pieces, strict=True))
                case []:
                    unknown.append(key)
                case lines:
                    raise AssertionError(f"{key} has {len(lines)} lines in the key map")
        if unknown:
            raise InputError(f"this is not a checkpoint of {self.source}: unknown keys {listed(unknown)}")
        return parts

    def published_name(self, part: str, name: str) -> str:
        """How the file calls one of our tensors, for messages."""
        for published, ours in self.table.items():
            own_part, _, own_name = ours.partition("/")
            for candidate in _split_names(own_name) if own_part == part else ():
                if match := re.fullmatch(_pattern(candidate), name):
                    for wildcard, value in zip(re.findall(r"[#*]", candidate), match.groups(), strict=True):
                        published = published.replace(wildcard, value, 1)
                    return published
        return f"{part}.{name}"


def under(prefix: str, part: str, table: Mapping[str, str]) -> dict[str, str]:
    """A table whose published names have a prefix and whose names belong to a part."""
    return {prefix + published: f"{part}/{ours}" if ours else UNUSED for published, ours in table.items()}


def listed(keys: Iterable[str], most: int = 3) -> str:
    """Some names and how many more there are."""
    keys = list(keys)
    more = f" and {len(keys) - most} more" if len(keys) > most else ""
    return ", ".join(keys[:most]) + more


def _pattern(template: str) -> str:
    return re.escape(template).replace(r"\#", r"(\d+)").replace(r"\*", "(weight|bias)")


def _split_names(name: str) -> list[str]:
    """`a.{q,k}.b` -> [a.q.b, a.k.b]."""
    if not (match := re.search(r"\{(.*)\}", name)):
        return [name]
    return [name[: match.start()] + piece + name[match.end() :] for piece in match[1].split(",")]
