"use strict";

// The seven types of widget: what each one shows of its payload, as its config asks.

/**
 * A type of widget: the chart it has unless its config names another one that it can be, and what
 * it shows of its data.
 * @type {Record<string, {name: string, usual: string, show: (data: any, context: object) => Content}>}
 */
const WIDGET_TYPES = {
  points_issued: { name: "Points Issued Over Time", usual: "line", show: showIssued },
  redemptions_trend: { name: "Redemptions Trend", usual: "bar", show: showRedemptions },
  tier_distribution: { name: "Loyalty Tier Distribution", usual: "doughnut", show: showTiers },
  top_redemptions: { name: "Top Redemption Items", usual: "table", show: showTopItems },
  engagement_rate: { name: "Client Engagement Rate", usual: "metric", show: showEngagement },
  points_balance: { name: "Points Balance", usual: "metric", show: showBalance },
  conversion_rate: { name: "Points to Wallet Conversion", usual: "metric", show: showConversion },
};

/** @param {{widget: object, placed: () => {as_of: string | null, data: any}}} configured */
function widgetCard({ widget, placed }) {
  const type = has(WIDGET_TYPES, widget.widget_type) ? WIDGET_TYPES[widget.widget_type] : null;
  const config = widget.config ?? {};
  const title = typeof widget.title === "string" ? widget.title.trim() : "";
  const makeContent = () => {
    if (type === null) throw new Unreadable("This page doesn't know widgets of this type.");
    const { as_of: asOf, data } = placed();
    return type.show(data, { asOf, ...configuredDates(config, asOf) });
  };
  return card(title || type?.name || "Widget", makeContent, type?.usual, config.chart);
}

/**
 * How many days the export counted for a config, up to the data's as_of, and whether these are a
 * range: one that ends later, or is none, leaves the window that ends on the export's as_of.
 */
function configuredDates({ days, date_from: from, date_to: to }, asOf) {
  const usual = Number.isInteger(days) && days >= 1 && days <= MAX_DAYS ? days : DEFAULT_DAYS;
  const window = { days: usual, isRange: false };
  const [first, last] = [configuredDay(from), configuredDay(to)];
  if (asOf === null || (first ?? last) === null) return window;
  const end = dayNumber(asOf);
  const length = end + 1 - (first ?? Math.max(end + 1 - usual, 0));
  const isRange = (last ?? end) === end && length >= 1 && length <= MAX_DAYS;
  return isRange ? { days: length, isRange } : window;
}

/** The day of a config's date as `dayNumber` gives it; null where the export reads none. */
function configuredDay(value) {
  if (!isDate(value) || value < "1970" || value >= "2200") return null;
  const day = dayNumber(value);
  return dateOfDay(day).toISOString().startsWith(`${value}T`) ? day : null;
}

/** What a widget counts: "Last 7 days, …" of a window, "7 days, …" of a range. */
function formatCounted({ asOf, isRange }, days) {
  if (!isRange) return formatWindow(asOf, days);
  const last = dayNumber(asOf);
  return `${count(days, "day")}, ${formatRange(last - days + 1, last)}`;
}

function showIssued(rows, context) {
  const series = [{ key: "issued", label: "Points issued" }];
  return {
    caption: formatCounted(context, rows.length),
    empty:
      rows.every(({ issued }) => issued === 0) && `No points issued ${formatThese(rows.length)}.`,
    columns: [
      column("Date", "date", formatDate),
      column("Points issued", "issued"),
      column("Points redeemed, in all", "redeemed"),
      column("Points outstanding", "balance"),
    ],
    rows,
    pictures: {
      line: () => trendChart("line", rows, series),
      bar: () => trendChart("bar", rows, series),
    },
  };
}

function showRedemptions(rows, context) {
  const series = [{ key: "redemptions", label: "Redemptions" }];
  return {
    caption: formatCounted(context, rows.length),
    empty:
      rows.every(({ redemptions }) => redemptions === 0) &&
      `No redemptions ${formatThese(rows.length)}.`,
    columns: [
      column("Date", "date", formatDate),
      column("Redemptions", "redemptions"),
      column("Points spent", "points"),
      column("Clients", "clients"),
    ],
    rows,
    pictures: {
      bar: () => trendChart("bar", rows, series),
      line: () => trendChart("line", rows, series),
    },
  };
}

function showTiers(rows, { asOf }) {
  const parts = rows.map(({ tier_name: label, count: value, percentage: share }) => ({
    label: wording(label),
    value,
    note: `${formatNumber(value)} · ${formatPercent(share)}`,
  }));
  const noClients =
    rows.every(({ count: clients }) => clients === 0) && "No active clients in a tier.";
  return {
    caption: `Active clients. ${formatAsOf(asOf)}`,
    empty: rows.length === 0 ? "No tiers are defined." : noClients,
    columns: [
      column("Tier", "tier_name", formatText),
      column("From points", "threshold"),
      column("Clients", "count"),
      column("Share of these clients", "percentage", formatPercent),
    ],
    rows,
    pictures: {
      doughnut: () => shareChart("doughnut", parts),
      pie: () => shareChart("pie", parts),
      bar: () => rankChart("clients by tier", parts),
    },
  };
}

function showTopItems(rows, { asOf }) {
  const parts = rows.map(({ name: label, redemption_count: value }) => ({
    label: wording(label),
    value,
    note: count(value, "redemption"),
  }));
  return {
    caption: `Redemptions of all time. ${formatAsOf(asOf)}`,
    empty: rows.length === 0 && "Nothing has been redeemed yet.",
    columns: [
      column("Item", "name", formatText),
      column("Category", "category", formatText),
      column("Price in points", "points_required"),
      column("Redemptions", "redemption_count"),
    ],
    rows,
    pictures: {
      bar: () => rankChart("redemptions by item", parts),
      pie: () => shareChart("pie", parts),
      doughnut: () => shareChart("doughnut", parts),
    },
  };
}

function showEngagement(data, context) {
  const { total_clients: total, clients_with_transactions: engaged } = data;
  const rows = [
    { label: "Engagement rate, of all clients", value: formatPercent(data.engagement_rate) },
    { label: "Redemption rate, to active clients", value: formatPercent(data.redemption_rate) },
    { label: "Clients", value: formatNumber(total) },
    { label: "Active clients", value: formatNumber(data.active_clients) },
    { label: "Clients with transactions", value: formatNumber(engaged) },
    { label: "Clients who redeemed", value: formatNumber(data.clients_with_redemptions) },
  ];
  const parts = [
    { label: "With transactions", value: engaged, note: count(engaged, "client") },
    { label: "Without", value: total - engaged, note: count(total - engaged, "client") },
  ];
  const lengths = [
    { label: "Clients", value: total, note: count(total, "client") },
    { label: "Active", value: data.active_clients, note: count(data.active_clients, "client") },
    parts[0],
    {
      label: "Redeemed",
      value: data.clients_with_redemptions,
      note: count(data.clients_with_redemptions, "client"),
    },
  ];
  const meaning = `of ${count(total, "client")} had transactions`;
  return {
    caption: formatCounted(context, context.days),
    empty: total === 0 && "No clients yet.",
    columns: FIGURE_COLUMNS,
    rows,
    pictures: {
      metric: () => metric(rows[0].value, meaning, [rows[1], rows[3], rows[5]]),
      bar: () => rankChart("clients", lengths),
      doughnut: () => shareChart("doughnut", parts),
      pie: () => shareChart("pie", parts),
    },
  };
}

function showBalance(data, { asOf }) {
  const rows = [
    { label: "Points outstanding", value: formatNumber(data.total_points_balance) },
    { label: "Active clients", value: formatNumber(data.active_clients) },
    { label: "Points per active client", value: formatDecimal(data.average_points_per_client) },
  ];
  return {
    caption: formatAsOf(asOf),
    empty: asOf === null && "No points yet.",
    columns: FIGURE_COLUMNS,
    rows,
    pictures: { metric: () => metric(rows[0].value, "points outstanding", rows.slice(1)) },
  };
}

function showConversion(data, context) {
  const rows = [
    { label: "Conversion rate", value: formatPercent(data.conversion_rate) },
    { label: "Points converted", value: formatNumber(data.points_converted) },
    { label: "Wallet credit", value: formatDecimal(data.amount_converted) },
    { label: "Conversions", value: formatNumber(data.conversions) },
    { label: "Clients", value: formatNumber(data.clients) },
    { label: "Credit per point", value: formatFine(data.amount_per_point) },
  ];
  return {
    caption: formatCounted(context, data.days),
    empty: data.conversions === 0 && `No points converted ${formatThese(data.days)}.`,
    columns: FIGURE_COLUMNS,
    rows,
    pictures: {
      metric: () => metric(rows[0].value, "of the points issued in these days", rows.slice(1, 5)),
    },
  };
}
