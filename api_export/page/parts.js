"use strict";

// The parts that are closed at first. Each reads its own script and files when it is opened, so
// that the page is as quick as without them.

/**
 * A part by its heading: the question that it answers, the script that draws it, the endpoints that
 * it shows of a website and of all websites together, and what makes its cards of their payloads.
 * @typedef {object} ClosedPart
 * @property {string} question
 * @property {string} script
 * @property {string[]} endpoints
 * @property {string[]} [endpointsOfAll] none where nothing adds up
 * @property {(payloads: Record<string, () => any>, context: object) => HTMLElement[]} make
 */

/** @type {Record<string, ClosedPart>} */
const CLOSED_PARTS = {
  Clients: {
    question: "Who is active, who is about to lapse, and when do clients redeem first?",
    script: "clients.js",
    endpoints: [
      "segments",
      "lifecycle",
      "lifecycle_moves",
      "tier_migration",
      "cohorts",
      "first_redemption",
    ],
    make: (...shown) => clientCards(...shown),
  },
  Points: {
    question: "How do points come and go, how many will be redeemed, and what will they cost?",
    script: "points.js",
    endpoints: [
      "liability",
      "programme_value",
      "roll_forward",
      "aging",
      "redemption_curve",
      "liability_backtest",
      "issue_sources",
    ],
    endpointsOfAll: ["roll_forward"],
    make: (...shown) => pointCards(...shown),
  },
  Rewards: {
    question: "Which items are redeemed, who can afford them, and how are requests answered?",
    script: "rewards.js",
    endpoints: ["item_performance", "request_funnel"],
    make: (...shown) => rewardCards(...shown),
  },
  Forecast: {
    question: "What is to be expected, and how far can that be trusted?",
    script: "forecast.js",
    endpoints: [
      "forecast",
      "forecast_accuracy",
      "points_trend",
      "redemption_trend",
      "item_performance",
    ],
    make: (...shown) => forecastCards(...shown),
  },
  Campaigns: {
    question: "What did each campaign bring, and can that be told from chance?",
    script: "campaigns.js",
    endpoints: ["campaigns"],
    make: (...shown) => campaignCards(...shown),
  },
};

/** The headings of the parts that are open, which they stay while the figures change. */
const openParts = new Set();

/** What a part shows of a website, or of all together; null where it shows nothing. */
function endpointsOf(title, website) {
  const { endpoints, endpointsOfAll = null } = CLOSED_PARTS[title];
  return website === ALL_WEBSITES ? endpointsOfAll : endpoints;
}

/**
 * A part with a heading that opens and closes it.
 * @param {string} title
 * @param {View} view
 */
function closedPart(title, view) {
  const { question, make } = CLOSED_PARTS[title];
  const name = title.toLowerCase();
  const panel = element("div", { class: "cards", id: `part-${name}` });
  const opener = element(
    "button",
    { type: "button", class: "opener", id: `open-${name}`, "aria-controls": panel.id },
    title,
  );
  const context = {
    website: view.website,
    asOf: view.manifest.as_of,
    days: view.days,
    isAll: view.website === ALL_WEBSITES,
  };
  let isShown = false;

  const makeCards = (payloads) => {
    const cards = make(payloads(), context);
    isShown = true;
    return cards;
  };
  const fill = (payloads) => {
    const failed = (failure) => [failure];
    panel.replaceChildren(...attempt(() => makeCards(payloads), failed));
    drawCharts(panel);
  };
  const read = async () => {
    panel.replaceChildren(element("p", { class: "empty" }, "Loading the figures…"));
    panel.setAttribute("aria-busy", "true");
    const payloads = await keep(readOpened(view, title));
    panel.setAttribute("aria-busy", "false");
    if (!panel.isConnected) return;
    if (attempt(payloads, (failure) => failure) === null) return show();
    fill(payloads);
    statusLine.textContent = `${title}: ${count(panel.querySelectorAll("h3").length, "card")}`;
  };
  const turn = () => {
    const isOpen = openParts.has(title);
    opener.setAttribute("aria-expanded", String(isOpen));
    panel.hidden = !isOpen;
    if (isOpen && !isShown) read();
  };

  opener.addEventListener("click", () => {
    if (!openParts.delete(title)) openParts.add(title);
    turn();
  });
  if (has(view.parts, title)) fill(view.parts[title]);
  turn();
  const heading = element("h2", {}, opener);
  const header = element("header", {}, heading, element("p", { class: "caption" }, question));
  return element("section", { class: "part closed-part" }, header, panel);
}
