"use strict";

// Who the clients are: segments, lifecycle, moves between tiers, cohorts, first redemptions.

const MOST_TIERS = 12;

/** The segments by recency and frequency. */
const SEGMENTS = {
  champions: "Champions",
  loyal: "Loyal",
  potential_loyalist: "Potential loyalists",
  new: "New",
  promising: "Promising",
  need_attention: "Need attention",
  about_to_sleep: "About to sleep",
  cant_lose: "Can't lose",
  at_risk: "At risk",
  hibernating: "Hibernating",
};

/** The states of the lifecycle. */
const STATES = {
  new: "New",
  active: "Active",
  at_risk: "At risk",
  lapsed: "Lapsed",
  never_active: "Never active",
};

const formatSegment = wordIn(SEGMENTS);
const formatState = wordIn(STATES);
const formatStateBefore = orWords(formatState, "Joined since");
const formatTier = orWords(wording, "No tier");

/** @type {[string, string, (data: any, context: object) => Content, string][]} */
const CLIENT_CARDS = [
  ["Segments", "segments", showSegments, "bar"],
  ["Lifecycle", "lifecycle", showLifecycle, "bar"],
  ["Moves in the lifecycle", "lifecycle_moves", showLifecycleMoves, "moves"],
  ["Tiers in the last month", "tier_migration", showTiersByMonth, "bar"],
  ["Moves between tiers", "tier_migration", showTierMoves, "moves"],
  ["Cohorts", "cohorts", showCohorts, "heat"],
  ["First redemption", "first_redemption", showFirstRedemption, "metric"],
];

/** The cards of the part. */
const clientCards = (payloads, context) => payloadCards(CLIENT_CARDS, payloads, context);

function showSegments(rows, { asOf }) {
  const parts = rows.map(({ segment, clients, percentage: share }) => ({
    label: formatSegment(segment),
    value: clients,
    note: `${count(clients, "client")}, ${formatPercent(share)}`,
  }));
  return {
    caption: `Clients by how lately and how often they were active. ${formatAsOf(asOf)}`,
    empty: rows.every(({ clients }) => clients === 0) && "No client has been active yet.",
    columns: [
      textColumn("Segment", "segment", formatSegment),
      column("Clients", "clients"),
      column("Share", "percentage", formatPercent),
      column("30 days before", "clients_before"),
      column("Points outstanding", "points_balance"),
      column("Points issued", "points_issued"),
      column("Redemptions in 365 days", "redemptions"),
    ],
    rows,
    pictures: { bar: () => rankChart("clients by segment", parts) },
  };
}

function showLifecycle(rows, { asOf }) {
  const parts = rows.map((row) => ({ ...row, label: formatState(row.state) }));
  const series = [
    { key: "clients", label: "Now" },
    { key: "clients_before", label: "30 days before" },
  ];
  return {
    caption: `Clients by whether they come as often as they used to. ${formatAsOf(asOf)}`,
    empty: rows.every(({ clients }) => clients === 0) && "No clients yet.",
    columns: [
      textColumn("State", "state", formatState),
      column("Clients", "clients"),
      column("Share", "percentage", formatPercent),
      column("30 days before", "clients_before"),
      column("Points outstanding", "points_balance"),
    ],
    rows,
    pictures: { bar: () => rankChart("clients by state", parts, series) },
  };
}

function showLifecycleMoves(rows) {
  const places = [null, ...Object.keys(STATES)].map((key) => ({
    key,
    name: formatStateBefore(key),
  }));
  const moves = rows.map(({ from_state: from, to_state: to, clients }) => ({ from, to, clients }));
  return {
    caption: "From the state 30 days before to the state now",
    empty: rows.length === 0 && "No clients yet.",
    columns: [
      textColumn("30 days before", "from_state", formatStateBefore),
      textColumn("Now", "to_state", formatState),
      column("Clients", "clients"),
    ],
    rows,
    pictures: { moves: () => moveTable("Clients by state before and now", places, moves) },
  };
}

function showTierMoves(rows) {
  const month = rows.at(-1)?.month;
  const latest = rows.filter((row) => row.month === month);
  const names = new Map(
    latest.flatMap((row) => [
      [row.from_tier_id, row.from_tier],
      [row.to_tier_id, row.to_tier],
    ]),
  );
  const moves = latest.map(({ from_tier_id: from, to_tier_id: to, clients }) => ({
    from,
    to,
    clients,
  }));
  const ends = [
    textColumn("Tier before", "from_tier", formatTier),
    textColumn("Tier at its end", "to_tier", formatTier),
    column("Clients", "clients"),
  ];
  const makeGrid = () => {
    const ids = inOrder([...names.keys()], rows);
    const tiers = ids.map((key) => ({ key, name: formatTier(names.get(key)) }));
    return moveTable("Clients by tier", tiers, moves);
  };
  return {
    caption: month
      ? `From the tier before ${formatMonth(month)} to that at its end; the table has earlier months`
      : "By month",
    empty: rows.length === 0 && "No whole month has passed with clients in a tier yet.",
    columns: [column("Month", "month", formatMonth), ...ends],
    rows,
    pictures: {
      moves: () =>
        names.size > MOST_TIERS ? table("Moves between tiers", ends, latest) : makeGrid(),
    },
  };
}

/** Clients by tier at the end of the last whole month, and as it began; earlier ones as a table. */
function showTiersByMonth(moves) {
  const months = [...new Set(moves.map(({ month }) => month))];
  const rows = months.flatMap((month) => tiersOf(month, moves));
  const latest = rows.filter(({ month }) => month === months.at(-1));
  const parts = latest.map((tier) => ({
    ...tier,
    mark: `${formatNumber(tier.clients)} (${change.format(tier.moved)})`,
  }));
  const series = [
    { key: "clients", label: "At its end" },
    { key: "clients_before", label: "As it began" },
  ];
  return {
    caption: months.length
      ? `At the end of ${formatMonth(months.at(-1))}, and as it began. The last 12 whole months` +
        " are in the table"
      : "By month",
    empty: rows.length === 0 && "No whole month has passed with clients in a tier yet.",
    columns: [
      column("Month", "month", formatMonth),
      madeOf(textColumn("Tier", "label"), "to_tier"),
      column("Clients", "clients"),
      madeOf(column("As it began", "clients_before"), "clients"),
      column("Change", "moved", (moved) => change.format(figure(moved))),
    ],
    rows,
    pictures: { bar: () => rankChart("clients by tier", parts, series) },
    saved: null,
  };
}

/** The tiers of a month, each with its clients at the end and at the beginning. */
function tiersOf(month, moves) {
  const ofMonth = moves.filter((move) => move.month === month);
  const ids = [...new Set(ofMonth.flatMap((move) => [move.from_tier_id, move.to_tier_id]))];
  const sum = (found) => found.reduce((clients, move) => clients + figure(move.clients), 0);
  return inOrder(ids, moves)
    .filter((id) => id !== null)
    .map((id) => {
      const before = ofMonth.filter(({ from_tier_id: from }) => from === id);
      const now = ofMonth.filter(({ to_tier_id: to }) => to === id);
      const [clients, clients_before] = [sum(now), sum(before)];
      const label = wording(now[0]?.to_tier ?? before[0].from_tier);
      return { month, label, clients, clients_before, moved: clients - clients_before };
    });
}

/**
 * Tiers' ids in the order in which rows have them, none first: in a month they go by the tier
 * before, and with the same one by that at its end, from the lowest to the highest. What no row
 * compares with another comes late if it was reached alone.
 */
function inOrder(ids, rows) {
  const before = new Map();
  const after = new Map();
  for (const { month, from_tier_id: from, to_tier_id: to } of rows) {
    addUnder(before, month, from);
    addUnder(after, `${month} ${from}`, to);
  }
  const orders = [...before.values(), ...after.values()];
  const known = orders.map((order) => [...order].filter((id) => ids.includes(id)));
  return mergeOrders([ids.filter((id) => id === null), ...known]);
}

function addUnder(sets, key, value) {
  if (!sets.has(key)) sets.set(key, new Set());
  sets.get(key).add(value);
}

/** One order that agrees with each of several; of two that don't agree, with the first. */
function mergeOrders(orders) {
  const merged = new Set();
  for (;;) {
    const rest = orders
      .map((order) => order.filter((key) => !merged.has(key)))
      .filter((order) => order.length > 0);
    if (rest.length === 0) return [...merged];
    const heads = [...new Set(rest.map(([head]) => head))];
    const isNext = (key) => rest.every((order) => order.indexOf(key) <= 0);
    merged.add(heads.find(isNext) ?? heads[0]);
  }
}

function showCohorts(rows) {
  return {
    caption: "Clients by the month of joining, and the percentage of them active in later months",
    empty: rows.length === 0 && "Nobody has joined in a whole month that has passed yet.",
    columns: [
      column("Joined in", "cohort", formatMonth),
      column("Months since", "months_since"),
      column("Clients", "clients"),
      column("Active", "active_clients"),
      column("Who redeemed", "redeeming_clients"),
      column("Retention rate", "retention_rate", formatPercent),
    ],
    rows,
    pictures: { heat: () => retentionMap(rows) },
  };
}

/** Retention by cohort and months since: a table whose cells are shaded by their rates. */
function retentionMap(rows) {
  const cohorts = [...new Set(rows.map(({ cohort }) => cohort))];
  const cells = new Map(rows.map((row) => [`${row.cohort} ${row.months_since}`, row]));
  const rates = rows.map(({ retention_rate: rate }) => figure(rate));
  const highest = Math.max(...rates);
  const ages = [...new Set(rows.map(({ months_since: months }) => figure(months)))].sort(
    (one, other) => one - other,
  );
  const lines = cohorts.map((cohort) => {
    const first = rows.find((row) => row.cohort === cohort);
    const made = ages.map((months) => retentionCell(cells.get(`${cohort} ${months}`), highest));
    const size = element("td", {}, formatNumber(first.clients));
    return element("tr", {}, element("th", { scope: "row" }, formatMonth(cohort)), size, ...made);
  });
  const heads = ["Joined in", "Clients", ...ages.map(formatNumber)].map((text) =>
    element("th", { scope: "col" }, text),
  );
  const caption = "Retention in percent by month of joining and months since";
  return scrolling(
    caption,
    element(
      "table",
      { class: "heat wide" },
      element("caption", { class: "unseen" }, caption),
      element("thead", {}, element("tr", {}, ...heads)),
      element("tbody", {}, ...lines),
    ),
  );
}

function retentionCell(row, highest) {
  if (row === undefined) return element("td");
  const { cohort, months_since: months, retention_rate: rate } = row;
  const level = highest === 0 ? 0 : Math.ceil((rate / highest) * HEAT_LEVELS);
  const title =
    `Joined in ${formatMonth(cohort)}, ${count(months, "month")} since: ${formatPercent(rate)},` +
    ` ${formatNumber(row.active_clients)} of ${count(row.clients, "client")}`;
  return element("td", { "data-level": level, title }, formatNumber(Math.round(rate)));
}

function showFirstRedemption(data, { asOf }) {
  const after = (days) => orWords(formatPercent, "not yet observed")(data[days]);
  const rows = [
    { label: "After 30 days", key: "after_30_days", value: after("after_30_days") },
    { label: "After 90 days", key: "after_90_days", value: after("after_90_days") },
    { label: "After 365 days", key: "after_365_days", value: after("after_365_days") },
    {
      label: "Median, in days",
      key: "median_days",
      value: orWords(formatNumber, "not yet half")(data.median_days),
    },
    { label: "Clients observed", key: "clients", value: formatNumber(data.clients) },
    { label: "Clients who redeemed", key: "redeemed", value: formatNumber(data.redeemed) },
  ];
  const [headline, meaning] =
    data.median_days === null
      ? ["Not yet half", "of the clients are estimated to have redeemed: there is no median"]
      : [count(data.median_days, "day"), "after joining, half of the clients have redeemed"];
  return {
    caption: `Estimated share of clients who redeemed, by time since joining. ${formatAsOf(asOf)}`,
    empty: data.clients === 0 && "Nobody is known to have joined yet.",
    columns: FIGURE_COLUMNS,
    rows,
    pictures: { metric: () => metric(headline, meaning, [...rows.slice(0, 3), ...rows.slice(4)]) },
  };
}
