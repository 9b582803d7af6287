"use strict";

// What the page begins with: what is to be said of the period, and its figures, each with its change
// against the period before and its course through the period.

const MOST_STEPS = 60;
const LEVELS = new Set(["balance", "active_clients"]);
const SPARK = { width: 120, height: 32, margin: 2 };

/**
 * A tile: what stands on it, the figure of `comparison` that it shows, and how; whether more of it
 * is better, which alone gives a change a colour; and the endpoint and key of its course.
 * @typedef {object} Tile
 * @property {string} label
 * @property {string} figure
 * @property {(value: number) => string} [format]
 * @property {boolean} [isMoreBetter]
 * @property {[string, string]} [course]
 * @property {string} [note]
 */

/** @type {Tile[]} */
const LEADING_TILES = [
  {
    label: "Points outstanding",
    figure: "points_outstanding",
    course: ["points_trend", "balance"],
    note: "at the end of the last day",
  },
  { label: "Points issued", figure: "points_issued", course: ["points_trend", "issued"] },
  {
    label: "Points redeemed, in all",
    figure: "points_redeemed",
    course: ["points_trend", "redeemed"],
  },
  {
    label: "Redemptions",
    figure: "redemptions",
    isMoreBetter: true,
    course: ["redemption_trend", "redemptions"],
    note: "of items",
  },
];

/** @type {Tile[]} */
const FURTHER_TILES = [
  {
    label: "Active clients",
    figure: "active_clients",
    isMoreBetter: true,
    course: ["engagement_trend", "active_clients"],
    note: "with a balance above 0",
  },
  {
    label: "Clients with transactions",
    figure: "clients_with_transactions",
    isMoreBetter: true,
    course: ["engagement_trend", "clients_with_transactions"],
  },
  { label: "New clients", figure: "new_clients", isMoreBetter: true, note: "who became members" },
  {
    label: "Points per redemption",
    figure: "average_redemption_value",
    format: formatDecimal,
    note: "spent on items, on average",
  },
  {
    label: "Points per active client",
    figure: "points_per_active_client",
    format: formatDecimal,
    note: "on average",
  },
];

/** By the figure of a tile, the endpoint and the key that say what it counts. */
const COUNTED_AS = {
  points_outstanding: ["overview", "total_points_balance"],
  points_issued: ["overview", "total_points_issued"],
  points_redeemed: ["overview", "total_points_redeemed"],
  redemptions: ["overview", "total_redemptions"],
  active_clients: ["overview", "total_active_clients"],
  clients_with_transactions: ["engagement_stats", "clients_with_transactions"],
  average_redemption_value: ["overview", "average_redemption_value"],
  points_per_active_client: ["overview", "average_points_per_client"],
};

/** What opens what the tiles count, and the rows behind them; and the place where it opens. */
function tileTools({ view, website }) {
  const { asOf, days } = view.period;
  const terms = [...LEADING_TILES, ...FURTHER_TILES]
    .filter(({ figure: name }) => has(COUNTED_AS, name))
    .map(({ label, figure: name }) => ({
      label,
      endpoint: COUNTED_AS[name][0],
      key: COUNTED_AS[name][1],
    }));
  terms.push({ label: "Client lifetime value, in points", key: "client_lifetime_value" });
  const source = sourceOf("overview", { website, asOf, days, view });
  const aside = element("div", { class: "aside", hidden: true });
  const button = toolButton(TOOLS.counts, "Overview", { source, rows: terms }, aside);
  return [element("div", { class: "tools" }, button), aside];
}

/** The sentences on the period and its figures. */
function overviewSection(payloads, context) {
  return element(
    "div",
    { class: "overview" },
    ...attempt(
      () => headlineTexts(payloads.headlines()),
      (failure) => [failure],
    ),
    ...attempt(
      () => overviewTiles(payloads, context),
      (failure) => [failure],
    ),
  );
}

/** What is to be said of the period: the first sentence stands out. */
function headlineTexts(rows) {
  const [first, ...others] = rows.map(({ sentence }) => named(wording(sentence)));
  const texts = first ? [element("p", { class: "lead" }, first)] : [];
  if (others.length > 0) {
    const spaced = others.flatMap((sentence) => [" ", sentence]).slice(1);
    texts.push(element("p", { class: "further" }, ...spaced));
  }
  return texts;
}

/** The figures of the period: first those that tell how it does, then those that explain them. */
function overviewTiles(payloads, context) {
  const { asOf, days } = context.view.period;
  const [tools, aside] = tileTools(context);
  const rows = new Map(payloads.comparison().map((row) => [row.figure, row]));
  const makeTile = (tile) =>
    attempt(
      () => figureTile(tile, rows.get(tile.figure), payloads, days),
      (failure) => element("div", {}, element("dt", {}, tile.label), element("dd", {}, failure)),
    );
  const isCompared = [...rows.values()].some(({ status }) => status === "ok");
  return [
    element(
      "div",
      { class: "against" },
      element("p", { class: "caption" }, isCompared ? comparedWith(asOf, days) : NOTHING_BEFORE(days)),
      tools,
    ),
    aside,
    element("dl", { class: "tiles leading" }, ...LEADING_TILES.map(makeTile)),
    element(
      "dl",
      { class: "tiles small" },
      ...FURTHER_TILES.map(makeTile),
      attempt(
        () => lifetimeTile(payloads.overview()),
        (failure) => failure,
      ),
    ),
  ];
}

/** A figure with its change and its course. */
function figureTile(tile, row, payloads, days) {
  const { label, figure: name, format = formatNumber, course } = tile;
  if (row === undefined) throw new Unreadable(`There is no figure ${name} in this export.`);
  const notes = [...(tile.note ? [tile.note] : []), ...furtherNotes(name, payloads)];
  return element(
    "div",
    { title: row.status === "ok" ? null : NOTHING_BEFORE(days) },
    element("dt", {}, label),
    element("dd", {}, format(row.value)),
    ...(row.status === "ok"
      ? [changeNote(row, tile, days)]
      : [element("dd", { class: "unseen" }, NOTHING_BEFORE(days))]),
    ...notes.map((note) => element("dd", { class: "note" }, note)),
    ...sparkline(course, payloads),
  );
}

/** What changes are measured against. */
function comparedWith(asOf, days) {
  const first = dayNumber(asOf) - days + 1;
  return `Changes are against the ${formatBefore(days)}: ${formatRange(first - days, first - 1)}.`;
}

const NOTHING_BEFORE = (days) =>
  `No change is shown: the ${formatBefore(days)} would begin before the first event.`;

/** @param {number} days */
const formatBefore = (days) => (days === 1 ? "day before" : `${count(days, "day")} before`);

/** What the points redeemed in a period went to: the ledger's sum, split by the other sources. */
function usesOfPoints(overview, conversion) {
  const [spent, converted] = [overview.total_redemption_value, conversion.points_converted];
  const other = overview.total_points_redeemed - spent - converted;
  const known = [
    `${formatNumber(spent)} spent on items`,
    `${formatNumber(converted)} converted to wallet credit`,
  ];
  if (other >= 0) return [...known, `${formatNumber(other)} other`];
  return [...known, `together ${formatNumber(-other)} more than the ledger redeemed`];
}

/** What only some payloads tell of a figure. */
function furtherNotes(name, payloads) {
  const parts = () => {
    if (name === "points_redeemed" && has(payloads, "conversion")) {
      return usesOfPoints(payloads.overview(), payloads.conversion());
    }
    if (name === "clients_with_transactions") {
      const rate = payloads.comparison().find((row) => row.figure === "engagement_rate");
      return rate ? [`${formatPercent(rate.value)} of all clients`] : [];
    }
    return [];
  };
  return attempt(parts, (failure) => [failure.textContent]);
}

/**
 * How a figure changed against the period before: an arrow, words, and a colour only where more is
 * better or worse.
 */
function changeNote(row, { isMoreBetter = false, format = formatNumber }, days) {
  const change = figure(row.change);
  const direction = Math.sign(change);
  const meaning = direction === 0 || !isMoreBetter ? "neutral" : direction > 0 ? "better" : "worse";
  const words = direction === 0 ? "no change" : `${changeSize(row)} ${direction > 0 ? "more" : "less"}`;
  const value = `${format(row.value_before)} ${days === 1 ? "the" : "in the"} ${formatBefore(days)}`;
  return element(
    "dd",
    { class: "change", "data-change": meaning, title: value },
    element("span", { "aria-hidden": "true" }, ["▼", "=", "▲"][direction + 1]),
    ` ${words}`,
    element("span", { class: "unseen" }, `; ${value}`),
  );
}

/** How large a change is: in percent, or in itself where nothing was before. */
function changeSize({ change: size, change_percentage: percent }) {
  if (percent === null) return formatPlainChange(Math.abs(size));
  const rounded = Math.abs(figure(percent));
  return rounded < 0.5 ? "less than 1%" : formatRoughPercent(rounded);
}

const formatPlainChange = (value) => twoDecimalsAtMost.format(figure(value));
const twoDecimalsAtMost = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });

function lifetimeTile({ client_lifetime_value: value }) {
  return element(
    "div",
    {},
    element("dt", {}, "Client lifetime value, in points"),
    element("dd", {}, formatDecimal(value)),
    element("dd", { class: "note" }, "ever issued to each client who got any"),
  );
}

/** The course of a figure through the period, where a payload has it by day: a line without axes. */
function sparkline(course, payloads) {
  if (course === undefined || !has(payloads, course[0])) return [];
  const [endpoint, key] = course;
  return attempt(
    () => {
      const values = inSteps(
        payloads[endpoint]().map((row) => figure(row[key])),
        LEVELS.has(key),
      );
      return values.length < 2 ? [] : [element("dd", { class: "spark" }, sparkPicture(values))];
    },
    () => [],
  );
}

/** At most so many values, of stretches of equal length: of a level its last ones, else means. */
function inSteps(values, isLevel) {
  const length = Math.ceil(values.length / MOST_STEPS);
  const steps = [];
  for (let end = values.length; end > 0; end -= length) {
    const stretch = values.slice(Math.max(end - length, 0), end);
    const sum = stretch.reduce((total, value) => total + value, 0);
    steps.unshift(isLevel ? values[end - 1] : sum / stretch.length);
  }
  return steps;
}

/** A line from left to right, the lowest value at the bottom; one that never moves in the middle. */
function sparkPicture(values) {
  const { width, height, margin } = SPARK;
  const lowest = Math.min(...values);
  const spread = Math.max(...values) - lowest;
  const x = (at) => ((at / (values.length - 1)) * width).toFixed(1);
  const y = (value) => {
    const share = spread === 0 ? 0.5 : (value - lowest) / spread;
    return (height - margin - share * (height - 2 * margin)).toFixed(1);
  };
  const points = values.map((value, at) => `${x(at)},${y(value)}`).join(" ");
  const picture = drawn("svg", {
    viewBox: `0 0 ${width} ${height}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  picture.append(
    drawn("polygon", { points: `0,${height} ${points} ${width},${height}` }),
    drawn("polyline", { points, "vector-effect": "non-scaling-stroke" }),
  );
  return picture;
}
