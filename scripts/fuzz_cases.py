"""What the fuzz of `fuzz.py` tries: descriptions of cases, drawn by hypothesis from a seed, always the same ones."""

import string
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

Case = dict[str, Any]
"""Plain data: what is changed in a file that is right, or what stands on the command line."""

ODD = (
    *("", " ", "null", "true", "nan", "inf", "-inf", "-1", "0", "1e400", "9" * 400, "1e-320", "0x10", "1_000", "١٢"),
    *("[]", "{}", "[1,", "{a:", "'", '"', "\\", "#", "=", "a=b", "~x", "+y", "@z", "${", "${x}", "${oc.env:HOME}"),
    *(
        "${now:%Y}",
        "../../..",
        "/",
        "/dev/null",
        "/dev/zero",
        "-rf",
        "--help",
        "*",
        "**",
        "\0",
        "\n",
        "\u2028",
        "\ufeff",
    ),
    *(
        "\u202e",
        "\U0001d4b3",
        "e\u0301",
        "\ud800",
        "os.system",
        "http://x/y",
        "OWNER/NAME",
        "a" * 5000,
        "<b>",
        "%s%n",
        "$(id)",
    ),
)

texts = st.one_of(st.sampled_from(ODD), st.text(max_size=40), st.text(string.printable, max_size=40))

numbers = st.one_of(
    st.sampled_from(("0", "-1", "0.5", "1", "2", "1e9", "-0", "1e400", "nan", "2**3", "9" * 30)),
    st.integers(-(2**70), 2**70).map(str),
    st.floats().map(repr),
)

byte_edits = st.lists(
    st.tuples(
        st.sampled_from(("cut", "drop", "flip", "insert", "repeat", "swap")),
        st.floats(0, 1),
        st.floats(0, 0.2),
        st.binary(max_size=8),
    ),
    min_size=1,
    max_size=3,
)

token_edits = st.lists(
    st.tuples(
        st.sampled_from(("replace", "delete", "double", "drop line", "double line", "swap lines", "cut")),
        st.floats(0, 1),
        st.one_of(texts, st.sampled_from(("{", "}", "MOTION", "ROOT x", "JOINT y", "End Site", "CHANNELS", "Frames:"))),
    ),
    min_size=1,
    max_size=4,
)

array_edits = st.lists(
    st.tuples(
        st.sampled_from(("drop", "rename", "type", "reshape", "slice", "empty", "scalar", "fill", "huge", "extra")),
        st.floats(0, 1),
        st.sampled_from(
            ("O", "U3", "S5", "c16", "?", "i1", "u8", "f2", "f8", "M8[s]", "V8", "nan", "inf", "1e30", "-1")
        ),
    ),
    max_size=2,
)

COMMANDS = {
    "sample": (
        "prompt",
        "seconds",
        "seed",
        "num_samples",
        "batch_size",
        "sampler",
        "guidance",
        "export",
        "device",
        "run",
    ),
    "export": ("files", "to", "clips", "data_dir", "page", "smplh_model"),
    "prepare": ("source", "data_dir", "texts", "files", "map", "processes", "person1", "clips", "humanml3d_dir"),
    "check": ("data_dir", "clips", "page_clips"),
    "train": ("experiment", "data_dir", "model", "model.width", "trainer", "optimizer.lr", "ckpt_path", "stats_from"),
    "evaluate": ("run", "samples", "data_dir", "evaluator_run", "protocol", "split"),
    "judge": ("run", "data_dir", "clips", "split", "seed"),
    "recall": ("run", "data_dir", "clips", "seeds", "timestep"),
    "pack": ("run", "half"),
    "blend": ("run", "prior_run", "composition", "pack"),
    "convert": ("source", "checkpoint", "stats_dir", "vocab"),
    "annotate": ("data_dir", "annotator", "texts"),
    "schedules": ("composition", "x"),
}

overrides = st.sampled_from(sorted(COMMANDS)).flatmap(
    lambda name: st.fixed_dictionaries(
        {
            "command": st.just(name),
            "options": st.lists(
                st.one_of(
                    st.tuples(st.sampled_from(COMMANDS[name]), st.one_of(texts, numbers)).map("=".join),
                    st.tuples(st.sampled_from(("+", "++", "~", "")), texts, texts).map(
                        lambda t: f"{t[0]}{t[1]}={t[2]}"
                    ),
                    texts,
                ),
                min_size=1,
                max_size=4,
            ),
        }
    )
)

prompts = st.fixed_dictionaries(
    {"prompt": texts},
    optional={
        "individual1": texts,
        "individual2": texts,
        "seconds": st.one_of(st.floats(0.5, 1).map(repr), numbers),
        "seed": st.one_of(st.integers(0, 2**63).map(str), numbers),
    },
)

json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)

json_files = st.fixed_dictionaries(
    {
        "lines": st.lists(
            st.one_of(
                st.fixed_dictionaries(
                    {"prompt": st.one_of(texts, json_values)},
                    optional={"seconds": st.one_of(st.sampled_from((0.5, 0.6)), json_values), "seed": json_values},
                ),
                json_values,
                st.just({"prompt": "they hug", "seconds": 0.5}),
            ),
            min_size=1,
            max_size=4,
        ),
        "plain": st.booleans(),
        "encoding": st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "utf-16-le")),
        "end": st.sampled_from(("\n", "\r\n", "\r", "\u2028")),
        "ending": st.sampled_from((".jsonl", ".txt", "", ".json")),
        "bytes": st.one_of(st.just([]), byte_edits),
    }
)

bvh_files = st.fixed_dictionaries({"tokens": token_edits, "bytes": st.one_of(st.just([]), byte_edits)})

array_files = st.fixed_dictionaries(
    {
        "reader": st.sampled_from(("sample", "joints npz", "joints npy", "joints pkl", "interhuman", "interx")),
        "arrays": array_edits,
        "bytes": st.one_of(st.just([]), byte_edits),
    }
)

run_folders = st.fixed_dictionaries(
    {
        "config": st.one_of(st.just([]), token_edits),
        "config bytes": st.one_of(st.just([]), byte_edits),
        "weights": array_edits,
        "weights bytes": st.one_of(st.just([]), byte_edits),
        "missing": st.sampled_from(("", "", "", "config.yaml", "checkpoints")),
    }
)

KINDS: dict[str, tuple[int, st.SearchStrategy[Case]]] = {
    "options": (550, overrides),
    "prompts": (250, prompts),
    "JSON lines": (250, json_files),
    "BVH": (350, bvh_files),
    "arrays": (350, array_files),
    "run folders": (250, run_folders),
}
"""How many cases of each kind a whole fuzz has: 2,000 together."""


def drawn(kind: str, count: int, start: int) -> list[Case]:
    """The cases of a kind, the same for the same seed."""
    found: list[Case] = []

    def keep(case: Case) -> None:
        found.append(case)

    quiet: list[Any] = list(HealthCheck)
    drawing: Callable[[Callable[[Case], None]], Callable[[], None]] = given(KINDS[kind][1])
    tuned = settings(
        max_examples=count, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=quiet
    )
    seed(start)(tuned(drawing(keep)))()
    return found[:count]
