"""in2in-check: a data set's doctor. What is wrong with which clips; the data are read, never changed."""

from dataclasses import dataclass
from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig

from in2in.cli.entry import command, output_dir
from in2in.cli.schema import check, options
from in2in.errors import InputError


@dataclass(frozen=True)
class CheckOptions:
    """The plain keys of conf/check/check.yaml."""

    data_dir: str | None
    processes: int | None
    tokenizer: str | None
    page_clips: int
    write_ignore_list: bool
    ignore: list[str]


@command("check")
def main(cfg: DictConfig) -> None:
    """Examine every clip; print the report, write it as text, as JSON and as a page."""
    chosen = options(CheckOptions, cfg)
    check(cfg)
    if chosen.data_dir is None:
        raise InputError("data_dir is not given: in2in-check data_dir=FOLDER")

    from in2in.check.dataset import examine
    from in2in.check.finding import Kind
    from in2in.check.page import groups
    from in2in.check.report import as_json, as_text, write_ignore_list
    from in2in.export.gallery import write_gallery
    from in2in.files.whole import write_text
    from in2in.text.tokens import TokenCount

    if unknown := [name for name in chosen.ignore if name not in list(Kind)]:
        raise InputError(f"ignore: there is no kind {unknown[0]!r}: choose from {', '.join(Kind)}")
    folder = Path(chosen.data_dir)
    diagnosis = examine(folder, instantiate(cfg.limits), TokenCount(chosen.tokenizer), chosen.processes)
    report, out = as_text(diagnosis), output_dir()
    for name, text in (("check.txt", report), ("check.json", as_json(diagnosis))):
        write_text(out / name, f"{text}\n")
    write_gallery(out / "check.html", f"in2in-check {folder.name}", report, groups(diagnosis, chosen.page_clips))
    print(report)
    if chosen.write_ignore_list:
        added = write_ignore_list(diagnosis, [Kind(name) for name in chosen.ignore])
        print(f"\n{len(added)} clips were added to {folder / 'split' / 'ignore_list.txt'}")
    print(out)


if __name__ == "__main__":
    main()
