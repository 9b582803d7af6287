"use strict";

// Where the figures come from: the files of one export, and nothing else.

const API = "api/v1/loyalty-management";
const MOST_TRIES = 5;

// The limits of api_export/payloads/limits.py that the page keeps; tests/payloads/test_limits.py holds
// both equal.
const DEFAULT_DAYS = 30;
const MAX_DAYS = 3660;
const MAX_DAYS_AHEAD = 90;

/** All websites together, in the place of one: what adds up is in a folder of that name. */
const ALL_WEBSITES = { id: "all", name: "All websites", timezone: "each website's own" };

/** Why something can't be read or shown, as a sentence for people. */
class Unreadable extends Error {}

/**
 * What the page shows: a website, or all of them together, and a period, from one and the same
 * export. Widgets, records and payloads are functions that return them, or throw why their file
 * can't be read, so that only the part that shows them fails. All websites together have neither
 * widgets nor records, and not every payload.
 * @typedef {object} View
 * @property {object} manifest
 * @property {string} manifestText
 * @property {Website[]} websites
 * @property {Website | null} website null if there is none
 * @property {number} days the period
 * @property {() => {widget: object, placed: () => {as_of: string | null, data: any}}[]} widgets by
 *   position
 * @property {() => object[]} records the stored snapshots, the newest first
 * @property {Record<string, () => any>} payloads by endpoint, those of the period
 * @property {Record<string, () => Record<string, () => any>>} parts the payloads of each open part,
 *   by its heading
 */

/** @typedef {{id: string, name: string, timezone: string}} Website its id as text, all digits */

const PERIOD_ENDPOINTS = [
  "overview",
  "points_trend",
  "redemption_trend",
  "engagement_trend",
  "redemption_categories",
  "redemption_patterns",
  "conversion",
];
const PERIOD_ENDPOINTS_OF_ALL = [
  "overview",
  "points_trend",
  "redemption_trend",
  "engagement_stats",
];

/** The endpoints that count a period, which their files are named by. */
const OF_PERIOD = new Set([
  ...PERIOD_ENDPOINTS,
  ...PERIOD_ENDPOINTS_OF_ALL,
  "request_funnel",
  "issue_sources",
  "programme_value",
]);

/**
 * Reads a view. The manifest is read first and last; where it changed, the export was switched
 * meanwhile, and all is read again.
 * @param {{website: string | null, days: number | null}} wanted
 * @returns {Promise<View>}
 */
async function readView(wanted) {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const read = await openExport(wanted.website);
    const manifest = await read("manifest.json");
    const [outcome] = await Promise.allSettled([readFigures(read, manifest, wanted)]);
    if ((await read("manifest.json")) !== manifest) continue;
    if (outcome.status === "rejected") throw outcome.reason;
    return { ...outcome.value, manifestText: manifest };
  }
  throw new Unreadable("New figures are being published again and again.");
}

/**
 * @param {(path: string) => Promise<string>} read
 * @param {string} manifestText
 * @param {{website: string | null, days: number | null}} wanted
 * @returns {Promise<Omit<View, "manifestText">>}
 */
async function readFigures(read, manifestText, wanted) {
  const readJson = async (path) => parseJson(await read(path), path);
  const manifest = parseJson(manifestText, "manifest.json");
  const websites = await readJson("websites.json");
  const website = findWebsite(websites, wanted.website, manifest);
  const days = findPeriod(manifest.settings.window_days, wanted.days);
  if (website === null) return { manifest, websites, website, days };

  const isAll = website === ALL_WEBSITES;
  const opened = [...openParts].filter((title) => endpointsOf(title, website) !== null);
  const root = rootOf(website);
  const [payloads, parts, widgets, records] = await Promise.all([
    readPayloads(
      readJson,
      website,
      days,
      isAll ? PERIOD_ENDPOINTS_OF_ALL : ["tier_distribution", ...PERIOD_ENDPOINTS],
    ),
    Promise.all(
      opened.map(async (title) => [title, await keep(readPart(readJson, website, days, title))]),
    ),
    ...(isAll
      ? []
      : [
          keep(readWidgets(readJson, `${root}/dashboard-widgets`)),
          keep(readJson(`${root}/analytics/index.json`)),
        ]),
  ]);
  const figures = { payloads, parts: Object.fromEntries(parts) };
  return { manifest, websites, website, days, ...figures, widgets, records };
}

const rootOf = (website) => `${pathOf(website)}/${API}`;

/** The payloads of endpoints, those that count a period of so many days, each kept by itself. */
async function readPayloads(readJson, website, days, endpoints) {
  const payloads = endpoints.map(async (name) => {
    const path = `${rootOf(website)}/analytics/${name}/${fileOf(name, days)}.json`;
    return [name, await keep(readJson(path))];
  });
  return Object.fromEntries(await Promise.all(payloads));
}

/** An endpoint's file; of the longest forecast a part shows as many days as its period has. */
function fileOf(endpoint, days) {
  if (endpoint === "forecast") return `days=${MAX_DAYS_AHEAD}`;
  return OF_PERIOD.has(endpoint) ? `days=${days}` : "index";
}

/** The payloads of an open part, as soon as what draws it is there too. */
async function readPart(readJson, website, days, title) {
  const payloads = readPayloads(readJson, website, days, endpointsOf(title, website));
  for (const script of ["pictures.js", CLOSED_PARTS[title].script]) await loadScript(script);
  return payloads;
}

/** The payloads of a part that is opened in a view; null if the export was switched since. */
async function readOpened({ website, days, manifestText }, title) {
  const read = await openExport(website.id);
  const readJson = async (path) => parseJson(await read(path), path);
  const payloads = await readPart(readJson, website, days, title);
  return (await read("manifest.json")) === manifestText ? payloads : null;
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

function findPeriod(periods, days) {
  return [days, DEFAULT_DAYS].find((wanted) => periods.includes(wanted)) ?? periods[0];
}

/** A reader of the export's files, for a website where the page was opened from disk. */
const openExport = async (id) => (location.protocol === "file:" ? openFromDisk(id) : fetchText);

/** The text of an exported file, from the server that the page came from. */
async function fetchText(path) {
  const response = await fetch(path, { cache: "no-cache" }).catch(() => {
    throw new Unreadable(`${path} can't be read: the server doesn't answer.`);
  });
  if (!response.ok) throw new Unreadable(`${path} can't be read (HTTP ${response.status}).`);
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
