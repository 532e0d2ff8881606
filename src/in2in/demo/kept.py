"""Files that visitors may take away fill no disk: the oldest make room."""

from pathlib import Path


def keep_newest(paths: set[str], most: int) -> None:
    """Delete the oldest of some files until all together are small enough; those that are gone leave the set.

    Args:
        paths: of the files.
        most: bytes.
    """
    there = {path: found for path in list(paths) if (found := _looked_at(path)) is not None}
    gone, total = paths - there.keys(), 0
    for path, (_, size) in sorted(there.items(), key=lambda entry: entry[1], reverse=True):
        total += size
        if total > most:
            Path(path).unlink(missing_ok=True)
            gone.add(path)
    paths -= gone  # others may have been added meanwhile


def _looked_at(path: str) -> tuple[int, int] | None:
    """When a file was written, and its bytes; None if it is gone."""
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
