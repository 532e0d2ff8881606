"""How the two people of a clip move, in short sentences with figures: what tells a text's two people apart."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from in2in.data.layout import read_motion
from in2in.motion.representation import FPS
from in2in.motion.signals import Array, Signals
from in2in.motion.skeleton import INDEX, SIDES

TRAVEL = 0.25
"""Metres gone before it is called walking."""

STEP_BACK = 0.2
"""Metres backwards before it is told."""

TALLER, EARLIER, FASTER = 0.03, 0.15, 0.3
"""Metres between statures, seconds between first movements and metres a second between speeds before they are told."""

BEGUN = 0.12
"""Metres that any joint has moved from the first frame when a movement has begun."""

ARM_UP = 0.7
"""Arm lengths of the palm from where it hangs before an arm is called lifted."""

REACH = 0.2
"""Metres from a palm to a joint of the other that are called touching (joints lie inside the body)."""

LEG_UP = 0.3
"""Metres of an ankle above the lower one before a leg is called lifted."""

BENT, TURNED, LOW = 20.0, 60.0, 0.15
"""Degrees of leaning and of turning, and metres of the hips' way down or up, before they are told."""

LEVELS = ("below the hips", "to the hips", "to the chest", "to the shoulders", "above the head")

PLACES = {
    "the other's hand": ("left_wrist", "right_wrist"),
    "the other's shoulder": ("left_shoulder", "right_shoulder"),
    "the other's head": ("head",),
    "the other's chest or back": ("spine3", "spine2"),
}


def read_summary(data_dir: Path, clip: str) -> str:
    """The summary of a clip's motion."""
    return summarise(torch.from_numpy(read_motion(data_dir, clip).joints))


def summarise(joints: Tensor) -> str:
    """Facts on both people, then on each, with times in seconds.

    Args:
        joints: [2, T, 22, 3] metres, y up, 30 frames a second; at least half a second.
    """
    signals = Signals.of(joints)
    facts = list(_between(signals, _statures(joints)))
    for person in range(2):
        deeds = list(_deeds(signals, person)) or ["hardly moves"]
        facts += [f"Person {person + 1} {deed}." for deed in deeds]
    return " ".join(facts)


def _statures(joints: Tensor) -> Array:
    """[2] metres, the lengths of the bones from an ankle to the head."""
    chain = [INDEX[name] for name in ("left_ankle", "left_knee", "left_hip", "spine1", "spine3", "neck", "head")]
    bones = joints.double()[:, :, chain].diff(dim=2).norm(dim=-1).sum(dim=-1)
    return bones.median(dim=1).values.numpy()


def _first_movements(signals: Signals) -> Array:
    """[2] seconds at which each person's first movement has begun; the clip's length if it never does."""
    gone = np.linalg.norm(signals.joints - signals.joints[:, :1], axis=-1).max(-1)
    return np.array([(g >= BEGUN).argmax() if g.max() >= BEGUN else len(g) for g in gone]) / FPS


def _between(s: Signals, statures: Array) -> Iterator[str]:
    yield (
        f"The clip lasts {_seconds(s.joints.shape[1])}; they are {s.apart[0]:.1f} m apart at first, "
        f"{s.apart.min():.1f} m at the nearest and {s.apart[-1]:.1f} m at last."
    )
    for amounts, words in (
        (statures / TALLER, "is the taller"),
        (-_first_movements(s) / EARLIER, "moves first"),
        (s.speed.max(-1) / FASTER, "moves faster over the floor"),
    ):
        if abs(amounts[0] - amounts[1]) > 1:
            yield f"Person {1 + int(amounts.argmax())} {words}."
    facing = np.median(s.facing, axis=-1)
    if facing.min() < -0.3 and facing.max() > 0.3:
        yield f"Person {1 + int(facing.argmax())} is behind person {1 + int(facing.argmin())}."


def _deeds(s: Signals, person: int) -> Iterator[str]:
    """What a person does."""
    nearer = ((s.spot - s.spot[:, :1]) * s.towards[:, :1]).sum(-1)[person].max()
    if nearer > TRAVEL:
        yield f"comes {nearer:.1f} m towards the other"
    path = np.linalg.norm(np.diff(s.spot[person], axis=0), axis=-1).sum()
    if path > TRAVEL:
        yield f"walks {path:.1f} m at up to {s.speed[person].max():.1f} m/s"
    backwards = np.maximum(-(s.velocity * s.ahead).sum(-1)[person] - 0.1, 0.0).sum() / FPS
    if backwards > STEP_BACK:
        yield f"goes {backwards:.1f} m backwards"
    if (turn := np.degrees(np.abs(s.heading[person] - s.heading[person, 0]).max())) > TURNED:
        yield f"turns by {turn:.0f} degrees"
    if (lean := np.degrees(s.lean[person]).max()) > BENT:
        yield f"bends forward by {lean:.0f} degrees at {_seconds(int(s.lean[person].argmax()))}"
    hips = s.at("pelvis")[person, :, 1]
    if (down := np.median(hips) - hips.min()) > LOW:
        yield f"lowers the hips by {down:.1f} m"
    if (up := hips.max() - np.median(hips)) > LOW:
        yield f"raises the hips by {up:.1f} m"
    for side in range(2):
        yield from _arm(s, person, side)
        higher = s.ankles[person, side] - s.ankles[person, 1 - side]
        if higher.max() >= LEG_UP:
            yield f"lifts the {SIDES[side]} leg {higher.max():.1f} m at {_seconds(int(higher.argmax()))}"


def _arm(s: Signals, person: int, side: int) -> Iterator[str]:
    lifted = s.lifted[person, side]
    if lifted.max() < ARM_UP:
        return
    peak = int(s.palms[person, side, :, 1].argmax())
    body = [s.at(joint)[person, peak, 1] for joint in ("pelvis", "spine2", "neck", "head")]
    level = LEVELS[int(np.searchsorted(body, s.palms[person, side, peak, 1]))]
    deed = f"lifts the {SIDES[side]} hand {level} from {_seconds(int((lifted >= ARM_UP).argmax()))} on"
    gaps = {
        place: np.min([s.palm_to(joint)[person, side] for joint in joints], axis=0) for place, joints in PLACES.items()
    }
    place, gap = min(gaps.items(), key=lambda item: item[1].min())
    yield f"{deed} and touches {place} at {_seconds(int(gap.argmin()))}" if gap.min() < REACH else deed


def _seconds(frames: int) -> str:
    return f"{frames / FPS:.1f} s"
