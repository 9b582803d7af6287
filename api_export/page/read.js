"use strict";

// Where the figures come from: the files of one export, and nothing else.

const API = "api/v1/loyalty-management";
const MOST_TRIES = 5;

// The limits of api_export/payloads/limits.py that the page keeps; tests/payloads/test_limits.py holds
// both equal.
const DEFAULT_DAYS = 30;
const MAX_DAYS = 3660;
const MAX_DAYS_AHEAD = 90;
const DEFAULT_LIMIT = 10;
const FIRST_DATE = "1970-01-01";
const LAST_DATE = "2199-12-31";

/** All websites together, in the place of one: what adds up is in a folder of that name. */
const ALL_WEBSITES = { id: "all", name: "All websites", timezone: "each website's own" };

/** Why something can't be read or shown, as a sentence for people. */
class Unreadable extends Error {}

/**
 * What the page shows: a section of a website, or of all of them together, and a period, from one
 * and the same export. What a section shows is a function that returns functions for each payload
 * and list; each throws why its file can't be read, so that only what shows it fails.
 * @typedef {object} View
 * @property {object} manifest
 * @property {string} manifestText
 * @property {Website[]} websites
 * @property {Website | null} website null if there is none
 * @property {string} section a key of SECTIONS
 * @property {boolean} isServed whether `loyalty serve` answers, which knows any range of dates
 * @property {number} days the period, where it ends on the last day counted
 * @property {Period} period what the address asks for: these days, or a range
 * @property {string | null} refusal why a range that was asked for isn't shown
 * @property {() => Record<string, () => any>} payloads
 */

/** @typedef {{id: string, name: string, timezone: string}} Website its id as text, all digits */

/**
 * So many days up to a date, the last one counted unless a range was asked for.
 * @typedef {{asOf: string | null, days: number, range: {from: string, to: string} | null}} Period
 */

/** @typedef {{website: string | null, section: string | null, days: number | null,
 *   from: string | null, to: string | null}} Place what an address asks for
 */

/** @typedef {(path: string) => Promise<any>} Reader */

/** The endpoints that count a period, which their files are named by. */
const OF_PERIOD = new Set([
  "overview",
  "comparison",
  "headlines",
  "points_trend",
  "redemption_trend",
  "engagement_trend",
  "engagement_stats",
  "redemption_categories",
  "redemption_patterns",
  "conversion",
  "request_funnel",
  "issue_sources",
  "programme_value",
]);

/**
 * Reads a view. The manifest is read first and last; where it changed, the export was switched
 * meanwhile, and all is read again.
 * @param {Place} wanted
 * @returns {Promise<View>}
 */
async function readView(wanted) {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const read = await openExport(wanted.website);
    const manifest = await read("manifest.json");
    const [outcome] = await Promise.allSettled([readFigures(read, manifest, wanted)]);
    if ((await read("manifest.json")) !== manifest) continue;
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  }
  throw new Unreadable("New figures are being published again and again.");
}

/**
 * @param {(path: string) => Promise<string>} read
 * @param {string} manifestText
 * @param {Place} wanted
 * @returns {Promise<View>}
 */
async function readFigures(read, manifestText, wanted) {
  const readJson = async (path) => parseJson(await read(path), path);
  const manifest = parseJson(manifestText, "manifest.json");
  const websites = await readJson("websites.json");
  const view = {
    manifest,
    manifestText,
    websites,
    website: findWebsite(websites, wanted.website, manifest),
    section: has(SECTIONS, wanted.section) ? wanted.section : Object.keys(SECTIONS)[0],
    isServed,
    ...findPeriod(manifest, wanted),
  };
  if (view.website === null) return view;
  return { ...view, payloads: await keep(readSection(readJson, view)) };
}

/** What a section shows, as soon as what draws it is there too. */
async function readSection(readJson, view) {
  const { scripts, endpoints, endpointsOfAll = [], ...others } = SECTIONS[view.section];
  const { servedEndpoints = [], lists = {} } = others;
  const isAll = view.website === ALL_WEBSITES;
  const root = `${pathOf(view.website)}/${API}`;
  const ofWebsite = [...endpoints, ...(view.isServed ? servedEndpoints : [])];
  const readings = [
    ...(isAll ? endpointsOfAll : ofWebsite).map((name) => [
      name,
      readJson(pathOfPayload(name, view, root)),
    ]),
    ...Object.entries(isAll ? {} : lists).map(([name, list]) => [name, list(readJson, root)]),
  ];
  const kept = Promise.all(readings.map(async ([name, reading]) => [name, await keep(reading)]));
  for (const script of scripts) await loadScript(script); // each builds on those before it
  return Object.fromEntries(await kept);
}

/** Where a payload is: in a file, or with the API, which knows any range and what no file holds. */
function pathOfPayload(endpoint, view, root) {
  const { website, section, period, manifest } = view;
  const { servedEndpoints = [], isOfWindows = false } = SECTIONS[section];
  const ofRange = period.range !== null && !isOfWindows && OF_PERIOD.has(endpoint);
  if (!ofRange && !servedEndpoints.includes(endpoint)) {
    return `${root}/analytics/${endpoint}/${fileOf(endpoint, view.days, manifest)}.json`;
  }
  const { from, to } = period.range ?? {};
  const dates = ofRange ? { date_from: from, date_to: to } : {};
  const parameters = new URLSearchParams({ website: pathOf(website), ...dates });
  return `${API}/analytics/${endpoint}/?${parameters}`;
}

/** An endpoint's file; of the longest forecast a section shows as many days as its period has. */
function fileOf(endpoint, days, { settings }) {
  if (endpoint === "forecast") return `days=${MAX_DAYS_AHEAD}`;
  if (endpoint === "top_redemptions") {
    const limits = settings.top_limits;
    return `limit=${limits.includes(DEFAULT_LIMIT) ? DEFAULT_LIMIT : limits[0]}`;
  }
  return OF_PERIOD.has(endpoint) ? `days=${days}` : "index";
}

/** The widgets by position, each with what keeps its data. */
async function readWidgets(readJson, root) {
  const listed = await readJson(`${root}/index.json`);
  const readPlaced = async (widget) => readJson(`${root}/${pathOf(widget)}/data/index.json`);
  return Promise.all(
    listed.map(async (widget) => ({ widget, placed: await keep(readPlaced(widget)) })),
  );
}

/** A function that returns what was read, or throws why it couldn't be. */
async function keep(reading) {
  const [outcome] = await Promise.allSettled([reading]);
  return () => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  };
}

/** Numbers that mean how they are written: an id, maybe beyond 2⁵³, and a config's 14.0 days. */
const WRITTEN_NUMBERS =
  /("(?:(?:from|to)_tier_id|id|item)":\s*|"days":\s*(?=-?\d+[.eE]))(-?\d[\d.eE+-]*)/g;

/** The text of each value that was read, which has every digit. */
const textsOfValues = new WeakMap();

/** The value of a JSON text, in which ids are text with all their digits. */
function parseJson(text, path) {
  try {
    const value = JSON.parse(text.replace(WRITTEN_NUMBERS, '$1"$2"'));
    if (Object(value) === value) textsOfValues.set(value, text);
    return value;
  } catch {
    throw new Unreadable(`${path} isn't valid JSON.`);
  }
}

/** The folder of a website or a widget: its id. */
function pathOf({ id }) {
  if (id === ALL_WEBSITES.id) return id;
  if (typeof id !== "string" || !/^-?\d+$/.test(id))
    throw new Unreadable("An id in this export isn't a whole number.");
  return id;
}

/**
 * The requested website, or all together where there are several; or else the first one with
 * events, or else the first one.
 */
function findWebsite(websites, id, { totals }) {
  const hasEvents = (website) =>
    Object.hasOwn(totals, website.id) &&
    (totals[website.id].transactions > 0 || totals[website.id].requests > 0);
  const choices = websites.length > 1 ? [ALL_WEBSITES, ...websites] : websites;
  const requested = choices.find((website) => website.id === id);
  return requested ?? websites.find(hasEvents) ?? websites[0] ?? null;
}

/**
 * The period that an address asks for: one that the export has files of, or any range of dates where
 * the API answers.
 * @param {Place} wanted
 */
function findPeriod(manifest, { days: wantedDays, from, to }) {
  const { as_of: asOf, settings } = manifest;
  const periods = settings.window_days;
  const days = [wantedDays, DEFAULT_DAYS].find((each) => periods.includes(each)) ?? periods[0];
  const ofDays = { days, period: { asOf, days, range: null } };
  if (from === null && to === null) return { ...ofDays, refusal: null };
  const refusal = isServed ? refusalOf(from, to, asOf) : RANGES_ARE_SERVED;
  if (refusal !== null) return { ...ofDays, refusal };
  const length = dayNumber(to) - dayNumber(from) + 1;
  return { days, period: { asOf: to, days: length, range: { from, to } }, refusal };
}

const RANGES_ARE_SERVED =
  "Any range of dates can be chosen where this page comes from “loyalty serve”; its files hold" +
  " the periods beside this.";

/** Why two dates are no range that can be shown; null where they are one. */
function refusalOf(from, to, asOf) {
  if (asOf === null) return "There are no events yet to choose a range of.";
  const isWritten = (date) => /^\d{4}-\d\d-\d\d$/.test(date) && isDate(date);
  if (!isWritten(from) || !isWritten(to)) return "A range is two dates.";
  const [first, last] = [dayNumber(from), dayNumber(to)];
  if (last > dayNumber(asOf)) return `The last day counted is ${formatDate(asOf)}.`;
  if (first > last) return "A range ends on the date that it begins on, or later.";
  if (first < 0) return `The first date that counts is ${formatDate(FIRST_DATE)}.`;
  if (last - first >= MAX_DAYS) return `A range has at most ${count(MAX_DAYS, "day")}.`;
  return null;
}

/** A reader of the export's files, for a website where the page was opened from disk. */
const openExport = async (id) => (location.protocol === "file:" ? openFromDisk(id) : fetchText);

/** Whether the server is `loyalty serve`, which has any range: it says so beside the manifest. */
let isServed = false;
const DESCRIBED = /rel="service-desc"/;

/** The text of an exported file, from the server that the page came from. */
async function fetchText(path) {
  const response = await fetch(path, { cache: "no-cache" }).catch(() => {
    throw new Unreadable(`${path} can't be read: the server doesn't answer.`);
  });
  if (!response.ok) throw new Unreadable(`${path} can't be read (HTTP ${response.status}).`);
  if (path === "manifest.json") isServed = DESCRIBED.test(response.headers.get("Link") ?? "");
  return response.text();
}

/**
 * A reader for a page that was opened from disk, where nothing can be fetched: the same texts lie
 * in a script for each website, all of one export.
 * @param {string | null} id
 */
async function openFromDisk(id) {
  const common = await loadScript("websites.js");
  const [websites, manifest] = ["websites.json", "manifest.json"].map((path) =>
    parseJson(common[path], path),
  );
  const website = findWebsite(websites, id, manifest);
  const texts = website === null ? common : await loadScript(`website-${pathOf(website)}.js`);
  return async (path) => {
    if (!Object.hasOwn(texts, path)) throw new Unreadable(`${path} is missing.`);
    return texts[path];
  };
}

const loadedScripts = new Map();
let received = {};

/** Called by the scripts that hold exported texts. */
function receiveFiles(texts) {
  received = texts;
}

/** Loads a script, for the texts that it may hold. One that can't be read is tried again. */
function loadScript(name) {
  if (!loadedScripts.has(name)) {
    loadedScripts.set(
      name,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = `assets/${name}`;
        script.addEventListener("load", () => resolve(received));
        script.addEventListener("error", () => {
          loadedScripts.delete(name);
          reject(new Unreadable(`assets/${name} can't be read.`));
        });
        document.head.append(script);
      }),
    );
  }
  return loadedScripts.get(name);
}
