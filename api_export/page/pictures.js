"use strict";

// The pictures and words of the parts that are closed at first.

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
