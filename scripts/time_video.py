"""How long a video takes: 210 frames of two people, drawn and encoded.

python scripts/time_video.py
"""

import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from in2in.bench.people import generate
from in2in.export.video import write_gif, write_mp4
from in2in.motion.motion import Motion
from in2in.motion.representation import canonicalise

FRAMES = 210


def main() -> None:
    """Time both kinds of video; processor seconds count the encoder's process too."""
    clip = generate(12, seed=0)
    joints = np.concatenate([canonicalise(clip.motion).joints] * 4, axis=1)[:, :FRAMES]
    motion = Motion(joints, texts=clip.texts)
    print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}, {joints.shape[1]} frames")
    with tempfile.TemporaryDirectory() as folder:
        for ending, write in (("mp4", write_mp4), ("gif", write_gif)):
            path = Path(folder) / f"clip.{ending}"
            wall, processor = time.perf_counter(), _processor()
            write(path, motion)
            wall, processor = time.perf_counter() - wall, _processor() - processor
            print(f"{ending}: {wall:.1f} s, {processor:.1f} processor seconds, {path.stat().st_size / 1e6:.1f} MB")


def _processor() -> float:
    use = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(own.ru_utime + own.ru_stime for own in use)


if __name__ == "__main__":
    main()
