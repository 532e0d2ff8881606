"""Procedural interactions of two people whose truth is known: motion, texts and record, from a seed alone."""

from in2in.bench.people.clip import Clip, generate
from in2in.bench.people.dataset import write_dataset
from in2in.bench.people.kinds import KINDS
from in2in.bench.people.truth import Stance, Touch, Truth

__all__ = ["KINDS", "Clip", "Stance", "Touch", "Truth", "generate", "write_dataset"]
