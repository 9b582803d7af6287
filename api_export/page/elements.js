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
 * @property {{key: string, endpoint: string | null}} [source] the payload's key, where another
 */

/** @returns {Column} */
const column = (label, key, format = formatNumber) => ({ label, key, format });

/** A column of words, which read from the start of their line. */
const textColumn = (label, key, format = formatText) => ({ label, key, format, isText: true });

/** A column that is made of a payload's key of another name, or of another endpoint. */
const madeOf = (made, key, endpoint = null) => ({ ...made, source: { key, endpoint } });

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

/**
 * The names of a chart's colours, each with a note where there are notes.
 * @param {string[]} names
 * @param {{note: string}[]} parts
 * @param {"fills" | "dashes" | ""} marks by what else than their colours series are told apart
 */
function legend(names, parts = [], marks = "") {
  const items = names.map((name, at) => {
    const item = element("li", { "data-series": SERIES[at % SERIES.length] }, named(name));
    if (parts[at]) item.append(element("span", {}, parts[at].note));
    return item;
  });
  return element("ul", { class: `legend ${marks}`.trim() }, ...items);
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
 * @property {Source} [source] where the figures come from
 * @property {(exact: (payload: any) => any) => object[]} [saved] the rows of a file of them, made
 *   of payloads whose numbers have the digits that they were written with
 */

/**
 * Where a card's figures come from: the endpoint, the website and days that it was asked for, and
 * the last day that is counted at all.
 * @typedef {{endpoint: string, website: {id: string, name: string}, asOf: string | null,
 *   days: number, lastDay: string | null}} Source
 */

/** @returns {Source} */
const sourceOf = (endpoint, { website, asOf, days, view }) => ({
  endpoint,
  website,
  asOf,
  days,
  lastDay: view ? view.manifest.as_of : asOf,
});

/** The first and the last day of the period that a card's figures are of. */
function wholePeriod({ asOf, days }) {
  return [dayNumber(asOf) - days + 1, dayNumber(asOf)];
}

/**
 * What a card shows of an endpoint's payload.
 * @param {string} endpoint
 * @param {any} payload
 * @param {(data: any, context: object) => Content} show
 * @param {{website: {id: string, name: string}, asOf: string | null, days: number}} context
 * @returns {Content}
 */
function contentOf(endpoint, payload, show, context) {
  return {
    source: sourceOf(endpoint, context),
    saved: (exact) => [exact(payload)].flat(),
    ...show(payload, context),
  };
}

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
  const makeTable = () => table(title, content.columns, content.rows);
  const hasRows = content.rows.length > 0;
  if (content.empty && !(hasRows && chart === "table")) {
    body.append(element("p", { class: "empty" }, content.empty));
  } else {
    body.append(chart === "table" ? makeTable() : content.pictures[chart]());
  }
  const aside = element("div", { class: "aside", hidden: true });
  const buttons = element("div", { class: "tools" });
  if (hasRows && chart !== "table") buttons.append(tableSwitch(title, body, makeTable));
  const add = (tool) => buttons.append(toolButton(tool, title, content, aside));
  if (content.source) add(TOOLS.counts);
  if (hasRows) add(TOOLS.saving);
  const head = cardHead(title, element("p", { class: "caption" }, content.caption), buttons);
  const shape = content.shape ?? SHAPES[chart] ?? "chart";
  return element("section", { class: "card", "data-shape": shape }, head, aside, body);
}

/**
 * What a card has besides its picture, by the script that is read when a reader first asks for it:
 * what the button shows, what it is for those who see no more than the button, and what makes it.
 */
const TOOLS = {
  counts: {
    sign: "i",
    meaning: "What this counts",
    script: "counts.js",
    make: (...shown) => countsPanel(...shown),
  },
  saving: {
    sign: "Save",
    meaning: "Save",
    script: "saving.js",
    make: (...shown) => savingPanel(...shown),
  },
};

/**
 * A button that opens one of a card's tools in the place for them, and closes it.
 * @param {{sign: string, meaning: string, script: string, make: Function}} tool
 * @param {string} title
 * @param {Content} content
 * @param {HTMLElement} aside the place, before the card's body
 */
function toolButton({ sign, meaning, script, make }, title, content, aside) {
  const button = element(
    "button",
    {
      type: "button",
      class: "tool",
      title: meaning,
      "aria-label": `${meaning}: ${title}`,
      "aria-expanded": "false",
    },
    sign,
  );
  const isOpen = () => button.getAttribute("aria-expanded") === "true";
  const close = () => {
    for (const each of button.parentElement.querySelectorAll("[aria-expanded]")) {
      each.setAttribute("aria-expanded", "false");
    }
    aside.hidden = true;
    aside.replaceChildren();
  };
  const open = async () => {
    close();
    button.setAttribute("aria-expanded", "true");
    const read = loadScript(script).then(() => make(title, content, aside.nextSibling));
    const made = await keep(read);
    if (!isOpen()) return;
    aside.replaceChildren(attempt(made, (failure) => failure));
    aside.hidden = false;
  };
  button.addEventListener("click", () => (isOpen() ? close() : open()));
  for (const place of [button, aside]) {
    place.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !isOpen()) return;
      close();
      button.focus();
    });
  }
  return button;
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
