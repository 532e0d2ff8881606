"""Procedural interactions of two people whose truth is known: motion, texts and record, from a seed alone."""

from in2in.data.synthetic.clip import Clip, generate
from in2in.data.synthetic.dataset import write_dataset
from in2in.data.synthetic.kinds import KINDS
from in2in.data.synthetic.truth import Stance, Touch, Truth

__all__ = ["KINDS", "Clip", "Stance", "Touch", "Truth", "generate", "write_dataset"]
