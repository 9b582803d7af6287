"use strict";

// How cards are laid out: packed without holes, whatever their heights.

/** Puts cards into a grid, which packs them and whatever takes the place of one. */
function fillGrid(grid, cards) {
  widenLone(cards);
  arriving.observe(grid, { childList: true });
  grid.replaceChildren(...cards);
  return grid;
}

/** Gives a whole line to each card that would stand beside nothing where two stand side by side. */
function widenLone(cards) {
  let run = [];
  for (const each of [...cards, null]) {
    const isNarrow = each?.matches(".card:not([data-shape='row'])");
    if (!isNarrow && run.length % 2 === 1) run.at(-1).classList.add("alone");
    run = isNarrow ? [...run, each] : [];
  }
}

const ROW = 8;
const GAP = 16;

/** Gives a card as many rows of its grid as it is high, so that cards pack without holes. */
function pack(each) {
  const rows = Math.ceil((each.getBoundingClientRect().height + GAP) / ROW);
  each.style.gridRowEnd = `span ${rows}`;
}

const packing = new ResizeObserver((entries) => entries.forEach(({ target }) => pack(target)));

const arriving = new MutationObserver((changes) => {
  for (const { addedNodes, removedNodes } of changes) {
    for (const each of removedNodes) packing.unobserve(each);
    for (const each of addedNodes) packing.observe(each);
  }
});
