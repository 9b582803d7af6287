"use strict";

// The stored snapshots: one period at a time, beside the period before.

const MOST_BARS = 24;
const KINDS = { month: "Months", week: "Weeks", range: "Other ranges" };

/** The words that a record counts tiers by: those whose name contains one, case ignored. */
const TIER_WORDS = ["bronze", "silver", "gold", "platinum"];

const COMPARED_COLUMNS = [
  column("Figure", "label", formatText),
  column("This period", "now", String),
  column("Period before", "before", String),
  column("Change", "change", String),
];

const lengthOf = (record) => dayNumber(record.date_to) - dayNumber(record.date_from) + 1;

/** Which kind of period a record is of: a calendar month, an ISO week, or another range. */
function kindOf(record) {
  const first = dateOfDay(dayNumber(record.date_from));
  const monthEnd = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0);
  const isMonth =
    first.getUTCDate() === 1 && dayNumber(record.date_to) === monthEnd / MILLISECONDS_A_DAY;
  if (isMonth) return "month";
  return first.getUTCDay() === 1 && lengthOf(record) === 7 ? "week" : "range";
}

/** The record of the period that ends where this one begins: its kind's, or as long as it. */
function recordBefore(record, records) {
  const kind = kindOf(record);
  return records.find(
    (other) =>
      dayNumber(other.date_to) === dayNumber(record.date_from) - 1 &&
      (kind === "range" ? lengthOf(other) === lengthOf(record) : kindOf(other) === kind),
  );
}

function periodName(record) {
  const first = dayNumber(record.date_from);
  if (kindOf(record) === "month") return monthAndYear.format(dateOfDay(first));
  return formatRange(first, dayNumber(record.date_to));
}

/**
 * The figures of a record, its tiers under the website's own names.
 * @param {string[]} tiers the names of the website's tiers
 * @returns {Column[]}
 */
function recordColumns(tiers) {
  const tierColumns = TIER_WORDS.flatMap((word) => {
    const counted = tiers.filter((name) => name.toLowerCase().includes(word));
    return counted.length ? [column(`Clients in ${counted.join(", ")}`, `${word}_count`)] : [];
  });
  return [
    column("Active clients", "total_active_clients"),
    column("Points issued", "total_points_issued"),
    column("Points redeemed, in all", "total_points_redeemed"),
    column("Points outstanding", "total_points_balance"),
    column("Redemptions", "total_redemptions"),
    column("Points spent on redemptions", "total_redemption_value"),
    column("Clients who redeemed, to active ones", "active_redemptions_ratio", formatPercent),
    column("Points per active client", "average_points_per_client", formatDecimal),
    ...tierColumns,
    column("Most popular item", "most_popular_item_name", formatText),
  ];
}

/** The tiers that no word of a record counts. */
function uncountedTiers(tiers) {
  return tiers.filter((name) => !TIER_WORDS.some((word) => name.toLowerCase().includes(word)));
}

/** Each figure of a record, the same of the record before, and the change. */
function compare(columns, record, before) {
  return columns.map(({ label, key, format }) => ({
    label,
    now: format(record[key]),
    before: before ? format(before[key]) : "–",
    change: before && format !== formatText ? formatChange(record[key], before[key], format) : "–",
  }));
}

function formatChange(now, before, format) {
  const difference = change.format(now - before);
  if (format === formatPercent) return `${difference} pp`;
  if (before === 0) return difference;
  return `${difference} (${relativeChange.format((now - before) / Math.abs(before))})`;
}

/** The cards of the section, with a choice of kind and period. */
function snapshotCards(payloads, { asOf }) {
  const records = payloads.records();
  const kinds = Object.keys(KINDS).filter((kind) => records.some((each) => kindOf(each) === kind));
  if (kinds.length === 0) {
    return [element("p", { class: "empty" }, "No whole month or week has passed yet.")];
  }
  const controls = element("div", { class: "controls" });
  const cards = element("div", { class: "cards" });
  const tiers = attempt(
    () => payloads.tier_distribution().map(({ tier_name: name }) => wording(name)),
    () => null,
  );
  const columns = recordColumns(tiers ?? []);
  const showKind = (kind) => {
    const ofKind = records.filter((record) => kindOf(record) === kind);
    const showRecord = (id) => {
      const record = ofKind.find((each) => each.id === id);
      fillGrid(cards, [
        comparisonCard(columns, record, records),
        historyCard(columns, kind, ofKind),
        tableCard(columns, kind, ofKind),
        ...tierCards(tiers, payloads, asOf),
      ]);
      drawCharts();
    };
    const options = ofKind.map((each) => ({ value: each.id, label: periodName(each) }));
    controls.querySelector(".chooser")?.remove();
    controls.append(chooser("snapshot", "Snapshot", options, options[0].value, showRecord));
    showRecord(options[0].value);
  };
  const options = kinds.map((kind) => ({ value: kind, label: KINDS[kind] }));
  controls.append(segments("kind", "Kind of period", options, kinds[0], showKind));
  showKind(kinds[0]);
  return [controls, cards];
}

/** The website's tiers as they are now, where records don't count each of them. */
function tierCards(tiers, payloads, asOf) {
  const uncounted = uncountedTiers(tiers ?? []);
  if (tiers !== null && uncounted.length === 0) return [];
  const reason =
    `Snapshots count only tiers named with the words ${TIER_WORDS.join(", ")}, ` +
    `so they have no figures for ${uncounted.join(", ")}`;
  const makeContent = () => {
    const content = showTiers(payloads.tier_distribution(), { asOf });
    return { ...content, caption: `${content.caption}. ${reason}.` };
  };
  return [card("Clients by tier", makeContent, "bar")];
}

function comparisonCard(columns, record, records) {
  const before = recordBefore(record, records);
  const makeContent = () => ({
    caption: before
      ? `Compared with ${periodName(before)}`
      : "Nothing is stored of the period before",
    empty: false,
    columns: COMPARED_COLUMNS,
    rows: compare(columns, record, before),
    pictures: {},
    shape: "row",
  });
  return card(periodName(record), makeContent, "table");
}

/** The latest snapshots of a kind, as a chart. */
function historyCard(columns, kind, records) {
  const latest = records.slice(0, MOST_BARS).reverse();
  const names = new Map(latest.map((each) => [dayNumber(each.date_from), periodName(each)]));
  const bars = latest.map((record) => ({ ...record, date: record.date_from }));
  const series = [
    { key: "total_points_issued", label: "Issued" },
    { key: "total_points_redeemed", label: "Redeemed, in all" },
  ];
  const writing = { title: (day) => names.get(day), areMonths: kind === "month" };
  const makeContent = () => ({
    caption: `The latest ${formatNumber(latest.length)} of ${formatNumber(records.length)}`,
    empty: kind === "range" && "Ranges of different lengths have no common scale.",
    columns: namedColumns(columns),
    rows: rowsOf(latest),
    pictures: { bar: () => trendChart("bar", bars, series, writing) },
  });
  return card(`Points by ${kind}`, makeContent, "bar");
}

/** Every snapshot of a kind, as a table. */
function tableCard(columns, kind, records) {
  const makeContent = () => ({
    caption: `All ${formatNumber(records.length)}, the latest first`,
    empty: false,
    columns: namedColumns(columns),
    rows: rowsOf(records),
    pictures: {},
    shape: "row",
  });
  return card(`Every ${kind}`, makeContent, "table");
}

const namedColumns = (columns) => [column("Period", "name", formatText), ...columns];

const rowsOf = (records) => records.map((record) => ({ ...record, name: periodName(record) }));
