"use strict";

// The trends of a period: how many points there are, how they come and go, and who takes part.

function showOutstanding(rows, { asOf }) {
  return {
    caption: `At the end of each day. ${formatWindow(asOf, rows.length)}`,
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

function showEngagementTrend(rows, { asOf }) {
  const series = [{ key: "engagement_rate", label: "Engagement rate" }];
  return {
    caption:
      "Clients with transactions on a day, of all clients." +
      ` ${formatWindow(asOf, rows.length)}`,
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

/** The headline figures of the period; what points went to isn't known of all websites together. */
function glance(payloads) {
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
  return element("dl", { class: "tiles" }, ...list);
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
