"use strict";

// The pictures and words of the sections that the page doesn't begin with.

const HEAT_LEVELS = 5;
const MOST_BARS_OF_NAMES = 10;
const shortMonthAndYear = dateFormat({ month: "short", year: "numeric" });
const upToSixDecimals = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 6,
});

/** @param {string} month as its first date */
const formatMonth = (month) => shortMonthAndYear.format(dateOfDay(dayNumber(month)));

/** @param {number} day the first one of a month, as `dayNumber` gives it */
const formatMonthOfDay = (day) => monthAndYear.format(dateOfDay(day));

/** A way of writing that has words for null. */
const orWords = (format, words) => (value) => (value === null ? words : format(value));

/** The words for a payload's own names. */
const wordIn = (words) => (name) => (has(words, name) ? words[name] : wording(name));

/** How many of a list a chart shows: "The top 10; the table has 50 reasons". */
function topOf(shown, all, singular) {
  if (shown.length === all.length) return count(all.length, singular);
  return `The top ${formatNumber(shown.length)}; the table has ${count(all.length, singular)}`;
}

/** Bars by month, whose first date is under a key. */
function monthChart(key, rows, series) {
  const dated = rows.map((row) => ({ ...row, date: row[key] }));
  return trendChart("bar", dated, series, { title: formatMonthOfDay, areMonths: true });
}

/**
 * Figures in tiles, and a sentence that says what they mean.
 * @param {string} sentence
 * @param {{label: string, value: string, note?: string}[]} figures
 */
function tilesOf(sentence, figures) {
  const tiles = figures.map(({ label, value, note }) =>
    element(
      "div",
      {},
      element("dt", {}, label),
      element("dd", {}, value),
      ...(note ? [element("dd", { class: "note" }, note)] : []),
    ),
  );
  return element(
    "div",
    { class: "picture" },
    element("p", {}, sentence),
    element("dl", { class: "tiles" }, ...tiles),
  );
}

/**
 * How many went from where to where: a row for each place left, a column for each reached. From
 * none to none nobody is counted.
 * @param {string} caption
 * @param {{key: string | null, name: string}[]} places in their order
 * @param {{from: string | null, to: string | null, clients: number}[]} moves
 */
function moveTable(caption, places, moves) {
  const numbers = new Map(moves.map(({ from, to, clients }) => [`${from} ${to}`, clients]));
  const left = places.filter(({ key }) => moves.some(({ from }) => from === key));
  const reached = places.filter(({ key }) => moves.some(({ to }) => to === key));
  const heads = reached.map(({ name }) => element("th", { scope: "col" }, named(name)));
  const lines = left.map((from) => {
    const cells = reached.map((to) => {
      if (from.key === null && to.key === null) return element("td", { class: "number" }, "–");
      const number = numbers.get(`${from.key} ${to.key}`) ?? 0;
      const kind = from.key === to.key ? "stayed" : number === 0 ? "none" : "moved";
      const title = `From ${from.name} to ${to.name}: ${count(number, "client")}`;
      return element("td", { class: `number ${kind}`, title }, formatNumber(number));
    });
    return element("tr", {}, element("th", { scope: "row" }, named(from.name)), ...cells);
  });
  const corner = element("td", {}, "From ↓ to →");
  return scrolling(
    caption,
    element(
      "table",
      { class: "moves" },
      element("caption", { class: "unseen" }, caption),
      element("thead", {}, element("tr", {}, corner, ...heads)),
      element("tbody", {}, ...lines),
    ),
  );
}

/** A percentage by age in months, as a line. */
function ageChart(label, rows, key) {
  const box = chartBox(`Line chart by age in months: ${label}`, (theme) => {
    const options = commonOptions(theme);
    options.parsing = false;
    options.interaction = { mode: "index", intersect: false };
    options.plugins.tooltip.callbacks = {
      title: ([{ parsed }]) => `After ${count(parsed.x, "month")}`,
      label: ({ parsed }) => ` ${label}: ${formatPercent(parsed.y)}`,
    };
    options.scales = {
      x: {
        type: "linear",
        border: { display: false },
        grid: { display: false },
        title: { display: true, text: "Months since issue" },
        ticks: { precision: 0, maxRotation: 0 },
      },
      y: valueAxis(theme, formatRoughPercent),
    };
    const data = rows.map((row) => ({ x: figure(row.age_months), y: figure(row[key]) }));
    const dataset = { label, data, ...lineStyle(theme, 0, true), pointRadius: 2 };
    return { type: "line", data: { datasets: [dataset] }, options };
  });
  return element("div", { class: "picture" }, box);
}

/** A scale from the lowest to the highest value, zero among them, and its ticks. */
function axisOf(values) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const span = high - low || 1;
  const margin = span * 0.04;
  const step = niceStep(span / 6);
  const first = Math.ceil(low / step);
  const ticks = Array.from(
    { length: Math.floor(high / step) - first + 1 },
    (_, at) => (first + at) * step,
  );
  const place = (value) => `${(100 * (value - low + margin)) / (span + 2 * margin)}%`;
  return { ticks, place };
}

/** The least of 1, 2 and 5 times a power of ten that is as much as asked for. */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * [1, 2, 5, 10].find((times) => times * power >= least * 0.999);
}

/** The numbers of a scale, over the effects that lie on it. */
function axisLine({ ticks, place }) {
  const labels = ticks.map((tick) =>
    drawn("text", { x: place(tick), y: 12, "text-anchor": "middle" }, formatShort(tick)),
  );
  return element("div", { class: "axis" }, drawing({ "aria-hidden": "true" }, ...labels));
}

/**
 * An effect as a dot, its interval as a whisker, and zero.
 * @param {{mark: string, at: number, low?: number, high?: number}} effect
 * @param {{ticks: number[], place: (value: number) => string}} axis
 */
function effectDrawing({ mark, at, low = null, high = null }, { ticks, place }) {
  const lines = ticks.map((tick) =>
    drawn("line", {
      x1: place(tick),
      x2: place(tick),
      y1: 0,
      y2: "100%",
      class: tick === 0 ? "zero" : "tick",
    }),
  );
  const range = low === null ? "no interval" : `from ${formatFine(low)} to ${formatFine(high)}`;
  const words = `Effect ${formatFine(at)}, ${range}`;
  const whisker =
    low === null
      ? []
      : [
          drawn("line", {
            x1: place(low),
            x2: place(high),
            y1: "50%",
            y2: "50%",
            class: "whisker",
          }),
          ...(mark === "association" ? [] : [low, high].map((end) => cap(place(end)))),
        ];
  return drawing(
    { role: "img", "aria-label": words, "data-mark": mark, class: "effect" },
    drawn("title", {}, words),
    ...lines,
    ...whisker,
    dot(mark, place(at)),
  );
}

const cap = (x) => pinned(x, drawn("line", { x1: 0, x2: 0, y1: -5, y2: 5, class: "whisker" }));

/** The dot of an effect, full or hollow as the style sheet has it; of an association a diamond. */
function dot(mark, x) {
  const shape =
    mark === "association"
      ? drawn("path", { d: "M-5.5 0 0-5.5 5.5 0 0 5.5Z", class: "dot" })
      : drawn("circle", { r: 5, class: "dot" });
  return pinned(x, shape);
}

/** A shape in pixels around a place on the scale. */
const pinned = (x, shape) => drawn("svg", { x, y: "50%", overflow: "visible" }, shape);

const drawing = (attributes, ...children) =>
  drawn("svg", { width: "100%", ...attributes }, ...children);
