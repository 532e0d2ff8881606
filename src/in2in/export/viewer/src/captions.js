// The texts of every take, in a grid whose cells are also the takes' viewports.

import { COLOURS } from "./colours.js";
import { weightPlot } from "./plot.js";

const WIDER = 1.4;

/** Make one cell for each take; returns the cells. */
export function makeCaptions(takes, grid) {
  grid.classList.toggle("many", takes.length > 1);
  return takes.map((take) => {
    const cell = add(grid, "section", "");
    cell.className = "take";
    const heading = add(cell, "h2", "");
    add(heading, "bdi", take.title); // its marks of direction do not turn what follows
    if (take.note) add(heading, "span", take.note).className = "note";
    const list = add(cell, "ul", "");
    take.individuals.forEach((text, person) => {
      if (text) add(list, "li", text).style.setProperty("--person", COLOURS[person % COLOURS.length]);
    });
    if (take.blend) cell.append(weightPlot(take.blend));
    return cell;
  });
}

/** How many pixels of a cell, from its top, its texts take. */
export function textHeight(cell) {
  const top = cell.getBoundingClientRect().top;
  const ends = [...cell.querySelectorAll("h2, li")].map((text) => text.getBoundingClientRect().bottom - top);
  return Math.max(0, ...ends);
}

/** As many columns as give every take the largest view; two people are wider than they are high. */
export function arrange(grid, count) {
  const { clientWidth: width, clientHeight: height } = grid;
  const side = (columns) => Math.min(width / columns / WIDER, height / Math.ceil(count / columns));
  const columns = Array.from({ length: count }, (_, k) => k + 1).reduce((a, b) => (side(b) > side(a) ? b : a));
  grid.style.gridTemplateColumns = `repeat(${columns}, 1fr)`;
  grid.style.gridTemplateRows = `repeat(${Math.ceil(count / columns)}, 1fr)`;
}

function add(parent, tag, text) {
  const child = document.createElement(tag);
  child.textContent = text;
  return parent.appendChild(child);
}
