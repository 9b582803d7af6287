"use strict";

// The page: which website and period the address requests, and when the page draws anew.

const main = document.getElementById("main");
const controls = document.getElementById("controls");
const statusLine = document.getElementById("status");
const darkMode = matchMedia("(prefers-color-scheme: dark)");

let latestTurn = 0;
let shown = { manifestText: null, day: null };

/** The parts of the page by their headings. What is broken in one breaks no other. */
const PARTS = {
  "At a glance": glanceSection,
  Widgets: widgetSection,
  "Trends and patterns": periodSection,
  "Period by period": snapshotSection,
  Clients: (view) => closedPart("Clients", view),
  Points: (view) => closedPart("Points", view),
  Rewards: (view) => closedPart("Rewards", view),
  Forecast: (view) => closedPart("Forecast", view),
  Campaigns: (view) => closedPart("Campaigns", view),
  "About the data": dataSection,
};

/** The website and period that the address requests: `#website=2&days=90`. */
function readAddress() {
  const parameters = new URLSearchParams(location.hash.slice(1));
  return {
    website: parameters.get("website"),
    days: parameters.has("days") ? Number(parameters.get("days")) : null,
  };
}

/** Goes to a website and period; the address remembers it. */
function go(website, days) {
  location.hash = new URLSearchParams({ website, days });
}

/** The same of all websites together, of which not everything adds up. */
const PARTS_OF_ALL = {
  "At a glance": glanceSection,
  Trends: periodSection,
  Points: (view) => closedPart("Points", view),
  "Of each website": ownSection,
  "About the data": dataSection,
};

/** Reads and draws what the address requests, unless it has changed again by then. */
async function show() {
  latestTurn += 1;
  const turn = latestTurn;
  main.setAttribute("aria-busy", "true");
  const [outcome] = await Promise.allSettled([readView(readAddress())]);
  if (turn !== latestTurn) return;
  try {
    if (outcome.status === "rejected") throw outcome.reason;
    draw(outcome.value);
  } catch (error) {
    drawFailure(error);
  }
  main.setAttribute("aria-busy", "false");
  performance.mark("drawn");
}

/** Brings a page that was left open up to date, its export and the age of its figures. */
async function catchUp() {
  if (document.hidden || shown.manifestText === null) return;
  const isFromDisk = location.protocol === "file:";
  const manifest = isFromDisk
    ? shown.manifestText
    : await fetchText("manifest.json").catch(() => shown.manifestText);
  if (manifest !== shown.manifestText || today() !== shown.day) show();
}

/** @param {View} view */
function draw(view) {
  shown = { manifestText: view.manifestText, day: today() };
  drawControls(view);
  if (view.website === null) {
    document.title = "Loyalty Analytics";
    main.replaceChildren(
      pageHead(view),
      element("p", { class: "notice" }, "There are no websites yet."),
    );
    return;
  }
  const { name } = view.website;
  const isAll = view.website === ALL_WEBSITES;
  document.title = `${name} · Loyalty Analytics`;
  const parts = Object.entries(isAll ? PARTS_OF_ALL : PARTS).map(([title, make]) =>
    attempt(
      () => make(view),
      (failure) => titledSection(title, "", failure),
    ),
  );
  const focused = main.contains(document.activeElement) && document.activeElement.id;
  main.replaceChildren(pageHead(view), ...parts);
  if (focused) document.getElementById(focused)?.focus();
  drawCharts();
  statusLine.textContent = `${name}, ${count(view.days, "day")}`;
}

/** The switches of website and period, which keep the focus while the figures change. */
function drawControls({ websites, website, days, manifest }) {
  const focused = controls.contains(document.activeElement) && document.activeElement.name;
  const periods = [...manifest.settings.window_days].sort((one, other) => one - other);
  const options = periods.map((period) => ({ value: String(period), label: count(period, "day") }));
  const sites = [ALL_WEBSITES, ...websites].map(({ id, name }) => ({ value: id, label: name }));
  controls.replaceChildren();
  if (website === null) return;
  if (websites.length > 1) {
    controls.append(chooser("website", "Website", sites, website.id, (id) => go(id, days)));
  }
  controls.append(
    segments("period", "Period", options, String(days), (period) => go(website.id, period)),
  );
  controls.querySelector(`select[name="${focused}"], [name="${focused}"]:checked`)?.focus();
}

/** @param {Error} error why nothing can be shown */
function drawFailure(error) {
  const again = element("button", { type: "button", class: "switch" }, "Try again");
  again.addEventListener("click", show);
  main.replaceChildren(
    element(
      "div",
      { class: "notice", role: "alert" },
      element("h1", {}, "The figures can't be shown"),
      element("p", {}, reasonOf(error)),
      again,
    ),
  );
}

addEventListener("hashchange", show);
document.addEventListener("visibilitychange", catchUp);
darkMode.addEventListener("change", () => drawCharts());
addEventListener("beforeprint", () => printing(true));
addEventListener("afterprint", () => printing(false));

/** Paper is light, whatever the screen is. */
function printing(isPrinting) {
  document.documentElement.classList.toggle("printing", isPrinting);
  if (darkMode.matches) drawCharts();
}

show();
