"use strict";

// The stored snapshots: one period at a time, beside the period before.

const MOST_BARS = 24;
const KINDS = { month: "Months", week: "Weeks", range: "Other ranges" };

const RECORD_COLUMNS = [
  column("Active clients", "total_active_clients"),
  column("Points issued", "total_points_issued"),
  column("Points redeemed", "total_points_redeemed"),
  column("Points outstanding", "total_points_balance"),
  column("Redemptions", "total_redemptions"),
  column("Redemption value", "total_redemption_value"),
  column("Active clients who redeemed", "active_redemptions_ratio", formatPercent),
  column("Points per client", "average_points_per_client", formatDecimal),
  column("Bronze clients", "bronze_count"),
  column("Silver clients", "silver_count"),
  column("Gold clients", "gold_count"),
  column("Platinum clients", "platinum_count"),
  column("Most popular item", "most_popular_item_name", formatText),
];

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

/** Each figure of a record, the same of the record before, and the change. */
function compare(record, before) {
  return RECORD_COLUMNS.map(({ label, key, format }) => ({
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

/**
 * The section of stored snapshots, with a choice of kind and period.
 * @param {object[]} records the newest first
 */
function snapshotSection(records) {
  const kinds = Object.keys(KINDS).filter((kind) => records.some((each) => kindOf(each) === kind));
  const controls = element("div", { class: "controls" });
  const cards = element("div", { class: "cards" });
  const section = titledSection("Period by period", "", controls, cards);
  if (kinds.length === 0) {
    cards.append(element("p", { class: "empty" }, "No whole month or week has passed yet."));
    return section;
  }
  const showKind = (kind) => {
    const ofKind = records.filter((record) => kindOf(record) === kind);
    const showRecord = (id) => {
      const record = ofKind.find((each) => String(each.id) === id);
      cards.replaceChildren(comparisonCard(record, records), historyCard(kind, ofKind));
      drawCharts();
    };
    const options = ofKind.map((each) => ({ value: String(each.id), label: periodName(each) }));
    controls.querySelector(".chooser")?.remove();
    controls.append(chooser("snapshot", "Snapshot", options, options[0].value, showRecord));
    showRecord(options[0].value);
  };
  const options = kinds.map((kind) => ({ value: kind, label: KINDS[kind] }));
  controls.append(segments("kind", "Kind of period", options, kinds[0], showKind));
  showKind(kinds[0]);
  return section;
}

function comparisonCard(record, records) {
  const before = recordBefore(record, records);
  const content = {
    caption: before
      ? `Compared with ${periodName(before)}`
      : "Nothing is stored of the period before",
    empty: false,
    columns: COMPARED_COLUMNS,
    rows: compare(record, before),
    pictures: {},
  };
  return card(periodName(record), content, "table");
}

/** All snapshots of a kind: the latest ones as a chart, every one as a table. */
function historyCard(kind, records) {
  const latest = records.slice(0, MOST_BARS);
  const bars = latest.map((record) => ({ ...record, date: record.date_from })).reverse();
  const series = [
    { key: "total_points_issued", label: "Issued" },
    { key: "total_points_redeemed", label: "Redeemed" },
  ];
  const names = new Map(bars.map((record) => [dayNumber(record.date), periodName(record)]));
  const content = {
    caption: kind === "range" ? "As asked for" : `The latest ${latest.length} of ${records.length}`,
    empty: false,
    columns: [column("Period", "name", formatText), ...RECORD_COLUMNS],
    rows: records.map((record) => ({ ...record, name: periodName(record) })),
    pictures: {
      bar: () => trendChart("bar", bars, series, { title: (day) => names.get(day) }),
    },
  };
  return card(`Points by ${kind}`, content, kind === "range" ? "table" : "bar");
}
