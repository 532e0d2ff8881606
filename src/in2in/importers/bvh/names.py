"""Which joints of a BVH file are ours, by their names.

Names are compared without case, spaces and signs, and without what all names of a person begin or end with
(mixamorig:, Bip01, Character1_, _JNT). The spine is found by the tree: what lies between pelvis and neck.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from in2in.errors import InputError
from in2in.files.plain_yaml import read_yaml
from in2in.importers.bvh.file import END, MOST, BvhFile
from in2in.motion.skeleton import JOINTS

Skeletons = Mapping[str, Mapping[str, str | Sequence[str]]]
"""For each known skeleton, the file's joint for each of ours, or several names it may have. `hip: $Thigh` stands for
`left_hip` and `right_hip`, with the names of `sides` for the $. NAME/end is the end site of NAME."""

PAIRED = ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")

SPINE = ("spine1", "spine2", "spine3")

DERIVED = ("pelvis", *SPINE, "neck", "left_collar", "right_collar", "left_foot", "right_foot")
"""Joints of ours that a file may lack."""

AFFIXES = 20
"""How many beginnings and ends of names are tried; a file of thousands would take minutes."""


@dataclass(frozen=True)
class Person:
    """A person in a file.

    Attributes:
        skeleton: name of the known skeleton.
        nodes: for our joints that the file has, the number of its node.
    """

    skeleton: str
    nodes: Mapping[str, int]

    @property
    def lacking(self) -> tuple[str, ...]:
        """Our joints that are to be derived."""
        return tuple(joint for joint in JOINTS if joint not in self.nodes)


def choose(skeletons: Skeletons, skeleton: str | None) -> dict[str, dict[str, tuple[str, ...]]]:
    """The known skeletons, or the one that is named or described in a yaml file, with all names a joint may have."""
    if skeleton is None:
        chosen = dict(skeletons)
    elif skeleton in skeletons:
        chosen = {skeleton: skeletons[skeleton]}
    elif Path(skeleton).is_file():
        try:
            chosen = {Path(skeleton).stem: read_yaml(Path(skeleton))}
        except InputError as error:
            raise InputError(f"skeleton={error}".replace("as YAML", "as yaml")) from error
    else:
        raise InputError(f"skeleton={skeleton} is neither a yaml file nor one of {', '.join(skeletons)}")
    return {name: _expand(name, joints) for name, joints in chosen.items()}


def _expand(name: str, joints: Mapping[str, str | Sequence[str]]) -> dict[str, tuple[str, ...]]:
    if not isinstance(joints, Mapping):
        raise InputError(f"skeleton {name} names no joints: write our joint, a colon and the file's joint, one a line")
    sides = joints.get("sides", ("", ""))
    expanded: dict[str, tuple[str, ...]] = {}
    for ours, theirs in joints.items():
        names = (theirs,) if isinstance(theirs, str) else tuple(theirs)
        if ours in PAIRED:
            for side, mark in zip(("left", "right"), sides, strict=True):
                expanded[f"{side}_{ours}"] = tuple(own.replace("$", mark) for own in names)
        elif ours in JOINTS:
            expanded[ours] = names
        elif ours != "sides":
            raise InputError(f"skeleton {name}: {ours!r} is none of our joints: they are {', '.join(JOINTS)}")
    if lacking := [joint for joint in JOINTS if joint not in (*expanded, *DERIVED)]:
        raise InputError(f"skeleton {name} lacks {', '.join(lacking)}: add the file's joint for each")
    return expanded


def people(file: BvhFile, skeletons: Mapping[str, Mapping[str, Sequence[str]]]) -> list[Person]:
    """The persons of a file, at least one: one below each root, or several below one.

    Args:
        file: as read.
        skeletons: of `choose`.
    """
    below: dict[int, list[int]] = {}
    for number, node in enumerate(file.nodes):
        below.setdefault(node.parent, []).append(number)
    found = [person for root in below[-1] for person in _people_below(file, root, below, skeletons)]
    if found:
        return found
    names = [number for number, _ in enumerate(file.nodes)]
    fits = {name: _find(file, names, joints) for name, joints in skeletons.items()}
    lacks = {
        name: [joints[joint][0] for joint in JOINTS if joint not in fits[name] and joint not in DERIVED]
        for name, joints in skeletons.items()
    }
    nearest = min(lacks, key=lambda name: len(lacks[name]))
    raise InputError(
        f"{file.path} has the joints of no known skeleton; of the nearest, {nearest}, "
        f"it lacks {', '.join(lacks[nearest])}: describe its skeleton in a yaml file and give skeleton=FILE"
    )


def _people_below(file: BvhFile, top: int, below: Mapping[int, list[int]], skeletons: Mapping) -> list[Person]:
    subtree = list(_subtree(top, below))
    if len(subtree) < len(JOINTS) - len(DERIVED):
        return []
    deeper = [one for child in below.get(top, []) for one in _people_below(file, child, below, skeletons)]
    if len(deeper) > 1:
        return deeper
    best: Person | None = None
    for name, joints in skeletons.items():
        nodes = _find(file, subtree, joints)
        if all(joint in nodes for joint in JOINTS if joint not in DERIVED):
            person = Person(name, _complete(file, nodes))
            if "pelvis" in person.nodes and (best is None or len(person.nodes) > len(best.nodes)):
                best = person
    return deeper if best is None else [best]


def _subtree(top: int, below: Mapping[int, list[int]]) -> Iterator[int]:
    yield top
    for child in below.get(top, []):
        yield from _subtree(child, below)


@lru_cache(MOST)
def _plain(name: str) -> str:
    """A name without case, spaces and signs."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _find(file: BvhFile, numbers: Sequence[int], joints: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Our joints found among some nodes under the beginning and end of names that finds the most."""
    there: dict[str, int] = {}
    ends: dict[int, int] = {}
    for number in numbers:
        node = file.nodes[number]
        if node.name.endswith(END):
            ends.setdefault(node.parent, number)
        else:
            there.setdefault(_plain(node.name), number)

    def look(name: str, affix: tuple[str, str]) -> int | None:
        number = there.get(affix[0] + _plain(name.removesuffix(END)) + affix[1])
        return ends.get(-1 if number is None else number) if name.endswith(END) else number

    best: dict[str, int] = {}
    for affix in sorted(_affixes(there, joints), key=lambda affix: (len("".join(affix)), affix)):
        found: dict[str, int] = {}
        for ours, names in joints.items():
            numbers_of = (look(name, affix) for name in names)
            if (number := next((one for one in numbers_of if one is not None), None)) is not None:
                found[ours] = number
        if len(found) > len(best):
            best = found
    return best


def _affixes(there: Mapping[str, int], joints: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """What may come before and after the names: nothing, or what comes most often."""
    probes = {_plain(name) for joint in ("left_knee", "right_elbow") for name in joints[joint]}
    parts = (name.partition(probe) for name in there for probe in probes)
    found = Counter((before, after) for before, middle, after in parts if middle)
    return list({("", ""): 1, **dict(found.most_common(AFFIXES))})


def _complete(file: BvhFile, nodes: Mapping[str, int]) -> dict[str, int]:
    """With the pelvis and the spine by the tree, where they have no names."""
    nodes = dict(nodes)
    above = {joint: _above(file, nodes[joint]) for joint in ("left_hip", "right_hip", "head")}
    if "pelvis" not in nodes:
        shared = [one for one in above["head"][1:] if one in above["left_hip"] and one in above["right_hip"]]
        if shared:
            nodes["pelvis"] = shared[0]
    if any(joint in nodes for joint in SPINE) or "pelvis" not in nodes:
        return nodes
    trunk = _above(file, nodes["pelvis"])
    chain = [one for one in _above(file, nodes.get("neck", nodes["head"]))[1:] if one not in trunk][::-1]
    used = set(nodes.values())
    leg = sum(float((file.nodes[nodes[f"left_{joint}"]].offset ** 2).sum()) ** 0.5 for joint in ("knee", "ankle"))
    chain = [one for one in chain if one not in used and float(abs(file.nodes[one].offset).max()) > 1e-3 * leg]
    if len(chain) == 1:
        nodes["spine3"] = chain[0]
    elif len(chain) > 1:
        nodes["spine1"], nodes["spine3"] = chain[0], chain[-1]
    if len(chain) > 2:
        nodes["spine2"] = chain[(len(chain) - 1) // 2]
    return nodes


def _above(file: BvhFile, number: int) -> list[int]:
    """A node and all above it, upwards."""
    found = []
    while number >= 0:
        found.append(number)
        number = file.nodes[number].parent
    return found
