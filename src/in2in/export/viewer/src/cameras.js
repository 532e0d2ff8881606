// One orbit, shared: every take is seen from beside its own people (`sides`, as in videos), from one distance.

import { PerspectiveCamera, Quaternion, Vector3 } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { JOINTS, joint, side } from "./takes.js";

const CHEST = 0.86; // metres, the height that is looked at
const MOST_COVERED = 0.45; // of a view's height that texts may push the people down
const UP = new Vector3(0, 1, 0);
const FLESH = 0.2; // metres by which people reach beyond their joints
const SLOPE = Math.PI / 2 - 0.24; // radians from the vertical
const SMOOTH = 0.6; // seconds on either side over which a followed middle is averaged

export class Cameras {
  constructor(takes, element, changed) {
    this.takes = takes;
    this.changed = changed;
    this.middles = takes.map(middleOfPeople);
    this.spreads = takes.map((take, k) => spread(take, this.middles[k]));
    this.covered = takes.map(() => 0);
    this.following = true;
    this.fromAbove = false;
    this.camera = new PerspectiveCamera(32, 1, 0.05, 80);
    this.orbit = new OrbitControls(this.camera, element);
    this.orbit.target.set(0, CHEST, 0);
    this.orbit.maxPolarAngle = 1.54;
    this.orbit.minDistance = 1;
    this.orbit.maxDistance = 40;
    this.orbit.addEventListener("change", changed);
    this.orbit.addEventListener("start", () => (this.moved = true));
    this.moved = false;
    this.distance = 4;
    this.view(0, SLOPE);
  }

  /** Look from an angle about y and one from the vertical, in radians. */
  view(azimuth, polar) {
    this.orbit.target.set(0, CHEST, 0);
    this.camera.position.setFromSphericalCoords(this.distance, polar, azimuth).add(this.orbit.target);
    this.orbit.update();
    this.changed();
  }

  /**
   * Stand as far off as it takes to see everyone in a view of this width and height, in pixels, below the texts:
   * `covered` pixels in the view of each take.
   */
  fit(width, height, covered) {
    this.covered = covered.map((pixels) => Math.min(pixels, MOST_COVERED * height));
    this.changed();
    if (this.moved) return; // the visitor has chosen a view
    const radius = Math.max(...this.spreads) / 2;
    const half = Math.tan((this.camera.fov * Math.PI) / 360);
    const free = half * (1 - Math.max(...this.covered) / height);
    const across = (half * width) / height;
    const usual = Math.max(1.15 / free + 0.8 * radius, (radius + 0.6) / across + 0.4);
    const needed = this.takes.map((take, k) => this.needed(take, this.middles[k], across, free));
    this.distance = Math.max(usual, ...needed);
    this.view(this.orbit.getAzimuthalAngle(), this.orbit.getPolarAngle());
  }

  /** The distance from which every joint of a take is in view: half of it is `across` by `free` at a metre. */
  needed(take, middle, across, free) {
    const unturned = this.camera.quaternion.clone().invert();
    const toView = new Quaternion();
    const point = new Vector3();
    let most = 0;
    for (let frame = 0; frame < take.frames; frame++) {
      const focus = middle.at(frame);
      toView.setFromAxisAngle(UP, -side(take, frame)).premultiply(unturned);
      for (let person = 0; person < take.persons; person++) {
        for (let index = 0; index < JOINTS; index++) {
          joint(take, person, frame, index, point);
          point.set(point.x - focus.x, point.y - CHEST, point.z - focus.z).applyQuaternion(toView);
          const off = Math.max((Math.abs(point.x) + FLESH) / across, (Math.abs(point.y) + FLESH) / free);
          most = Math.max(most, off + point.z);
        }
      }
    }
    return most;
  }

  toggleFollow() {
    this.following = !this.following;
    this.changed();
  }

  toggleTop() {
    this.fromAbove = !this.fromAbove;
    this.view(0, this.fromAbove ? 0.001 : SLOPE);
  }

  /** The shared camera, moved to a take's people, with their middle in the middle of what the texts leave free. */
  look(k, frame, width, height) {
    const focus = this.following ? this.middles[k].at(frame) : this.middles[k].overall;
    const camera = this.camera.clone();
    const turned = new Quaternion().setFromAxisAngle(UP, side(this.takes[k], this.following ? frame : 0));
    camera.position.sub(this.orbit.target).applyQuaternion(turned).add(this.orbit.target);
    camera.quaternion.premultiply(turned);
    camera.position.add(new Vector3(focus.x, 0, focus.z));
    camera.aspect = width / height;
    camera.setViewOffset(width, height, 0, -this.covered[k] / 2, width, height);
    camera.updateMatrixWorld();
    return { camera, people: this.middles[k].at(frame), spread: this.spreads[k] };
  }
}

/** The point between all people in every frame, smoothed over time, and the middle of the whole take. */
function middleOfPeople(take) {
  const raw = Array.from({ length: take.frames }, (_, frame) => {
    const sum = new Vector3();
    for (let person = 0; person < take.persons; person++) sum.add(joint(take, person, frame, 0, new Vector3()));
    return sum.divideScalar(take.persons);
  });
  const reach = Math.round(SMOOTH * take.fps);
  const smooth = raw.map((_, frame) => {
    const near = raw.slice(Math.max(0, frame - reach), frame + reach + 1);
    return near.reduce((sum, point) => sum.add(point), new Vector3()).divideScalar(near.length);
  });
  const overall = raw.reduce((sum, point) => sum.add(point), new Vector3()).divideScalar(raw.length);
  return { at: (frame) => smooth[frame], overall };
}

/** How far people get from their middle, both ways, metres on the floor. */
function spread(take, middle) {
  let most = 0;
  const root = new Vector3();
  for (let frame = 0; frame < take.frames; frame++) {
    for (let person = 0; person < take.persons; person++) {
      joint(take, person, frame, 0, root).sub(middle.at(frame));
      most = Math.max(most, Math.hypot(root.x, root.z));
    }
  }
  return 2 * most;
}
