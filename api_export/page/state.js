"use strict";

// How far the figures can be trusted: how old they are, and what was left out of them.

const LATE_AFTER = 2;
const OLD_AFTER = 7;

/** Whose figures these are, and in colour, sign and words the state of the data. */
function pageHead({ website, websites, manifest }) {
  const notes = [acceptedNote(manifest), freshnessNote(manifest, websites), warningsNote(manifest)];
  return [
    element("h1", { dir: "auto" }, website?.name ?? "Loyalty Analytics"),
    element(
      "section",
      { class: "state", "aria-label": "State of the data" },
      ...notes.filter((note) => note !== null),
    ),
  ];
}

/**
 * A pill on the state of the data, which opens what is to be said of it. Its colour says no more
 * than its sign and its word.
 * @param {"fine" | "warning" | "alert"} level
 * @param {string} word
 * @param {...(Node | string)} children
 */
const stateNote = (level, word, ...children) =>
  disclosure("note", word, children, { "data-level": level });

/** A pill that opens a panel, of which one is open at a time. */
function disclosure(kind, word, children, attributes = {}) {
  return element(
    "details",
    { class: `pill ${kind}`, name: "panel", ...attributes },
    element("summary", {}, word),
    element("div", { class: "panel" }, ...children),
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
    return stateNote("warning", "No events yet", `Nothing has happened on any website.${counted}`);
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

/** How many warnings there are, and what they say. */
function warningsNote(manifest) {
  const warnings = sentences(manifest.warnings);
  if (warnings.length === 0) {
    return stateNote("fine", "No warnings", "The run that made these figures had nothing to warn of.");
  }
  return stateNote("warning", count(warnings.length, "warning"), sentenceList(warnings));
}

/** A manifest's list of sentences; older exports lack some. */
function sentences(list) {
  return Array.isArray(list) ? list.filter((each) => typeof each === "string") : [];
}

const sentenceList = (texts) =>
  element("ul", {}, ...texts.map((text) => element("li", {}, named(text))));
