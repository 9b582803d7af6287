"use strict";

// The sections of the page, one of which is shown at a time.

/** What overview.js, or any other script, shows of a payload: a title, its endpoint, how, in which
 * picture.
 * @typedef {[string, string, (data: any, context: Context) => Content, string]} CardOf
 */

/**
 * What cards know of the place that they are in.
 * @typedef {object} Context
 * @property {Website} website
 * @property {string | null} asOf the last day of what the card shows
 * @property {number} days how many days the card shows, where it shows a period
 * @property {boolean} isAll whether all websites are shown together
 * @property {View} view
 */

/**
 * A section: its heading, the question that it answers, and what it shows of a website, and of all
 * websites together. Its scripts and files are read when it is opened, and not before.
 * @typedef {object} Section
 * @property {string} title
 * @property {string} question
 * @property {string[]} scripts those that the page doesn't begin with
 * @property {string[]} endpoints
 * @property {string[]} [endpointsOfAll] none where nothing adds up over websites
 * @property {string[]} [servedEndpoints] those that no file holds
 * @property {Record<string, (readJson: Reader, root: string) => Promise<any>>} [lists] what else it
 *   reads of a website
 * @property {string} [instead] what its figures cover, where no period moves them
 * @property {boolean} [isOfWindows] whether it shows windows that end on the last day, and no range
 * @property {(payloads: Record<string, () => any>, context: Context) => HTMLElement[]} make
 */

/** @type {Record<string, Section>} by their names in the address */
const SECTIONS = {
  overview: {
    title: "Overview",
    question: "How is the programme doing?",
    scripts: [],
    endpoints: [
      "headlines",
      "comparison",
      "overview",
      "conversion",
      "points_trend",
      "redemption_trend",
      "engagement_trend",
    ],
    endpointsOfAll: [
      "headlines",
      "comparison",
      "overview",
      "points_trend",
      "redemption_trend",
      "engagement_stats",
    ],
    make: (payloads, context) => [
      overviewSection(payloads, context),
      ...payloadCards(
        [
          ["Points outstanding", "points_trend", showOutstanding, "line"],
          ["Points issued and redeemed", "points_trend", showFlow, "bar"],
          ["Redemptions", "redemption_trend", showRedemptions, "bar"],
          ["Engagement", "engagement_trend", showEngagementTrend, "line"],
          ["Engagement", "engagement_stats", showEngagement, "metric"],
        ],
        payloads,
        context,
      ),
    ],
  },
  clients: {
    title: "Clients",
    question: "Who is active, who is about to lapse, and when do clients redeem first?",
    scripts: ["pictures.js", "clients.js"],
    endpoints: [
      "segments",
      "lifecycle",
      "engagement_stats",
      "tier_distribution",
      "lifecycle_moves",
      "tier_migration",
      "cohorts",
      "first_redemption",
    ],
    make: (...shown) => [
      ...payloadCards(
        [
          ["Engagement", "engagement_stats", showEngagement, "metric"],
          ["Clients by tier", "tier_distribution", showTiers, "bar"],
        ],
        ...shown,
      ),
      ...clientCards(...shown),
    ],
  },
  rewards: {
    title: "Rewards",
    question: "What is redeemed, when, who can afford it, and how are requests answered?",
    scripts: ["pictures.js", "patterns.js", "rewards.js"],
    endpoints: [
      "item_performance",
      "top_redemptions",
      "redemption_categories",
      "redemption_patterns",
      "request_funnel",
    ],
    make: (...shown) => rewardCards(...shown),
  },
  points: {
    title: "Points",
    question: "How do points come and go, how many will be redeemed, and what will they cost?",
    scripts: ["pictures.js", "points.js"],
    endpoints: [
      "liability",
      "programme_value",
      "roll_forward",
      "aging",
      "redemption_curve",
      "liability_backtest",
      "issue_sources",
      "conversion",
    ],
    endpointsOfAll: ["roll_forward"],
    make: (...shown) => [
      ...pointCards(...shown),
      ...payloadCards(
        [["Points converted to wallet credit", "conversion", showConversion, "metric"]],
        ...shown,
      ),
    ],
  },
  forecast: {
    title: "Forecast",
    question: "What is to be expected, and how far can that be trusted?",
    scripts: ["pictures.js", "forecast.js"],
    endpoints: [
      "forecast",
      "forecast_accuracy",
      "points_trend",
      "redemption_trend",
      "item_performance",
    ],
    isOfWindows: true,
    make: (...shown) => forecastCards(...shown),
  },
  campaigns: {
    title: "Campaigns",
    question: "What did each campaign bring, and can that be told from chance?",
    scripts: ["pictures.js", "campaigns.js"],
    endpoints: ["campaigns"],
    instead: "Each campaign over its own days",
    make: (...shown) => campaignCards(...shown),
  },
  snapshots: {
    title: "Snapshots",
    question: "How does a month or a week compare with the one before?",
    scripts: ["snapshots.js"],
    endpoints: ["tier_distribution"],
    lists: { records: (readJson, root) => readJson(`${root}/analytics/index.json`) },
    instead: "Whole months and weeks, and ranges as requested",
    make: (...shown) => snapshotCards(...shown),
  },
  widgets: {
    title: "Widgets",
    question: "What does the website's own dashboard show?",
    scripts: [],
    endpoints: [],
    lists: { widgets: (readJson, root) => readWidgets(readJson, `${root}/dashboard-widgets`) },
    instead: "Each over its own range of dates",
    make: (payloads) => {
      const cards = payloads.widgets().map(widgetCard);
      if (cards.length > 0) return cards;
      return [element("p", { class: "empty" }, "This website shows no widgets.")];
    },
  },
  data: {
    title: "Data",
    question: "How far can the figures be trusted?",
    scripts: ["pictures.js", "snapshots.js", "data.js"],
    endpoints: [],
    endpointsOfAll: [],
    servedEndpoints: ["restatements"],
    instead: "As of the last run",
    make: (...shown) => dataCards(...shown),
  },
};

/** What is covered by the endpoints that no period moves, where their cards don't say so already. */
const COVERED = {
  lifecycle_moves: formatAsOf,
  tier_migration: () => "The last 12 whole months",
  cohorts: () => "Cohorts of the last 24 whole months",
  roll_forward: () => "The last 24 months",
  aging: formatAsOf,
  redemption_curve: () => "Points of all whole months",
  liability_backtest: () => "All whole months that can be compared",
  item_performance: formatAsOf,
};

/**
 * A card for each of a list whose payload there is.
 * @param {CardOf[]} cards
 * @param {Record<string, () => any>} payloads
 * @param {Context} context
 */
function payloadCards(cards, payloads, context) {
  return cards
    .filter(([, endpoint]) => has(payloads, endpoint))
    .map(([title, endpoint, show, picture]) => {
      const shown = OF_PERIOD.has(endpoint) ? { ...context, ...context.view.period } : context;
      const content = () => contentOf(endpoint, payloads[endpoint](), show, shown);
      const makeContent = () => covering(endpoint, content(), context);
      return card(title, makeContent, picture);
    });
}

/** A card's content, whose caption says what it covers. */
function covering(endpoint, content, { asOf }) {
  const covered = has(COVERED, endpoint) ? COVERED[endpoint](asOf) : "";
  if (covered === "" || content.caption.includes(covered)) return content;
  return { ...content, caption: `${content.caption}. ${covered}` };
}

/** What a view shows of its section, which fails by itself. @param {View} view */
function sectionOf(view) {
  const { title, question, make } = SECTIONS[view.section];
  const isAll = view.website === ALL_WEBSITES;
  const { manifest, website, days } = view;
  const context = { website, asOf: manifest.as_of, days, isAll, view };
  const cards = attempt(
    () => (isOfEach(view.section, isAll) ? [ownNotice()] : make(view.payloads(), context)),
    (failure) => [failure],
  );
  return element(
    "section",
    { class: "part", id: `part-${view.section}`, "aria-labelledby": "heading" },
    element(
      "header",
      {},
      element("h2", { id: "heading", tabindex: -1 }, title),
      element("p", { class: "question" }, question),
      element("p", { class: "caption" }, coverOf(view)),
    ),
    fillGrid(element("div", { class: "cards" }), cards),
  );
}

/** What a section covers, in a sentence, and why that isn't what was asked for. */
function coverOf({ section, website, manifest, days, period, refusal }) {
  const { instead, isOfWindows } = SECTIONS[section];
  if (isOfEach(section, website === ALL_WEBSITES)) return "";
  if (instead) return `${instead}, whatever the period.`;
  if (refusal !== null) return `${refusal} ${formatWindow(manifest.as_of, days)}.`;
  if (isOfWindows && period.range !== null) {
    return `Counted up to the last day, whatever the range: ${formatWindow(manifest.as_of, days)}.`;
  }
  return `${formatWindow(period.asOf, period.days)}, where a card says nothing else.`;
}

/** Whether a section shows nothing of all websites together. */
const isOfEach = (section, isAll) => isAll && SECTIONS[section].endpointsOfAll === undefined;

const ownNotice = () =>
  element(
    "p",
    { class: "notice" },
    "What this section shows doesn't add up over websites: it is each one's own. Choose one above.",
  );
