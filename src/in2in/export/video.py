"""Videos: mp4 (H.264) for players and slides, gif for where nothing else plays."""

from pathlib import Path

import numpy as np
from PIL import Image

from in2in.export.render import render
from in2in.export.take import Take
from in2in.export.whole import whole_file

SIZE = (1280, 720)

GBR = (1, 2, 0)
"""The order in which the encoder takes planes."""

GIF_SIZE, GIF_FPS = (640, 360), 15.0


def write_mp4(path: str | Path, take: Take, size: tuple[int, int] = SIZE) -> None:
    """Write every frame at the take's own rate.

    Args:
        path: the .mp4 file.
        take: what is shown.
        size: width and height in pixels, even.
    """
    import imageio_ffmpeg  # brings a program of 70 MB: an extra

    with whole_file(path) as unfinished:
        quality = ("-preset", "veryfast", "-crf", "20", "-movflags", "+faststart", "-metadata", f"title={take.title}")
        film = imageio_ffmpeg.write_frames(
            str(unfinished),
            size,
            pix_fmt_in="gbrp",  # planes, as they are drawn
            fps=take.fps,  # pyright: ignore[reportArgumentType]
            codec="libx264",
            quality=None,  # pyright: ignore[reportArgumentType]
            macro_block_size=2,
            output_params=list(quality),
            ffmpeg_log_level="error",
        )
        film.send(None)
        try:
            for picture in render(take, size):
                film.send(np.ascontiguousarray(picture[..., GBR].transpose(2, 0, 1)))
        finally:
            film.close()


def write_gif(path: str | Path, take: Take, size: tuple[int, int] = GIF_SIZE) -> None:
    """Write about 15 frames a second, repeated for ever, in 256 colours.

    Args:
        path: the .gif file.
        take: what is shown.
        size: width and height in pixels.
    """
    with whole_file(path) as unfinished:
        _save_gif(unfinished, take, size)


def _save_gif(path: Path, take: Take, size: tuple[int, int]) -> None:
    every = max(1, round(take.fps / GIF_FPS))
    pictures = [Image.fromarray(picture) for picture in render(take, size, range(0, take.joints.shape[1], every))]
    sample = np.concatenate([np.asarray(picture) for picture in pictures[:: max(1, len(pictures) // 4)]])
    palette = Image.fromarray(sample).quantize(256, dither=Image.Dither.NONE)
    first, *rest = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    # A gif counts hundredths of a second: some frames stay longer than others, so that the whole keeps time.
    ticks = np.rint(np.arange(len(pictures) + 1) * every / take.fps * 100).astype(int)
    durations = (np.diff(ticks) * 10).tolist()
    first.save(path, save_all=True, append_images=rest, duration=durations, loop=0)
