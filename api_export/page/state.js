"use strict";

// How far the figures can be trusted: how old they are, and what was left out of them.

const LATE_AFTER = 2;
const OLD_AFTER = 7;
const FIRST_WARNINGS = 2;

/** The page's head: whose figures these are, and in colour and words the state of the data. */
function pageHead({ website, websites, manifest }) {
  const notes = [acceptedNote(manifest), freshnessNote(manifest, websites), warningsNote(manifest)];
  return element(
    "header",
    { class: "head" },
    element("h1", { dir: "auto" }, website?.name ?? "Loyalty Analytics"),
    element(
      "section",
      { class: "state", "aria-label": "State of the data" },
      ...notes.filter((note) => note !== null),
    ),
  );
}

/**
 * A line on the state of the data, whose colour says no more than its words.
 * @param {"fine" | "warning" | "alert"} level
 * @param {string} word
 * @param {...(Node | string)} children
 */
function stateNote(level, word, ...children) {
  return element(
    "div",
    { class: "note", "data-level": level },
    element("strong", {}, word),
    element("div", {}, ...children),
  );
}

/** That whatever was delivered was let through, although a run might have refused it. */
function acceptedNote({ accepted_quarantine: isAccepted }) {
  if (isAccepted !== true) return null;
  const meaning = "The run was set to publish this delivery whatever is missing from it.";
  return stateNote("alert", "Let through on request", meaning);
}

/** How old the newest event is, by the reader's clock. */
function freshnessNote(manifest, websites) {
  const counted =
    manifest.as_of === null ? "" : ` Last day counted: ${formatDate(manifest.as_of)}.`;
  const latest = latestEvent(manifest);
  if (latest === null || manifest.as_of === null) {
    return stateNote("warning", "No events yet", counted.trim());
  }
  if (latest === undefined) {
    const unknown = `This export doesn't say when its newest event was.${counted}`;
    return stateNote("warning", "Age unknown", unknown);
  }
  const [level, word] = freshness(today() - dayNumber(latest));
  const whose = websites.length > 1 ? "Newest event of all websites" : "Newest event";
  return stateNote(level, word, `${whose}: ${formatDate(latest)}, ${formatAge(latest)}.${counted}`);
}

/** The state of data whose newest event is so many days old; time zones differ by a day. */
function freshness(days) {
  if (days > OLD_AFTER) return ["alert", "Out of date"];
  if (days > LATE_AFTER) return ["warning", "Getting old"];
  return days < -1 ? ["warning", "Dated in the future"] : ["fine", "Up to date"];
}

/** The date of the newest event that counts: null if there is none, undefined if the export doesn't say. */
function latestEvent({ latest_event: date }) {
  return date === null || isDate(date) ? date : undefined;
}

/** The first warnings, and the others behind a click. */
function warningsNote(manifest) {
  const warnings = sentences(manifest.warnings);
  if (warnings.length === 0) return stateNote("fine", "No warnings");
  const others = warnings.slice(FIRST_WARNINGS);
  const more = element(
    "details",
    {},
    element("summary", {}, `Show ${count(others.length, "more warning")}`),
    sentenceList(others),
  );
  return stateNote(
    "warning",
    count(warnings.length, "warning"),
    sentenceList(warnings.slice(0, FIRST_WARNINGS)),
    ...(others.length ? [more] : []),
  );
}

/** A manifest's list of sentences; older exports lack some. */
function sentences(list) {
  return Array.isArray(list) ? list.filter((each) => typeof each === "string") : [];
}

function sentenceList(texts) {
  return element("ul", {}, ...texts.map((text) => element("li", {}, named(text))));
}

/** The figures behind the page's head, in detail. */
function dataSection({ manifest, website }) {
  const { quarantined, drift, warnings } = manifest;
  const reasons = Object.entries(quarantined).flatMap(([entity, counts]) =>
    Object.entries(counts).map(([reason, rows]) => ({ entity, reason, rows })),
  );
  const rows = reasons.reduce((sum, reason) => sum + reason.rows, 0);
  const summary = [
    manifest.as_of === null ? "No events yet" : `Last day counted: ${formatAge(manifest.as_of)}`,
    `${count(rows, "row")} in quarantine`,
    `${count(drift.clients_drifted, "balance")} drifted`,
    count(sentences(warnings).length, "warning"),
  ].join(" · ");
  const columns = [
    column("Entity", "entity", formatText),
    column("Reason", "reason", formatText),
    column("Rows", "rows"),
  ];
  return titledSection(
    "About the data",
    "",
    element(
      "details",
      { class: "card" },
      element("summary", {}, summary),
      figureList([
        ...websiteFigures(manifest, website),
        { label: "Rows in quarantine, all websites", value: formatNumber(rows) },
        {
          label: "Cached balances that drifted, all websites",
          value: `${formatNumber(drift.clients_drifted)} of ${formatNumber(drift.clients_checked)}`,
        },
        { label: "Points they drifted by", value: formatNumber(drift.points_drifted) },
      ]),
      ...(rows
        ? [element("h3", {}, "Quarantine, of all websites"), table("Quarantine", columns, reasons)]
        : []),
    ),
  );
}

function websiteFigures({ as_of: asOf, settings, totals }, website) {
  const isAll = website === ALL_WEBSITES;
  const counted = isAll ? Object.values(totals) : [totals[website.id]];
  const sumOf = (key) => counted.reduce((sum, each) => sum + figure(each[key]), 0);
  const whose = isAll ? "all websites" : "this website";
  return [
    {
      label: "Last day counted",
      value: asOf === null ? "no events yet" : `${formatDate(asOf)}, ${formatAge(asOf)}`,
    },
    { label: "Getting old", value: `${count(LATE_AFTER, "day")} after the newest event` },
    { label: "Out of date", value: `${count(OLD_AFTER, "day")} after the newest event` },
    { label: "Time zone", value: website.timezone },
    {
      label: "Tiers go by",
      value: settings.tier_basis === "lifetime" ? "points ever issued" : "balance",
    },
    { label: `Transactions of ${whose}`, value: formatNumber(sumOf("transactions")) },
    { label: `Redemption requests of ${whose}`, value: formatNumber(sumOf("requests")) },
  ];
}
