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
