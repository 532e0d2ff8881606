// The model: three graphs and the loop over the sampler's steps, as in2in.pipeline has them.

import * as ort from "./ort.wasm.min.mjs";
import { noise } from "./noise.js";
import { Tokenizer } from "./tokenizer.js";

export class StoppedError extends Error {}

const floats = (values, ...shape) => new ort.Tensor("float32", values, shape);
const integers = (values, ...shape) => new ort.Tensor("int64", BigInt64Array.from(values, BigInt), shape);

export class Model {
  /** read(name): the bytes of a file of the folder; threads: how many to compute with. */
  static async load(read, threads) {
    ort.env.wasm.numThreads = threads;
    ort.env.wasm.wasmPaths = { mjs: new URL("ort-wasm-simd-threaded.mjs", import.meta.url).href };
    ort.env.wasm.wasmBinary = await unzipped(await read("ort-wasm-simd-threaded.wasm.gz"));
    const model = new Model();
    const text = async (name) => new TextDecoder().decode(await read(name));
    model.constants = JSON.parse(await text("model.json"));
    model.tokenizer = new Tokenizer((await text("words.txt")).split("\n"), model.constants.tokens);
    for (const name of ["text", "step", "joints"]) {
      model[name] = await ort.InferenceSession.create(new Uint8Array(await read(`${name}.onnx`)));
    }
    return model;
  }

  /** The vector of a text; null for none. */
  async vector(text) {
    if (!text.trim()) return null;
    const ids = this.tokenizer.encode(text.trim());
    return (await this.text.run({ ids: integers(ids, 1, ids.length) })).vector.data;
  }

  /**
   * Joints, Float32Array of [persons, frames, 22, 3] metres.
   * prompt: {interaction, individuals, frames, seed (BigInt), guidance: {name of weight: value}}.
   * onStep(done, all) is awaited after each step; what it throws ends the sampling.
   */
  async sample(prompt, onStep) {
    const { persons, features, steps } = this.constants;
    const interaction = await this.vector(prompt.interaction);
    const individuals = [];
    for (const text of prompt.individuals) individuals.push(await this.vector(text));
    const rows = this.branches(interaction, individuals, prompt.guidance);
    let x = floats(noise(prompt.seed, persons, prompt.frames, features), 1, persons, prompt.frames, features);
    for (const [done, { timestep, take }] of steps.entries()) {
      const given = { x, ...rows, timestep: integers(Array(rows.weights.size).fill(timestep), rows.weights.size) };
      x = (await this.step.run({ ...given, take: floats(Float32Array.from(take), 2) })).next;
      await onStep(done + 1, steps.length);
    }
    return (await this.joints.run({ x })).joints.data;
  }

  /** The rows of a step's batch: the guidance's terms that the texts allow, and the one without texts. */
  branches(interaction, individuals, weights) {
    const has = { interaction: interaction !== null, individuals: individuals.some((vector) => vector !== null) };
    const allowed = { any: has.interaction || has.individuals, both: has.interaction && has.individuals };
    const terms = this.constants.guidance
      .map((term) => ({ tells: term.tells, weight: allowed[term.needs] ? weights[term.name] : 0 }))
      .filter(({ weight }) => weight !== 0);
    const rest = terms.reduce((left, { weight }) => left - weight, 1);
    if (rest !== 0 || !terms.length) terms.unshift({ tells: [], weight: rest });
    const width = (interaction ?? individuals.find((vector) => vector)).length;
    const none = new Float32Array(width);
    const told = (vector, term, kind) => [...((term.tells.includes(kind) && vector) || none)];
    const persons = individuals.length;
    return {
      interaction: floats(new Float32Array(terms.flatMap((term) => told(interaction, term, "interaction"))), terms.length, width),
      individuals: floats(
        new Float32Array(terms.flatMap((term) => individuals.flatMap((vector) => told(vector, term, "individuals")))),
        terms.length, persons, width,
      ),
      weights: floats(Float32Array.from(terms, ({ weight }) => weight), terms.length),
    };
  }
}

/** Bytes that may be packed by gzip; a server may have unpacked them already. */
async function unzipped(bytes) {
  const head = new Uint8Array(bytes, 0, 2);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return bytes;
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
