"""Which room may import which, and that configurations stay in the commands."""

import ast
from pathlib import Path

import pytest

import in2in

PACKAGE = Path(in2in.__file__).parent

ALLOWED = {
    "errors": set(),
    "whole": {"errors"},
    "checkpoints": {"errors"},
    "inside": {"errors"},
    "plain_yaml": {"errors"},
    "trusted": {"errors", "hub", "plain_yaml"},
    "building": {"errors"},
    "provenance": {"errors"},
    "arrays": {"errors"},
    "motion": {"errors", "arrays"},
    "text": {"errors", "inside", "whole"},
    "models": {"errors"},
    "diffusion": {"errors", "motion", "models"},
    "data": {"errors", "inside", "plain_yaml", "whole", "arrays", "motion", "text.mirror"},
    "export": {"errors", "whole", "arrays", "motion"},
    "module": {"errors", "motion", "models", "diffusion", "data", "text"},
    "pipeline": {
        *("errors", "provenance", "whole", "arrays", "runs", "building", "motion", "models", "diffusion", "text"),
        "export",
    },
    "hub": {"errors"},
    "runs": {"errors", "inside", "plain_yaml", "trusted", "provenance", "whole", "checkpoints", "hub", "motion"},
    "blend": {"errors", "provenance", "hub", "models", "diffusion", "pipeline", "runs"},
    "kept": {"errors", "provenance", "pipeline"},
    "prediction": {"kept", "pipeline"},
    "callbacks": {
        *(
            "errors",
            "inside",
            "whole",
            "checkpoints",
            "motion",
            "text",
            "diffusion",
            "data",
            "export",
            "module",
            "pipeline",
        ),
    },
    "evaluation": {
        *("errors", "whole", "motion", "text", "models", "data", "pipeline", "prediction", "export", "diffusion"),
        *("runs", "building", "provenance", "kept"),
    },
    "annotate": {"errors", "inside", "whole", "motion", "text", "data", "evaluation.judge"},
    "demo": {"errors", "text", "diffusion", "export", "pipeline", "blend"},
    "doctor": {"errors", "inside", "whole", "motion", "data", "export"},
    "bench": {"errors", "motion", "data", "evaluation"},
    "cli": {
        *("errors", "motion", "text", "models", "diffusion", "data", "export", "evaluation", "module", "pipeline"),
        *("whole", "checkpoints", "blend", "prediction", "callbacks", "runs", "annotate", "demo", "doctor"),
        *("provenance", "kept", "trusted", "building", "plain_yaml", "inside"),
    },
}

FILES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert all(alias.name != "*" for alias in node.names), "no star imports"
            found.append(node.module or "")
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return [name.removeprefix("in2in.") for name in found if name.startswith("in2in.")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_import_only_what_they_may(path: Path) -> None:
    if path.parent == PACKAGE and path.name == "__init__.py":
        return
    own = room(path)
    for name in imports(ast.parse(path.read_text())):
        target = name.split(".")[0]
        allowed = ALLOWED[own]
        assert target == own or target in allowed or ".".join(name.split(".")[:2]) in allowed, f"{own} imports {name}"


@pytest.mark.parametrize(
    "path", [p for p in FILES if room(p) != "cli"], ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_no_configuration_travels_outside_the_commands(path: Path) -> None:
    names = {node.arg for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.arg)}
    assert not names & {"cfg", "config", "conf", "args", "hparams"}
