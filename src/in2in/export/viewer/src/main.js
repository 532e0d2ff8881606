// Reads the takes out of the page and plays them.

import { BodyShape } from "./body.js";
import { Cameras } from "./cameras.js";
import { arrange, makeCaptions } from "./captions.js";
import { Clock } from "./clock.js";
import { connectControls } from "./controls.js";
import { Stage } from "./stage.js";
import { readTake } from "./takes.js";

function start() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const takes = data.takes.map(readTake);
  const canvas = document.getElementById("canvas");
  const grid = document.getElementById("takes");
  const cells = makeCaptions(takes, grid);
  const clock = new Clock(takes);

  let stale = true; // something other than the frame has changed since the last picture
  const cameras = new Cameras(takes, canvas, () => (stale = true));
  const stage = new Stage(canvas, takes, cells, new BodyShape(data.body), cameras);
  const showState = connectControls(clock, cameras);

  new ResizeObserver(() => {
    arrange(grid, takes.length);
    stage.resize();
    cameras.fit(cells[0].clientWidth / cells[0].clientHeight);
  }).observe(canvas);

  let last = null;
  let drawn = -1;
  document.addEventListener("visibilitychange", () => (last = null));
  const tick = (now) => {
    const seconds = last === null ? 0 : (now - last) / 1000;
    last = now;
    clock.advance(seconds);
    if (clock.playing && seconds > 0) stale = stage.adapt(seconds) || stale;
    if (stale || clock.frame !== drawn) {
      stage.draw(clock.frame / clock.fps);
      drawn = clock.frame;
      stale = false;
    }
    showState();
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);

  window.viewer = {
    get frame() { return clock.frame; },
    get frames() { return clock.frames; },
    get playing() { return clock.playing; },
    seek: (frame) => clock.seek(frame),
    play: () => (clock.playing = true),
    pause: () => (clock.playing = false),
  };
}

try {
  start();
} catch (error) {
  const message = document.createElement("p");
  message.id = "message";
  message.textContent = `The people cannot be shown: ${error.message}`;
  document.getElementById("stage").append(message);
  throw error;
}
