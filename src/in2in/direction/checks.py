"""What no person can do, and what a scene asks twice in different ways: found before anything is sampled."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np

from in2in.direction.constraints import Constraint, Facing, Given, Keyframe, Pose, Route, Source, Touch, motion_of
from in2in.direction.scene import Scene
from in2in.errors import InputError
from in2in.motion.rate import FPS
from in2in.motion.skeleton import BONE_LENGTHS, INDEX, JOINTS, PARENTS

SPRINT, STRIKE = 10.0, 20.0
"""Metres a second, of a pelvis and of any joint, that nobody exceeds."""

APART, TURNED = 0.03, 10.0
"""Metres and degrees, further than which two wishes contradict each other."""

STRETCH = 1.2
"""How much longer than the average body's bones those of a tall person are."""

Known = dict[int, list[tuple[str, np.ndarray]]]
"""By frame: who asks, and the place (x, y, z in metres; NaN where nothing is asked)."""


def check(scene: Scene) -> None:
    """Raise an InputError that names the entry at fault."""
    asked, given = scene.asked(), scene.given
    if scene.takes:
        if asked or given or scene.prompt or scene.individual1 or scene.individual2:
            raise InputError("takes have their own texts, and no constraints beside them yet: leave the others out")
        return
    frames = scene.as_prompt().frames
    if given is not None:
        _check_given(given, frames)
    for where, own in asked.items():
        if given is not None and getattr(own, "person", None) == given.person:
            raise InputError(f"{where} asks something of person {given.person}, who is given whole: leave one out")
        _check_alone(where, own, frames)
    if given is not None and scene.loop:
        raise InputError(f"loop asks something of person {given.person}, who is given whole: leave one out")
    known: defaultdict[tuple[int, str], Known] = defaultdict(lambda: defaultdict(list))
    for where, own in asked.items():
        for person, joint, frame, place in _places(own):
            known[person, joint][frame].append((where, place))
    for (person, joint), course in known.items():
        _check_course(person, joint, course)
    _check_reach(known)
    _check_pairs(asked)


def _check_given(given: Given, frames: int) -> None:
    _check_source("given", given.file, given.of, given.start + frames - 1)


def _check_source(where: str, source: Source, person: int, frame: int) -> None:
    motion = motion_of(source)
    motion.check(where)
    if motion.fps != FPS:
        raise InputError(f"{where}: the motion has {motion.fps:g} frames a second, not {FPS}: resample it")
    if motion.rotations is None:
        raise InputError(f"{where}: the motion has no rotations")
    if person > len(motion.joints):
        raise InputError(f"{where}: the motion has no person {person}, only {len(motion.joints)}")
    if frame >= len(motion):
        raise InputError(f"{where}: the motion has {len(motion)} frames, frame {frame} is asked for")


def _check_alone(where: str, own: Constraint, frames: int) -> None:
    """What is wrong with one constraint, whatever the others ask."""
    if isinstance(own, Route | Facing):
        points = own.points if isinstance(own, Route) else own.turns
        if any(one[0] >= two[0] for one, two in pairwise(points)):
            raise InputError(f"{where}: its frames must go up")
    if isinstance(own, Touch):
        if own.first > own.last:
            raise InputError(f"{where}: first={own.first} is after last={own.last}")
        if (own.point is None) == (own.joint is None):
            raise InputError(f"{where}: give either point or joint, the other person's")
    if outside := [frame for frame in own.frames() if frame >= frames]:
        raise InputError(f"{where}: frame {outside[-1]} is outside the motion's 0 to {frames - 1}: give more seconds")
    named = list(own.joints) if isinstance(own, Keyframe) else [own.joint] if isinstance(own, Touch) else []
    if unknown := [name for name in named if name is not None and name not in INDEX]:
        raise InputError(f"{where}: there is no joint {unknown[0]!r}; there are {', '.join(JOINTS)}")
    if isinstance(own, Pose):
        _check_source(where, own.file, own.of, own.at)


def _places(own: Constraint) -> Iterator[tuple[int, str, int, np.ndarray]]:
    """Person, joint, frame and place of all that a constraint fixes."""
    if isinstance(own, Keyframe):
        for name, place in own.joints.items():
            yield own.person, name, own.frame, np.asarray(place)
    elif isinstance(own, Pose):
        for name, place in zip(JOINTS, own.joints(), strict=True):
            yield own.person, name, own.frame, place
    elif isinstance(own, Route):
        for frame, (x, z) in zip(own.frames(), own.places(), strict=True):
            yield own.person, "pelvis", frame, np.array([x, np.nan, z])
    elif isinstance(own, Touch) and own.point is not None:
        for frame in own.frames():
            yield own.person, f"{own.hand} palm", frame, np.asarray(own.point)


def _far(one: np.ndarray, two: np.ndarray) -> float:
    return float(np.sqrt(np.nansum((one - two) ** 2)))


def _check_course(person: int, joint: str, course: Known) -> None:
    """One joint is at one place at a time, and as fast as people are."""
    for frame, wishes in course.items():
        for (one, a), (two, b) in combinations(wishes, 2):
            if _far(a, b) > APART:
                raise InputError(f"{one} and {two} want person {person}'s {joint} at two places in frame {frame}")
    fastest = SPRINT if joint == "pelvis" else STRIKE
    for before, after in pairwise(sorted(course)):
        (one, a), (two, b) = course[before][0], course[after][0]
        if (speed := _far(a, b) / (after - before) * FPS) > fastest:
            who = one if one == two else f"{one} and {two}"
            raise InputError(
                f"{who}: person {person}'s {joint} would move at {speed:.0f} m/s from frame {before} to {after}, "
                "faster than a person"
            )


def _check_reach(known: dict[tuple[int, str], Known]) -> None:
    """Two joints of a person are no further apart in a frame than the bones between them reach."""
    for ((person, one), a), ((other, two), b) in combinations(known.items(), 2):
        if person != other or one not in INDEX or two not in INDEX:
            continue
        reach = STRETCH * _reach(INDEX[one], INDEX[two])
        for frame in a.keys() & b.keys():
            if (gap := _far(a[frame][0][1], b[frame][0][1])) > reach:
                raise InputError(
                    f"{a[frame][0][0]} and {b[frame][0][0]}: person {person}'s {one} and {two} are {gap:.2f} m "
                    f"apart in frame {frame}, a body reaches {reach:.2f} m"
                )


def _reach(one: int, two: int) -> float:
    """The length in metres of all bones between two joints of the average body."""
    ups = [set(_up(joint)) for joint in (one, two)]
    return sum(BONE_LENGTHS[joint] for joint in ups[0] ^ ups[1])


def _up(joint: int) -> Iterator[int]:
    while joint >= 0:
        yield joint
        joint = PARENTS[joint]


def _check_pairs(asked: dict[str, Constraint]) -> None:
    """A hand does one thing at a time, and a person faces one way."""
    for (one, a), (two, b) in combinations(asked.items(), 2):
        shared = sorted(set(a.frames()) & set(b.frames()))
        if not shared or getattr(a, "person", 0) != getattr(b, "person", 0):
            continue
        if isinstance(a, Touch) and isinstance(b, Touch) and a.hand == b.hand and a.joint != b.joint:
            raise InputError(
                f"{one} and {two} want person {a.person}'s {a.hand} hand at two places in frame {shared[0]}"
            )
        if isinstance(a, Facing | Route) and isinstance(b, Facing | Route) and _faces(a) and _faces(b):
            ways = [own.directions()[np.searchsorted(own.frames(), shared)] for own in (a, b)]
            apart = np.abs((ways[0] - ways[1] + 180) % 360 - 180)
            if apart.max() > TURNED:
                frame = shared[int(apart.argmax())]
                raise InputError(f"{one} and {two} want person {a.person} to face two ways in frame {frame}")


def _faces(own: Facing | Route) -> bool:
    return isinstance(own, Facing) or own.along
