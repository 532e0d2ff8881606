"""Units of length: those that may be named, and the one in which legs are as long as people's; rates of motion."""

import math
from collections.abc import Iterable

from in2in.errors import InputError

METRES = {
    **{"metre": 1.0, "centimetre": 0.01, "inch": 0.0254, "millimetre": 0.001, "cmu": 0.05644},
    **{"decimetre": 0.1, "foot": 0.3048},
}
"""Metres of the units; cmu is that of CMU's own files, 5.644 cm."""

TOLD = ("metre", "centimetre", "inch", "millimetre")
"""Units that are told by themselves."""

SHORT = {
    **{"m": "metre", "cm": "centimetre", "mm": "millimetre", "dm": "decimetre", "in": "inch", "ft": "foot"},
    **{"inches": "inch", "feet": "foot"},
}

GROWN = 0.82
"""Metres from hip to ankle of a grown-up: tells the unit."""


SLOWEST, FASTEST = 1, 10_000
"""Frames a second of motion: fewer show none, and would become any number of frames."""


def is_rate(fps: float) -> bool:
    """Whether motion may have so many frames a second."""
    return SLOWEST <= fps <= FASTEST


def check_rate(fps: float) -> None:
    """An error for a rate that was given and is no motion's."""
    if not is_rate(fps):
        raise InputError(f"fps={fps:g} is no motion's rate: give {SLOWEST} to {FASTEST} frames a second")


def read_unit(unit: str | float | None) -> tuple[str, float] | None:
    """Name and metres of a unit that was given, by a name or in metres."""
    if unit is None:
        return None
    name = str(unit).strip().lower()
    for known in (name, SHORT.get(name, ""), name.removesuffix("s").replace("meter", "metre")):
        if known in METRES:
            return known, METRES[known]
    try:
        metres = float(name)
    except ValueError:
        metres = 0.0
    if not 0 < metres < float("inf"):
        raise InputError(f"unit={unit} is neither a number of metres nor one of {', '.join(METRES)}")
    return f"{metres:g} m", metres


def unit_of_legs(leg: float, known: Iterable[str], legs: tuple[float, float], what: str = "") -> tuple[str, float]:
    """Name and metres of the unit in which legs are nearest to a grown-up's.

    Args:
        leg: length from hip to ankle.
        known: names of the units that come into question.
        legs: the shortest and the longest of people, in metres.
        what: begins the line where there is none.
    """
    name = min(known, key=lambda own: abs(math.log(max(leg * METRES[own], 1e-9) / GROWN)))
    if not legs[0] < leg * METRES[name] < legs[1]:
        raise InputError(
            f"{what}a leg of {leg:.3g} is a person's in no known unit ({', '.join(known)}): give unit=, in metres"
        )
    return name, METRES[name]
