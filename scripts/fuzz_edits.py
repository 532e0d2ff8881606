"""Changes to files that are right, as `fuzz_cases.py` describes them."""

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


def changed_bytes(data: bytes, edits: Sequence[tuple[str, float, float, bytes]]) -> bytes:
    """Bytes cut, dropped, flipped, put in, repeated or swapped at places that are shares of the length."""
    for how, place, length, more in edits:
        start = int(place * len(data))
        end = start + max(1, int(length * len(data)))
        if how == "cut":
            data = data[:start]
        elif how == "drop":
            data = data[:start] + data[end:]
        elif how == "flip":
            data = data[:start] + bytes(byte ^ 0x55 for byte in data[start : start + 4]) + data[start + 4 :]
        elif how == "insert":
            data = data[:start] + more + data[start:]
        elif how == "repeat":
            data = data[:end] + data[start:end] + data[end:]
        else:
            data = data[end : end + 16] + data[start:end] + data[:start] + data[end + 16 :]
    return data


def changed_text(text: str, edits: Sequence[tuple[str, float, str]]) -> str:
    """Words and lines replaced, left out, doubled or swapped."""
    for how, place, word in edits:
        lines = text.split("\n")
        line = min(int(place * len(lines)), len(lines) - 1)
        words = lines[line].split(" ")
        at = min(int(place * 7919) % len(words), len(words) - 1)
        if how == "replace":
            words[at] = word
        elif how == "delete":
            del words[at]
        elif how == "double":
            words.insert(at, words[at])
        lines[line] = " ".join(words)
        if how == "drop line":
            del lines[line]
        elif how == "double line":
            lines.insert(line, lines[line])
        elif how == "swap lines":
            lines[line], lines[-1 - line] = lines[-1 - line], lines[line]
        elif how == "cut":
            lines = lines[:line]
        text = "\n".join(lines)
    return text


def changed_leaf(tree: dict[str, Any], place: float, value: Any) -> dict[str, Any]:
    """Nested mappings and lists with another value at one place, a share of all places."""
    places: list[tuple[Any, Any]] = []

    def visit(node: Any) -> None:
        for key, inner in node.items() if isinstance(node, dict) else enumerate(node):
            places.append((node, key))
            if isinstance(inner, dict | list):
                visit(inner)

    visit(tree)
    node, key = places[min(int(place * len(places)), len(places) - 1)]
    node[key] = value
    return tree


def changed_arrays(arrays: Arrays, edits: Sequence[tuple[str, float, str]]) -> Arrays:
    """Arrays left out, renamed, of other types, shapes and numbers."""
    arrays = dict(arrays)
    for how, place, kind in edits:
        if not arrays:
            break
        name = list(arrays)[min(int(place * len(arrays)), len(arrays) - 1)]
        array = np.asarray(arrays[name])
        if how == "drop":
            del arrays[name]
        elif how == "rename":
            arrays[kind] = arrays.pop(name)
        elif how == "extra":
            arrays["more"] = np.zeros(3)
        else:
            arrays[name] = _changed(array, how, place, kind)
    return arrays


def _changed(array: np.ndarray, how: str, place: float, kind: str) -> np.ndarray:
    try:
        if how == "type":
            return np.zeros(array.shape, kind) if kind == "V8" else array.astype(kind)
        if how == "reshape":
            return array.reshape(-1) if place < 0.5 else array.T
        if how == "slice":
            return array[..., : int(place * array.shape[-1])] if place < 0.5 else array[int(place * len(array)) :]
        if how == "empty":
            return array[:0]
        if how == "scalar":
            return array.reshape(-1)[0]
        if how == "huge":
            return np.broadcast_to(array, (50, *array.shape)) if array.size < 10_000 else array[None]
        filled = array.copy()
        filled.reshape(-1)[int(place * filled.size) :] = float(kind)
        return filled
    except (TypeError, ValueError, IndexError, OverflowError):
        return np.array(kind)


class Runs:
    """What a pickle may ask for: a program."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("import builtins; builtins.fuzz_ran = True",)


def pickled(arrays: Arrays) -> bytes:
    """Arrays and a program as a pickle."""
    return pickle.dumps({**arrays, "extra": Runs()})
