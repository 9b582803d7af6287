"use strict";

// What a card's figures count, and the rows behind them. Read when a reader first asks.

/**
 * The figures whose rows the server lists, by endpoint and key, and the dates that they are of: the
 * period, all of it up to its last day, or its last day alone.
 * @type {Record<string, {dates: (source: Source) => number[], figures: Record<string, string>}>}
 */
const EXPLAINED = {
  overview: {
    dates: wholePeriod,
    figures: {
      total_active_clients: "active_clients",
      total_points_issued: "issued",
      total_points_redeemed: "redeemed",
      total_points_balance: "outstanding",
      total_redemptions: "redemptions",
      total_redemption_value: "redemption_value",
    },
  },
  points_trend: {
    dates: wholePeriod,
    figures: { issued: "issued", redeemed: "redeemed", balance: "outstanding" },
  },
  redemption_trend: {
    dates: wholePeriod,
    figures: { redemptions: "redemptions", points: "redemption_value" },
  },
  engagement_trend: {
    dates: lastDay,
    figures: {
      active_clients: "active_clients",
      clients_with_transactions: "clients_with_transactions",
      clients_with_redemptions: "clients_with_redemptions",
    },
  },
  engagement_stats: {
    dates: wholePeriod,
    figures: {
      active_clients: "active_clients",
      clients_with_transactions: "clients_with_transactions",
      clients_with_redemptions: "clients_with_redemptions",
    },
  },
  points_balance: {
    dates: lastDay,
    figures: { total_points_balance: "outstanding", active_clients: "active_clients" },
  },
  conversion: {
    dates: wholePeriod,
    figures: { conversions: "conversions", points_converted: "points_converted" },
  },
  request_funnel: { dates: wholePeriod, figures: { fulfilled: "redemptions" } },
  roll_forward: {
    dates: lastMonth,
    figures: {
      issued: "issued",
      redeemed: "redeemed",
      deducted: "deducted",
      closing: "outstanding",
    },
  },
};

/** What each figure is called, in the panel of its rows. */
const EXPLAINED_NAMES = {
  issued: "Points issued",
  redeemed: "Points redeemed",
  deducted: "Points deducted",
  outstanding: "Points outstanding",
  redemptions: "Redemptions",
  redemption_value: "Points of redemptions",
  conversions: "Conversions",
  points_converted: "Points converted",
  active_clients: "Active clients",
  clients_with_transactions: "Clients with transactions",
  clients_with_redemptions: "Clients with redemptions",
};

const ENTITIES = {
  loyalty_transactions: "Transaction",
  redemption_requests: "Redemption request",
  wallet_conversions: "Conversion",
  clients: "Client",
};

/** The figures that are the sum of their rows' points; the others are the number of rows. */
const SUMS = new Set([
  "issued",
  "redeemed",
  "deducted",
  "outstanding",
  "redemption_value",
  "points_converted",
]);

const ROWS_SHOWN = 20;
const ROWS_AT_ONCE = 1000;
const MOST_ROWS_SAVED = 20_000;

function lastDay({ asOf }) {
  return [dayNumber(asOf), dayNumber(asOf)];
}

function lastMonth({ asOf }) {
  const last = dayNumber(asOf);
  return [last - dateOfDay(last).getUTCDate() + 1, last];
}

/** What each figure of a card counts, in dbt's own words, and where there are, its rows. */
async function countsPanel(title, { source, columns, rows }) {
  const terms = rows.some((row) => has(row, "key"))
    ? rows.filter((row) => has(row, "key"))
    : columns.map(({ label, key, source: other }) => ({ label, key, ...other }));
  const endpoints = new Set(terms.map(({ endpoint }) => endpoint ?? source.endpoint));
  const meanings = new Map(
    await Promise.all([...endpoints].map(async (name) => [name, await readMeanings(name)])),
  );
  const items = terms.flatMap(({ label, key, endpoint }) => {
    const name = endpoint ?? source.endpoint;
    const meaning = meanings.get(name)[key];
    if (typeof meaning !== "string") return [];
    const dd = element("dd", {}, ...withCode(meaning));
    const figure = isServed && source.asOf !== null ? explainedFigure(name, key) : null;
    if (figure) dd.append(" ", ...rowsOpener(figure, { ...source, endpoint: name }));
    return element("div", {}, element("dt", {}, named(label), " ", element("code", {}, key)), dd);
  });
  return items.length === 0
    ? element("p", { class: "caption" }, "Nothing is written down of what these figures count.")
    : element("dl", { class: "meanings", "aria-label": `What is counted: ${title}` }, ...items);
}

/** The figure of `explain` that an endpoint's key is, if it is one. */
function explainedFigure(endpoint, key) {
  if (!has(EXPLAINED, endpoint) || !has(EXPLAINED[endpoint].figures, key)) return null;
  return EXPLAINED[endpoint].figures[key];
}

/** What each key of an endpoint's payload counts, from its JSON Schema. */
async function readMeanings(endpoint) {
  const path = `schemas/${endpoint}.json`;
  const isFromDisk = location.protocol === "file:";
  const text = isFromDisk ? (await loadScript("schemas.js"))[path] : await fetchText(path);
  if (text === undefined) throw new Unreadable(`${path} is missing.`);
  const { $defs: types = {}, ...whole } = parseJson(text, path);
  const keys = [whole, ...Object.values(types)].map(({ properties = {} }) => properties);
  return Object.fromEntries(
    keys.flatMap(Object.entries).map(([key, { description }]) => [key, description]),
  );
}

/** A text in which names stand between backticks, as dbt has it. */
function withCode(text) {
  return text.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part));
}

/** A button that opens the rows behind a figure, and the place where they open. */
function rowsOpener(figure, source) {
  const place = element("div", { class: "rows", hidden: true });
  const name = EXPLAINED_NAMES[figure];
  const button = element(
    "button",
    { type: "button", class: "tool", "aria-expanded": "false", "aria-label": `Rows: ${name}` },
    "Rows",
  );
  button.addEventListener("click", () => {
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!isOpen));
    place.hidden = isOpen;
    if (!isOpen && !place.hasChildNodes()) place.append(...rowsPanel(figure, source));
  });
  return [button, place];
}

/** The rows behind a figure, of dates that can be changed. */
function rowsPanel(figure, source) {
  const [first, last] = EXPLAINED[source.endpoint].dates(source).map(isoDate);
  const [from, to] = [
    ["From", first],
    ["To", last],
  ].map(([label, value]) => {
    const input = element("input", { type: "date", value, max: source.lastDay, required: true });
    return { input, field: element("label", {}, label, " ", input) };
  });
  const answer = element("div", { class: "answer", role: "status" });
  let turn = 0;
  const read = async () => {
    turn += 1;
    const mine = turn;
    if (!from.input.value || !to.input.value) return;
    const question = {
      figure,
      website: source.website.id,
      date_from: from.input.value,
      date_to: to.input.value,
    };
    const made = await keep(explanation(question));
    if (mine === turn) answer.replaceChildren(...attempt(made, (failure) => [failure]));
  };
  for (const { input } of [from, to]) input.addEventListener("change", read);
  read();
  return [element("div", { class: "from-to" }, from.field, to.field), answer];
}

/** What the server says of a figure: its rows, counted and added up, and the first of them. */
async function explanation(question) {
  const { figure } = question;
  const { value, count: number, total, rows } = await ask({ ...question, limit: ROWS_SHOWN });
  const all = count(number, "row");
  const sentence = SUMS.has(figure)
      ? `${formatNumber(value)}, the sum of the points of ${all}.`
      : `${formatNumber(value)}, the number of rows.` +
        ` Their points add up to ${formatNumber(total)}.`;
  const pieces = [element("p", {}, sentence)];
  if (number === 0) return pieces;
  const shown = number > rows.length ? `The first ${rows.length} of them` : "All of them";
  const name = `Rows: ${EXPLAINED_NAMES[figure]}`;
  const columns = [
    column("Date", "date", formatDate),
    textColumn("Kind", "entity", (entity) => ENTITIES[entity] ?? wording(entity)),
    column("Id", "id", String),
    column("Client", "client_id", String),
    column("Points", "points"),
  ];
  const save = element("button", { type: "button", class: "tool" }, "Save rows as CSV");
  const note = element("p", { class: "caption", role: "status" });
  save.addEventListener("click", async () => {
    save.disabled = true;
    const done = await keep(saveRows(question, number));
    note.replaceChildren(attempt(done, (failure) => failure));
    save.disabled = false;
  });
  pieces.push(element("p", { class: "caption" }, shown), table(name, columns, rows), save, note);
  return pieces;
}

/** An answer of `explain`, in which ids are text with all their digits. */
async function ask(parameters) {
  const address = `${API}/analytics/explain/?${new URLSearchParams(parameters)}`;
  const text = await fetchText(address);
  const written = text.replace(/("(?:id|client_id)":\s*)(-?\d+)/g, '$1"$2"');
  return JSON.parse(written);
}

/** A row whose numbers are their digits, as files have them. */
const withDigits = ({ id, client_id: client, points, ...row }) => ({
  ...row,
  id: { digits: id },
  client_id: { digits: client },
  points: { digits: String(points) },
});

/** Saves the rows behind a figure, as many as a page can read without a wait. */
async function saveRows(question, number) {
  await loadScript("saving.js");
  const most = Math.min(number, MOST_ROWS_SAVED);
  const rows = [];
  for (let offset = 0; offset < most; offset += ROWS_AT_ONCE) {
    const { rows: some } = await ask({ ...question, limit: ROWS_AT_ONCE, offset });
    rows.push(...some.map(withDigits));
  }
  const { figure, website, date_from: from, date_to: to } = question;
  const keys = ["entity", "id", "client_id", "date", "points"];
  download(`${figure} ${website} ${from} ${to}`, "csv", csvOf(keys, rows));
  const whose = website === ALL_WEBSITES.id ? "" : ` --website ${website}`;
  return number > most
    ? `Saved the first ${formatNumber(most)} of ${formatNumber(number)} rows. This gives all:` +
        ` loyalty explain ${figure}${whose} --from ${from} --to ${to} --csv`
    : `Saved ${count(number, "row")}.`;
}
