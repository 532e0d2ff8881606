"""A command that is asked to end removes what is half-written, and ends as the signal says."""

import os
import signal
import sys
from importlib import import_module
from pathlib import Path

import pytest
from takes import pushed, sample_of

from in2in.export import video


def test_a_film_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    sample_of(pushed(), tmp_path / "000.npz")
    drawn = video.render_planes

    def asked_to_end(*given: object) -> object:
        for number, planes in enumerate(drawn(*given)):  # type: ignore[arg-type]
            if number == 5:
                assert any(path.suffix == ".mp4" for path in tmp_path.iterdir()), "the film is begun"
                os.kill(os.getpid(), signal.SIGTERM)
            yield planes

    child = os.fork()
    if child == 0:
        try:
            video.render_planes = asked_to_end  # type: ignore[assignment]
            sys.argv = ["in2in-export", f"files={tmp_path}/000.npz", "to=mp4"]
            import_module("in2in.cli.export").main()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGTERM, "whoever started it sees why it ended"
    assert [path.name for path in tmp_path.iterdir()] == ["000.npz"]
