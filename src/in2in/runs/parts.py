"""Reads what describes the model out of a run's config.yaml, if it asks for nothing but `in2in.runs.trusted` lists."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from in2in.errors import InputError
from in2in.files.plain_yaml import interpolated, read_yaml
from in2in.runs.hub import ID
from in2in.runs.text_model import check_text_model
from in2in.runs.trusted import CALLED, LOOKUP, PARTS, RENAMED, RUN, Kind, Node, RunFile


def read_parts(folder: Path, run: str | Path, from_hub: bool = False) -> dict[str, Any]:
    """The checked parts of a run's config.yaml as plain data, interpolations filled in; parts that are null left out.

    Args:
        folder: of the run.
        run: what the user calls it, for messages.
        from_hub: the run was fetched; what it names must be inside it.

    Raises:
        InputError: the file cannot be read, or asks for anything that is not on the list.
    """
    told = read_yaml(folder / "config.yaml")
    root = {key: told[key] for key in PARTS if told.get(key) is not None} | {"run_dir": str(folder)}
    reader = _Reader(folder, run, from_hub)
    parts = {}
    for key, kind in PARTS.items():
        if key in root:
            try:
                node = interpolated(root[key], root)
            except ValueError as error:
                raise InputError(f"run={run}: {key} in its config.yaml: {error}: do not trust it") from error
            parts[key] = reader.checked(node, kind, key)
    return parts


@dataclass(frozen=True)
class _Reader:
    """Checks the nodes of one run; arguments as of `read_parts`."""

    folder: Path
    run: str | Path
    from_hub: bool

    def checked(self, value: Any, kind: Kind | RunFile | Node, where: str) -> Any:
        """A value as it may be used."""
        if value is None:
            return None
        if isinstance(kind, Node):
            return self._node(value, kind, where)
        if isinstance(kind, RunFile):
            return self._file(value, kind, where)
        if not kind.fits(value):
            raise self._refused(where, value, f"is not {kind.words}")
        if kind is RUN and self.from_hub and not (ID.fullmatch(value) or self._inside(value)):
            raise self._refused(where, value, "lies outside of the run folder, which no run from the hub needs")
        return value

    def _node(self, node: Any, kind: Node, where: str) -> dict[str, Any]:
        if not isinstance(node, dict):
            raise self._refused(where, node, "is no node with a _target_")
        name = node.get("_target_")
        name = RENAMED.get(name, name) if isinstance(name, str) else name
        if name not in kind.names:
            raise InputError(
                f"run={self.run} asks for {' '.join(str(name).split())[:100]} to be called, which no run needs: "
                f"do not trust it (it stands in {where})"
            )
        called = CALLED[name]
        own = {key: value for key, value in node.items() if key != "_target_" and key not in called.always}
        if strange := [key for key in own if key not in called.arguments]:
            raise self._refused(f"{where}.{strange[0]}", own[strange[0]], f"is no argument that {name} may have")
        for key, value in called.always.items():
            if node.get(key) is not value:
                raise self._refused(f"{where}.{key}", node.get(key), f"must be {str(value).lower()}")
        if name == LOOKUP:  # a class that is looked up may have moved, too
            own = {key: RENAMED.get(path, path) if isinstance(path, str) else path for key, path in own.items()}
        checked = {key: self.checked(value, called.arguments[key], f"{where}.{key}") for key, value in own.items()}
        return {"_target_": name, **called.always, **checked}

    def _file(self, value: Any, kind: RunFile, where: str) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise self._refused(where, value, "is no path")
        if value == kind.published:
            return value
        path = self._inside(value)
        if path is None:
            path = self.folder / kind.name
            if not path.exists():
                why = f"lies outside of the run folder: if the run is your own, copy it to {path}"
                raise self._refused(where, value, why, "")
        if path.is_dir():
            check_text_model(path, self.run)
        return str(path)

    def _inside(self, value: str) -> Path | None:
        """A path that is spelled as one inside the run folder; None of another. Links may lead on: it is only read."""
        path = Path(os.path.abspath(value))
        return path if path.is_relative_to(os.path.abspath(self.folder)) else None

    def _refused(self, where: str, value: Any, why: str, end: str = ": do not trust it") -> InputError:
        shown = " ".join(str(value).split())
        shown = shown if len(shown) <= 100 else f"{shown[:100]}..."
        return InputError(f"run={self.run}: {where}={shown} in its config.yaml {why}{end}")
