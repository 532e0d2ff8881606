// Okabe and Ito's colours, which colour-blind people can tell apart; one for each person.

export const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"];

export const PAPER = "#e6e9ed";
