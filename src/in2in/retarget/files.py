"""Characters' motion in files of their own kind: BVH with the character's joints, GLB with its skin and all."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from in2in.errors import InputError
from in2in.export.bvh import skeleton_text
from in2in.export.gltf import FLOAT, STORED, WIDTHS, packed, steady
from in2in.files.whole import whole_file
from in2in.importers.bvh.file import END
from in2in.motion.motion import Motion
from in2in.motion.rig import Rig
from in2in.retarget.character import Character
from in2in.retarget.fitting import fit


def write_retargeted(stem: str | Path, motion: Motion, characters: Sequence[Character]) -> list[Path]:
    """Write STEM_person1_CHARACTER.bvh (or .glb) and so on.

    Args:
        stem: path of the files but for "_personN_CHARACTER.bvh".
        motion: with rotations.
        characters: one for all people, or one for each.
    """
    people = len(motion.joints)
    if len(characters) not in (1, people):
        raise InputError(f"character= names {len(characters)} files for {people} people: give one, or one for each")
    chosen = list(characters) * people if len(characters) == 1 else list(characters)
    rigs, _ = fit(motion.rigs, chosen)
    paths = []
    for number, (character, rig) in enumerate(zip(chosen, rigs, strict=True), start=1):
        path = Path(f"{stem}_person{number}_{character.path.stem}{character.path.suffix.lower()}")
        with whole_file(path) as unfinished:
            if character.glb is None:
                unfinished.write_text(_bvh(character, rig, motion.fps), encoding="utf-8")
            else:
                unfinished.write_bytes(_glb(character, rig, motion.fps))
        paths.append(path)
    return paths


def _places(character: Character, rig: Rig) -> np.ndarray:
    """Where the character's pelvis is, [T, 3] in the file's unit and axes."""
    return (rig.root_position @ character.axes).numpy() / character.metres


def _bvh(character: Character, rig: Rig, fps: float) -> str:
    nodes, pelvis = character.nodes, character.person.nodes["pelvis"]
    top = pelvis
    while nodes[top].parent >= 0:
        top = nodes[top].parent
    kept = [number for number in range(len(nodes)) if _is_below(character, number, top)]
    joints = [number for number in kept if not nodes[number].name.endswith(END)]
    turns = character.turns(rig.world_rotations())
    place = {number: row for row, number in enumerate(joints)}
    parents = [place.get(nodes[number].parent, -1) for number in joints]
    above = [turns[:, nodes[number].parent] if number != top else np.eye(3)[None] for number in joints]
    local = np.stack([up.swapaxes(-1, -2) @ turns[:, n] for up, n in zip(above, joints, strict=True)], axis=1)
    from_top, number = np.zeros(3), pelvis  # what is above the pelvis does not turn
    while number != top:
        from_top, number = from_top + nodes[number].offset, nodes[number].parent
    ends: dict[int, list[np.ndarray]] = {}
    for number in kept:
        if number not in place:
            ends.setdefault(place[nodes[number].parent], []).append(nodes[number].offset)
    offsets = np.stack([nodes[number].offset * (number != top) for number in joints])
    names = [nodes[number].name for number in joints]
    return skeleton_text(names, parents, offsets, ends, _places(character, rig) - from_top, local, fps)


def _is_below(character: Character, number: int, top: int) -> bool:
    while number >= 0 and number != top:
        number = character.nodes[number].parent
    return number == top


def _glb(character: Character, rig: Rig, fps: float) -> bytes:
    """The character's own file with this motion in place of its animations."""
    glb, order = character.glb, {}
    assert glb is not None
    document, data = {**glb.document}, bytearray(glb.data)
    data += bytes(-len(data) % 4)
    for part in ("accessors", "bufferViews", "buffers"):
        document[part] = [*document.get(part, ())]
    order = {number: row for row, number in enumerate(glb.order)}
    turns = character.turns(rig.world_rotations())
    bare = np.stack([_turn(glb.world[number]) for number in glb.order])
    world = turns @ bare
    moved = {order_number: glb.order[order_number] for order_number in character.person.nodes.values()}

    def stored(values: np.ndarray, **more: Any) -> int:
        packed = np.ascontiguousarray(values, dtype=STORED[FLOAT])
        document["bufferViews"].append({"buffer": 0, "byteOffset": len(data), "byteLength": packed.nbytes})
        data.extend(packed.tobytes())
        shape = {"count": len(packed), "type": WIDTHS[packed.shape[1]], "componentType": FLOAT}
        document["accessors"].append({"bufferView": len(document["bufferViews"]) - 1, **shape, **more})
        return len(document["accessors"]) - 1

    times = (np.arange(len(turns)) / fps)[:, None]
    seconds = stored(times, min=[0.0], max=[float(np.float32(times[-1, 0]))])
    samplers: list[Mapping[str, Any]] = []
    channels: list[Mapping[str, Any]] = []

    def animate(node: int, path: str, values: np.ndarray) -> None:
        samplers.append({"input": seconds, "output": stored(values), "interpolation": "LINEAR"})
        channels.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})

    for row, node in moved.items():
        parent = glb.parents.get(node)
        above = np.eye(3)[None] if parent is None else world[:, order[parent]]
        local = above.swapaxes(-1, -2) @ world[:, row]
        animate(node, "rotation", steady(torch.from_numpy(local)[:, None])[:, 0])
    pelvis = glb.order[character.person.nodes["pelvis"]]
    parent = glb.parents.get(pelvis)
    undone = np.linalg.inv(np.eye(4) if parent is None else glb.world[parent])
    animate(pelvis, "translation", _places(character, rig) @ undone[:3, :3].T + undone[:3, 3])
    document["animations"] = [{"name": "motion", "samplers": samplers, "channels": channels}]
    document["buffers"][:1] = [{"byteLength": len(data)}]
    return packed(document, bytes(data))


def _turn(matrix: np.ndarray) -> np.ndarray:
    """The rotation of a matrix with scale."""
    return matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)
