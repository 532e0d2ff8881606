// One person's body: the figure's skin, bent by the poser's segments.

import { Color, Float32BufferAttribute, Group, Matrix4, MeshBasicMaterial, MeshStandardMaterial, Vector3 } from "three";
import { figure, legsApart, SOLE } from "./figure.js";
import { Poser, SEGMENTS } from "./pose.js";
import { bendingMesh, Skin } from "./skin.js";
import { skinOver } from "./surface.js";
import { joint } from "./takes.js";

const FINE = 0.019; // metres, the skin that is seen
const COARSE = 0.045; // metres, the skin that casts the shadow

/** How fast a part's hold on the skin fades with distance, metres. */
const HOLD = 0.013;

/** Pairs of joints that every skeleton has at a width of its own; the figure keeps its own. */
const WIDE = ["hip", "collar", "shoulder"];

const BLACK = new Color("#10141a");

/** The shapes that all bodies share, made once: one to be seen and a coarser one for its shadow. */
export class BodyShape {
  constructor({ joints, parents, rest }) {
    const tpose = Object.fromEntries(joints.map((name, k) => [name, new Vector3(...rest[k])]));
    const stance = legsApart(tpose);
    this.names = joints;
    this.poser = new Poser(stance, parents);
    const parts = figure(stance);
    const floor = Math.min(stance.left_foot.y, stance.right_foot.y) - SOLE;
    this.seen = new FigureSkin(parts, floor, FINE);
    this.shadow = new FigureSkin(parts, floor, COARSE);
  }
}

/** The skin over the figure at rest, and how the segments hold it. */
class FigureSkin extends Skin {
  constructor(parts, floor, cell) {
    const { positions, normals, index } = skinOver(parts, floor, cell);
    super(new Float32Array(positions), new Float32Array(normals), index);
    this.hold(parts, positions);
  }

  /** Which four segments move a vertex, how much each, and the vertex's tint. */
  hold(parts, positions) {
    const indices = [];
    const weights = [];
    this.tints = [];
    const number = Object.fromEntries(SEGMENTS.map(([name], k) => [name, k]));
    for (let v = 0; v < positions.length; v += 3) {
      const [x, y, z] = positions.slice(v, v + 3);
      const share = new Float64Array(SEGMENTS.length);
      let [tint, total] = [0, 0];
      for (const part of parts) {
        const d = part.distance(x, y, z);
        share[number[part.segment]] += Math.exp(-d / HOLD) * ownSide(part.segment, x);
        const strong = Math.exp(-d / 0.0025);
        tint += strong * part.tint;
        total += strong;
      }
      const best = [...share.keys()].sort((a, b) => share[b] - share[a]).slice(0, 4);
      const least = 0.02 * share[best[0]]; // what hardly counts is left out
      const sum = best.reduce((all, k) => all + (share[k] > least ? share[k] : 0), 0);
      indices.push(...best);
      weights.push(...best.map((k) => (share[k] > least ? share[k] / sum : 0)));
      this.tints.push(tint / total);
    }
    this.holders = new Uint8Array(indices);
    this.weights = new Float32Array(weights);
  }

  /** Vertex colours for one person's colour: trousers and shoes darker, skin lighter. */
  coloured(colour) {
    const cloth = new Color(colour);
    const shades = [
      cloth.clone().lerp(BLACK, 0.72), cloth.clone().lerp(BLACK, 0.3), cloth, lighter(cloth),
    ];
    const colours = this.tints.flatMap((tint) => {
      const place = Math.min(2.999, Math.max(0, tint + 2));
      return shades[Math.floor(place)].clone().lerp(shades[Math.floor(place) + 1], place % 1).toArray();
    });
    return new Float32BufferAttribute(colours, 3);
  }
}

function lighter(colour) {
  const { h, s, l } = colour.getHSL({});
  return new Color().setHSL(h, 0.75 * s, l + 0.5 * (1 - l));
}

/** A left limb does not hold the right side's skin, with a soft seam in the middle. */
function ownSide(segment, x) {
  const side = segment.startsWith("left") ? 1 : segment.startsWith("right") ? -1 : 0;
  return side ? Math.min(1, Math.max(0, 0.5 + (side * x) / 0.04)) : 1;
}

/** One person of one take. */
export class Body {
  constructor(shape, take, person, colour) {
    Object.assign(this, { shape, take, person });
    this.object = new Group();
    const coat = new MeshStandardMaterial({ vertexColors: true, roughness: 0.62 });
    const unseen = new MeshBasicMaterial({ colorWrite: false, depthWrite: false });
    this.seen = bendingMesh(shape.seen, coat);
    this.seen.receiveShadow = true;
    this.seen.geometry.setAttribute("color", shape.seen.coloured(colour));
    this.shadow = bendingMesh(shape.shadow, unseen);
    this.shadow.castShadow = true;
    this.object.add(this.seen, this.shadow);
    this.placements = SEGMENTS.map(() => new Matrix4());
    this.joints = Object.fromEntries(shape.names.map((name) => [name, new Vector3()]));
    this.read(0);
    this.size = Math.min(1.3, Math.max(0.5, shape.poser.reach(this.joints) / shape.poser.span));
    this.widths = WIDE.map((part) => this.widening(part));
  }

  read(frame) {
    this.shape.names.forEach((name, k) => joint(this.take, this.person, frame, k, this.joints[name]));
  }

  /** Skeletons put hips and shoulders more or less far apart; how much further the figure has them. */
  widening(part) {
    const gap = (joints) => joints[`left_${part}`].distanceTo(joints[`right_${part}`]);
    let sum = 0;
    for (let frame = 0; frame < this.take.frames; frame++) {
      this.read(frame);
      sum += gap(this.joints);
    }
    const factor = (this.size * gap(this.shape.poser.rest)) / (sum / this.take.frames);
    return Math.min(3, Math.max(0.5, factor));
  }

  show(frame) {
    this.read(frame);
    WIDE.forEach((part, k) => {
      const [left, right] = [this.joints[`left_${part}`], this.joints[`right_${part}`]];
      const half = left.clone().sub(right).multiplyScalar((this.widths[k] - 1) / 2);
      left.add(half);
      right.sub(half);
    });
    this.shape.poser.place(this.joints, this.size, this.placements);
    this.shape.seen.bend(this.placements, this.seen);
    this.shape.shadow.bend(this.placements, this.shadow);
  }
}
