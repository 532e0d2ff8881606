// Skin that segments bend: linear blending, done here and not by the graphics card, which may be mere software.

import { BufferGeometry, DynamicDrawUsage, Float32BufferAttribute, Mesh } from "three";

export class Skin {
  /**
   * positions, normals: Float32Array of [V, 3] at rest; index: the triangles' vertices.
   * holders: Uint8Array of [V, 4], the segments that move a vertex; weights: Float32Array of [V, 4], how much.
   */
  constructor(positions, normals, index, holders, weights) {
    Object.assign(this, { positions, normals, index, holders, weights });
  }

  /** Bend a `bendingMesh` as its segments (Matrix4s) have moved. */
  bend(placements, mesh) {
    const { position, normal } = mesh.geometry.attributes;
    const { holders, weights, positions: p, normals: n } = this;
    const [positions, normals] = [position.array, normal.array];
    const m = new Float32Array(12);
    for (let v = 0, w = 0; v < p.length; v += 3, w += 4) {
      m.fill(0);
      for (let k = w; k < w + 4; k++) {
        if (weights[k] === 0) continue;
        const e = placements[holders[k]].elements;
        for (let row = 0; row < 3; row++) {
          for (let column = 0; column < 4; column++) m[4 * row + column] += weights[k] * e[4 * column + row];
        }
      }
      for (let row = 0; row < 3; row++) {
        const [a, b, c] = [m[4 * row], m[4 * row + 1], m[4 * row + 2]];
        positions[v + row] = a * p[v] + b * p[v + 1] + c * p[v + 2] + m[4 * row + 3];
        normals[v + row] = a * n[v] + b * n[v + 1] + c * n[v + 2];
      }
    }
    position.needsUpdate = normal.needsUpdate = true;
  }
}

/** A mesh of its own for a skin to bend. */
export function bendingMesh(skin, material) {
  const geometry = new BufferGeometry().setIndex(skin.index);
  for (const name of ["position", "normal"]) {
    const attribute = new Float32BufferAttribute(skin.positions.length, 3);
    geometry.setAttribute(name, attribute.setUsage(DynamicDrawUsage));
  }
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  return mesh;
}
