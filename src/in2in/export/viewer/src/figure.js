// What the body is made of: round cones and ellipsoids around the rest pose's joints, in metres.
// Each belongs to one segment (pose.js) and has a tint: 0 cloth, 1 skin, -1 trousers, -2 shoes.

import { Vector3 } from "three";

/** The rest pose with the legs apart, so that the skin of one thigh is free of the other's. */
export function legsApart(rest) {
  const spread = { ...rest };
  for (const [side, angle] of [["left", 0.2], ["right", -0.2]]) {
    for (const joint of ["knee", "ankle", "foot"]) {
      const [hip, pivot] = [rest[`${side}_hip`], rest[`${side}_${joint === "foot" ? "ankle" : joint}`]];
      const turned = pivot.clone().sub(hip).applyAxisAngle(new Vector3(0, 0, 1), angle).add(hip);
      spread[`${side}_${joint}`] = turned.add(rest[`${side}_${joint}`]).sub(pivot); // the foot stays level
    }
  }
  return spread;
}

/** Left is +x, front is +z. Returns [{segment, tint, low, high, distance(x, y, z)}]. */
export function figure(rest) {
  const parts = [];
  const at = (joint, dx = 0, dy = 0, dz = 0) => [rest[joint].x + dx, rest[joint].y + dy, rest[joint].z + dz];
  const cone = (segment, tint, a, b, ra, rb) => parts.push({ segment, tint, ...roundCone(a, b, ra, rb) });
  const ball = (segment, tint, centre, radii) => parts.push({ segment, tint, ...ellipsoid(centre, radii) });

  ball("pelvis", -1, at("pelvis", 0, -0.025, -0.005), [0.138, 0.12, 0.098]);
  ball("spine1", 0, at("pelvis", 0, 0.13, 0.002), [0.117, 0.19, 0.084]);
  ball("spine2", 0, at("pelvis", 0, 0.27, -0.005), [0.132, 0.17, 0.094]);
  ball("chest", 0, at("spine3", 0, 0.055, -0.005), [0.15, 0.16, 0.104]);
  cone("chest", 0, at("neck", 0, -0.035, -0.022), at("spine3", 0, 0.1, -0.05), 0.05, 0.06);
  cone("neck", 1, at("neck", 0, -0.03, -0.003), at("head", 0, 0.02, 0), 0.054, 0.051);
  ball("head", 1, at("head", 0, 0.09, 0.008), [0.079, 0.104, 0.099]);
  ball("head", 1, at("head", 0, 0.028, 0.042), [0.053, 0.062, 0.064]);
  cone("head", 1, at("head", 0, 0.075, 0.1), at("head", 0, 0.048, 0.115), 0.006, 0.012);

  for (const [side, s] of [["left", 1], ["right", -1]]) {
    const on = (joint, dx = 0, dy = 0, dz = 0) => at(`${side}_${joint}`, s * dx, dy, dz);
    const between = (a, b, t, dx, dz) => on(a).map((v, k) => v + t * (on(b)[k] - v) + [s * dx, 0, dz][k]);
    ball("head", 1, at("head", s * 0.082, 0.068, -0.004), [0.01, 0.03, 0.018]);
    ball("pelvis", -1, at("pelvis", s * 0.068, -0.08, -0.042), [0.075, 0.085, 0.075]);
    ball("chest", 0, at("spine3", s * 0.066, 0.075, 0.05), [0.078, 0.062, 0.048]);
    cone("chest", 0, at("neck", s * 0.03, -0.015, -0.02), on("shoulder", -0.06, 0.012, 0), 0.04, 0.045);
    cone(`${side}_collar`, 0, on("collar", -0.03, 0.005, 0), on("shoulder", -0.02, 0.004, 0), 0.064, 0.054);
    cone(`${side}_arm`, 0, on("shoulder", 0.005, -0.002, 0), on("elbow"), 0.056, 0.04);
    cone(`${side}_forearm`, 1, on("elbow"), on("wrist"), 0.038, 0.026);
    ball(`${side}_forearm`, 1, on("elbow", 0.075, 0, 0), [0.085, 0.041, 0.043]);
    ball(`${side}_forearm`, 1, on("wrist", 0.06, -0.003, 0.002), [0.06, 0.018, 0.041]);
    ball(`${side}_forearm`, 1, on("wrist", 0.115, -0.011, 0.003), [0.058, 0.014, 0.037]);
    cone(`${side}_forearm`, 1, on("wrist", 0.03, -0.008, 0.03), on("wrist", 0.085, -0.022, 0.064), 0.014, 0.01);
    cone(`${side}_thigh`, -1, on("hip", 0.03, -0.02, 0), on("knee"), 0.086, 0.055);
    ball(`${side}_thigh`, -1, between("hip", "knee", 0.38, 0.012, 0.018), [0.077, 0.17, 0.078]);
    cone(`${side}_shin`, -1, on("knee"), on("ankle"), 0.052, 0.037);
    ball(`${side}_shin`, -1, between("knee", "ankle", 0.28, 0, -0.02), [0.05, 0.12, 0.052]);
    cone(`${side}_foot`, -2, on("ankle", 0, -0.01, -0.005), on("ankle", 0, -0.05, -0.03), 0.04, 0.038);
    cone(`${side}_foot`, -2, on("ankle", 0, -0.035, 0), on("foot", 0, 0.012, 0), 0.038, 0.034);
    ball(`${side}_foot`, -2, on("foot", 0, 0.004, 0.02), [0.046, 0.03, 0.068]);
  }
  return parts;
}

/** How far the soles are below the foot joints (a foot's floor cuts the body off flat). */
export const SOLE = 0.022;

/** Distance to two balls and the cone around both (Quilez, "round cone"). */
function roundCone(a, b, ra, rb) {
  const [dx, dy, dz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const length2 = dx * dx + dy * dy + dz * dz;
  const rr = ra - rb;
  const slope2 = length2 - rr * rr;
  const distance = (px, py, pz) => {
    const [x, y, z] = [px - a[0], py - a[1], pz - a[2]];
    const along = x * dx + y * dy + z * dz;
    const beyond = along - length2;
    const [cx, cy, cz] = [x * length2 - dx * along, y * length2 - dy * along, z * length2 - dz * along];
    const x2 = cx * cx + cy * cy + cz * cz;
    const y2 = along * along * length2;
    const z2 = beyond * beyond * length2;
    const k = Math.sign(rr) * rr * rr * x2;
    if (Math.sign(beyond) * slope2 * z2 > k) return Math.sqrt(x2 + z2) / length2 - rb;
    if (Math.sign(along) * slope2 * y2 < k) return Math.sqrt(x2 + y2) / length2 - ra;
    return (Math.sqrt((x2 * slope2) / length2) + along * rr) / length2 - ra;
  };
  const [low, high] = [0, 1].map((end) =>
    [0, 1, 2].map((k) => (end ? Math.max(a[k] + ra, b[k] + rb) : Math.min(a[k] - ra, b[k] - rb))),
  );
  return { low, high, distance };
}

/** Distance to an ellipsoid, exact on its surface and near enough around it. */
function ellipsoid([cx, cy, cz], [rx, ry, rz]) {
  const distance = (px, py, pz) => {
    const [x, y, z] = [(px - cx) / rx, (py - cy) / ry, (pz - cz) / rz];
    const k = Math.hypot(x, y, z);
    const slope = Math.hypot(x / rx, y / ry, z / rz);
    return slope > 1e-9 ? (k * (k - 1)) / slope : -Math.min(rx, ry, rz);
  };
  return { low: [cx - rx, cy - ry, cz - rz], high: [cx + rx, cy + ry, cz + rz], distance };
}
