// The form, what is shown, and the model's worker behind them.

import { install } from "./install.js";
import { makeTake } from "./takes.js";

const MOST_SHOWN = 4; // results side by side
const element = (id) => document.getElementById(id);
const TEXTS = ["interaction", "first", "second"];

let worker = null;
let constants = null;
let wanted = null; // the number of the prompt that is being sampled
let numbers = 0;
let started = 0;
const results = []; // {take, joints, prompt}, the last of them first

function say(text, wrong = false) {
  element("status").textContent = text;
  element("status").classList.toggle("wrong", wrong);
}

function showState() {
  const busy = wanted !== null;
  for (const id of ["generate", "another"]) element(id).disabled = constants === null;
  element("cancel").disabled = !busy;
  for (const id of ["link", "save", "clear"]) element(id).disabled = results.length === 0;
  document.body.classList.toggle("busy", busy);
}

/** What the form asks for; an Error of one line where that cannot be made. */
function readForm() {
  const texts = TEXTS.map((id) => element(id).value.trim());
  if (!texts.some(Boolean)) throw new Error("Write what the two people do.");
  if (texts.some((text) => /\0|\p{Cs}/u.test(text))) throw new Error("A text holds a character that is no text.");
  const number = (id, low, high) => {
    const value = element(id).value.trim().replace(",", ".");
    const name = element(id).labels[0].textContent.trim();
    if (!/^-?\d+(\.\d+)?$/.test(value) || Number(value) < low || Number(value) > high) {
      throw new Error(`${name} is a number from ${low} to ${high}.`);
    }
    return Number(value);
  };
  const seconds = number("seconds", ...constants.seconds);
  const seed = element("seed").value.trim();
  if (!/^\d{1,19}$/.test(seed) || BigInt(seed) >= 2n ** 63n) throw new Error("Seed is a whole number from 0 to 2^63 - 1.");
  const guidance = Object.fromEntries(constants.guidance.map(({ name }) => [name, number(`weight-${name}`, -20, 20)]));
  return { texts, seconds, seed, guidance };
}

/** As Python rounds: halves to the even number. */
function frames(seconds, fps) {
  const exact = seconds * fps;
  const low = Math.floor(exact);
  return exact - low === 0.5 ? low + (low % 2) : Math.round(exact);
}

function generate() {
  let asked;
  try {
    asked = readForm();
  } catch (error) {
    return say(error.message, true);
  }
  history.replaceState(null, "", `#${linkOf(asked)}`);
  wanted = { id: ++numbers, asked };
  started = performance.now();
  say("Reading the texts");
  element("progress").value = 0;
  const { texts, seconds, seed, guidance } = asked;
  worker.postMessage({
    id: wanted.id,
    prompt: {
      interaction: texts[0], individuals: texts.slice(1), seed: BigInt(seed), guidance,
      frames: frames(seconds, constants.fps),
    },
  });
  showState();
}

function cancel() {
  if (wanted === null) return;
  worker.postMessage({ stop: true });
  wanted = null;
  element("progress").value = 0;
  say("Cancelled.");
  showState();
}

function answered({ data }) {
  if (data.ready) {
    constants = data.ready.constants;
    window.page.threads = data.ready.threads;
    makeWeights();
    readLink();
    say(`Ready, on ${data.ready.threads === 1 ? "one thread" : `${data.ready.threads} threads`}.`);
    element("progress").value = 0;
    document.body.classList.add("ready");
    showState();
    if (location.hash.length > 1) generate();
  } else if (data.fatal) {
    say(`The model cannot be loaded: ${data.failed}`, true);
  } else if (wanted === null || data.id !== wanted.id) {
    return; // of a prompt that is no longer wanted
  } else if (data.done) {
    element("progress").value = data.done / data.all;
    say(`Step ${data.done} of ${data.all}`);
  } else if (data.joints) {
    const { asked } = wanted;
    const take = makeTake(data.joints, constants, asked.texts, `seed ${asked.seed}`);
    results.unshift({ take, joints: data.joints, asked });
    results.length = Math.min(results.length, MOST_SHOWN);
    wanted = null;
    const took = (performance.now() - started) / 1000;
    say(`${asked.seconds} seconds of motion in ${took.toFixed(1)} s.`);
    show();
  } else if (data.failed) {
    wanted = null;
    say(`It cannot be generated: ${data.failed}`, true);
    showState();
  }
}

/** Play the results side by side, in the viewer. */
function show() {
  window.shown = { body: constants.body, takes: results.map(({ take }) => take) };
  if (results.length) element("player").contentWindow.location.replace("player.html");
  else element("player").contentWindow.location.replace("about:blank");
  showState();
}

/** A field for each weight of the model's guidance. */
function makeWeights() {
  for (const { name, value } of constants.guidance) {
    const label = document.createElement("label");
    label.textContent = constants.guidance.length === 1 ? "Guidance " : `Guidance, ${name} `;
    const input = document.createElement("input");
    Object.assign(input, { id: `weight-${name}`, inputMode: "decimal", autocomplete: "off", value });
    label.append(input);
    element("numbers").append(label);
  }
}

function linkOf({ texts, seconds, seed, guidance }) {
  const told = { ...Object.fromEntries(TEXTS.map((id, k) => [id, texts[k]])), seconds, seed };
  for (const [name, value] of Object.entries(guidance)) told[`weight-${name}`] = value;
  return new URLSearchParams(told).toString();
}

/** Fill the form from the link; what is not of the form is not read. */
function readLink() {
  const told = new URLSearchParams(location.hash.slice(1));
  for (const id of [...TEXTS, "seconds", "seed", ...constants.guidance.map(({ name }) => `weight-${name}`)]) {
    if (told.has(id)) element(id).value = told.get(id).slice(0, 2000);
  }
}

function saveJoints() {
  const [{ take, joints, asked }] = results;
  const told = {
    ...asked, fps: take.fps, names: constants.body.joints, parents: constants.body.parents,
    shape: [take.persons, take.frames, 22, 3], joints: Array.from(joints, (value) => Math.round(value * 1e5) / 1e5),
  };
  const url = URL.createObjectURL(new Blob([JSON.stringify(told)], { type: "application/json" }));
  Object.assign(document.createElement("a"), { href: url, download: `in2in-${asked.seed}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Whether this browser has vector instructions in WebAssembly: a module with one of them. */
function hasSimd() {
  const module = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
  return typeof WebAssembly === "object" && WebAssembly.validate(new Uint8Array(module));
}

async function start() {
  if (!hasSimd()) return say("This browser has no WebAssembly SIMD, which the model needs: take a newer one.", true);
  if (navigator.deviceMemory && navigator.deviceMemory < 2) {
    return say("This device has too little memory for the model: it needs 2 GB.", true);
  }
  const megabytes = (bytes) => (bytes / 1e6).toFixed(0);
  const installed = await install(self.in2in, (got, all) => {
    element("progress").value = got / all;
    say(`Loading the model: ${megabytes(got)} of ${megabytes(all)} MB`);
  });
  // threads need headers that only the service worker adds: once, this page is loaded again, from what is kept
  if (installed && !self.crossOriginIsolated && !sessionStorage.getItem("reloaded")) {
    sessionStorage.setItem("reloaded", "yes");
    return location.reload();
  }
  sessionStorage.removeItem("reloaded");
  say("Starting the model");
  worker = new Worker("worker.js", { type: "module" });
  worker.onmessage = answered;
  worker.onerror = (error) => say(`The model cannot be loaded: ${error.message ?? "the worker failed"}`, true);
}

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  generate();
});
element("form").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) generate();
  if (event.key === "Escape") cancel();
});
element("cancel").addEventListener("click", cancel);
element("another").addEventListener("click", () => {
  if (/^\d{1,18}$/.test(element("seed").value.trim())) element("seed").value = BigInt(element("seed").value.trim()) + 1n;
  generate();
});
element("link").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(location.href.split("#")[0] + "#" + linkOf(results[0].asked));
    say("The link is copied.");
  } catch {
    say("The link is in the address bar.");
  }
});
element("save").addEventListener("click", saveJoints);
element("clear").addEventListener("click", () => {
  results.length = 0;
  show();
});
window.addEventListener("hashchange", () => {
  if (constants === null) return;
  readLink();
  generate();
});
window.page = {
  results,
  threads: 0,
  get busy() { return wanted !== null; },
  get player() { return element("player").contentWindow; },
};
start().catch((error) => say(`The page cannot start: ${error.message}`, true));
