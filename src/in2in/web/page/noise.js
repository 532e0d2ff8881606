// Normal noise by a counter, number for number as in2in.diffusion.noise has it; see there.

const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]];
const PARITY = 0x1bd11bda;
const WORD = 2 ** 32;

/** The two words, as whole numbers below 2^32, of counter (k, 0) under a key of three words: Threefry-2x32, 20 rounds. */
function threefry(key, k) {
  let u = (k + key[0]) | 0;
  let v = key[1];
  for (let turn = 0; turn < 5; turn++) {
    for (const bits of ROTATIONS[turn % 2]) {
      u = (u + v) | 0;
      v = ((v << bits) | (v >>> (32 - bits))) ^ u;
    }
    u = (u + key[(turn + 1) % 3]) | 0;
    v = (v + key[(turn + 2) % 3] + turn + 1) | 0;
  }
  return [u >>> 0, v >>> 0];
}

/** Noise of [persons, frames, features]; seed: a BigInt of 64 bits. A longer motion starts with the same noise. */
export function noise(seed, persons, frames, features) {
  const key = [Number(BigInt.asIntN(32, seed)), Number(BigInt.asIntN(32, seed >> 32n))];
  key.push(PARITY ^ key[0] ^ key[1]);
  const size = persons * frames * features;
  const out = new Float32Array(size);
  const put = (k, value) => {
    const frame = Math.floor(k / (persons * features));
    const rest = k - frame * persons * features;
    const person = Math.floor(rest / features);
    out[(person * frames + frame) * features + rest - person * features] = value;
  };
  for (let k = 0; k < size; k += 2) {
    const [u, v] = threefry(key, k / 2);
    const radius = Math.sqrt(-2 * Math.log((u + 0.5) / WORD));
    const angle = (2 * Math.PI * (v + 0.5)) / WORD;
    put(k, radius * Math.cos(angle));
    if (k + 1 < size) put(k + 1, radius * Math.sin(angle));
  }
  return out;
}
