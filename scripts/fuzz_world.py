"""The right files that the fuzz changes, and how a case is carried out in a folder of its own."""

import io
import json
import shutil
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import roma
import torch
import yaml
from fuzz_cases import PROMPT, Case
from fuzz_edits import changed_arrays, changed_bytes, changed_leaf, changed_text, pickled

from in2in.bench.people import generate, write_dataset
from in2in.data.preparation import build_cache
from in2in.export.bvh import write_bvh
from in2in.motion.inverse_kinematics import inverse_kinematics
from in2in.motion.representation import canonicalise, decode, encode
from in2in.motion.rotations import matrix_from_6d
from in2in.motion.skeleton import JOINTS
from in2in.motion.texts import Texts
from in2in.runs.folder import BUNDLED, BUNDLED_PRIOR

SMALL = (
    *("model.width=32", "model.layers=1", "model.heads=2", "model.feed_forward=32"),
    *("head.layers=1", "head.heads=2", "head.feed_forward=32", "data.batch_size=2", "logger=csv"),
    *("trainer.accelerator=cpu", "trainer.devices=1", "+trainer.enable_progress_bar=false", "trainer.max_epochs=1"),
)
BARE = ("+trainer.max_steps=1", *(f"callbacks.{name}=null" for name in ("texts", "samples", "best", "throughput")))
FEW = ("sampler=ddim", "sampler.steps=1")
SHORT = ("seconds=0.5", "sampler=ddim", "sampler.steps=1", "export=[csv]", "device=cpu")
ELSEWHERE = {"evaluate", "annotate"}
"""Commands that would work for long: their options are read and checked, then there is no such data set."""

CLIP = "G001T000A000R000"


class World:
    """The right files, made once.

    Args:
        folder: where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self.run, self.data, self.sample = folder / "run", folder / "data", folder / "000.npz"
        write_dataset(self.data, 6, seed=1)
        build_cache(self.data, 1)
        self.call("train", f"data_dir={self.data}", f"out={self.run}", "callbacks.texts=null", *SMALL)
        motion = canonicalise(generate(3, 0, "push").motion.crop(0, 31))
        joints, rotations = motion.joints, motion.tensors()[1]
        replace(decode(encode(motion)), texts=Texts.single("they meet", "", ""), seed=4).save(self.sample)
        write_bvh(folder / "take", motion)
        self.bvh = [(folder / f"take_person{person}.bvh").read_text() for person in (1, 2)]
        self.joints = {"joints": joints, "names": np.array(JOINTS), "fps": np.array(30)}
        self.person = {
            "pose_body": roma.rotmat_to_rotvec(matrix_from_6d(rotations[0].double())).numpy(),
            "root_orient": roma.rotmat_to_rotvec(inverse_kinematics(motion.tensors()[0][0].double())[1]).numpy(),
            "trans": joints[0, :, 0].astype(float),
            "betas": np.zeros((1, 10)),
            "gender": np.array("neutral"),
        }
        config = (self.run / "config.yaml").read_text()
        self.config = config
        self.weights = torch.load(self.run / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]

    def call(self, name: str, *arguments: str) -> None:
        """Run a command as the shell would; leaves as it does."""
        sys.argv = [f"in2in-{name}", *arguments]
        import_module("in2in.bench.command" if name == "judge" else f"in2in.cli.{name}").main()


def options(world: World, case: Case, here: Path) -> None:
    """Any command, right but for an odd option."""
    name, data, run = case["command"], f"data_dir={world.data}", f"run={world.run}"
    right = {"sample": ["prompt=hug", run, *SHORT], "check": [data], "pack": [run], "convert": ["source=in2in"]}
    right |= {"export": [f"files={world.sample}", "to=csv"], "prepare": ["source=synthetic", "clips=2", "processes=1"]}
    right |= {"train": [data, *SMALL, *BARE], "judge": [run, data, "split=train", "clips=1", *FEW]}
    right |= {"recall": [run, data, "clips=1", "seeds=1", *FEW]}
    right |= {"blend": [f"run={BUNDLED}", f"prior_run={BUNDLED_PRIOR}", "composition=exp"]}
    after = ["data_dir=nowhere"] if name in ELSEWHERE else []
    world.call(name, *right.get(name, []), *case["options"], *after, f"out={here}/out")


def prompts(world: World, case: Case, here: Path) -> None:
    """Odd texts and numbers, sampled."""
    told = [f"{key}={value}" for key, value in case.items()]
    world.call("sample", f"run={world.run}", *SHORT, *told, f"out={here}/out")


def json_lines(world: World, case: Case, here: Path) -> None:
    """A file of prompts."""
    how, name, value = case["change"]
    changed: Any = dict(PROMPT)
    if how == "value":
        changed[name] = value
    elif how == "name":
        changed[value] = changed.pop(name)
    elif how == "line":
        changed = value
    lines = [json.dumps(line) for line in (PROMPT, changed, PROMPT)]
    if how == "plain":
        lines[1] = value
    end, encoding = value if how == "end" else "\n", value if how == "encoding" else "utf-8"
    data = end.join(lines).encode(encoding, "replace")
    path = here / f"prompts{value if how == 'ending' else '.jsonl'}"
    path.write_bytes(changed_bytes(data, [value] if how == "bytes" else []))
    world.call("sample", f"run={world.run}", *SHORT, f"prompts={path}", f"out={here}/out")


def bvh(world: World, case: Case, here: Path) -> None:
    """A pair of BVH files, one of them changed."""
    for person, text in enumerate(world.bvh, start=1):
        if person == 1:
            text = changed_text(text, case["tokens"])
        data = text.encode("utf-8", "surrogatepass")
        (here / f"take_{person}.bvh").write_bytes(changed_bytes(data, case["bytes"]) if person == 1 else data)
    (here / "texts.tsv").write_text("take_1\tTwo people push.\n")
    pair = [f"person{person}={here}/take_{person}.bvh" for person in (1, 2)]
    given = [*pair, f"texts={here}/texts.tsv", "clip_seconds=1", "val_share=0", "test_share=0", "processes=1"]
    world.call("prepare", "source=bvh", *given, f"out={here}/out")


def arrays(world: World, case: Case, here: Path) -> None:
    """Files of numpy, by whichever command reads them."""
    reader = case["reader"]
    right = {"sample": dict(np.load(world.sample)), "interx": world.person}.get(reader, world.joints)
    found = changed_arrays(right, case["arrays"])
    path = here / ("take.npy" if reader.endswith("npy") else "take.pkl" if reader.endswith("pkl") else "take.npz")
    if reader == "interhuman":
        shutil.copytree(world.data, here / "data", ignore=shutil.ignore_patterns("cache", "texts"))
        path = next((here / "data" / "motions_processed" / "person1").glob("*.npy"))
        found = changed_arrays({"motion": np.load(path)}, case["arrays"])
    if path.suffix == ".npz":
        if reader == "interx":
            path = here / "interx" / "motions" / CLIP / "P1.npz"
            path.parent.mkdir(parents=True)
            np.savez(path.with_name("P2.npz"), **world.person)
            for split, ids in (("train", f"{CLIP}\n"), ("val", ""), ("test", "")):
                (here / "interx" / "splits").mkdir(exist_ok=True)
                (here / "interx" / "splits" / f"{split}.txt").write_text(ids)
            (here / "interx" / "texts").mkdir()
            (here / "interx" / "texts" / f"{CLIP}.txt").write_text("Two people push.\n")
        written = io.BytesIO()
        np.savez(written, **found)  # type: ignore[arg-type]
        data = written.getvalue()
    elif path.suffix == ".npy":
        written = io.BytesIO()
        np.save(written, next(iter(found.values()), np.zeros(0)))
        data = written.getvalue()
    else:
        data = pickled(found)
    path.write_bytes(changed_bytes(data, case["bytes"]))
    mapped = "joints: {" + ", ".join(f"{name}: {name}" for name in JOINTS) + "}\n"
    (here / "map.yaml").write_text(mapped)
    (here / "texts.tsv").write_text("take\tTwo people push.\n")
    joints = ["source=joints", f"files={path}", f"map={here}/map.yaml", f"texts={here}/texts.tsv"]
    shares = ["val_share=0", "test_share=0"]
    match reader:
        case "sample":
            world.call("export", f"files={path}", "to=[csv,bvh,glb,html]", f"out={here}/out")
        case "interhuman":
            world.call("prepare", "source=interhuman", f"data_dir={here}/data", "processes=1")
        case "interx":
            world.call("prepare", "source=interx", f"interx_dir={here}/interx", "processes=1", f"out={here}/out")
        case _:
            world.call("prepare", *joints, *shares, "processes=1", f"out={here}/out")


def run_folders(world: World, case: Case, here: Path) -> None:
    """A run whose configuration or weights were changed."""
    run = here / "run"
    (run / "checkpoints").mkdir(parents=True)
    config = changed_text(world.config, case.get("config", ())).encode("utf-8", "surrogatepass")
    if "leaf" in case:
        config = json.dumps(changed_leaf(yaml.safe_load(world.config), case["leaf"], case["value"])).encode()
    (run / "config.yaml").write_bytes(changed_bytes(config, case.get("config bytes", ())))
    weights = {name: value.numpy() for name, value in world.weights.items()}
    weights = changed_arrays(weights, case.get("weights", ()))
    tensors = {name: torch.as_tensor(value.copy()) for name, value in weights.items() if value.dtype.kind in "fiub?"}
    written = io.BytesIO()
    torch.save({"state_dict": tensors}, written)
    data = changed_bytes(written.getvalue(), case.get("weights bytes", ()))
    (run / "checkpoints" / "last.ckpt").write_bytes(data)
    if "missing" in case:
        gone = run / case["missing"]
        shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    world.call("sample", "prompt=hug", f"run={run}", *SHORT, f"out={here}/out")


CARRY_OUT: dict[str, Callable[[World, Case, Path], None]] = {
    "options": options,
    "prompts": prompts,
    "JSON lines": json_lines,
    "BVH": bvh,
    "arrays": arrays,
    "run folders": run_folders,
}


def quietly(work: Callable[[], None]) -> None:
    """Do something whose words nobody reads."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        work()
