// Buttons, scrubber and keys; they change the clock, flip the toggles and do nothing else.

const element = (id) => document.getElementById(id);

const TOGGLES = { f: "follow", t: "top", p: "paths", c: "feet", x: "texts", m: "model" };

/**
 * Wire the controls up; returns the function that shows the state of clock and toggles in them.
 * toggles: {button: {on, flip()}}; a button that has none is hidden.
 */
export function connectControls(clock, toggles) {
  const speed = element("speed");
  const toggle = () => (clock.playing = !clock.playing);
  const faster = (steps) => {
    speed.selectedIndex = Math.min(speed.length - 1, Math.max(0, speed.selectedIndex + steps));
    clock.speed = Number(speed.value);
  };
  const keys = {
    " ": toggle,
    ArrowLeft: () => clock.step(-1),
    ArrowRight: () => clock.step(1),
    Home: () => clock.seek(0),
    End: () => clock.seek(clock.frames - 1),
    "-": () => faster(-1),
    "+": () => faster(1),
    "?": () => element("keys").showModal(),
  };
  for (const [key, id] of Object.entries(TOGGLES)) {
    element(id).hidden = !toggles[id];
    if (toggles[id]) keys[key] = toggles[id].flip;
  }
  addEventListener("keydown", (event) => {
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    const own = event.target.tagName === "SELECT" || (event.target.tagName === "BUTTON" && event.key === " ");
    if (!action || own || element("keys").open || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });

  const buttons = { play: toggle, back: keys.ArrowLeft, forward: keys.ArrowRight, help: keys["?"] };
  for (const [id, { flip }] of Object.entries(toggles)) buttons[id] = flip;
  for (const [id, action] of Object.entries(buttons)) {
    element(id).addEventListener("click", (event) => {
      action();
      if (event.detail > 0) event.currentTarget.blur(); // a mouse click must not take the space key
    });
  }
  element("keys").addEventListener("click", () => element("keys").close());
  speed.addEventListener("change", () => {
    faster(0);
    speed.blur();
  });

  const scrubber = element("scrubber");
  scrubber.max = clock.frames - 1;
  scrubber.addEventListener("input", () => {
    clock.playing = false;
    clock.seek(Number(scrubber.value));
  });

  const show = element("clock");
  const time = show.appendChild(document.createElement("span"));
  const count = show.appendChild(document.createElement("small"));
  let shown = "";
  return () => {
    const state = [clock.frame, clock.playing, ...Object.values(toggles).map(({ on }) => on)].join();
    if (state === shown) return; // the page is laid out again only where something has changed
    shown = state;
    document.body.classList.toggle("playing", clock.playing);
    for (const [id, { on }] of Object.entries(toggles)) element(id).setAttribute("aria-pressed", on);
    scrubber.value = clock.frame;
    time.textContent = `${(clock.frame / clock.fps).toFixed(2)} s`;
    count.textContent = `frame ${clock.frame + 1} of ${clock.frames}`;
  };
}
