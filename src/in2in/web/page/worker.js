// The model in a thread of its own. In: {start, prompt} or {stop}. Out: {ready}, {done, all}, {joints}, {failed}.

import { Model, StoppedError } from "./model.js";

let current = 0; // the number of the prompt that is wanted; another ends its sampling

async function read(name) {
  const found = await fetch(name);
  if (!found.ok) throw new Error(`${name} cannot be loaded (${found.status})`);
  return found.arrayBuffer();
}

/** Let messages in. */
const pause = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(null);
  });

const threads = self.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency || 1) : 1;
const loading = Model.load(read, threads);
loading.then(
  ({ constants }) => postMessage({ ready: { constants, threads } }),
  (error) => postMessage({ failed: error.message, fatal: true }),
);

let before = Promise.resolve(); // one prompt at a time
self.onmessage = ({ data }) => {
  const number = ++current;
  if (!data.prompt) return;
  before = before.then(() => generate(data.prompt, number, data.id));
};

async function generate(prompt, number, id) {
  try {
    const model = await loading;
    const joints = await model.sample(prompt, async (done, all) => {
      await pause();
      if (number !== current) throw new StoppedError();
      postMessage({ id, done, all });
    });
    postMessage({ id, joints }, [joints.buffer]);
  } catch (error) {
    postMessage(error instanceof StoppedError ? { id, stopped: true } : { id, failed: error.message });
  }
}
