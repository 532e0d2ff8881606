// Buttons, scrubber and keys; they change the clock and the cameras and nothing else.

const element = (id) => document.getElementById(id);

/** Wire the controls up; returns the function that shows the clock's state in them. */
export function connectControls(clock, cameras) {
  const toggle = () => (clock.playing = !clock.playing);
  const keys = {
    " ": toggle,
    ArrowLeft: () => clock.step(-1),
    ArrowRight: () => clock.step(1),
    Home: () => clock.seek(0),
    End: () => clock.seek(clock.frames - 1),
    f: () => cameras.toggleFollow(),
    t: () => cameras.toggleTop(),
  };
  addEventListener("keydown", (event) => {
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    const own = event.target.tagName === "SELECT" || (event.target.tagName === "BUTTON" && event.key === " ");
    if (!action || own || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });

  const buttons = {
    play: toggle,
    back: keys.ArrowLeft,
    forward: keys.ArrowRight,
    follow: keys.f,
    top: keys.t,
  };
  for (const [id, action] of Object.entries(buttons)) {
    element(id).addEventListener("click", (event) => {
      action();
      if (event.detail > 0) event.currentTarget.blur(); // a mouse click must not take the space key
    });
  }
  element("speed").addEventListener("change", (event) => {
    clock.speed = Number(event.target.value);
    event.target.blur();
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
    const state = [clock.frame, clock.playing, cameras.following, cameras.fromAbove].join();
    if (state === shown) return; // the page is laid out again only where something has changed
    shown = state;
    document.body.classList.toggle("playing", clock.playing);
    element("follow").setAttribute("aria-pressed", cameras.following);
    element("top").setAttribute("aria-pressed", cameras.fromAbove);
    scrubber.value = clock.frame;
    time.textContent = `${(clock.frame / clock.fps).toFixed(2)} s`;
    count.textContent = `frame ${clock.frame + 1} of ${clock.frames}`;
  };
}
