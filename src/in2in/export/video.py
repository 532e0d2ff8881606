"""Videos: mp4 (H.264) for players and slides, gif for where nothing else plays."""

from contextlib import suppress
from itertools import chain
from pathlib import Path
from subprocess import PIPE, Popen

import numpy as np
from PIL import Image

from in2in.errors import InputError
from in2in.export.canvas import YUV420
from in2in.export.render import render, render_planes
from in2in.files.whole import whole_file
from in2in.motion.motion import Motion

SIZE = (1280, 720)

GIF_SIZE, GIF_FPS = (640, 360), 15.0


def write_mp4(path: str | Path, motion: Motion, size: tuple[int, int] = SIZE) -> None:
    """Write every frame at the motion's own rate.

    Args:
        path: the .mp4 file.
        motion: what is shown.
        size: width and height in pixels, even.
    """
    from imageio_ffmpeg import get_ffmpeg_exe  # brings a program of 70 MB: an extra

    width, height = size
    if width % 2 or height % 2:
        raise InputError(f"{path}: a film of {width} x {height} pixels cannot be encoded: choose even numbers")
    raw = ("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{width}x{height}", "-r", str(motion.fps), "-i", "-")
    film = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-movflags", "+faststart")
    words = motion.title.replace("\0", " ").encode(errors="replace").decode()  # what no program can be handed
    title = ("-metadata", f"title={words}")
    with whole_file(path) as unfinished:
        command = [get_ffmpeg_exe(), "-y", "-loglevel", "error", *raw, *film, *title, str(unfinished.absolute())]
        with Popen(command, stdin=PIPE, stderr=PIPE) as encoder:
            assert encoder.stdin is not None
            with suppress(BrokenPipeError):  # it has failed, and says why
                for planes in chain.from_iterable(render_planes(motion, size, YUV420)):
                    encoder.stdin.write(planes)
            _, told = encoder.communicate()
        if encoder.returncode:
            lines = told.decode(errors="replace").splitlines() or ["the encoder failed"]
            raise OSError(encoder.returncode, lines[-1])


def write_gif(path: str | Path, motion: Motion, size: tuple[int, int] = GIF_SIZE) -> None:
    """Write about 15 frames a second, repeated for ever, in 256 colours.

    Args:
        path: the .gif file.
        motion: what is shown.
        size: width and height in pixels.
    """
    with whole_file(path) as unfinished:
        _save_gif(unfinished, motion, size)


def _save_gif(path: Path, motion: Motion, size: tuple[int, int]) -> None:
    every = max(1, round(motion.fps / GIF_FPS))
    pictures = [Image.fromarray(picture) for picture in render(motion, size, range(0, motion.joints.shape[1], every))]
    sample = np.concatenate([np.asarray(picture) for picture in pictures[:: max(1, len(pictures) // 4)]])
    palette = Image.fromarray(sample).quantize(256, dither=Image.Dither.NONE)
    first, *rest = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    # A gif counts hundredths of a second: some frames stay longer than others, so that the whole keeps time.
    ticks = np.rint(np.arange(len(pictures) + 1) * every / motion.fps * 100).astype(int)
    durations = (np.diff(ticks) * 10).tolist()
    first.save(path, save_all=True, append_images=rest, duration=durations, loop=0)
