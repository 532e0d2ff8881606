// Reads the takes out of the page and plays them.

import { BodyShape } from "./body.js";
import { Cameras } from "./cameras.js";
import { arrange, makeCaptions, textHeight } from "./captions.js";
import { Clock } from "./clock.js";
import { connectControls } from "./controls.js";
import { ModelShape } from "./model.js";
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
  const model = data.model ? new ModelShape(data.model, data.body.parents) : null;
  const stage = new Stage(canvas, takes, cells, cameras, new BodyShape(data.body), model);
  const layOut = () => {
    arrange(grid, takes.length);
    stage.resize();
    cameras.fit(cells[0].clientWidth, cells[0].clientHeight, cells.map(textHeight));
  };
  const part = (kind) => ({
    get on() { return stage.show[kind]; },
    flip: () => {
      stage.show[kind] = !stage.show[kind];
      stale = true;
    },
  });
  const toggles = {
    follow: { get on() { return cameras.following; }, flip: () => cameras.toggleFollow() },
    top: { get on() { return cameras.fromAbove; }, flip: () => cameras.toggleTop() },
    paths: part("paths"),
    feet: part("feet"),
    texts: {
      get on() { return !grid.classList.contains("plain"); },
      flip: () => {
        grid.classList.toggle("plain");
        layOut();
      },
    },
    ...(model && { model: part("model") }),
  };
  const showState = connectControls(clock, toggles);
  new ResizeObserver(layOut).observe(canvas);

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
    skins: () => stage.skins(),
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
