"""Frames a second of a BVH file."""

from decimal import Decimal, InvalidOperation

from in2in.errors import InputError
from in2in.importers.bvh.file import BvhFile
from in2in.importers.units import is_rate

RATES = (24, 25, 30, 48, 50, 60, 72, 75, 90, 100, 120, 144, 150, 180, 200, 240, 250, 300, 360, 480, 500, 1000)
"""Usual rates: a frame time is rounded, and means the rate that it is rounded from."""


def frame_rate(file: BvhFile, fps: float | None = None) -> float:
    """Frames a second: those given, or by the head, whose frame time is rounded."""
    if fps is not None:
        return fps
    try:
        written = Decimal((file.frame_time or "").replace(",", "."))
        seconds = float(written)
    except (InvalidOperation, ValueError):  # no number, or sNaN
        written, seconds = Decimal(), float("nan")
    if not (seconds > 0 and is_rate(1 / seconds)):
        said = f"the frame time is {file.frame_time}" if file.frame_time else "there is no frame time"
        raise InputError(f"{file.path}: {said}, which is no motion's: give fps=, frames a second")
    digits = -int(written.as_tuple().exponent)
    meant = [rate for whole in RATES for rate in (whole, whole / 1.001) if round(1 / rate, digits) == seconds]
    return min(meant, key=lambda rate: abs(rate * seconds - 1)) if meant else 1 / seconds
