"""What the fuzz of `fuzz.py` tries: descriptions of cases, drawn by hypothesis from a seed, always the same ones."""

import string
from collections.abc import Callable
from functools import cache
from typing import Any

from hydra import compose, initialize_config_dir
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from in2in.cli.groups import choices, conf_dir, groups

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

byte_edit = st.tuples(
    st.sampled_from(("cut", "drop", "flip", "insert", "repeat", "swap")),
    st.floats(0, 1),
    st.floats(0, 0.2),
    st.binary(max_size=8),
)

byte_edits = st.lists(byte_edit, min_size=1, max_size=3)

token_edit = st.tuples(
    st.sampled_from(("replace", "delete", "double", "drop line", "double line", "swap lines", "cut")),
    st.floats(0, 1),
    st.one_of(texts, st.sampled_from(("{", "}", "MOTION", "ROOT x", "JOINT y", "End Site", "CHANNELS", "Frames:"))),
)

token_edits = st.lists(token_edit, min_size=1, max_size=4)

array_edit = st.tuples(
    st.sampled_from(("drop", "rename", "type", "reshape", "slice", "empty", "scalar", "fill", "huge", "extra")),
    st.floats(0, 1),
    st.sampled_from(("O", "U3", "S5", "c16", "?", "i1", "u8", "f2", "f8", "M8[s]", "V8", "nan", "inf", "1e30", "-1")),
)

array_edits = st.lists(array_edit, max_size=2)

BASES: dict[str, tuple[str, ...]] = {
    "sample": (),
    "export": (),
    "prepare": ("source=synthetic",),
    "check": (),
    "train": (),
    "evaluate": (),
    "judge": (),
    "recall": (),
    "pack": (),
    "blend": ("composition=exp",),
    "convert": ("source=in2in",),
    "annotate": (),
    "schedules": (),
}
"""The commands whose options are tried, with the groups whose keys count among them."""

LONG = ("max_epochs", "max_steps", "max_time", "num_samples", "repeats", "steps", "out", "processes", "num_nodes")
"""Last parts of keys by which a command rightly takes long, or starts other processes; free texts reach them, too."""

WORDS = (
    "null",
    "true",
    "cpu",
    "auto",
    "meta",
    "[]",
    "{}",
    "[1,2]",
    "a",
    "in2in",
    "default",
    "exp",
    "published",
    "html",
)

values = st.one_of(
    st.sampled_from(("0", "-1", "0.5", "1", "2", "3", "7", "1e9", "1e400", "nan", "-0.5", "9" * 30)),
    st.sampled_from(WORDS),
    texts,
)


def keys_of(name: str) -> list[str]:
    """All keys of a command's configuration that hold a plain value, or a list."""
    with initialize_config_dir(str(conf_dir() / name), version_base="1.3"):
        told = OmegaConf.to_container(compose(name, list(BASES[name])))
    found: list[str] = []

    def visit(node: Any, path: str) -> None:
        if isinstance(node, dict) and node:
            for key, value in node.items():
                visit(value, f"{path}.{key}" if path else str(key))
        elif path.split(".")[-1] not in LONG:
            found.append(path)

    visit(told, "")
    return found


def choices_of(name: str) -> list[str]:
    """Each choice of each group that a command has, as an override."""
    return [f"{group}={choice}" for group in groups(name) for choice in choices(name, group)]


def _overrides(name: str) -> st.SearchStrategy[Case]:
    ways = [
        st.tuples(st.sampled_from(("+", "")), texts, values).map(lambda told: f"{told[0]}{told[1]}={told[2]}"),
        texts,
    ]
    if keys := keys_of(name):
        known = st.tuples(st.sampled_from(("", "", "", "+", "++", "~")), st.sampled_from(keys), values)
        ways += [known.map(lambda told: f"{told[0]}{told[1]}={told[2]}")] * 6
    if choices := choices_of(name):
        ways.append(st.sampled_from(choices))
    return st.fixed_dictionaries({"command": st.just(name), "options": st.one_of(*ways).map(lambda one: [one])})


overrides = st.deferred(lambda: st.sampled_from(sorted(BASES)).flatmap(cache(_overrides)))
"""A command that is right but for one option."""

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

PROMPT = {"prompt": "they hug", "individual1": "waves", "individual2": "bows", "seconds": 0.5, "seed": 1}

json_files = st.fixed_dictionaries(
    {
        "change": st.one_of(
            st.tuples(st.just("value"), st.sampled_from(sorted(PROMPT)), json_values),
            st.tuples(st.just("value"), st.sampled_from(("seconds", "seed")), st.floats(-1, 12)),
            st.tuples(st.just("name"), st.sampled_from(sorted(PROMPT)), texts),
            st.tuples(st.just("line"), st.just(""), json_values),
            st.tuples(st.just("plain"), st.just(""), texts),
            st.tuples(
                st.just("encoding"),
                st.just(""),
                st.sampled_from(("utf-8-sig", "utf-16", "utf-32", "latin-1", "utf-16-le")),
            ),
            st.tuples(st.just("end"), st.just(""), st.sampled_from(("\r\n", "\r", "\u2028", "\n\n"))),
            st.tuples(st.just("ending"), st.just(""), st.sampled_from((".txt", "", ".json", ".npz"))),
            st.tuples(st.just("bytes"), st.just(""), byte_edit),
        )
    }
)
"""Two lines that are right, and a third or the file changed in one way."""

bvh_files = st.fixed_dictionaries({"tokens": token_edits, "bytes": st.one_of(st.just([]), byte_edits)})

array_files = st.fixed_dictionaries(
    {
        "reader": st.sampled_from(("sample", "joints npz", "joints npy", "joints pkl", "interhuman", "interx")),
        "arrays": array_edits,
        "bytes": st.one_of(st.just([]), byte_edits),
    }
)

config_values = st.one_of(
    json_values,
    st.sampled_from((0, -1, 1, 2, 3, 10**9, 2**31, 2**63, -0.5, 0.5, 1e300, True, None, "", [], {})),
    st.sampled_from(
        ("os.system", "in2in.models.mdm.MDM", "${out}", "${oc.env:HOME}", "${run_dir}/clip", "/etc/passwd")
    ),
)

run_folders = st.one_of(
    *[st.fixed_dictionaries({"leaf": st.floats(0, 1), "value": config_values})] * 3,
    st.fixed_dictionaries({"config": st.tuples(token_edit)}),
    st.fixed_dictionaries({"config bytes": st.tuples(byte_edit)}),
    *[st.fixed_dictionaries({"weights": st.tuples(array_edit)})] * 2,
    st.fixed_dictionaries({"weights bytes": st.tuples(byte_edit)}),
    st.fixed_dictionaries({"missing": st.sampled_from(("config.yaml", "checkpoints"))}),
)
"""A run of which one thing was changed."""

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
