"use strict";

// What stands around the widgets: the period's figures, its patterns, and facts about the data.

const HEAT_LEVELS = 5;
const DAY_HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** A part of the page with a heading. */
function titledSection(title, caption, ...children) {
  return element(
    "section",
    { class: "part" },
    element(
      "header",
      {},
      element("h2", {}, title),
      ...(caption ? [element("p", { class: "caption" }, caption)] : []),
    ),
    ...children,
  );
}

/** The headline figures of the period. */
function glanceSection({ payloads, manifest, days }) {
  const figures = payloads.overview;
  const tiles = [
    ["Points outstanding", formatNumber(figures.total_points_balance), "as of the last day"],
    ["Points issued", formatNumber(figures.total_points_issued), "in the period"],
    ["Points redeemed", formatNumber(figures.total_points_redeemed), "in the period"],
    ["Active clients", formatNumber(figures.total_active_clients), "with a balance above 0"],
    ["Redemptions", formatNumber(figures.total_redemptions), "in the period"],
    ["Points per redemption", formatDecimal(figures.average_redemption_value), "on average"],
    ["Points per active client", formatDecimal(figures.average_points_per_client), "on average"],
    [
      "Client lifetime value",
      formatDecimal(figures.client_lifetime_value),
      "points ever issued, each",
    ],
  ];
  const list = tiles.map(([label, value, note]) =>
    element(
      "div",
      {},
      element("dt", {}, label),
      element("dd", {}, value),
      element("dd", { class: "note" }, note),
    ),
  );
  return titledSection(
    "At a glance",
    formatWindow(manifest.as_of, days),
    element("dl", { class: "tiles" }, ...list),
  );
}

/** The widgets as configured. */
function widgetSection({ widgets }) {
  const cards = element("div", { class: "cards" }, ...widgets.map(widgetCard));
  if (widgets.length === 0) {
    cards.append(element("p", { class: "empty" }, "This website shows no widgets."));
  }
  return titledSection("Widgets", "Each over its own range of dates", cards);
}

/** Trends and patterns of the period. */
function periodSection({ payloads, manifest, days }) {
  const asOf = manifest.as_of;
  const cards = [
    card("Points outstanding", showOutstanding(payloads.points_trend, asOf), "line"),
    card("Points issued and redeemed", showFlow(payloads.points_trend, asOf), "bar"),
    card("Redemptions", showRedemptions(payloads.redemption_trend, { asOf }), "bar"),
    card(
      "Redemptions by category",
      showCategories(payloads.redemption_categories, asOf, days),
      "bar",
    ),
    card("Engagement", showEngagementTrend(payloads.engagement_trend, asOf), "line"),
    card("When clients redeem", showPatterns(payloads.redemption_patterns, asOf, days), "heat"),
  ];
  return titledSection(
    "Trends and patterns",
    formatWindow(asOf, days),
    element("div", { class: "cards" }, ...cards),
  );
}

function showOutstanding(rows, asOf) {
  return {
    caption: "At the end of each day",
    empty:
      rows.every(({ balance }) => balance === 0) &&
      `No points outstanding ${formatThese(rows.length)}.`,
    columns: [column("Date", "date", formatDate), column("Points outstanding", "balance")],
    rows,
    pictures: {
      line: () => trendChart("line", rows, [{ key: "balance", label: "Points outstanding" }]),
    },
  };
}

function showFlow(rows, asOf) {
  const series = [
    { key: "issued", label: "Issued" },
    { key: "redeemed", label: "Redeemed" },
  ];
  const isEmpty = rows.every(({ issued, redeemed }) => issued === 0 && redeemed === 0);
  return {
    caption: formatWindow(asOf, rows.length),
    empty: isEmpty && `No points issued or redeemed ${formatThese(rows.length)}.`,
    columns: [
      column("Date", "date", formatDate),
      column("Points issued", "issued"),
      column("Points redeemed", "redeemed"),
    ],
    rows,
    pictures: { bar: () => trendChart("bar", rows, series) },
  };
}

function showEngagementTrend(rows, asOf) {
  const series = [{ key: "engagement_rate", label: "Engagement rate" }];
  return {
    caption: "Clients with transactions on a day, of all clients",
    empty:
      rows.every(({ clients_with_transactions: clients }) => clients === 0) &&
      `No client had a transaction ${formatThese(rows.length)}.`,
    columns: [
      column("Date", "date", formatDate),
      column("Clients", "total_clients"),
      column("Active", "active_clients"),
      column("With transactions", "clients_with_transactions"),
      column("Who redeemed", "clients_with_redemptions"),
      column("Engagement rate", "engagement_rate", formatPercent),
    ],
    rows,
    pictures: { line: () => trendChart("line", rows, series, { format: formatPercent }) },
  };
}

function showCategories(rows, asOf, days) {
  const parts = rows.map(({ category: label, redemptions, percentage: share }) => ({
    label,
    value: redemptions,
    note: `${count(redemptions, "redemption")}, ${formatPercent(share)}`,
  }));
  return {
    caption: formatWindow(asOf, days),
    empty: rows.length === 0 && `No redemptions ${formatThese(days)}.`,
    columns: [
      column("Category", "category", formatText),
      column("Redemptions", "redemptions"),
      column("Points", "points"),
      column("Share", "percentage", formatPercent),
    ],
    rows,
    pictures: { bar: () => rankChart("redemptions by category", parts) },
  };
}

function showPatterns(rows, asOf, days) {
  return {
    caption: `${formatWindow(asOf, days)}, local time`,
    empty:
      rows.every(({ redemptions }) => redemptions === 0) && `No redemptions ${formatThese(days)}.`,
    columns: [
      column("Weekday", "weekday", formatWeekday),
      column("Hour", "hour", formatHour),
      column("Redemptions", "redemptions"),
    ],
    rows,
    pictures: { heat: () => heatMap(rows) },
  };
}

/** Redemptions by weekday and hour: a table whose cells are shaded by their numbers. */
function heatMap(rows) {
  const numbers = new Map(rows.map((row) => [row.weekday * 24 + row.hour, row.redemptions]));
  const highest = Math.max(...numbers.values());
  const heads = DAY_HOURS.map((hour) => element("th", { scope: "col" }, formatHour(hour)));
  const lines = WEEKDAYS.map((weekday) => {
    const name = element(
      "th",
      { scope: "row" },
      element("abbr", { title: formatWeekday(weekday) }, formatWeekday(weekday, shortWeekday)),
    );
    const cells = DAY_HOURS.map((hour) => {
      const number = numbers.get(weekday * 24 + hour);
      const level = Math.ceil((number / highest) * HEAT_LEVELS);
      const title = `${formatWeekday(weekday)}, ${formatHour(hour)}: ${count(number, "redemption")}`;
      return element("td", { "data-level": level, title }, formatNumber(number));
    });
    return element("tr", {}, name, ...cells);
  });
  return element(
    "table",
    { class: "heat" },
    element("caption", { class: "unseen" }, "Redemptions by weekday and hour"),
    element("thead", {}, element("tr", {}, element("td"), ...heads)),
    element("tbody", {}, ...lines),
  );
}

/** How old the data is, and what a person should know of its quality. */
function dataSection({ manifest, website }) {
  const { quarantined, drift, warnings, settings } = manifest;
  const totals = manifest.totals[website.id];
  const reasons = Object.entries(quarantined).flatMap(([entity, counts]) =>
    Object.entries(counts).map(([reason, rows]) => ({ entity, reason, rows })),
  );
  const rows = reasons.reduce((sum, reason) => sum + reason.rows, 0);
  const age = manifest.as_of === null ? "none" : formatAge(manifest.as_of);
  const facts = [
    {
      label: "Counted up to",
      value: manifest.as_of === null ? "no events yet" : formatDate(manifest.as_of),
    },
    { label: "Age", value: age },
    { label: "Time zone", value: website.timezone },
    {
      label: "Tiers go by",
      value: settings.tier_basis === "lifetime" ? "points ever issued" : "balance",
    },
    { label: "Transactions of this website", value: formatNumber(totals.transactions) },
    { label: "Redemption requests of this website", value: formatNumber(totals.requests) },
    { label: "Rows in quarantine", value: formatNumber(rows) },
    {
      label: "Cached balances that drifted",
      value: `${formatNumber(drift.clients_drifted)} of ${formatNumber(drift.clients_checked)}`,
    },
    { label: "Points they drifted by", value: formatNumber(drift.points_drifted) },
  ];
  const summary = [
    manifest.as_of === null ? "No events yet" : `Last day counted: ${age}`,
    `${count(rows, "row")} in quarantine`,
    `${count(drift.clients_drifted, "balance")} drifted`,
    count(warnings.length, "warning"),
  ].join(" · ");
  const columns = [
    column("Entity", "entity", formatText),
    column("Reason", "reason", formatText),
    column("Rows", "rows"),
  ];
  return titledSection(
    "About the data",
    "",
    element(
      "details",
      { class: "card" },
      element("summary", {}, summary),
      factList(facts),
      ...(rows
        ? [element("h3", {}, "Quarantine, of all websites"), table("Quarantine", columns, reasons)]
        : []),
      ...(warnings.length
        ? [
            element("h3", {}, "Warnings"),
            element("ul", {}, ...warnings.map((text) => element("li", {}, named(text)))),
          ]
        : []),
    ),
  );
}
