"""Checks a configuration against the signatures of what it configures, before anything is built."""

import inspect
from dataclasses import fields
from typing import Any, TypeVar, get_type_hints

from hydra.utils import get_object
from omegaconf import DictConfig, ListConfig, OmegaConf
from pydantic import TypeAdapter, ValidationError

from in2in.errors import InputError

Options = TypeVar("Options")

HYDRA_KEYS = ("_target_", "_partial_", "_recursive_", "_convert_", "_args_")
PLAIN = (int, float, bool, str)


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
        raise InputError(f"{path}._target_={node['_target_']} cannot be imported: {first_line(error)}") from error
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


def first_line(error: Exception) -> str:
    """The first line of what an error says."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(":")


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


def options(kind: type[Options], cfg: DictConfig) -> Options:
    """The keys of a command that a dataclass names, checked against its types."""
    values = {field.name: cfg[field.name] for field in fields(kind) if field.name in cfg}  # type: ignore[arg-type]
    values = {key: OmegaConf.to_container(v) if OmegaConf.is_config(v) else v for key, v in values.items()}
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        raise InputError(explained(error)) from error


def explained(error: ValidationError) -> str:
    """What is wrong first: in this package's own words, or the key, its value and pydantic's."""
    first = error.errors()[0]
    if isinstance(cause := first.get("ctx", {}).get("error"), InputError):
        return str(cause)
    key = ".".join(str(part) for part in first["loc"])
    return f"{key}={first['input']!r}: {first['msg'].lower()}"
