// From joint positions to the placement of the body's 18 rigid segments.
//
// Joints alone do not say how a segment is turned about its own axis. The trunk takes that from the hips and
// shoulders, the legs from the plane of the knee and the foot; arms turn as little as they can.

import { Matrix4, Quaternion, Vector3 } from "three";

/** [name, start joint, end joint]; "hips" lies between the hips. */
export const SEGMENTS = [
  ["pelvis", "hips", "spine1"],
  ["spine1", "spine1", "spine2"],
  ["spine2", "spine2", "spine3"],
  ["chest", "spine3", "neck"],
  ["neck", "neck", "head"],
  ["head", "head", null],
  ...["left", "right"].flatMap((side) => [
    [`${side}_thigh`, `${side}_hip`, `${side}_knee`],
    [`${side}_shin`, `${side}_knee`, `${side}_ankle`],
    [`${side}_foot`, `${side}_ankle`, `${side}_foot`],
    [`${side}_collar`, `${side}_collar`, `${side}_shoulder`],
    [`${side}_arm`, `${side}_shoulder`, `${side}_elbow`],
    [`${side}_forearm`, `${side}_elbow`, `${side}_wrist`],
  ]),
];

/** Those that become as long as the person's own bone; the others only grow with the person. */
const STRETCHED = /pelvis|spine1|chest|collar|arm|thigh|shin/;

/** Rotation whose y axis is along `axis` and whose x axis is as near `across` as it can be. */
function facing(axis, across) {
  const y = axis.clone().normalize();
  const x = across.clone().addScaledVector(y, -across.dot(y)).normalize();
  const z = new Vector3().crossVectors(x, y);
  return new Quaternion().setFromRotationMatrix(new Matrix4().makeBasis(x, y, z));
}

/** The smallest rotation that, after `parent`, takes the rest direction to the one of the pose. */
function swung(parent, restAxis, axis) {
  const from = restAxis.clone().applyQuaternion(parent).normalize();
  return new Quaternion().setFromUnitVectors(from, axis.clone().normalize()).multiply(parent);
}

/** How the trunk, the head and the legs are turned, {name: Quaternion}, and the vectors between joints. */
function rotations(joints) {
  const bone = (from, to) => new Vector3().subVectors(joints[to], joints[from]);
  const turns = {};

  const hips = bone("right_hip", "left_hip").normalize();
  const shoulders = bone("right_collar", "left_collar").normalize();
  shoulders.addScaledVector(bone("right_shoulder", "left_shoulder").normalize(), 0.5).normalize();
  turns.pelvis = facing(bone("hips", "spine1"), hips);
  turns.spine1 = facing(bone("spine1", "spine2"), hips.clone().lerp(shoulders, 1 / 3));
  turns.spine2 = facing(bone("spine1", "spine3"), hips.clone().lerp(shoulders, 2 / 3));
  turns.chest = facing(bone("spine2", "neck"), shoulders);
  turns.neck = facing(bone("neck", "head"), shoulders);
  turns.head = turns.neck.clone();

  for (const side of ["left", "right"]) {
    const [thigh, shin] = [bone(`${side}_hip`, `${side}_knee`), bone(`${side}_knee`, `${side}_ankle`)];
    const foot = bone(`${side}_ankle`, `${side}_foot`);
    const hinge = thigh.clone().normalize().cross(shin.clone().normalize());
    const knee = hips.clone().multiplyScalar(0.4).add(hinge);
    turns[`${side}_thigh`] = facing(thigh, knee);
    const ankle = foot.clone().normalize().cross(shin.clone().normalize());
    turns[`${side}_shin`] = facing(shin, knee.normalize().add(ankle));
    turns[`${side}_foot`] = facing(foot, ankle.lengthSq() > 1e-4 ? ankle : knee);
  }
  return { turns, bone };
}

/** Poses the segments of one body. */
export class Poser {
  /** rest: {joint name: Vector3}, parents: index of each joint's parent. */
  constructor(rest, parents) {
    this.names = Object.keys(rest);
    this.parents = parents;
    this.rest = { ...rest, hips: between(rest.left_hip, rest.right_hip) };
    const { turns } = rotations(this.rest);
    this.unwind = Object.fromEntries(Object.entries(turns).map(([name, turn]) => [name, turn.invert()]));
    this.span = this.reach(rest);
  }

  /** The length of all bones together. */
  reach(joints) {
    const ends = this.names.slice(1).map((name, k) => [name, this.names[this.parents[k + 1]]]);
    return ends.reduce((sum, [a, b]) => sum + joints[a].distanceTo(joints[b]), 0);
  }

  /** Where each segment goes, from rest to a pose: Matrix4s into `out`, in the order of SEGMENTS. */
  place(pose, size, out) {
    const joints = { ...pose, hips: between(pose.left_hip, pose.right_hip) };
    const { turns, bone } = rotations(joints);
    for (const name in turns) turns[name].multiply(this.unwind[name]);
    const restBone = (from, to) => new Vector3().subVectors(this.rest[to], this.rest[from]);
    const swing = (parent, from, to) => swung(turns[parent], restBone(from, to), bone(from, to));
    for (const side of ["left", "right"]) {
      turns[`${side}_collar`] = swing("chest", `${side}_collar`, `${side}_shoulder`);
      turns[`${side}_arm`] = swing("chest", `${side}_shoulder`, `${side}_elbow`);
      turns[`${side}_forearm`] = swing(`${side}_arm`, `${side}_elbow`, `${side}_wrist`);
    }
    SEGMENTS.forEach(([name, from, to], k) => {
      const along = to ? restBone(from, to) : new Vector3(0, 1, 0);
      const stretch = STRETCHED.test(name) ? bone(from, to).length() / along.length() : size;
      out[k]
        .makeRotationFromQuaternion(turns[name])
        .multiply(stretchAlong(along.normalize(), stretch, size))
        .multiply(new Matrix4().makeTranslation(this.rest[from].clone().negate()));
      out[k].premultiply(new Matrix4().makeTranslation(joints[from]));
    });
  }
}

function between(a, b) {
  return a.clone().add(b).multiplyScalar(0.5);
}

/** Scale by `stretch` along a unit vector and by `size` across it. */
function stretchAlong({ x, y, z }, stretch, size) {
  const s = stretch - size;
  return new Matrix4().set(
    size + s * x * x, s * x * y, s * x * z, 0,
    s * x * y, size + s * y * y, s * y * z, 0,
    s * x * z, s * y * z, size + s * z * z, 0,
    0, 0, 0, 1,
  );
}
