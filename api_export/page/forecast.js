"use strict";

// What is to be expected: each daily series, how far its forecast can be trusted, and items.

/** The daily series: where what was counted stands, and what is counted. */
const FORECASTS = {
  points_issued: {
    name: "Points issued",
    short: "Issued",
    history: "points_trend",
    key: "issued",
  },
  points_redeemed: {
    name: "Points redeemed, in all",
    short: "Redeemed",
    history: "points_trend",
    key: "redeemed",
  },
  redemptions: {
    name: "Redemptions",
    short: "Redemptions",
    history: "redemption_trend",
    key: "redemptions",
  },
};

const NOTHING_TO_FORECAST = "There is nothing yet to make a forecast of.";
const NO_ITEMS_REDEEMED = "No item has been redeemed in 365 days.";
const AS_A_WEEK_BEFORE = "each day as a week before";

const isNaive = ({ model }) => model === "naive";
/** The models that have a name of their own in the field. */
const MODELS = { naive: "Naive", ets: "ETS", theta: "Theta" };

const formatSeries = (series) =>
  has(FORECASTS, series) ? FORECASTS[series].short : wording(series);
const formatModel = wordIn(MODELS);
const formatShare = (value) => formatPercent(100 * figure(value));
const formatFineIfKnown = orWords(formatFine, "not known");
const formatShareIfKnown = orWords(formatShare, "not known");
const formatBound = orWords(formatNumber, "–");
const [EIGHTY, NINETY_FIVE] = [80, 95].map(formatRoughPercent);

/** The cards of the part: one for each series, and the figures behind them. */
function forecastCards(payloads, context) {
  const series = Object.entries(FORECASTS).map(([key, { name }]) =>
    card(`Forecast: ${name}`, () => showForecast(key, payloads, context), "forecast"),
  );
  return [
    ...series,
    card("Accuracy of the forecasts", () => showAccuracy(payloads, context), "table"),
    card("Expected redemptions of items", () => showExpectedItems(payloads, context), "table"),
    card("Accuracy by item", () => showAccuracyByItem(payloads, context), "table"),
  ];
}

function showForecast(series, payloads, context) {
  const { asOf, days } = context;
  const { name, history, key } = FORECASTS[series];
  const counted = payloads[history]().map((row) => ({
    ...NO_DAY,
    date: row.date,
    counted: row[key],
  }));
  const expected = payloads
    .forecast()
    .filter((row) => row.series === series)
    .slice(0, days)
    .map((row) => ({ ...NO_DAY, ...row }));
  const rows = [...counted, ...expected];
  const sentence = () =>
    attempt(
      () => element("p", {}, trackRecord(series, payloads.forecast_accuracy())),
      (failure) => failure,
    );
  return {
    source: sourceOf("forecast", context),
    saved: (exact) => savedForecast(series, exact, payloads, days),
    caption:
      `${formatWindow(asOf, counted.length)},` +
      ` and what is expected of the ${count(expected.length, "day")} after`,
    empty: expected.length === 0 && NOTHING_TO_FORECAST,
    columns: [
      column("Date", "date", formatDate),
      madeOf(column("Counted", "counted", formatBound), key, history),
      column("Expected", "point", formatBound),
      column(`${EIGHTY} from`, "low_80", formatBound),
      column("to", "high_80", formatBound),
      column(`${NINETY_FIVE} from`, "low_95", formatBound),
      column("to", "high_95", formatBound),
    ],
    rows,
    pictures: {
      forecast: () =>
        element(
          "div",
          { class: "picture" },
          sentence(),
          bandLegend(name, expected),
          forecastChart(name, rows),
        ),
    },
  };
}

/** The days counted and those to come, as they were written. */
function savedForecast(series, exact, payloads, days) {
  const { history, key } = FORECASTS[series];
  const counted = exact(payloads[history]()).map((row) => ({ date: row.date, counted: row[key] }));
  const expected = exact(payloads.forecast()).filter((row) => row.series === series);
  return [...counted, ...expected.slice(0, days).map(({ series: _, ...row }) => row)];
}

/** A day of which nothing is known. */
const NO_DAY = {
  counted: null,
  point: null,
  low_80: null,
  high_80: null,
  low_95: null,
  high_95: null,
};

/** How the published forecast of a series did where it was tried: a sentence, honest if it lost. */
function trackRecord(series, accuracy) {
  const candidates = accuracy.filter((row) => row.series === series && isOfWebsite(row));
  const published = candidates.find((row) => row.is_published === true);
  if (published === undefined) return "How far this forecast can be trusted isn't known.";
  if (published.cut_offs === 0) {
    return `Too short a history to be tried: the naive forecast, ${AS_A_WEEK_BEFORE}, with no band.`;
  }
  const held =
    published.coverage_80 === null
      ? "no band could be tried"
      : `${EIGHTY} bands held ${formatTenth(published.coverage_80)}`;
  const off = published.wape === null ? "" : `, off by ${formatTenth(published.wape)} of what came`;
  return `${comparison(published, candidates)}${off}; ${held}.`;
}

/** Whether a row is of the whole website, not of an item. */
const isOfWebsite = ({ item }) => item === null;

function comparison(published, candidates) {
  const tries = published.cut_offs === 1 ? "1 try" : `${formatNumber(published.cut_offs)} tries`;
  if (isNaive(published)) {
    return candidates.length === 1
      ? `Only the naive forecast, ${AS_A_WEEK_BEFORE}, was tested, in ${tries}`
      : `Nothing beat the naive forecast, ${AS_A_WEEK_BEFORE}, in ${tries}`;
  }
  const naive = candidates.find(isNaive);
  const lead = naive === undefined ? null : leadOver(naive, published);
  const by =
    lead === null
      ? ""
      : ` by ${lead < 0.001 ? `less than ${formatTenth(0.001)}` : formatTenth(lead)}`;
  return `${formatModel(published.model)} beat the naive forecast${by} in ${tries}`;
}

const tenthOfPercent = new Intl.NumberFormat(undefined, {
  style: "percent",
  maximumFractionDigits: 1,
});
const formatTenth = (share) => tenthOfPercent.format(figure(share));

/** By which share a forecast's error is below the naive one's; null where there is no such share. */
function leadOver(naive, published) {
  const key = naive.mase === null || published.mase === null ? "wape" : "mase";
  if (!naive[key] || published[key] === null) return null;
  return 1 - figure(published[key]) / figure(naive[key]);
}

/** The names of a forecast's lines and bands: of bands, those that there are. */
function bandLegend(name, expected) {
  const hasBand = (level) => expected.some((row) => row[`low_${level}`] !== null);
  const marks = [
    ["counted", name],
    ["expected", "Expected"],
    ...[80, 95]
      .filter(hasBand)
      .map((level) => [`band-${level}`, `${formatRoughPercent(level)} band`]),
  ];
  const items = marks.map(([mark, text]) => element("li", { "data-mark": mark }, text));
  return element("ul", { class: "legend" }, ...items);
}

/** What was counted as a line, what is expected as a dashed one within its bands. */
function forecastChart(name, rows) {
  const label = `Line chart over time: ${name}, and what is expected of the days after`;
  return chartBox(label, (theme) => {
    const colour = theme.series[0];
    const days = rows.map(({ date }) => dayNumber(date));
    const values = (key) =>
      rows.map((row, at) => ({ x: days[at], y: row[key] === null ? null : figure(row[key]) }));
    const line = (key, style) => ({ data: values(key), ...lineStyle(theme, 0, false), ...style });
    const edge = (key, style) =>
      line(key, { borderWidth: 0, pointHoverRadius: 0, backgroundColor: "transparent", ...style });
    const band = (level, tint) => [
      edge(`high_${level}`, { fill: "+1", backgroundColor: colour + tint }),
      edge(`low_${level}`),
    ];
    const datasets = [
      line("counted", { label: name }),
      line("point", { label: "Expected", borderDash: [5, 4] }),
      ...band(80, "47"),
      ...band(95, "24"),
    ];
    const options = commonOptions(theme);
    options.parsing = false;
    options.normalized = true;
    options.interaction = { mode: "index", intersect: false };
    options.plugins.tooltip.filter = ({ dataset, parsed }) => dataset.label && parsed.y !== null;
    options.plugins.tooltip.callbacks = {
      title: ([item]) => (item ? formatDay(item.parsed.x) : ""),
      label: ({ dataset, dataIndex, parsed }) => [
        ` ${dataset.label}: ${formatNumber(parsed.y)}`,
        ...bandsOf(rows[dataIndex]),
      ],
    };
    options.scales = { x: dayAxis(days[0], days.at(-1), false), y: valueAxis(theme, formatShort) };
    return { type: "line", data: { datasets }, options };
  });
}

const bandsOf = (row) =>
  [80, 95]
    .filter((level) => row[`low_${level}`] !== null)
    .map((level) => {
      const [low, high] = [row[`low_${level}`], row[`high_${level}`]].map(formatNumber);
      return ` ${formatRoughPercent(level)}: ${low} to ${high}`;
    });

const ACCURACY_COLUMNS = [
  madeOf(textColumn("Forecast", "forecast"), "model"),
  column("MASE", "mase", formatFineIfKnown),
  column("WAPE", "wape", formatShareIfKnown),
  column("Bias", "bias", formatShareIfKnown),
  column(`${EIGHTY} bands held`, "coverage_80", formatShareIfKnown),
  column(`${NINETY_FIVE} bands held`, "coverage_95", formatShareIfKnown),
  column("Tries", "cut_offs"),
];

/** A candidate under the name of its model, and whether it is the one that is published. */
const labelled = (row) => ({
  ...row,
  forecast: formatModel(row.model) + (row.is_published === true ? ", published" : ""),
});

function showAccuracy(payloads, context) {
  const rows = payloads.forecast_accuracy().filter(isOfWebsite).map(labelled);
  return {
    source: sourceOf("forecast_accuracy", context),
    saved: (exact) => exact(payloads.forecast_accuracy()).filter(isOfWebsite),
    caption:
      "Each forecast as it would have been made at earlier dates, against what came." +
      " MASE: its mean error ÷ how far days were, on average, from the same weekday a week" +
      " before; WAPE: its errors as a share of what came; bias: above 0 it expected too much.",
    empty: rows.length === 0 && NOTHING_TO_FORECAST,
    columns: [textColumn("Series", "series", formatSeries), ...ACCURACY_COLUMNS],
    rows,
    pictures: {},
    shape: "row",
  };
}

function showAccuracyByItem(payloads, context) {
  const names = attempt(
    () => new Map(payloads.item_performance().map(({ id, name }) => [id, wording(name)])),
    () => new Map(),
  );
  const rows = payloads
    .forecast_accuracy()
    .filter((row) => !isOfWebsite(row))
    .map((row) => ({ ...labelled(row), item: names.get(row.item) ?? `Item ${wording(row.item)}` }));
  return {
    source: sourceOf("forecast_accuracy", context),
    saved: (exact) => exact(payloads.forecast_accuracy()).filter((row) => !isOfWebsite(row)),
    caption:
      "Of its redemptions week by week; MASE here: ÷ how far weeks were from the week before",
    empty: rows.length === 0 && NO_ITEMS_REDEEMED,
    columns: [textColumn("Item", "item"), ...ACCURACY_COLUMNS],
    rows,
    pictures: {},
    shape: "row",
  };
}

function showExpectedItems(payloads, context) {
  const items = payloads.item_performance();
  const rows = items.filter(({ expected_30: expected }) => expected !== null);
  return {
    source: sourceOf("item_performance", context),
    saved: (exact) => exact(items).filter(({ expected_30: expected }) => expected !== null),
    caption:
      "In the 30 days to come, of the items with a redemption in the last 365 days:" +
      ` ${formatNumber(rows.length)} of ${count(items.length, "item")}. The bounds are those of` +
      ` single weeks (${EIGHTY}) added up, so the sum is within them more often as a rule.`,
    empty: items.length === 0 ? "No items are defined." : rows.length === 0 && NO_ITEMS_REDEEMED,
    columns: [
      textColumn("Item", "name"),
      textColumn("Category", "category"),
      column("Last 30 days", "redemptions_30"),
      column("Expected in 30 days", "expected_30"),
      column("At least", "expected_30_low", formatBound),
      column("At most", "expected_30_high", formatBound),
    ],
    rows,
    pictures: {},
    shape: "row",
  };
}
