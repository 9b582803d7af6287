"use strict";

// What clients redeem by category, and when.

const DAY_HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

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
