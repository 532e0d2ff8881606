// The takes as html.py wrote them: base64 of int16 millimetres, counted from the take's origin.

import { unpack } from "./packed.js";

export const JOINTS = 22;

/** A take whose joints are metres: Float32Array of [persons, frames, 22, 3]. */
export function readTake(take) {
  const joints = Float32Array.from(unpack(take.joints, Int16Array), (value, k) => (value + take.origin[k % 3]) / 1000);
  const turns = take.turns && unpack(take.turns, Int16Array);
  return { ...take, joints, turns };
}

/** Which of a take's frames is shown at a time in seconds; a short take waits on its last frame. */
export function frameAt(take, time) {
  return Math.min(take.frames - 1, Math.floor(take.fps * time + 1e-6));
}

/** From which side a frame is seen, radians about y; see camera.py. */
export function side(take, frame) {
  return take.sides[Math.min(frame, take.sides.length - 1)];
}

/** One joint of one person in one frame, into `out` (a Vector3). */
export function joint(take, person, frame, index, out) {
  return out.fromArray(take.joints, ((person * take.frames + frame) * JOINTS + index) * 3);
}

/** How one joint is turned in the world, into `out` (a Quaternion); only where there is a body model. */
export function turn(take, person, frame, index, out) {
  return out.fromArray(take.turns, ((person * take.frames + frame) * JOINTS + index) * 4).normalize();
}
