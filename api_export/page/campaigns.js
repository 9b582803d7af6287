"use strict";

// What campaigns brought: an effect with its interval, never a bare winner.

const LEAST_CLIENTS = 30;

/**
 * A metric of a campaign: its heading, what is counted, how less of it is said, and why there may
 * be no figures of it.
 * @typedef {{label: string, unit: string, less: string, missing?: string}} Metric
 * @type {Record<string, Metric>}
 */
const METRICS = {
  points_issued: { label: "Points issued", unit: "points", less: "fewer" },
  points_redeemed: { label: "Points redeemed", unit: "points", less: "fewer" },
  redemptions: { label: "Redemptions", unit: "redemptions", less: "fewer" },
  active_days: { label: "Active days", unit: "active days", less: "fewer" },
  revenue: {
    label: "Revenue",
    unit: "of revenue",
    less: "less",
    missing: "no orders are delivered",
  },
  margin: {
    label: "Margin",
    unit: "of margin",
    less: "less",
    missing:
      "no orders are delivered, or one in its days or in as many before has no margin, and" +
      " LOYALTY_MARGIN sets no share for it",
  },
};

/** The designs of a campaign. */
const DESIGNS = { experiment: "Random hold-out", observational: "No hold-out" };

/** What the mark of an effect says; an association has no colour of its own. */
const MARKS = {
  beyond: "Random hold-out: not explained by chance",
  chance: "Random hold-out: can't be told from chance",
  association: "No hold-out: association only",
  bare: "Too few clients for an interval",
};

const UNTOLD = "–";
const formatDesign = wordIn(DESIGNS);
const formatEffect = orWords(formatFine, UNTOLD);
const formatMoney = orWords(formatDecimal, UNTOLD);
const formatRelative = orWords((value) => formatPercent(100 * figure(value)), UNTOLD);

/** A figure of a sentence: at least three digits of it, and whole where it is large. */
const threeDigits = new Intl.NumberFormat(undefined, {
  maximumFractionDigits: 0,
  maximumSignificantDigits: 3,
  roundingPriority: "morePrecision",
});
const formatPlain = (value) => threeDigits.format(figure(value));

let shownMetric = "points_issued";

/** The cards of the part: one, of the chosen metric, and the choice. */
function campaignCards(payloads, context) {
  const make = () =>
    card(
      "Effects of campaigns",
      () => contentOf("campaigns", payloads.campaigns(), showCampaigns, context),
      "forest",
    );
  let shownCard = make();
  const options = Object.entries(METRICS).map(([value, { label }]) => ({ value, label }));
  const choose = (metric) => {
    shownMetric = metric;
    const next = make();
    shownCard.replaceWith(next);
    shownCard = next;
    statusLine.textContent = `Effects of campaigns: ${METRICS[metric].label}`;
  };
  const choice = chooser("metric", "Effect on", options, shownMetric, choose);
  return [element("div", { class: "controls" }, choice), shownCard];
}

function showCampaigns(campaigns, { asOf }) {
  const { label } = METRICS[shownMetric];
  const rows = campaigns.map((campaign) => ({ ...campaign, ...measured(campaign) }));
  const money = ["revenue", "margin"].includes(shownMetric) ? ", in the website's currency" : "";
  const doubt = rows.some(({ is_causal: isCausal }) => isCausal === true)
    ? "of twenty campaigns without any effect, one can be expected to look as if it had one"
    : "without a random hold-out they can't tell what would have been without the campaign";
  return {
    caption:
      `${label}${money}, of a member in the campaign's days, the newest campaign first. The bars` +
      ` are ${formatRoughPercent(95)} intervals: ${doubt}. ${formatAsOf(asOf)}`,
    empty: rows.length === 0 && "There are no campaigns.",
    columns: CAMPAIGN_COLUMNS,
    rows,
    pictures: { forest: () => forest(rows) },
    saved: (exact) =>
      exact(campaigns).flatMap(({ metrics, ...campaign }) =>
        metrics.map((measures) => ({ ...campaign, ...measures })),
      ),
  };
}

/** @type {Column[]} */
const METRIC_COLUMNS = [
  column("Mean of the treated", "treatment_mean", formatEffect),
  column("of the compared", "comparison_mean", formatEffect),
  column("Mean before, of the treated", "treatment_mean_before", formatEffect),
  column("of the compared", "comparison_mean_before", formatEffect),
  column("Effect", "effect", formatEffect),
  column("from", "effect_low", formatEffect),
  column("to", "effect_high", formatEffect),
  column("Adjusted effect", "adjusted_effect", formatEffect),
  column("from", "adjusted_low", formatEffect),
  column("to", "adjusted_high", formatEffect),
  column("Relative effect", "relative_effect", formatRelative),
  column("Effect in all", "incremental_total", formatEffect),
];

/** @type {Column[]} */
const CAMPAIGN_COLUMNS = [
  textColumn("Campaign", "name"),
  textColumn("From", "date_from", formatDate),
  textColumn("To", "date_to", formatDate),
  textColumn("Design", "design", formatDesign),
  madeOf(textColumn("What can be told", "verdict"), "status"),
  column("Treated", "treatment_clients"),
  column("Compared with", "comparison_clients"),
  column("Treated in another campaign", "members_elsewhere"),
  ...METRIC_COLUMNS,
  column("Sample ratio, χ²", "sample_ratio_chi2", formatEffect),
  column("Cost", "cost", formatMoney),
  column("Margin ÷ cost", "return_on_cost", formatMoney),
  column("Revenue ÷ cost", "revenue_per_cost", formatMoney),
];

/** The figures of a metric that a campaign doesn't have. */
const NOT_MEASURED = Object.fromEntries(METRIC_COLUMNS.map(({ key }) => [key, null]));

const figuresOf = ({ metrics }, name) =>
  metrics.find(({ metric }) => metric === name) ?? NOT_MEASURED;

/** The figures of the chosen metric, and in a sentence what can be told from them. */
function measured(campaign) {
  const figures = figuresOf(campaign, shownMetric);
  return { ...figures, ...judged(campaign, figures) };
}

/**
 * What can be told of an effect: the words, how its mark looks, and where it lies.
 * @returns {{verdict: string, mark: keyof MARKS | null, at?: number, low?: number, high?: number}}
 */
function judged(campaign, figures) {
  if (!has(VERDICTS, campaign.status)) {
    throw new Unreadable("This page doesn't know a campaign of this status.");
  }
  return VERDICTS[campaign.status](campaign, figures);
}

/** What each status allows to be said. */
const VERDICTS = {
  too_early: ({ date_to: last }) => ({
    verdict: `Too early: it runs until ${formatDate(last)}, beyond the last day counted.`,
    mark: null,
  }),
  srm_failed: ({ sample_ratio_chi2: chi2 }) => ({
    verdict:
      "Not to be trusted: clients were not split as planned" +
      ` (χ² ${formatDecimal(chi2)}, far more than chance gives), so something other than chance` +
      " put them into an arm, and no effect can be told.",
    mark: null,
  }),
  too_few: ({ is_causal: isCausal }, { effect }) => {
    const besides = isCausal === true ? "" : ", and there's no hold-out";
    const why = `Too few clients to tell: an arm has fewer than ${LEAST_CLIENTS}${besides}.`;
    if (effect === null) return { verdict: why, mark: null };
    return {
      verdict: `${why} The difference is ${moreOrLess(effect)} a member, with no interval.`,
      mark: "bare",
      at: effect,
    };
  },
  ok: (campaign, figures) => {
    const { isAdjusted, at, low, high } = preferred(campaign, figures);
    if (low === null || high === null) {
      const { missing } = METRICS[shownMetric];
      return { verdict: `Not known${missing ? `: ${missing}` : ""}.`, mark: null };
    }
    const range = `${between(low, high)} a member`;
    const how = isAdjusted ? ", adjusted for the days before" : "";
    const side = leavesOutZero(low, high) ? "beyond" : "chance";
    const mark = campaign.is_causal === true ? side : "association";
    const isNothing = low === 0 && high === 0;
    const said = {
      association:
        "Can't be told: no hold-out; association only," +
        ` ${isNothing ? "all clients changed alike" : range}.`,
      chance: isNothing
        ? `No difference between any two clients${how}.`
        : `Can't be told from chance: ${range}${how}.`,
      beyond: `${capitalised(range)}; not explained by chance${how}.`,
    };
    return { verdict: said[mark], mark, at, low, high };
  },
};

const leavesOutZero = (low, high) => low !== null && high !== null && (low > 0 || high < 0);

const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The interval that is narrower for the same truth, where there is one. */
function preferred({ is_causal: isCausal }, figures) {
  const isAdjusted = isCausal === true && figures.adjusted_low !== null;
  const [at, low, high] = isAdjusted
    ? [figures.adjusted_effect, figures.adjusted_low, figures.adjusted_high]
    : [figures.effect, figures.effect_low, figures.effect_high];
  return { isAdjusted, at, low, high };
}

const plainSize = (value) => formatPlain(Math.abs(value));

/** "12 points more", "3.5 points fewer". */
function moreOrLess(value, size = plainSize(value)) {
  const { unit } = METRICS[shownMetric];
  return `${size} ${unit} ${direction(value)}`;
}

const direction = (value) => (value < 0 ? METRICS[shownMetric].less : "more");

/** "between 12 and 31 points more", "between 5 points fewer and 12 more", or just "5 points more". */
function between(low, high) {
  if (low === high) return moreOrLess(low);
  if (low < 0 && high > 0) {
    return `between ${moreOrLess(low)} and ${plainSize(high)} ${direction(high)}`;
  }
  const [near, far] = low < 0 ? [high, low] : [low, high];
  return `between ${moreOrLess(far, `${plainSize(near)} and ${plainSize(far)}`)}`;
}

/** What keeps an effect of a campaign from being told, by its mark or else its status. */
const DOUBTS = {
  chance: "not to be told from chance",
  association: "without a hold-out",
  bare: "with too few clients",
  too_few: "with too few clients",
  too_early: "still running on the last day counted",
  srm_failed: "not split as planned",
  ok: "without a figure",
};

/** What can be told of all campaigns together, in a sentence, and of how many it can't, and why. */
function tally(rows) {
  const told = rows.filter(({ mark }) => mark === "beyond").length;
  const doubts = new Map();
  for (const { mark, status } of rows.filter((row) => row.mark !== "beyond")) {
    const doubt = DOUBTS[mark ?? status];
    doubts.set(doubt, (doubts.get(doubt) ?? 0) + 1);
  }
  const number = told === 0 ? "None" : formatNumber(told);
  const answer =
    `${number} of ${count(rows.length, "campaign")} had an effect on` +
    ` ${METRICS[shownMetric].label.toLowerCase()} that chance doesn't explain`;
  if (doubts.size === 0) return `${answer}.`;
  const others = [...doubts]
    .sort(([, one], [, other]) => other - one)
    .map(([doubt, campaigns]) => `${formatNumber(campaigns)} ${doubt}`);
  return `${answer}; ${others.join(", ")}.`;
}

/** A row for each campaign: name, dates, the effect with its interval on a common axis, words. */
function forest(rows) {
  const axis = axisOf(rows.flatMap(({ at, low, high }) => [at, low, high]).filter(Number.isFinite));
  const marks = Object.keys(MARKS).filter((mark) => rows.some((row) => row.mark === mark));
  const keys = marks.map((mark) =>
    element("li", { "data-mark": mark }, drawing({ class: "key" }, dot(mark, "50%")), MARKS[mark]),
  );
  const items = rows.map((row) => element("li", {}, ...campaignPieces(row, axis)));
  return element(
    "div",
    { class: "picture" },
    element("p", {}, tally(rows)),
    ...(keys.length > 0 ? [element("ul", { class: "legend marks" }, ...keys), axisLine(axis)] : []),
    element("ol", { class: "forest" }, ...items),
  );
}

function campaignPieces(row, axis) {
  const first = dayNumber(row.date_from);
  const about = [
    formatRange(first, dayNumber(row.date_to)),
    formatDesign(row.design),
    `${formatNumber(row.treatment_clients)} treated`,
    `${formatNumber(row.comparison_clients)} ${row.is_causal === true ? "held out" : "others"}`,
    ...(row.members_elsewhere > 0
      ? [`${formatNumber(row.members_elsewhere)} in another campaign at once`]
      : []),
  ];
  const head = element(
    "div",
    { class: "about" },
    element("h4", { dir: "auto" }, wording(row.name)),
    element("p", { class: "caption" }, about.join(" · ")),
  );
  return [
    head,
    ...(row.mark === null ? [] : [effectDrawing(row, axis)]),
    element("p", { class: "verdict" }, row.verdict, ...moneyOf(row)),
  ];
}

/** What each unit of its cost brought, where an experiment measured it. */
function moneyOf(campaign) {
  const words = [
    ["margin", campaign.return_on_cost],
    ["revenue", campaign.revenue_per_cost],
  ]
    .filter(([, ratio]) => ratio !== null)
    .map(([metric, ratio]) => {
      const { low, high } = preferred(campaign, figuresOf(campaign, metric));
      const doubt = leavesOutZero(low, high) ? "" : " (can't be told from chance)";
      return `${formatDecimal(ratio)} of ${metric}${doubt}`;
    });
  if (words.length === 0) return [];
  const text = ` An estimated ${words.join(" and ")} for each 1 of its cost.`;
  return [element("span", { class: "caption" }, text)];
}
