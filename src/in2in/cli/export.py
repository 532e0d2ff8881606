"""in2in-export: samples that were made before, and clips of a data set, in the formats of other programs.

to=web exports a trained model instead: a page that samples in the browser.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from glob import glob
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from omegaconf import DictConfig
from tqdm import tqdm

from in2in.cli.entry import command, conf_dir
from in2in.cli.generator import load_generator
from in2in.errors import InputError

if TYPE_CHECKING:
    from in2in.motion.motion import Motion
    from in2in.retarget.character import Character


@command("export")
def main(
    cfg: DictConfig,
    files: list[str | int] | str | None,
    data_dir: Path | None,
    clips: list[str | int] | str | int | None,
    to: list[str] | str | None,
    out: Path | None,
    page: str | None,
    smplh_model: str | None,
    names: str,
    skeleton: str | None,
    character: list[str] | str | None,
) -> None:
    """Read and check everything, then write each in every format; say how far rigid bones are from the motion."""
    if "web" in listed(to):
        if len(listed(to)) > 1 or files or clips or page or smplh_model or skeleton or character:
            raise InputError("to=web exports a model, not samples: give it alone, with run= and out=")
        return export_model(cfg, out)
    for name in ("run", "guidance", "sampler", "decoding"):
        if cfg.get(name) is not None:
            raise InputError(f"{name}= is of a model, which to=web alone exports; samples are given by files=")

    from in2in.export.body_model import read_body_model
    from in2in.export.choices import choices
    from in2in.export.formats import FORMATS, find_formats, fitting_note
    from in2in.export.html import write_page
    from in2in.motion.sample_file import read_sample

    if not to and page is None and character is None:
        raise InputError(
            f"to is not given: add to=[...] with any of {', '.join(FORMATS)}, page=FILE.html or character=FILE"
        )
    if page is not None and not Path(page).name:
        raise InputError(f"page={page!r} is not the name of a file: give one, such as page=all.html")
    formats = find_formats(listed(to))
    paths = sample_files(listed(files)) if files is not None or not clips else []
    named_clips = listed(clips)
    stems = [path.with_suffix("") for path in paths] + [Path(clip) for clip in named_clips]
    if out is not None:
        stems = gathered(stems, out)
    body_model = None if smplh_model is None else read_body_model(smplh_model)
    made = choices(body_model, names, skeleton)
    motions = [read_sample(path) for path in paths] + [read_clip(data_dir, clip) for clip in named_clips]
    for what, motion in zip([*paths, *named_clips], motions, strict=True):
        motion.check(what)
    characters = [character_of(path) for path in listed(character)]
    named = list(zip(stems, motions, strict=True))
    for stem, motion, name in tqdm([(*own, name) for own in named for name in formats], desc="exporting", unit="file"):
        formats[name].write(stem, motion, made)
        if formats[name].rigid and not (made.exact and name == "glb"):
            tqdm.write(f"{stem} as {name}: {fitting_note(motion)}")
    for stem, motion in named if characters else ():
        from in2in.retarget.files import write_retargeted

        write_retargeted(stem, motion, characters)
    if page is not None:
        write_page(page, motions, "in2in", body_model)
        print(page)
    else:
        print(out or named[0][0].parent)


def export_model(cfg: DictConfig, out: Path | None) -> None:
    """Write the page that samples from a run in the browser."""
    if out is None:
        raise InputError("to=web writes a folder: add out=FOLDER")
    if any(find_spec(name) is None for name in ("onnx", "onnxscript")):
        raise InputError("to=web needs packages that are not installed: pip install 'in2in[web]'")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"out={out} is there already: choose another folder")
    generator = load_generator(cfg, "cpu")

    from in2in.web.folder import write_web

    print("a model of some million weights takes a minute or two")
    sizes = write_web(out, generator)
    print(
        f"{sum(sizes.values()) / 1e6:.1f} MB, of which the text encoder {sizes['text.onnx'] / 1e6:.1f} MB; to see it:"
    )
    print(f"python3 -m http.server --bind 127.0.0.1 -d {out} 8000, then open http://127.0.0.1:8000")
    print(out)


def character_of(path: str) -> "Character":
    """A character that the user gives, its joints found by the names that importers know."""
    from in2in.files.plain_yaml import read_yaml
    from in2in.importers.bvh.names import choose
    from in2in.retarget.character import read_character

    known = read_yaml(conf_dir() / "prepare" / "source" / "bvh.yaml")["source"]["skeletons"]
    return read_character(path, choose(known, None))


def gathered(stems: Sequence[Path], out: Path) -> list[Path]:
    """Where files of some stems lie in one folder: a/000 and b/000 become a_000 and b_000, other names stay."""
    counts = Counter(stem.name for stem in stems)
    names = [stem.name if counts[stem.name] == 1 else f"{stem.parent.name}_{stem.name}" for stem in stems]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise InputError(f"out={out}: several files would be called {twice[0]}; leave out= away")
    return [out / name for name in names]


def listed(given: Sequence[str | int] | str | int | None) -> list[str]:
    """One or several names as a list; a clip's may look like a number."""
    if given is None:
        return []
    return [str(given)] if isinstance(given, str | int) else [str(name) for name in given]


def sample_files(given: Sequence[str]) -> list[Path]:
    """The samples that are meant, each once: files, folders with samples in them, and patterns, sorted each."""
    if not given:
        raise InputError("files is not given: add files='samples/*/*.npz', or data_dir= and clips= of a data set")
    from in2in.motion.sample_file import samples_among

    found: dict[Path, None] = {}
    for item in given:
        if Path(item).is_dir():
            paths = list(Path(item).rglob("*.npz"))
        else:
            paths = [Path(item)] if Path(item).is_file() else [Path(name) for name in glob(item, recursive=True)]
        paths = [path for path in paths if path.is_file()]
        if not (samples := samples_among(paths)):
            raise InputError(f"files={item} matches no file: give samples (.npz) that in2in-sample wrote")
        found |= dict.fromkeys(samples)
    return list(found)


def read_clip(data_dir: Path | None, clip: str) -> "Motion":
    """A clip of a data set in the InterHuman layout, on the shared floor."""
    from in2in.data.layout import read_motion, read_texts
    from in2in.motion.representation import canonicalise

    if data_dir is None:
        raise InputError(f"clips={clip} is of which data set? add data_dir=FOLDER")
    motion, texts = canonicalise(read_motion(data_dir, clip)), read_texts(data_dir, clip)
    return replace(motion, texts=texts, name=f"data: {clip}")


if __name__ == "__main__":
    main()
