"use strict";

// The seven types of widget: what each one shows of its payload, as its config asks.

/**
 * A type of widget: the endpoint whose payload its data is, the chart it has unless its config
 * names another one that it can be, and what it shows.
 * @type {Record<string, {name: string, endpoint: string, usual: string,
 *   show: (data: any, context: object) => Content}>}
 */
const WIDGET_TYPES = {
  points_issued: {
    name: "Points Issued Over Time",
    endpoint: "points_trend",
    usual: "line",
    show: showIssued,
  },
  redemptions_trend: {
    name: "Redemptions Trend",
    endpoint: "redemption_trend",
    usual: "bar",
    show: showRedemptions,
  },
  tier_distribution: {
    name: "Loyalty Tier Distribution",
    endpoint: "tier_distribution",
    usual: "bar",
    show: showTiers,
  },
  top_redemptions: {
    name: "Top Redemption Items",
    endpoint: "top_redemptions",
    usual: "table",
    show: showTopItems,
  },
  engagement_rate: {
    name: "Client Engagement Rate",
    endpoint: "engagement_stats",
    usual: "metric",
    show: showEngagement,
  },
  points_balance: {
    name: "Points Balance",
    endpoint: "points_balance",
    usual: "metric",
    show: showBalance,
  },
  conversion_rate: {
    name: "Points to Wallet Conversion",
    endpoint: "conversion",
    usual: "metric",
    show: showConversion,
  },
};

/** @param {{widget: object, placed: () => {as_of: string | null, data: any}}} configured */
function widgetCard({ widget, placed }) {
  const type = has(WIDGET_TYPES, widget.widget_type) ? WIDGET_TYPES[widget.widget_type] : null;
  const config = widget.config ?? {};
  const title = typeof widget.title === "string" ? widget.title.trim() : "";
  const makeContent = () => {
    if (type === null) throw new Unreadable("This page doesn't know widgets of this type.");
    const file = placed();
    const website = { id: String(widget.website), name: wording(widget.website_name) };
    const context = { website, asOf: file.as_of, days: configuredDays(config, file.as_of) };
    return {
      ...contentOf(type.endpoint, file.data, type.show, context),
      saved: (exact) => [exact(file).data].flat(),
    };
  };
  return card(title || type?.name || "Widget", makeContent, type?.usual, config.chart);
}

/**
 * How many days the export counted for a config, up to the data's as_of: those of its range, of
 * which one that ends later, or is none, leaves the window that ends on the export's as_of.
 */
function configuredDays({ days, date_from: from, date_to: to }, asOf) {
  const usual = Number.isInteger(days) && days >= 1 && days <= MAX_DAYS ? days : DEFAULT_DAYS;
  const [first, last] = [configuredDay(from), configuredDay(to)];
  if (asOf === null || (first ?? last) === null) return usual;
  const end = dayNumber(asOf);
  const length = end + 1 - (first ?? Math.max(end + 1 - usual, 0));
  const isRange = (last ?? end) === end && length >= 1 && length <= MAX_DAYS;
  return isRange ? length : usual;
}

/** The day of a config's date as `dayNumber` gives it; null where the export reads none. */
function configuredDay(value) {
  if (!isDate(value) || value < FIRST_DATE || value > LAST_DATE) return null;
  const day = dayNumber(value);
  return dateOfDay(day).toISOString().startsWith(`${value}T`) ? day : null;
}

function showIssued(rows, context) {
  const series = [{ key: "issued", label: "Points issued" }];
  return {
    caption: formatWindow(context.asOf, rows.length),
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
    caption: formatWindow(context.asOf, rows.length),
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
    mark: `${formatNumber(value)} · ${formatPercent(share)}`,
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
    {
      label: "Engagement rate, of all clients",
      key: "engagement_rate",
      value: formatPercent(data.engagement_rate),
    },
    {
      label: "Redemption rate, to active clients",
      key: "redemption_rate",
      value: formatPercent(data.redemption_rate),
    },
    { label: "Clients", key: "total_clients", value: formatNumber(total) },
    { label: "Active clients", key: "active_clients", value: formatNumber(data.active_clients) },
    {
      label: "Clients with transactions",
      key: "clients_with_transactions",
      value: formatNumber(engaged),
    },
    {
      label: "Clients who redeemed",
      key: "clients_with_redemptions",
      value: formatNumber(data.clients_with_redemptions),
    },
  ];
  const parts = [
    { label: "With transactions", value: engaged, note: count(engaged, "client") },
    { label: "Without", value: total - engaged, note: count(total - engaged, "client") },
  ];
  const lengths = [
    { label: "Clients", value: total, note: count(total, "client") },
    {
      label: "Active",
      key: "active_clients",
      value: data.active_clients, note: count(data.active_clients, "client"),
    },
    parts[0],
    {
      label: "Redeemed",
      value: data.clients_with_redemptions,
      note: count(data.clients_with_redemptions, "client"),
    },
  ];
  const meaning = `of ${count(total, "client")} had transactions`;
  return {
    caption: formatWindow(context.asOf, context.days),
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
    {
      label: "Points outstanding",
      key: "total_points_balance",
      value: formatNumber(data.total_points_balance),
    },
    { label: "Active clients", key: "active_clients", value: formatNumber(data.active_clients) },
    {
      label: "Points per active client",
      key: "average_points_per_client",
      value: formatDecimal(data.average_points_per_client),
    },
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
    {
      label: "Conversion rate",
      key: "conversion_rate",
      value: formatPercent(data.conversion_rate),
    },
    {
      label: "Points converted",
      key: "points_converted",
      value: formatNumber(data.points_converted),
    },
    {
      label: "Wallet credit",
      key: "amount_converted",
      value: formatDecimal(data.amount_converted),
    },
    { label: "Conversions", key: "conversions", value: formatNumber(data.conversions) },
    { label: "Clients", key: "clients", value: formatNumber(data.clients) },
    {
      label: "Credit per point",
      key: "amount_per_point",
      value: formatFine(data.amount_per_point),
    },
  ];
  return {
    caption: formatWindow(context.asOf, data.days),
    empty: data.conversions === 0 && `No points converted ${formatThese(data.days)}.`,
    columns: FIGURE_COLUMNS,
    rows,
    pictures: {
      metric: () => metric(rows[0].value, "of the points issued in these days", rows.slice(1, 5)),
    },
  };
}
