"use strict";

// Where the figures come from: the files of one export, and nothing else.

const API = "api/v1/loyalty-management";
const MOST_ATTEMPTS = 5;
const USUAL_DAYS = 30;

/**
 * What the page shows: a website and a period, from one and the same export.
 * @typedef {object} View
 * @property {object} manifest
 * @property {string} manifestText
 * @property {{id: number, name: string, timezone: string}[]} websites
 * @property {{id: number, name: string, timezone: string} | null} website null if there is none
 * @property {number} days the period
 * @property {{widget: object, as_of: string | null, data: any}[]} widgets by position
 * @property {object[]} records the stored snapshots, the newest first
 * @property {Record<string, any>} payloads by endpoint, those of the period
 */

const PERIOD_ENDPOINTS = [
  "overview",
  "points_trend",
  "redemption_trend",
  "engagement_trend",
  "redemption_categories",
  "redemption_patterns",
];

/**
 * Reads a view. The manifest is read first and last; where it changed, the export was switched
 * meanwhile, and all is read again.
 * @param {{website: number | null, days: number | null}} wanted
 * @returns {Promise<View>}
 */
async function readView(wanted) {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const read = location.protocol === "file:" ? await openFromDisk(wanted.website) : fetchText;
    const manifest = await read("manifest.json");
    const [outcome] = await Promise.allSettled([readParts(read, JSON.parse(manifest), wanted)]);
    if ((await read("manifest.json")) !== manifest) continue;
    if (outcome.status === "rejected") throw outcome.reason;
    return { ...outcome.value, manifestText: manifest };
  }
  throw new Error("New figures are being published again and again.");
}

/**
 * @param {(path: string) => Promise<string>} read
 * @param {object} manifest
 * @param {{website: number | null, days: number | null}} wanted
 * @returns {Promise<Omit<View, "manifestText">>}
 */
async function readParts(read, manifest, wanted) {
  const readJson = async (path) => JSON.parse(await read(path));
  const websites = await readJson("websites.json");
  const website = findWebsite(websites, wanted.website);
  const days = findPeriod(manifest.settings.window_days, wanted.days);
  if (website === null) {
    return { manifest, websites, website, days, widgets: [], records: [], payloads: {} };
  }

  const root = `${website.id}/${API}`;
  const readPayload = async (name) => [
    name,
    await readJson(`${root}/analytics/${name}/days=${days}.json`),
  ];
  const [widgets, records, ...payloads] = await Promise.all([
    readWidgets(read, root),
    readJson(`${root}/analytics/index.json`),
    ...PERIOD_ENDPOINTS.map(readPayload),
  ]);
  const view = { manifest, websites, website, days, widgets, records };
  return { ...view, payloads: Object.fromEntries(payloads) };
}

/** The widgets with their data, by position. */
async function readWidgets(read, root) {
  const listed = await read(`${root}/dashboard-widgets/index.json`);
  const texts = JSON.parse(listed, keepWriting).map(({ id }) =>
    read(`${root}/dashboard-widgets/${id}/data/index.json`),
  );
  return (await Promise.all(texts)).map((text) => JSON.parse(text, keepWriting));
}

/** Keeps as text what a number can't hold: an id beyond 2⁵³, or that a config's 14.0 is not 14. */
function keepWriting(key, value, context) {
  const isLargeId = key === "id" && !Number.isSafeInteger(value);
  const isOddDays = key === "days" && typeof value === "number" && !/^\d+$/.test(context?.source);
  return (isLargeId || isOddDays) && context ? context.source : value;
}

function findWebsite(websites, id) {
  return websites.find((website) => website.id === id) ?? websites[0] ?? null;
}

function findPeriod(periods, days) {
  return [days, USUAL_DAYS].find((wanted) => periods.includes(wanted)) ?? periods[0];
}

/** The text of an exported file, from the server that the page came from. */
async function fetchText(path) {
  const response = await fetch(path, { cache: "no-cache" });
  if (!response.ok) throw new Error(`${path} can't be read (HTTP ${response.status}).`);
  return response.text();
}

/**
 * A reader for a page that was opened from disk, where nothing can be fetched: the same texts lie
 * in a script for each website, all of one export.
 * @param {number | null} id
 */
async function openFromDisk(id) {
  const common = await loadScript("websites.js");
  const website = findWebsite(JSON.parse(common["websites.json"]), id);
  const texts = website === null ? common : await loadScript(`website-${website.id}.js`);
  return async (path) => {
    if (!Object.hasOwn(texts, path)) throw new Error(`${path} is missing.`);
    return texts[path];
  };
}

const loadedScripts = new Map();
let received = {};

/** Called by the scripts that hold the exported texts. */
function receiveFiles(texts) {
  received = texts;
}

/** The texts that a script holds, by path. */
function loadScript(name) {
  if (!loadedScripts.has(name)) {
    loadedScripts.set(
      name,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = `assets/${name}`;
        script.addEventListener("load", () => resolve(received));
        script.addEventListener("error", () => reject(new Error(`assets/${name} can't be read.`)));
        document.head.append(script);
      }),
    );
  }
  return loadedScripts.get(name);
}
