// The skin over a figure: where the smooth union of its parts is zero, as a mesh (naive surface nets).

/** Smoothness of the union in metres: what lies this near melts together. */
const BLEND = 0.011;

/** Further than this from a part its share of the union does not matter. */
const MARGIN = 0.045;

/** Signed distance to the smooth union of the parts, above the sole's plane. */
function union(parts, x, y, z, floor) {
  let sum = 0;
  for (const part of parts) {
    const outside = part.low.some((low, k) => {
      const v = k === 0 ? x : k === 1 ? y : z;
      return v < low - MARGIN || v > part.high[k] + MARGIN;
    });
    if (!outside) sum += Math.exp(-part.distance(x, y, z) / BLEND);
  }
  const distance = sum > 0 ? -BLEND * Math.log(sum) : MARGIN;
  return Math.max(distance, floor - y);
}

/** Mesh {positions, normals, index} of the parts' surface on a grid of `cell` metres. */
export function skinOver(parts, floor, cell) {
  const low = [0, 1, 2].map((k) => Math.min(...parts.map((part) => part.low[k])) - 2 * cell);
  const high = [0, 1, 2].map((k) => Math.max(...parts.map((part) => part.high[k])) + 2 * cell);
  const [nx, ny, nz] = low.map((start, k) => Math.ceil((high[k] - start) / cell) + 1);
  const at = (i, j, k) => (k * ny + j) * nx + i;
  const field = sample(parts, floor, cell, low, [nx, ny, nz]);

  const vertexOf = new Int32Array(nx * ny * nz).fill(-1);
  const positions = [];
  const index = [];
  for (let k = 0; k < nz - 1; k++) {
    for (let j = 0; j < ny - 1; j++) {
      for (let i = 0; i < nx - 1; i++) {
        const crossing = centreOfCrossings((a, b, c) => field[at(i + a, j + b, k + c)]);
        if (!crossing) continue;
        vertexOf[at(i, j, k)] = positions.length / 3;
        positions.push(low[0] + (i + crossing[0]) * cell, low[1] + (j + crossing[1]) * cell);
        positions.push(low[2] + (k + crossing[2]) * cell);
        const inside = field[at(i, j, k)] < 0;
        const quad = (further, cells) => {
          if (field[further] < 0 === inside) return;
          const [a, b, c, d] = cells.map((cell) => vertexOf[cell]);
          index.push(...(inside ? [a, b, c, a, c, d] : [a, c, b, a, d, c]));
        };
        const here = at(i, j, k);
        quad(at(i + 1, j, k), [here, at(i, j, k - 1), at(i, j - 1, k - 1), at(i, j - 1, k)].reverse());
        quad(at(i, j + 1, k), [here, at(i - 1, j, k), at(i - 1, j, k - 1), at(i, j, k - 1)].reverse());
        quad(at(i, j, k + 1), [here, at(i, j - 1, k), at(i - 1, j - 1, k), at(i - 1, j, k)].reverse());
      }
    }
  }
  return { ...settle(parts, floor, positions), index };
}

function sample(parts, floor, cell, low, [nx, ny, nz]) {
  const sums = new Float64Array(nx * ny * nz);
  for (const part of parts) {
    const first = part.low.map((v, k) => Math.max(0, Math.floor((v - MARGIN - low[k]) / cell)));
    const last = part.high.map((v, k) => Math.min([nx, ny, nz][k] - 1, Math.ceil((v + MARGIN - low[k]) / cell)));
    for (let k = first[2]; k <= last[2]; k++) {
      for (let j = first[1]; j <= last[1]; j++) {
        for (let i = first[0]; i <= last[0]; i++) {
          const d = part.distance(low[0] + i * cell, low[1] + j * cell, low[2] + k * cell);
          if (d < MARGIN) sums[(k * ny + j) * nx + i] += Math.exp(-d / BLEND);
        }
      }
    }
  }
  return sums.map((sum, place) => {
    const y = low[1] + (Math.floor(place / nx) % ny) * cell;
    return Math.max(sum > 0 ? -BLEND * Math.log(sum) : MARGIN, floor - y);
  });
}

/** Mean of the points where a cell's edges cross zero, in cell units; null where none does. */
function centreOfCrossings(value) {
  const sum = [0, 0, 0];
  let count = 0;
  for (let axis = 0; axis < 3; axis++) {
    for (let edge = 0; edge < 4; edge++) {
      const from = [0, 0, 0];
      from[(axis + 1) % 3] = edge & 1;
      from[(axis + 2) % 3] = edge >> 1;
      const to = from.with(axis, 1);
      const [a, b] = [value(...from), value(...to)];
      if (a < 0 === b < 0) continue;
      from[axis] = a / (a - b);
      from.forEach((v, k) => (sum[k] += v));
      count++;
    }
  }
  return count ? sum.map((v) => v / count) : null;
}

/** Move the vertices onto the surface itself and take the normals from the distance's gradient. */
function settle(parts, floor, positions) {
  const normals = new Array(positions.length);
  const e = 0.002;
  for (let v = 0; v < positions.length; v += 3) {
    for (let round = 0; round < 2; round++) {
      const [x, y, z] = positions.slice(v, v + 3);
      const near = (dx, dy, dz) => union(parts, x + dx, y + dy, z + dz, floor);
      const slope = [near(e, 0, 0) - near(-e, 0, 0), near(0, e, 0) - near(0, -e, 0), near(0, 0, e) - near(0, 0, -e)];
      const size = Math.hypot(...slope) || 1;
      const here = round === 0 ? near(0, 0, 0) : 0;
      for (let k = 0; k < 3; k++) {
        normals[v + k] = slope[k] / size;
        positions[v + k] -= Math.max(-0.01, Math.min(0.01, here)) * normals[v + k];
      }
    }
  }
  return { positions, normals };
}
