"""A trained model as a folder of static files: a page that samples in the visitor's browser.

The page's own files are in page/; its README tells which does what and where the runtime comes from.
"""

import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch

from in2in.errors import InputError
from in2in.export.html import asset, skeleton
from in2in.files.whole import whole_folder
from in2in.motion.prompt import MAX_SECONDS, MIN_SECONDS
from in2in.motion.rate import FPS
from in2in.motion.representation import NUM_FEATURES
from in2in.pipeline import PERSONS, Generator
from in2in.text.encoders import MiniLMEncoder
from in2in.web.constants import guidance_terms, solver_steps
from in2in.web.graphs import write_graph
from in2in.web.parts import Joints, Step, TextVector

PAGE = (
    *(
        "index.html",
        "page.css",
        "page.js",
        "install.js",
        "worker.js",
        "model.js",
        "tokenizer.js",
        "noise.js",
        "takes.js",
    ),
    *("player.js", "service.js", "app.webmanifest", "icon.svg", "licences.txt"),
    *("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm.gz"),
)
EXAMPLE_FRAMES, EXAMPLE_ROWS = 60, 3

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'"
)
"""What the page may do: nothing but with its own folder."""


def write_web(out: str | Path, generator: Generator) -> dict[str, int]:
    """Write the folder, whole or not at all.

    Args:
        out: the folder, which must not hold anything yet.
        generator: of a single interaction model, with its guidance, solver and decoding.

    Returns:
        Bytes of each file.

    Raises:
        InputError: the page cannot hold this model.
    """
    encoder = generator.conditioner.encoder
    if not isinstance(encoder, MiniLMEncoder):
        raise InputError("to=web: the page knows the words of text=minilm alone: give a run of that text encoder")
    constants = {
        "persons": PERSONS,
        "features": NUM_FEATURES,
        "fps": FPS,
        "seconds": [MIN_SECONDS, MAX_SECONDS],
        "tokens": MiniLMEncoder.LENGTH,
        "steps": solver_steps(generator.sampler),
        "guidance": guidance_terms(generator),
        "body": skeleton(),
    }
    with whole_folder(out) as folder:
        for name in PAGE:
            (folder / name).write_bytes((files("in2in.web") / "page" / name).read_bytes())
        index = (folder / "index.html").read_text(encoding="utf-8")
        (folder / "index.html").write_text(index.replace("{{policy}}", POLICY), encoding="utf-8")
        (folder / "player.html").write_text(player(), encoding="utf-8")
        (folder / "viewer.js").write_text(asset("viewer.js"), encoding="utf-8")
        (folder / "viewer.css").write_text(asset("style.css"), encoding="utf-8")
        words = sorted(encoder.tokenizer.get_vocab().items(), key=lambda word: word[1])
        (folder / "words.txt").write_text("\n".join(word for word, _ in words), encoding="utf-8")
        (folder / "model.json").write_text(json.dumps(constants), encoding="utf-8")
        write_graphs(folder, generator)
        sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
        told = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.iterdir()))).hexdigest()[:16]
        listed = json.dumps({"version": told, "policy": POLICY, "files": sizes})
        (folder / "files.js").write_text(f"self.in2in = {listed};\n", encoding="utf-8")
    return sizes


def player() -> str:
    """The viewer's page with its style, script and takes in files of their own, as the policy wants it."""
    page = re.sub(
        r'(Content-Security-Policy" content=)"[^"]*"', lambda found: f'{found[1]}"{POLICY}"', asset("template.html")
    )
    parts = {
        "<style>{{style}}</style>": '<link rel="stylesheet" href="viewer.css">',
        "<script>{{script}}</script>": '<script src="player.js"></script>',
        "{{title}}": "in2in",
        "{{data}}": "",
    }
    for part, ours in parts.items():
        page = page.replace(part, ours)
    return page


def write_graphs(folder: Path, generator: Generator) -> None:
    """text.onnx, step.onnx and joints.onnx, see `in2in.web.parts`."""
    conditioner: Any = generator.conditioner
    network = conditioner.encoder.network
    width = conditioner.encoder.dim
    write_graph(
        folder / "text.onnx",
        TextVector(network, conditioner.head),
        {"ids": torch.arange(5, 17)[None]},
        {"ids": {1: "tokens"}},
        "vector",
    )
    numbers = torch.Generator().manual_seed(0)
    inputs = {
        "x": torch.randn(1, PERSONS, EXAMPLE_FRAMES, NUM_FEATURES, generator=numbers),
        "timestep": torch.full((EXAMPLE_ROWS,), 500),
        "interaction": torch.randn(EXAMPLE_ROWS, width, generator=numbers),
        "individuals": torch.randn(EXAMPLE_ROWS, PERSONS, width, generator=numbers),
        "weights": torch.randn(EXAMPLE_ROWS, generator=numbers),
        "take": torch.tensor([0.5, 0.5]),
    }
    rows = {name: {0: "rows"} for name in ("timestep", "interaction", "individuals", "weights")}
    write_graph(folder / "step.onnx", Step(generator.unguided()), inputs, {"x": {2: "frames"}, **rows}, "next")
    joints = Joints(generator.space, generator.decoding)
    write_graph(folder / "joints.onnx", joints, {"x": inputs["x"]}, {"x": {2: "frames"}}, "joints")
