"""Scenes as yaml files, read strictly; run as a module it prints their JSON schema."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from in2in.direction.checks import check
from in2in.direction.scene import Scene
from in2in.errors import InputError
from in2in.files.plain_yaml import read_yaml


def schema() -> dict[str, Any]:
    """The JSON schema of a scene file."""
    return TypeAdapter(Scene).json_schema()


def read_scene(path: str | Path) -> Scene:
    """Read a scene file, and check the scene; the files that it names lie relative to it.

    Raises:
        InputError: it cannot be read, holds what no scene has, or asks what cannot be; the line names the entry.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"scene={path} is not a file: give a yaml file, see docs/direct.md")
    try:
        scene = TypeAdapter(Scene).validate_json(json.dumps(read_yaml(path), default=str), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
        raise InputError(f"{path}: {place}={first['input']!r}: {first['msg'].lower()}") from error
    given = scene.given and replace(scene.given, file=path.parent / str(scene.given.file))
    poses = tuple(replace(pose, file=path.parent / str(pose.file)) for pose in scene.poses)
    scene = replace(scene, given=given, poses=poses)
    try:
        check(scene)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return scene


if __name__ == "__main__":
    print(json.dumps(schema(), indent=1))
