// The floor with its metre grid, the paths that the people walk and the marks of planted feet.

import {
  BufferAttribute, BufferGeometry, CircleGeometry, DoubleSide, Group, InstancedMesh, Matrix4,
  Mesh, MeshBasicMaterial, MeshLambertMaterial, PlaneGeometry, Vector3,
} from "three";
import { PAPER } from "./colours.js";
import { SOLE } from "./figure.js";
import { joint } from "./takes.js";

const EXTENT = 96;
const FLOOR = -SOLE;

/** A large floor that takes shadows, with a line every metre: a pixel wide, or a centimetre where that is more. */
export function makeFloor() {
  const material = new MeshLambertMaterial({ color: PAPER });
  material.onBeforeCompile = (shader) => {
    shader.vertexShader = shader.vertexShader
      .replace("#include <common>", "#include <common>\nvarying vec2 metres;")
      .replace("#include <begin_vertex>", "#include <begin_vertex>\nmetres = position.xz;");
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <common>", "#include <common>\nvarying vec2 metres;")
      .replace(
        "#include <color_fragment>",
        `vec2 pixel = fwidth(metres);
        vec2 width = max(pixel, 0.011);
        vec2 off = abs(fract(metres - 0.5) - 0.5);
        vec2 line = clamp((width - off) / pixel, 0.0, 1.0) * clamp(0.25 / pixel - 0.6, 0.0, 1.0);
        diffuseColor.rgb *= 1.0 - 0.3 * max(line.x, line.y);`,
      );
  };
  const floor = new Mesh(new PlaneGeometry(EXTENT, EXTENT).rotateX(-Math.PI / 2), material);
  floor.position.y = FLOOR;
  floor.receiveShadow = true;
  return floor;
}

/** The pelvis' way over the floor: faint as a whole, strong as far as it has been walked. */
export class Trail {
  constructor(take, person, colour) {
    const WIDTH = 0.012;
    const points = Array.from({ length: take.frames }, (_, frame) => joint(take, person, frame, 0, new Vector3()));
    const corners = points.flatMap((point, k) => {
      const way = new Vector3().subVectors(points[Math.min(k + 1, points.length - 1)], points[Math.max(k - 1, 0)]);
      const across = way.setY(0).lengthSq() > 1e-8 ? new Vector3(way.z, 0, -way.x).setLength(WIDTH) : new Vector3();
      const at = (sign) => [point.x + sign * across.x, FLOOR, point.z + sign * across.z];
      return [...at(1), ...at(-1)];
    });
    const strips = points.slice(1).flatMap((_, k) => [0, 1, 2, 1, 3, 2].map((corner) => 2 * k + corner));
    this.object = new Group();
    [this.walked, this.whole] = [0.75, 0.22].map((opacity, k) => {
      const geometry = new BufferGeometry().setIndex(strips);
      geometry.setAttribute("position", new BufferAttribute(new Float32Array(corners), 3));
      const mesh = new Mesh(geometry, flat(colour, opacity));
      mesh.position.y = 0.004 - 0.001 * k;
      mesh.frustumCulled = false;
      this.object.add(mesh);
      return geometry;
    });
  }

  show(frame) {
    this.walked.setDrawRange(0, 6 * frame);
  }
}

/** A disc under every foot that is low and slow. */
export class Footprints {
  static FEET = [[7, 10], [8, 11]]; // ankle and toe joints, left and right
  static HEIGHT = [0.14, 0.06]; // metres
  static SPEED = 0.4; // metres a second

  constructor(take, person, colour) {
    Object.assign(this, { take, person });
    const disc = new CircleGeometry(1, 24).rotateX(-Math.PI / 2);
    this.object = new InstancedMesh(disc, flat(colour, 0.5), 2);
    this.object.position.y = FLOOR + 0.002;
    this.object.frustumCulled = false;
  }

  show(frame) {
    const { take, person } = this;
    const next = Math.min(frame + 1, take.frames - 1);
    const before = Math.max(next - 1, 0);
    Footprints.FEET.forEach((foot, k) => {
      const [ankle, toe] = foot.map((index) => joint(take, person, frame, index, new Vector3()));
      const moved = foot.map((index) =>
        joint(take, person, next, index, new Vector3()).distanceTo(joint(take, person, before, index, new Vector3())),
      );
      const planted =
        Math.max(...moved) * take.fps < Footprints.SPEED &&
        ankle.y < Footprints.HEIGHT[0] && toe.y < Footprints.HEIGHT[1];
      const turn = Math.atan2(toe.x - ankle.x, toe.z - ankle.z);
      const middle = toe.lerp(ankle, 0.4);
      const place = new Matrix4().makeRotationY(turn).scale(new Vector3(0.085, 1, 0.17).multiplyScalar(planted));
      this.object.setMatrixAt(k, place.setPosition(middle.x, 0, middle.z));
    });
    this.object.instanceMatrix.needsUpdate = true;
  }
}

function flat(color, opacity) {
  return new MeshBasicMaterial({ color, opacity, transparent: true, depthWrite: false, side: DoubleSide });
}
