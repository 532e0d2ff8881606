// The takes as html.py wrote them: base64 of int16 millimetres, counted from the take's origin.

/** A take whose joints are metres: Float32Array of [persons, frames, 22, 3]. */
export function readTake(take) {
  const bytes = Uint8Array.from(atob(take.joints), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const joints = new Float32Array(bytes.length / 2);
  for (let k = 0; k < joints.length; k++) {
    joints[k] = (view.getInt16(2 * k, true) + take.origin[k % 3]) / 1000;
  }
  return { ...take, joints };
}

/** Which of a take's frames is shown at a time in seconds; a short take waits on its last frame. */
export function frameAt(take, time) {
  return Math.min(take.frames - 1, Math.floor(take.fps * time + 1e-6));
}

/** One joint of one person in one frame, into `out` (a Vector3). */
export function joint(take, person, frame, index, out) {
  return out.fromArray(take.joints, ((person * take.frames + frame) * 22 + index) * 3);
}
