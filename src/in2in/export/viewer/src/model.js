// The user's SMPL-H body instead of the mannequin: its skin on its own bones, turned as the motion's joints are.

import { BufferGeometry, Color, Float32BufferAttribute, Matrix4, MeshStandardMaterial, Quaternion, Vector3 } from "three";
import { unpack } from "./packed.js";
import { bendingMesh, Skin } from "./skin.js";
import { joint, turn } from "./takes.js";

/** What all bodies of a model share, made of the page's `model`. */
export class ModelShape {
  constructor(model, parents) {
    const positions = Float32Array.from(unpack(model.vertices, Int16Array), (value) => value / 10000);
    const index = unpack(model.triangles, Uint16Array);
    const shares = unpack(model.shares, Uint8Array);
    const weights = Float32Array.from(shares, (share, k) => {
      const first = k - (k % 4);
      return share / (shares[first] + shares[first + 1] + shares[first + 2] + shares[first + 3]);
    });
    this.skin = new Skin(positions, normalsOf(positions, index), Array.from(index), unpack(model.holders, Uint8Array), weights);
    this.rest = model.joints.map((place) => new Vector3(...place));
    this.parents = parents;
  }
}

function normalsOf(positions, index) {
  const geometry = new BufferGeometry().setIndex(Array.from(index));
  geometry.setAttribute("position", new Float32BufferAttribute(positions, 3));
  geometry.computeVertexNormals();
  return geometry.attributes.normal.array;
}

/** One person of one take. */
export class ModelBody {
  constructor(shape, take, person, colour) {
    Object.assign(this, { shape, take, person });
    const pale = new Color(colour).lerp(new Color("#ffffff"), 0.25);
    this.object = bendingMesh(shape.skin, new MeshStandardMaterial({ color: pale, roughness: 0.62 }));
    this.object.castShadow = this.object.receiveShadow = true;
    this.placements = shape.rest.map(() => new Matrix4());
    this.places = shape.rest.map(() => new Vector3());
    this.turns = shape.rest.map(() => new Quaternion());
  }

  show(frame) {
    const { shape, take, person, places, turns } = this;
    shape.rest.forEach((rest, k) => {
      turn(take, person, frame, k, turns[k]);
      const parent = shape.parents[k];
      if (parent < 0) joint(take, person, frame, k, places[k]);
      else places[k].subVectors(rest, shape.rest[parent]).applyQuaternion(turns[parent]).add(places[parent]);
      this.placements[k]
        .makeRotationFromQuaternion(turns[k])
        .multiply(new Matrix4().makeTranslation(rest.clone().negate()))
        .premultiply(new Matrix4().makeTranslation(places[k]));
    });
    shape.skin.bend(this.placements, this.object);
  }
}
