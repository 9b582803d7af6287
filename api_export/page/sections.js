"use strict";

// What stands around the widgets: the period's figures and its patterns.

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

/** The headline figures of the period; what points went to isn't known of all websites together. */
function glanceSection({ payloads, manifest, days }) {
  const figures = payloads.overview();
  const uses = has(payloads, "conversion")
    ? attempt(
        () => usesOfPoints(figures, payloads.conversion()),
        (failure) => [failure.textContent],
      )
    : ["in the period"];
  const tiles = [
    ["Points outstanding", formatNumber(figures.total_points_balance), "as of the last day"],
    ["Points issued", formatNumber(figures.total_points_issued), "in the period"],
    ["Points redeemed, in all", formatNumber(figures.total_points_redeemed), ...uses],
    ["Active clients", formatNumber(figures.total_active_clients), "with a balance above 0"],
    ["Redemptions", formatNumber(figures.total_redemptions), "of items, in the period"],
    [
      "Points per redemption",
      formatDecimal(figures.average_redemption_value),
      "spent on items, on average",
    ],
    ["Points per active client", formatDecimal(figures.average_points_per_client), "on average"],
    [
      "Client lifetime value, in points",
      formatDecimal(figures.client_lifetime_value),
      "ever issued to each client who got any, on average",
    ],
  ];
  const list = tiles.map(([label, value, ...notes]) =>
    element(
      "div",
      {},
      element("dt", {}, label),
      element("dd", {}, value),
      ...notes.map((note) => element("dd", { class: "note" }, note)),
    ),
  );
  return titledSection(
    "At a glance",
    formatWindow(manifest.as_of, days),
    element("dl", { class: "tiles" }, ...list),
  );
}

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

/** The widgets as configured. */
function widgetSection({ widgets: readWidgetList }) {
  const widgets = readWidgetList();
  const cards = element("div", { class: "cards" }, ...widgets.map(widgetCard));
  if (widgets.length === 0) {
    cards.append(element("p", { class: "empty" }, "This website shows no widgets."));
  }
  return titledSection("Widgets", "Each over its own range of dates", cards);
}

/**
 * The cards of the period: the title, the endpoint whose payload it shows, how, and its picture.
 * @type {[string, string, (data: any, context: object) => Content, string][]}
 */
const PERIOD_CARDS = [
  ["Points outstanding", "points_trend", showOutstanding, "line"],
  ["Points issued and redeemed", "points_trend", showFlow, "bar"],
  ["Redemptions", "redemption_trend", showRedemptions, "bar"],
  ["Redemptions by category", "redemption_categories", showCategories, "bar"],
  ["Engagement", "engagement_trend", showEngagementTrend, "line"],
  ["Engagement", "engagement_stats", showEngagement, "metric"],
  ["When clients redeem", "redemption_patterns", showPatterns, "heat"],
];

/** A card for each of a list whose payload there is. */
function payloadCards(cards, payloads, context) {
  return cards
    .filter(([, endpoint]) => has(payloads, endpoint))
    .map(([title, endpoint, show, picture]) =>
      card(title, () => contentOf(endpoint, payloads[endpoint](), show, context), picture),
    );
}

/** Trends and patterns of the period: a card for each payload that there is. */
function periodSection({ website, payloads, manifest, days }) {
  const context = { website, asOf: manifest.as_of, days };
  const cards = payloadCards(PERIOD_CARDS, payloads, context);
  return titledSection(
    website === ALL_WEBSITES ? "Trends" : "Trends and patterns",
    formatWindow(context.asOf, days),
    element("div", { class: "cards" }, ...cards),
  );
}

/** Where what doesn't add up over websites is found. */
function ownSection() {
  return titledSection(
    "Of each website",
    "",
    element(
      "p",
      { class: "notice" },
      "The figures above are added up, each website's by its own calendar. Widgets, clients," +
        " tiers, items, categories, forecasts, campaigns and snapshots belong to one website:" +
        " choose it above.",
    ),
  );
}

function showOutstanding(rows) {
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

function showFlow(rows, { asOf }) {
  const series = [
    { key: "issued", label: "Issued" },
    { key: "redeemed", label: "Redeemed, in all" },
  ];
  const isEmpty = rows.every(({ issued, redeemed }) => issued === 0 && redeemed === 0);
  return {
    caption: formatWindow(asOf, rows.length),
    empty: isEmpty && `No points issued or redeemed ${formatThese(rows.length)}.`,
    columns: [
      column("Date", "date", formatDate),
      column("Points issued", "issued"),
      column("Points redeemed, in all", "redeemed"),
    ],
    rows,
    pictures: { bar: () => trendChart("bar", rows, series) },
  };
}

function showEngagementTrend(rows) {
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

function showCategories(rows, { asOf, days }) {
  const parts = rows.map(({ category: label, redemptions, percentage: share }) => ({
    label: wording(label),
    value: redemptions,
    note: `${count(redemptions, "redemption")}, ${formatPercent(share)}`,
  }));
  return {
    caption: formatWindow(asOf, days),
    empty: rows.length === 0 && `No redemptions ${formatThese(days)}.`,
    columns: [
      column("Category", "category", formatText),
      column("Redemptions", "redemptions"),
      column("Points spent", "points"),
      column("Share of redemptions", "percentage", formatPercent),
    ],
    rows,
    pictures: { bar: () => rankChart("redemptions by category", parts) },
  };
}

function showPatterns(rows, { asOf, days }) {
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
