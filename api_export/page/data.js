"use strict";

// The figures behind the page's head: how old the data is, what was left out, and what was checked.

/** The cards of the section. */
function dataCards(payloads, { view }) {
  const { manifest } = view;
  return [
    card("Age", () => showAge(view), "figures"),
    card("Warnings", () => showWarnings(manifest), "sentences"),
    card("Quarantine, of all websites", () => showQuarantine(manifest), "table"),
    card("Checks, of all websites", () => showChecks(manifest), "figures"),
    card("Restated figures", () => showRestatements(payloads, view), "table"),
  ];
}

/** Figures as a list, which is a table of its own. */
const listed = (caption, rows) => ({
  caption,
  empty: false,
  columns: FIGURE_COLUMNS,
  rows,
  pictures: { figures: () => figureList(rows) },
});

function showAge({ manifest, website }) {
  const { as_of: asOf, settings, totals } = manifest;
  const isAll = website === ALL_WEBSITES;
  const counted = isAll ? Object.values(totals) : [totals[website.id]];
  const sumOf = (key) => counted.reduce((sum, each) => sum + figure(each[key]), 0);
  const whose = isAll ? "all websites" : "this website";
  return listed(formatAsOf(asOf), [
    {
      label: "Last day counted",
      value: asOf === null ? "no events yet" : `${formatDate(asOf)}, ${formatAge(asOf)}`,
    },
    {
      label: "Said to be getting old",
      value: `more than ${count(LATE_AFTER, "day")} after the newest event`,
    },
    {
      label: "Said to be out of date",
      value: `more than ${count(OLD_AFTER, "day")} after the newest event`,
    },
    { label: "Time zone", value: website.timezone },
    {
      label: "Tiers go by",
      value: settings.tier_basis === "lifetime" ? "points ever issued" : "balance",
    },
    { label: `Transactions of ${whose}`, value: formatNumber(sumOf("transactions")) },
    { label: `Redemption requests of ${whose}`, value: formatNumber(sumOf("requests")) },
  ]);
}

function showWarnings(manifest) {
  const warnings = sentences(manifest.warnings);
  return {
    caption: "What the last run warned of",
    empty: warnings.length === 0 && "The last run had nothing to warn of.",
    columns: [],
    rows: [],
    pictures: { sentences: () => sentenceList(warnings) },
  };
}

function showQuarantine({ quarantined, excluded_points: excluded }) {
  const pointsOf = (entity, reason) => excluded?.[entity]?.[reason] ?? null;
  const rows = Object.entries(quarantined).flatMap(([entity, counts]) =>
    Object.entries(counts).map(([reason, number]) => ({
      entity,
      reason,
      rows: number,
      points: pointsOf(entity, reason),
    })),
  );
  const all = rows.reduce((sum, row) => sum + figure(row.rows), 0);
  return {
    caption: `${count(all, "row")} left out of every figure`,
    empty: rows.length === 0 && "No row is in quarantine.",
    columns: [
      column("Entity", "entity", formatText),
      textColumn("Reason", "reason"),
      column("Rows", "rows"),
      column("Points on them", "points", orWords(formatNumber, "–")),
    ],
    rows,
    pictures: {},
  };
}

/** What was checked before these figures were published. */
function showChecks({ drift }) {
  const drifted = `${formatNumber(drift.clients_drifted)} of ${formatNumber(drift.clients_checked)}`;
  return listed("A run that fails a check of conservation publishes nothing", [
    { label: "Each day's points follow from the day before", value: "checked" },
    { label: "Points outstanding are the clients' balances", value: "checked" },
    { label: "The marts agree with the valid rows of the source", value: "checked" },
    { label: "Cached balances that drifted from the ledger", value: drifted },
    { label: "Points they drifted by", value: formatNumber(drift.points_drifted) },
  ]);
}

const FIGURE_NAMES = Object.fromEntries(recordColumns([]).map(({ key, label }) => [key, label]));

const RESTATED_COLUMNS = [
  textColumn("Period", "period"),
  textColumn("Figure", "figure", wordIn(FIGURE_NAMES)),
  textColumn("Reported as of", "reported_as_of", formatDate),
  textColumn("Restated as of", "restated_as_of", formatDate),
  column("Was", "from_value", formatDecimal),
  column("Is", "to_value", formatDecimal),
  column("Rows added", "rows_added"),
  column("changed", "rows_changed"),
  column("removed", "rows_removed"),
];

function showRestatements(payloads, { website, isServed }) {
  const isAll = website === ALL_WEBSITES;
  const rows = isAll || !isServed ? [] : payloads.restatements();
  const because = isServed
    ? isAll && "Restated figures are each website's own."
    : "The history of runs is in no file: open this page from “loyalty serve” to see it.";
  return {
    caption: "Figures of stored periods that were published otherwise before, the newest first",
    empty: because || (rows.length === 0 && "No published figure has changed since."),
    columns: RESTATED_COLUMNS,
    rows: rows
      .map((row) => ({
        ...row,
        period: formatRange(dayNumber(row.date_from), dayNumber(row.date_to)),
      }))
      .reverse(),
    pictures: {},
    shape: "row",
  };
}
