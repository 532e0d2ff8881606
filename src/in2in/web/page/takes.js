// Joints -> the take that the viewer shows, as in2in.export.html and in2in.export.camera make it.

const ASIDE = 0.4; // radians from where the camera would see both people from the side
const TURN = 0.7; // radians by which the line between them may turn before the camera turns with it

/** joints: Float32Array of [persons, frames, 22, 3] metres. */
export function makeTake(joints, { persons, fps }, texts, note) {
  const frames = joints.length / persons / 66;
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const millimetres = Array.from(joints, (value, k) => {
    const whole = Math.round(1000 * value);
    low[k % 3] = Math.min(low[k % 3], whole);
    high[k % 3] = Math.max(high[k % 3], whole);
    return whole;
  });
  const origin = low.map((value, k) => Math.ceil((value + high[k]) / 2));
  const packed = new Uint8Array(Int16Array.from(millimetres, (value, k) => value - origin[k % 3]).buffer);
  let letters = "";
  for (let k = 0; k < packed.length; k += 4096) letters += String.fromCharCode(...packed.subarray(k, k + 4096));
  return {
    title: texts[0], individuals: texts.slice(1), note, fps, persons, frames, origin,
    sides: sides(joints, persons, frames, fps), joints: btoa(letters),
  };
}

/** From which side each frame is seen, radians; a single one where the camera stands still. */
function sides(joints, persons, frames, fps) {
  const last = (persons - 1) * frames * 66;
  const across = Array.from({ length: frames }, (_, t) => [0, 2].map((k) => joints[last + 66 * t + k] - joints[66 * t + k]));
  const sum = across.reduce(([x, z], [dx, dz]) => [x + dx, z + dz], [0, 0]);
  const middle = Math.atan2(sum[1], sum[0]);
  const around = (angle) => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
  let line = smooth(across, fps).map(([x, z]) => Math.atan2(z, x));
  for (let t = 1; t < frames; t++) line[t] = line[t - 1] + around(line[t] - line[t - 1]);
  if (line.every((angle) => Math.abs(around(angle - middle)) <= TURN)) return [ASIDE - middle];
  return line.map((angle) => ASIDE - angle);
}

/** Pairs of numbers smoothed over time by a Gaussian of some frames; the first and last go on for ever. */
function smooth(pairs, deviation) {
  const reach = Math.round(4 * deviation);
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-0.5 * ((k - reach) / deviation) ** 2));
  return pairs.map((_, t) => {
    const out = [0, 0];
    kernel.forEach((weight, k) => {
      const near = pairs[Math.min(pairs.length - 1, Math.max(0, t + k - reach))];
      out[0] += weight * near[0];
      out[1] += weight * near[1];
    });
    return out;
  });
}
