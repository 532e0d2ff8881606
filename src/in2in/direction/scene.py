"""A scene: what is said, and what is asked for beside it."""

from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from in2in.direction.constraints import (
    STRICT,
    Constraint,
    Facing,
    Given,
    Keyframe,
    Loop,
    Number,
    Pose,
    Route,
    Touch,
)
from in2in.motion.motion import Motion
from in2in.motion.prompt import Prompt


@dataclass(frozen=True)
class Take:
    """A part of a long scene.

    Attributes:
        prompt, individual1, individual2: its texts.
        seconds: how long it lasts, 2 to 120.
    """

    prompt: str = ""
    individual1: str = ""
    individual2: str = ""
    seconds: Annotated[float, Field(ge=2, le=120)] = 4.0
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Scene:
    """What to generate.

    Attributes:
        prompt, individual1, individual2, seconds, seed: as of a `Prompt`.
        keyframes: joints at places.
        poses: whole bodies as in recorded motion.
        paths: ways over the floor.
        facings: directions that persons face.
        touches: hands on points, or on the other person.
        given: a person whose motion is known; the other is generated to it.
        loop: the motion can be played round and round.
        takes: one after the other in place of `prompt` and `seconds`: a scene of any length.
    """

    prompt: str = ""
    individual1: str = ""
    individual2: str = ""
    seconds: Number = 4.0
    seed: int = 0
    keyframes: tuple[Keyframe, ...] = ()
    poses: tuple[Pose, ...] = ()
    paths: tuple[Route, ...] = ()
    facings: tuple[Facing, ...] = ()
    touches: tuple[Touch, ...] = ()
    given: Given | None = None
    loop: bool = False
    takes: tuple[Take, ...] = ()
    __pydantic_config__ = STRICT

    def asked(self) -> dict[str, Constraint]:
        """All constraints but the given person, by where they stand, such as paths[0]."""
        kinds = ("keyframes", "poses", "paths", "facings", "touches")
        named: dict[str, Constraint] = {
            f"{kind}[{place}]": own for kind in kinds for place, own in enumerate(getattr(self, kind))
        }
        if self.loop:
            named["loop"] = Loop()
        return named

    def as_prompt(self) -> Prompt:
        """Texts, length and seed of a scene without takes."""
        return Prompt(self.prompt, self.individual1, self.individual2, self.seconds, self.seed)

    def samples(self, count: int) -> "list[Scene]":
        """This scene with `count` seeds in a row."""
        return [replace(self, seed=self.seed + number) for number in range(count)]

    def told(self) -> dict[str, Any]:
        """What differs from an empty scene, as plain data that a sample keeps."""
        return {
            field.name: _plain(value) for field in fields(self) if (value := getattr(self, field.name)) != field.default
        }


def _plain(value: Any) -> Any:
    if isinstance(value, Motion):
        return value.name or value.title
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(own) for key, own in value.items()}
    return (
        [_plain(own) for own in value] if isinstance(value, tuple) else str(value) if isinstance(value, Path) else value
    )
