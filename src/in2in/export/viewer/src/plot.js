// How much DualMDM's prior counted while noise became motion, as a small picture beside the people.

import { COLOURS } from "./colours.js";

const SVG = "http://www.w3.org/2000/svg";
const INK = "#1d232b";
const [LEFT, TOP, WIDTH, HEIGHT] = [16, 17, 120, 44]; // of the axes, in units of the picture
const FULL = 1000; // the timestep that is noise alone

/** The picture of {timesteps: [S], weights: [[S] for all, or for each person]}. */
export function weightPlot({ timesteps, weights }) {
  const picture = element("svg", { viewBox: `0 0 ${LEFT + WIDTH + 6} ${TOP + HEIGHT + 15}`, role: "img", class: "plot" });
  picture.setAttribute("aria-label", "Weight of the single-person prior over the denoising steps");
  const [right, bottom] = [LEFT + WIDTH, TOP + HEIGHT];
  picture.append(
    element("path", { d: `M${LEFT} ${TOP}V${bottom}H${right}`, stroke: INK, "stroke-width": 1, fill: "none" }),
    text("weight of the prior", LEFT - 1, 10, "start"),
    text("1", LEFT - 4, TOP + 5, "end"),
    text("0", LEFT - 4, bottom + 2, "end"),
    text("noise", LEFT, bottom + 11, "start"),
    text("motion", right, bottom + 11, "end"),
  );
  const together = weights.length === 1;
  weights.forEach((row, person) => {
    const points = row.map((weight, k) => {
      return `${(LEFT + (1 - timesteps[k] / FULL) * WIDTH).toFixed(2)},${(bottom - weight * HEIGHT).toFixed(2)}`;
    });
    const stroke = together ? INK : COLOURS[person % COLOURS.length];
    picture.append(element("polyline", { points: points.join(" "), stroke, "stroke-width": 2, fill: "none" }));
  });
  return picture;
}

function text(words, x, y, anchor) {
  const made = element("text", { x, y, "text-anchor": anchor });
  made.textContent = words;
  return made;
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
