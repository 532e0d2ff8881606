// One time for all takes. It runs in seconds and is read in frames of the fastest take.

export class Clock {
  constructor(takes) {
    this.fps = Math.max(...takes.map((take) => take.fps));
    this.frames = Math.max(...takes.map((take) => Math.ceil((take.frames / take.fps) * this.fps - 1e-6)));
    this.duration = this.frames / this.fps;
    this.time = 0;
    this.speed = 1;
    this.playing = true;
  }

  get frame() {
    return Math.min(this.frames - 1, Math.floor(this.fps * this.time + 1e-6));
  }

  /** Go on by some real seconds, around the end. */
  advance(seconds) {
    if (this.playing) this.time = (this.time + seconds * this.speed) % this.duration;
  }

  seek(frame) {
    this.time = Math.min(this.frames - 1, Math.max(0, Math.round(frame))) / this.fps;
  }

  /** Stop and go some frames on. */
  step(frames) {
    this.playing = false;
    this.seek(this.frame + frames);
  }
}
