"""Checks a configuration against the signatures of what it configures, before anything is built."""

import inspect
from collections.abc import Callable
from types import NoneType
from typing import Any, get_args, get_type_hints

from hydra.utils import get_object
from omegaconf import DictConfig, ListConfig, OmegaConf
from pydantic import TypeAdapter, ValidationError, create_model

from in2in.cli.groups import example
from in2in.errors import InputError

HYDRA_KEYS = ("_target_", "_partial_", "_recursive_", "_convert_", "_args_")
PLAIN = (int, float, bool, str)


def options(command: str, task: Callable[..., Any], cfg: DictConfig) -> dict[str, Any]:
    """The values of a task's parameters after the first, from a configuration that is checked as a whole.

    Raises:
        InputError: what may not be None is not given, or something is of another type than its signature says.
    """
    hints = get_type_hints(task)
    kinds = {name: hints[name] for name in list(inspect.signature(task).parameters)[1:]}
    needed = [name for name, kind in kinds.items() if NoneType not in get_args(kind)]
    missing = [str(key) for key in cfg if OmegaConf.is_missing(cfg, key)]
    if missing := missing or [name for name in needed if cfg[name] is None]:
        raise InputError(f"{missing[0]} is not given: {example(command, missing[0])}")
    check(cfg)
    values = {
        name: OmegaConf.to_container(cfg[name]) if OmegaConf.is_config(cfg[name]) else cfg[name] for name in kinds
    }
    fields: dict[str, Any] = {name: (kind, ...) for name, kind in kinds.items()}
    try:
        read = create_model("Options", **fields).model_validate(values)
    except ValidationError as error:
        raise InputError(explained(error)) from error
    return {name: getattr(read, name) for name in kinds}


def check(node: Any, path: str = "") -> None:
    """Compare every node that has a `_target_` with that target's signature: unknown keys, wrong plain types."""
    if isinstance(node, ListConfig):
        for place, child in enumerate(node):
            check(child, f"{path}[{place}]")
    elif isinstance(node, DictConfig):
        if isinstance(node.get("_target_"), str):
            _check_target(node, path)
        for key in node:
            check(node[key], f"{path}.{key}" if path else str(key))


def _check_target(node: DictConfig, path: str) -> None:
    try:
        target = get_object(node["_target_"])
    except Exception as error:
        told = (str(error).splitlines() or [type(error).__name__])[0].rstrip(":")
        raise InputError(f"{path}._target_={node['_target_']} cannot be imported: {told}") from error
    parameters = inspect.signature(target).parameters
    if any(parameter.kind == parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    hints = _hints(target)
    for key, value in OmegaConf.to_container(node, resolve=True).items():  # type: ignore[union-attr]
        if key in HYDRA_KEYS:
            continue
        if key not in parameters:
            raise InputError(f"{path}.{key} is not an option of {node['_target_']}; it takes {', '.join(parameters)}")
        if isinstance(value, PLAIN) and key in hints:
            _check_type(f"{path}.{key}", value, hints[str(key)])


def _hints(target: Any) -> dict[str, Any]:
    try:
        return get_type_hints(target.__init__ if inspect.isclass(target) else target)
    except (NameError, TypeError):
        return {}


def _check_type(path: str, value: Any, hint: Any) -> None:
    try:
        adapter = TypeAdapter(hint, config={"arbitrary_types_allowed": True})
    except Exception:
        return  # not a type that pydantic can check: the constructor will
    try:
        adapter.validate_python(value)
    except ValidationError as error:
        raise InputError(f"{path}={value!r}: {error.errors()[0]['msg'].lower()}") from error


def explained(error: ValidationError) -> str:
    """What is wrong first: in this package's own words, or the key, its value and pydantic's."""
    first = error.errors()[0]
    if isinstance(cause := first.get("ctx", {}).get("error"), InputError):
        return str(cause)
    key = ".".join(str(part) for part in first["loc"])
    return f"{key}={first['input']!r}: {first['msg'].lower()}"
