"use strict";

// What clients redeem: how items do, who can afford them, and how requests are answered.

/** @type {[string, string, (data: any, context: object) => Content, string][]} */
const REWARD_CARDS = [
  ["Redemptions of items", "item_performance", showItems, "bar"],
  ["Who can afford an item", "item_performance", showAffordable, "bar"],
  ["Top items of all time", "top_redemptions", showTopItems, "bar"],
  ["Redemptions by category", "redemption_categories", showCategories, "bar"],
  ["Requests by status", "request_funnel", showStatuses, "bar"],
  ["How requests are answered", "request_funnel", showAnswers, "metric"],
  ["Never redeemed", "item_performance", showNeverRedeemed, "table"],
  ["When clients redeem", "redemption_patterns", showPatterns, "heat"],
];

/** The cards of the part; of all time there is one where that is more than the last 365 days. */
function rewardCards(payloads, context) {
  const isRepeated = attempt(
    () => isOfLastYear(payloads.top_redemptions(), payloads.item_performance()),
    () => false,
  );
  const cards = REWARD_CARDS.filter(([, endpoint]) => !isRepeated || endpoint !== "top_redemptions");
  return payloadCards(cards, payloads, context);
}

/** Whether the items redeemed most of all time were never redeemed before the last 365 days. */
function isOfLastYear(ofAllTime, items) {
  const lately = new Map(items.map(({ id, redemptions_365: number }) => [id, number]));
  return ofAllTime.every(({ id, redemption_count: number }) => lately.get(id) === number);
}

const NO_ITEMS = "No items are defined.";
const formatOffer = orWords((isActive) => (isActive ? "yes" : "no"), "not known");

const ITEM_COLUMNS = [
  textColumn("Item", "name"),
  textColumn("Category", "category"),
  column("Price in points", "points_required"),
];
const OFFER_COLUMN = textColumn("On offer", "is_active", formatOffer);
const AFFORDING_COLUMNS = [
  column("Clients who can afford it", "clients_who_can_afford"),
  column("Share of active clients", "affordable_rate", formatPercent),
];

function showItems(rows) {
  const redeemed = rows.filter(({ redemptions_365: redemptions }) => redemptions > 0);
  const parts = redeemed
    .slice(0, MOST_BARS_OF_NAMES)
    .map(({ name: label, redemptions_365: value }) => ({
      label: wording(label),
      value,
      note: count(value, "redemption"),
    }));
  return {
    caption: `Last 365 days. ${topOf(parts, rows, "item")}`,
    empty: rows.length === 0 ? NO_ITEMS : parts.length === 0 && "No redemptions in 365 days.",
    columns: [
      ...ITEM_COLUMNS,
      OFFER_COLUMN,
      column("30 days", "redemptions_30"),
      column("90 days", "redemptions_90"),
      column("365 days", "redemptions_365"),
      column("Clients, 365 days", "clients_365"),
      column("Last redeemed", "last_redeemed", orWords(formatDate, "never")),
    ],
    rows,
    pictures: { bar: () => rankChart("redemptions by item", parts) },
  };
}

function showAffordable(rows, { asOf }) {
  const byPrice = new Map(rows.map((row) => [row.points_required, row]));
  const prices = [...byPrice.keys()].sort((one, other) => one - other);
  const shown = spread(prices, MOST_BARS_OF_NAMES);
  const parts = shown.map((price) => {
    const { clients_who_can_afford: clients, affordable_rate: rate } = byPrice.get(price);
    return {
      label: count(price, "point"),
      value: clients,
      note: `${count(clients, "client")}, ${formatPercent(rate)}`,
    };
  });
  const choice =
    shown.length === prices.length
      ? count(prices.length, "price")
      : `${formatNumber(shown.length)} of ${count(prices.length, "price")}, the lowest and the` +
        " highest among them; the table has every item";
  const beyond = rows.filter(({ clients_who_can_afford: clients }) => clients === 0);
  const reach = beyond.length
    ? `${count(beyond.length, "item")} beyond every balance`
    : "No item is beyond every balance";
  return {
    caption:
      `Active clients whose balance is the price or more. ${formatAsOf(asOf)}. ${reach}.` +
      ` ${choice}`,
    empty: rows.length === 0 && NO_ITEMS,
    columns: [...ITEM_COLUMNS, ...AFFORDING_COLUMNS],
    rows,
    pictures: { bar: () => rankChart("clients who can afford a price", parts) },
  };
}

/** At most so many of a sorted list, evenly spread over it, its first and its last among them. */
function spread(list, most) {
  if (list.length <= most) return list;
  const step = (list.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, at) => list[Math.round(at * step)]);
}

function showNeverRedeemed(items) {
  const rows = items.filter(({ last_redeemed: date }) => date === null);
  return {
    caption: `${formatNumber(rows.length)} of ${count(items.length, "item")}`,
    empty: items.length === 0 ? NO_ITEMS : rows.length === 0 && "Every item has been redeemed.",
    columns: [...ITEM_COLUMNS, OFFER_COLUMN, AFFORDING_COLUMNS[0]],
    rows,
    pictures: {},
    shape: "row",
    saved: (exact) => exact(items).filter(({ last_redeemed: date }) => date === null),
  };
}

/** The statuses of a request, by the keys of their counts. */
const STATUSES = {
  pending: "Pending",
  approved: "Approved",
  fulfilled: "Fulfilled",
  rejected: "Rejected",
  cancelled: "Cancelled",
};

function showStatuses(data, { asOf }) {
  const rows = Object.entries(STATUSES).map(([key, label]) => ({
    label,
    key,
    value: figure(data[key]),
    note: count(data[key], "request"),
  }));
  return {
    caption: `${formatWindow(asOf, data.days)}, as they are now`,
    empty: noRequests(data),
    columns: [textColumn("Status", "label"), column("Requests", "value")],
    rows: [...rows, { label: "All", key: "requests", value: data.requests }],
    pictures: { bar: () => rankChart("requests by status", rows) },
  };
}

function showAnswers(data, { asOf }) {
  const hours = (value) => (value === null ? "none yet" : `${formatDecimal(value)} h`);
  const rows = [
    { label: "Rejection rate", key: "rejection_rate", value: formatPercent(data.rejection_rate) },
    {
      label: "Median time to approval",
      key: "median_hours_to_approval",
      value: hours(data.median_hours_to_approval),
    },
    {
      label: "Median time to fulfilment",
      key: "median_hours_to_fulfilment",
      value: hours(data.median_hours_to_fulfilment),
    },
    {
      label: "Median time to rejection",
      key: "median_hours_to_rejection",
      value: hours(data.median_hours_to_rejection),
    },
  ];
  return {
    caption: formatWindow(asOf, data.days),
    empty: noRequests(data),
    columns: FIGURE_COLUMNS,
    rows,
    pictures: {
      metric: () => metric(rows[0].value, "rejected, of all fulfilled and rejected requests", rows.slice(1)),
    },
  };
}

const noRequests = ({ requests, days }) => requests === 0 && `No requests ${formatThese(days)}.`;
