"use strict";

// What points cost: how they come and go, how old they are, how many will be redeemed.

/** @type {[string, string, (data: any, context: object) => Content, string][]} */
const POINT_CARDS = [
  ["Liability", "liability", showLiability, "tiles"],
  ["Programme value", "programme_value", showValue, "tiles"],
  ["Roll-forward of points", "roll_forward", showRollForward, "bar"],
  ["Age of the points outstanding", "aging", showAging, "bar"],
  ["Redemption curve", "redemption_curve", showCurve, "line"],
  ["Expected and actual redemptions", "liability_backtest", showBacktest, "bar"],
  ["Reasons of issue", "issue_sources", showSources, "bar"],
];

const UNKNOWN = "not known";
const formatNumberIfKnown = orWords(formatNumber, UNKNOWN);
const formatPercentIfKnown = orWords(formatPercent, UNKNOWN);
const formatAmountIfKnown = orWords(formatDecimal, UNKNOWN);
const formatValueIfKnown = orWords((value) => upToSixDecimals.format(figure(value)), UNKNOWN);

/** The cards of the part; most of what it shows doesn't add up over websites. */
function pointCards(payloads, context) {
  const cards = payloadCards(POINT_CARDS, payloads, context);
  if (!context.isAll) return cards;
  const rest =
    "Liability, the programme's value, the age of points, how they are redeemed and the reasons of" +
    " issue are each website's own: choose it above.";
  return [...cards, element("p", { class: "notice" }, rest)];
}

/** What each status of the liability means; in all of them what isn't known has no figure. */
const LIABILITY_STATES = {
  ok: ({ breakage_rate: rate, months_observed: months }) =>
    `By ${count(months, "month")} of history, ${formatPercent(rate)} of the points that clients` +
    " hold are expected never to be redeemed.",
  no_point_value: ({ breakage_rate: rate }) =>
    `${formatPercent(rate)} of the points that clients hold are expected never to be redeemed.` +
    " What a point is worth isn't known: there are no conversions, and no value is set.",
  short_history: () =>
    "The history is too short to say how many points will be redeemed: it takes three whole" +
    " months.",
};

function showLiability(data, { asOf }) {
  if (!has(LIABILITY_STATES, data.status)) {
    throw new Unreadable("This page doesn't know a liability of this status.");
  }
  const rows = [
    {
      label: "Points held",
      key: "points_held",
      value: formatNumber(data.points_held),
      note: "by clients with points",
    },
    {
      label: "Expected to be redeemed",
      key: "points_expected",
      value: formatNumberIfKnown(data.points_expected),
      note: "of the points held",
    },
    {
      label: "Breakage",
      key: "breakage_rate",
      value: formatPercentIfKnown(data.breakage_rate),
      note: neverRedeemed(data),
    },
    {
      label: "Value of a point",
      key: "point_value",
      value: formatValueIfKnown(data.point_value),
      note: costOfPoint(data),
    },
    {
      label: "Liability",
      key: "liability_amount",
      value: formatAmountIfKnown(data.liability_amount),
      note: "what the expected points cost",
    },
    {
      label: "If all are redeemed",
      key: "liability_if_all_redeemed",
      value: formatAmountIfKnown(data.liability_if_all_redeemed),
      note: "what all points held cost",
    },
  ];
  const others = [
    {
      label: "Points overdrawn",
      key: "points_overdrawn",
      value: formatNumber(data.points_overdrawn),
    },
    {
      label: "Ever redeemed of an issued point",
      key: "ultimate_redemption_rate",
      value: formatPercentIfKnown(data.ultimate_redemption_rate),
    },
    {
      label: "Months of age observed",
      key: "months_observed",
      value: formatNumber(data.months_observed),
    },
  ];
  return {
    caption: formatAsOf(asOf),
    empty: data.as_of === null && "No points yet.",
    columns: FIGURE_COLUMNS,
    rows: [...rows, ...others],
    pictures: { tiles: () => tilesOf(LIABILITY_STATES[data.status](data), rows) },
  };
}

/** How many of the points held are expected never to be redeemed. */
function neverRedeemed({ points_held: held, points_expected: expected }) {
  return expected === null ? "never redeemed" : `${formatNumber(held - expected)} never redeemed`;
}

/** What a point costs as it is issued: its value, times the share of points that is redeemed. */
function costOfPoint({ point_value: value, ultimate_redemption_rate: rate }) {
  if (value === null || rate === null) return "as set, or as converted";
  const cost = formatValueIfKnown((figure(value) * figure(rate)) / 100);
  return `costs ${cost} as it is issued: ${formatPercent(rate)} are ever redeemed`;
}

/** What can be said of the programme's return; where nothing can be, why. */
const VALUE_STATES = {
  ok: ({ roi }) =>
    roi === null
      ? "Where nothing was spent, there is no return on it."
      : "Campaigns with a random hold-out that ended in these days brought an estimated" +
        ` ${formatDecimal(1 + figure(roi))} of margin for each 1 that the whole programme cost;` +
        " how sure each is, the part Campaigns says.",
  no_orders: () =>
    "There are no orders in these days, so what the programme has to bring can't be told.",
  no_margin: () =>
    "An order in these days has no margin, and LOYALTY_MARGIN sets no share for it, so what the" +
    " programme has to bring isn't known.",
  no_point_value: () =>
    "What a point is worth isn't known, and so what the points cost: there are no conversions, and" +
    " no value is set.",
  short_history: () =>
    "The history is too short to say how many of the points issued will be redeemed, and so what" +
    " they cost: it takes three whole months.",
  no_experiment: () =>
    "What the programme brought can't be told: that takes campaigns with a random hold-out that" +
    " ended in these days, each with a margin that is known.",
};

function showValue(data) {
  if (!has(VALUE_STATES, data.status)) {
    throw new Unreadable("This page doesn't know a value of this status.");
  }
  const rows = [
    {
      label: "Cost of the programme",
      key: "cost",
      value: formatAmountIfKnown(data.cost),
      note: "points issued, and campaigns",
    },
    {
      label: "Cost of points issued",
      key: "points_accrued_cost",
      value: formatAmountIfKnown(data.points_accrued_cost),
      note: "those that will be redeemed",
    },
    {
      label: "Cost of campaigns",
      key: "campaign_cost",
      value: formatAmountIfKnown(data.campaign_cost),
      note: "that ended in these days",
    },
    {
      label: "Cost rate",
      key: "cost_rate",
      value: formatPercentIfKnown(data.cost_rate), note: "of revenue",
    },
    {
      label: "Break-even uplift",
      key: "break_even_uplift",
      value: formatPercentIfKnown(data.break_even_uplift),
      note: "of the margin of these days",
    },
    {
      label: "Return on investment",
      key: "roi",
      value: formatAmountIfKnown(data.roi),
      note: "gain for each 1 of cost, where experiments measured it",
    },
  ];
  const others = [
    {
      label: "Cost of points redeemed",
      key: "points_redeemed_cost",
      value: formatAmountIfKnown(data.points_redeemed_cost),
    },
    { label: "Orders", key: "orders", value: formatNumberIfKnown(data.orders) },
    { label: "Revenue", key: "revenue", value: formatAmountIfKnown(data.revenue) },
    {
      label: "of it from clients who redeemed: who they are, not what redeeming did",
      key: "revenue_of_redeemers",
      value: formatAmountIfKnown(data.revenue_of_redeemers),
    },
  ];
  const sentences = [costOf(data), breakEvenOf(data), VALUE_STATES[data.status](data)];
  return {
    caption: `${formatWindow(data.as_of, data.days)}, in the website's currency`,
    empty: data.as_of === null && "No points yet.",
    columns: FIGURE_COLUMNS,
    rows: [...rows, ...others],
    pictures: { tiles: () => tilesOf(sentences.filter(Boolean).join(" "), rows) },
  };
}

function costOf({ cost, cost_rate: rate }) {
  if (cost === null) return "";
  const share = rate === null ? "" : `, ${formatPercent(rate)} of revenue`;
  return `The programme cost ${formatDecimal(cost)}${share}.`;
}

/** What the programme must have brought, so that it cost nothing in the end. */
function breakEvenOf({ cost, break_even_uplift: uplift }) {
  if (uplift === null || figure(cost) <= 0) return "";
  if (uplift < 0) {
    return "The margin of these days is below 0, so no part of it can have paid for that.";
  }
  return (
    `It has paid for itself if at least ${formatPercent(uplift)} of the margin of these days came` +
    " because of it."
  );
}

function showRollForward(months) {
  const rows = months.map((row) => ({ ...row, name: nameOfMonth(row) }));
  const series = [
    { key: "issued", label: "Issued" },
    { key: "redeemed", label: "Redeemed, in all" },
    { key: "deducted", label: "Deducted" },
  ];
  return {
    caption: "By month: opening + issued − redeemed − deducted = closing",
    empty: rows.length === 0 && "No points yet.",
    columns: [
      madeOf(textColumn("Month", "name"), "month"),
      column("Opening", "opening"),
      column("+ Issued", "issued"),
      column("of it refunded", "refunded"),
      column("− Redeemed", "redeemed"),
      column("− Deducted", "deducted"),
      column("= Closing", "closing"),
    ],
    rows,
    pictures: { bar: () => monthChart("month", rows, series) },
  };
}

const nameOfMonth = ({ month, is_complete: isComplete }) =>
  isComplete ? formatMonth(month) : `${formatMonth(month)}, so far`;

function showAging(rows) {
  const isKnown = rows.every(({ expected_redeemed: expected }) => expected !== null);
  const series = [
    { key: "outstanding", label: "Outstanding" },
    { key: "expected_redeemed", label: "Expected to be redeemed" },
  ];
  return {
    caption: isKnown
      ? "By month of issue: what is left, and what of it is expected to be redeemed"
      : "By month of issue: what is left. What will be redeemed isn't known yet.",
    empty: rows.length === 0 && "No points have been issued yet.",
    columns: [
      column("Issued in", "issued_month", formatMonth),
      column("Issued", "issued"),
      column("Redeemed", "redeemed"),
      column("Deducted", "deducted"),
      column("Outstanding", "outstanding"),
      column("Expected to be redeemed", "expected_redeemed", formatNumberIfKnown),
    ],
    rows,
    pictures: { bar: () => monthChart("issued_month", rows, series.slice(0, isKnown ? 2 : 1)) },
  };
}

function showCurve(rows) {
  return {
    caption: "How many of the points issued are redeemed by each age in months",
    empty: rows.length === 0 && "No points were issued in a whole month that has passed yet.",
    columns: [
      column("Age in months", "age_months"),
      column("Points at risk", "points_at_risk"),
      column("Redeemed", "redeemed"),
      column("Deducted", "deducted"),
      column("Redeemed by then", "redeemed_rate", formatPercent),
    ],
    rows,
    pictures: { line: () => ageChart("Redeemed by then", rows, "redeemed_rate") },
  };
}

function showBacktest(rows) {
  const series = [
    { key: "expected", label: "Expected" },
    { key: "actual", label: "Actual" },
  ];
  return {
    caption: "Of the points held at the end of each month, what the next three months redeemed",
    empty: rows.length === 0 && "It takes ten whole months to compare what was expected.",
    columns: [
      column("End of", "month", formatMonth),
      column("Expected", "expected"),
      column("Actual", "actual"),
      column("Error", "error_percentage", orWords(formatPercent, "nothing redeemed")),
    ],
    rows,
    pictures: { bar: () => monthChart("month", rows, series) },
  };
}

/** A reason as the ledger has it; one that can't be seen in quotes. */
const formatReason = orWords(
  (reason) => (wording(reason).trim() === "" ? `“${reason}”` : reason),
  "no reason given",
);

function showSources(rows, { asOf, days }) {
  const parts = rows.slice(0, MOST_BARS_OF_NAMES).map(({ reason, points, transactions }) => ({
    label: formatReason(reason),
    value: points,
    note: `${count(points, "point")}, ${count(transactions, "transaction")}`,
  }));
  return {
    caption: `${formatWindow(asOf, days)}. ${topOf(parts, rows, "reason")}`,
    empty: rows.length === 0 && `No points issued ${formatThese(days)}.`,
    columns: [
      textColumn("Reason", "reason", formatReason),
      column("Points issued", "points"),
      column("Transactions", "transactions"),
    ],
    rows,
    pictures: { bar: () => rankChart("points issued by reason", parts) },
  };
}
