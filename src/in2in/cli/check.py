"""in2in-check: a data set's doctor. What is wrong with which clips; the data are read, never changed."""

from pathlib import Path

from hydra.utils import instantiate
from omegaconf import DictConfig

from in2in.cli.entry import command, output_dir
from in2in.errors import InputError


@command("check")
def main(
    cfg: DictConfig,
    data_dir: Path,
    processes: int | None,
    tokenizer: str | None,
    page_clips: int,
    write_ignore_list: bool,
    ignore: list[str],
) -> None:
    """Examine every clip; print the report, write it as text, as JSON and as a page."""
    from in2in.check.dataset import examine
    from in2in.check.finding import Kind
    from in2in.check.page import groups
    from in2in.check.report import as_json, as_text, extend_ignore_list
    from in2in.export.gallery import write_gallery
    from in2in.files.whole import write_text
    from in2in.text.tokens import TokenCount

    if unknown := [name for name in ignore if name not in list(Kind)]:
        raise InputError(f"ignore: there is no kind {unknown[0]!r}: choose from {', '.join(Kind)}")
    diagnosis = examine(data_dir, instantiate(cfg.limits), TokenCount(tokenizer), processes)
    report, out = as_text(diagnosis), output_dir()
    for name, text in (("check.txt", report), ("check.json", as_json(diagnosis))):
        write_text(out / name, f"{text}\n")
    write_gallery(out / "check.html", f"in2in-check {data_dir.name}", report, groups(diagnosis, page_clips))
    print(report)
    if write_ignore_list:
        added = extend_ignore_list(diagnosis, [Kind(name) for name in ignore])
        print(f"\n{len(added)} clips were added to {data_dir / 'split' / 'ignore_list.txt'}")
    print(out)


if __name__ == "__main__":
    main()
