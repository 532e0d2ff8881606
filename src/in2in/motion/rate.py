"""The rate of all motion that networks see."""

FPS = 30
"""Frames a second."""
