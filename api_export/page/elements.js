"use strict";

// The pieces that the page is made of. Whatever comes from the source becomes text, never markup.

/**
 * @param {string} tag
 * @param {Record<string, string | number | boolean | null>} attributes true gives an empty one,
 *   false and null none
 * @param {...(Node | string)} children strings become text
 * @returns {HTMLElement}
 */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** A piece of a drawing in the page's own colours. */
function drawn(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A name of the source, in its own direction of writing. */
const named = (name) => element("bdi", {}, name);

/**
 * A column of a table: its heading, the key of its values, and how they are written.
 * @typedef {object} Column
 * @property {string} label
 * @property {string} key
 * @property {(value: any) => string} format
 * @property {boolean} [isText]
 */

/** @returns {Column} */
const column = (label, key, format = formatNumber) => ({ label, key, format });

/** A column of words, which read from the start of their line. */
const textColumn = (label, key, format = formatText) => ({ label, key, format, isText: true });

/** Figures with their names, as columns that fit any list of them. */
const FIGURE_COLUMNS = [
  column("Figure", "label", formatText),
  column("Value", "value", formatText),
];

/**
 * @param {string} caption
 * @param {Column[]} columns the first one names the row
 * @param {object[]} rows
 */
function table(caption, columns, rows) {
  const isText = ({ format, isText: isWords }) => isWords || format === formatText;
  const kind = (col, at) => (at === 0 || isText(col) ? "text" : "number");
  const heads = columns.map((col, at) =>
    element("th", { scope: "col", class: kind(col, at) }, named(col.label)),
  );
  const lines = rows.map((row) => {
    const [first, ...others] = columns.map((col) => named(col.format(row[col.key])));
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, first),
      ...others.map((cell, at) => element("td", { class: kind(columns[at + 1], at + 1) }, cell)),
    );
  });
  return scrolling(
    caption,
    element(
      "table",
      {},
      element("caption", { class: "unseen" }, caption),
      element("thead", {}, element("tr", {}, ...heads)),
      element("tbody", {}, ...lines),
    ),
  );
}

/** What may be larger than its place, with a name for those who can't see it. */
const scrolling = (label, content) =>
  element("div", { class: "scroll", role: "region", "aria-label": label, tabindex: 0 }, content);

/**
 * One figure, large, and those that explain it.
 * @param {string} value
 * @param {string} meaning
 * @param {{label: string, value: string}[]} figures
 */
function metric(value, meaning, figures) {
  return element(
    "div",
    { class: "metric" },
    element(
      "p",
      { class: "headline" },
      element("strong", {}, value),
      " ",
      element("span", {}, meaning),
    ),
    figureList(figures),
  );
}

/** @param {{label: string, value: string}[]} figures */
function figureList(figures) {
  return element(
    "dl",
    { class: "figures" },
    ...figures.map(({ label, value }) =>
      element("div", {}, element("dt", {}, label), element("dd", {}, named(value))),
    ),
  );
}

/** The names of a chart's colours, each with a note where there are notes. */
function legend(names, parts = []) {
  const items = names.map((name, at) => {
    const item = element("li", { "data-series": SERIES[at % SERIES.length] }, named(name));
    if (parts[at]) item.append(element("span", {}, parts[at].note));
    return item;
  });
  return element("ul", { class: "legend" }, ...items);
}

/**
 * A choice of a few, of which one holds.
 * @param {string} name
 * @param {string} label
 * @param {{value: string, label: string}[]} options
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
function segments(name, label, options, chosen, choose) {
  const group = element("fieldset", { class: "segments" }, element("legend", {}, label));
  for (const option of options) {
    const input = element("input", {
      type: "radio",
      name,
      value: option.value,
      checked: option.value === chosen,
    });
    group.append(element("label", {}, input, element("span", {}, option.label)));
  }
  group.addEventListener("change", (event) => choose(event.target.value));
  return group;
}

/**
 * A choice of many.
 * @param {string} name
 * @param {string} label
 * @param {{value: string, label: string}[]} options
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
function chooser(name, label, options, chosen, choose) {
  const select = element(
    "select",
    { name },
    ...options.map(({ value, label: text }) =>
      element("option", { value, selected: value === chosen }, text),
    ),
  );
  select.addEventListener("change", () => choose(select.value));
  return element("label", { class: "chooser" }, element("span", {}, label), select);
}

/**
 * What a card shows.
 * @typedef {object} Content
 * @property {string} caption what the figures count
 * @property {string | false} empty what to say in place of the picture, where there is nothing
 * @property {Column[]} columns of the table view
 * @property {object[]} rows of the table view
 * @property {Record<string, () => HTMLElement>} pictures by the name of the chart
 * @property {string} [shape] how much room it wants, where it is not that of its chart
 */

/** How much room a chart wants, where it is not that of a line. */
const SHAPES = {
  heat: "row",
  tiles: "row",
  forest: "row",
  metric: "metric",
  pie: "share",
  doughnut: "share",
  moves: "table",
  table: "table",
};

/**
 * A titled card with a picture of its figures and a table of the same ones. Where they can't be
 * shown, it says so, and the cards beside it are drawn all the same.
 * @param {string} title
 * @param {() => Content} makeContent
 * @param {string} usual the name of a picture, or "table"
 * @param {any} requested what a config names as its chart, whatever that is
 */
function card(title, makeContent, usual, requested = usual) {
  return attempt(
    () => filledCard(title, makeContent(), usual, requested),
    (failure) => element("section", { class: "card" }, cardHead(title), failure),
  );
}

function filledCard(title, content, usual, requested) {
  const isPossible = requested === "table" || has(content.pictures, requested);
  const chart = isPossible ? requested : usual;
  const body = element("div", { class: "body" });
  const head = cardHead(title, element("p", { class: "caption" }, content.caption));
  const makeTable = () => table(title, content.columns, content.rows);
  const hasRows = content.rows.length > 0;
  if (content.empty && !(hasRows && chart === "table")) {
    body.append(element("p", { class: "empty" }, content.empty));
  } else {
    body.append(chart === "table" ? makeTable() : content.pictures[chart]());
  }
  if (hasRows && chart !== "table") head.append(tableSwitch(title, body, makeTable));
  const shape = content.shape ?? SHAPES[chart] ?? "chart";
  return element("section", { class: "card", "data-shape": shape }, head, body);
}

function cardHead(title, ...others) {
  return element("header", {}, element("h3", { dir: "auto" }, title), ...others);
}

/** Whether an object has such a key of its own; a file may hold anything as the key. */
const has = (object, key) => typeof key === "string" && Object.hasOwn(object, key);

/**
 * What `make` makes; where it fails, what `mend` makes of the reason, in words.
 * @template T
 * @param {() => T} make
 * @param {(failure: HTMLElement) => T} mend
 */
function attempt(make, mend) {
  try {
    return make();
  } catch (error) {
    return mend(element("p", { class: "failure" }, `This can't be shown. ${reasonOf(error)}`));
  }
}

/** Why something failed, for people; what isn't meant for them goes to the console. */
function reasonOf(error) {
  if (error instanceof Unreadable) return error.message;
  console.error(error);
  return "Its figures are not of the kind that this page knows.";
}

/** The button that changes a card between its picture and its table. */
function tableSwitch(title, body, makeTable) {
  const button = element(
    "button",
    { type: "button", class: "switch", "aria-pressed": "false", "aria-label": `Table: ${title}` },
    "Table",
  );
  const picture = body.firstChild;
  let shownTable = null;
  button.addEventListener("click", () => {
    picture.hidden = !picture.hidden;
    button.setAttribute("aria-pressed", String(picture.hidden));
    if (picture.hidden) body.append((shownTable = attempt(makeTable, (failure) => failure)));
    else shownTable.remove();
  });
  return button;
}
