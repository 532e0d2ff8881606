"""YAML of strangers as plain data: what a person would write, and nothing that grows, nests without end or calls."""

import re
from pathlib import Path
from typing import Any

import yaml

from in2in.errors import InputError

LARGEST = 128 * 1024
"""Bytes; a trained run's config.yaml has some 5,000."""

DEEPEST = 24
"""Levels of nesting."""


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PlainLoader(_Loader):
    """YAML's plain values, and 1e-3 as the number that everybody means by it."""


PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?\d[\d_]*(\.[\d_]*)?[eE][-+]?\d+$"), list("-+0123456789")
)

INTERPOLATION = re.compile(r"\$\{(\w+(?:\.\w+)*)\}")
"""A value that is taken from elsewhere in the file, as in ${text.dim}."""

LOOKUPS, LONGEST = 1000, 4096
"""Interpolations of a file, and letters of a text that they make, at most."""


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a file, its values as they stand there.

    Raises:
        InputError: the file cannot be read, is no mapping, is far too large or deep, or uses aliases (by which a few
            lines can become gigabytes).
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise ValueError(f"it is larger than {LARGEST // 1024} KB")
        text = raw.decode("utf-8-sig")
        _check_shape(text)
        data = yaml.load(text, PlainLoader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise InputError(f"{path} cannot be read as YAML: {' '.join(str(error).split())[:200]}") from error
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise InputError(f"{path} is no mapping of names to values")
    return data


def _check_shape(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, PlainLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("it uses an alias (*name): write the value out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} deep")


def interpolated(node: Any, root: dict[str, Any]) -> Any:
    """A node with its interpolations filled in.

    Only names of values are looked up, as in ${text.dim} or ${run_dir}/clip. What calls a resolver, as ${oc.env:HOME}
    does, is an error: a file from elsewhere must not read the environment, nor anything else.

    Args:
        node: plain data.
        root: what the names are looked up in.

    Raises:
        ValueError: an interpolation is of another kind, leads nowhere, to a whole node or in a circle.
    """
    return _Filler(root).fill(node, ())


class _Filler:
    def __init__(self, root: dict[str, Any]) -> None:
        self.root, self.left = root, LOOKUPS

    def fill(self, node: Any, on_the_way: tuple[str, ...]) -> Any:
        """See `interpolated`; names that led here must not come again."""
        if isinstance(node, dict):
            return {key: self.fill(value, on_the_way) for key, value in node.items()}
        if isinstance(node, list):
            return [self.fill(value, on_the_way) for value in node]
        if not isinstance(node, str) or "${" not in node:
            return node
        if whole := INTERPOLATION.fullmatch(node):
            return self.look_up(whole[1], on_the_way)
        text = INTERPOLATION.sub(lambda found: str(self.look_up(found[1], on_the_way)), node)
        if "${" in text:
            raise ValueError(f"{node[:100]!r} calls a resolver, which no run needs")
        if len(text) > LONGEST:
            raise ValueError(f"{node[:100]!r} becomes a text of more than {LONGEST} letters")
        return text

    def look_up(self, name: str, on_the_way: tuple[str, ...]) -> Any:
        """The value that a name stands for."""
        self.left -= 1
        if name in on_the_way or self.left < 0:
            raise ValueError(f"${{{name}}} leads in a circle")
        found: Any = self.root
        for part in name.split("."):
            if not isinstance(found, dict) or part not in found:
                raise ValueError(f"${{{name}}} leads nowhere")
            found = found[part]
        if isinstance(found, dict | list):
            raise ValueError(f"${{{name}}} is no value, but a whole node")
        return self.fill(found, (*on_the_way, name))
