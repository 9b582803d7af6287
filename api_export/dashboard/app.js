"use strict";

// The page: which website and period it shows, told by the address, and when it draws anew.

const main = document.getElementById("main");
const controls = document.getElementById("controls");
const statusLine = document.getElementById("status");
const darkMode = matchMedia("(prefers-color-scheme: dark)");

let latestTurn = 0;
let shownManifest = null;

/** The website and period that the address asks for: `#website=2&days=90`. */
function readAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const number = (name) => (asked.has(name) ? Number(asked.get(name)) : null);
  return { website: number("website"), days: number("days") };
}

/** Goes to a website and period; the address remembers it. */
function go(website, days) {
  location.hash = new URLSearchParams({ website, days });
}

/** Reads and draws what the address asks for, unless it has changed again by then. */
async function show() {
  latestTurn += 1;
  const turn = latestTurn;
  main.setAttribute("aria-busy", "true");
  const [outcome] = await Promise.allSettled([readView(readAddress())]);
  if (turn !== latestTurn) return;
  if (outcome.status === "fulfilled") draw(outcome.value);
  else drawFailure(outcome.reason);
  main.setAttribute("aria-busy", "false");
  performance.mark("drawn");
}

/** Shows whoever comes back to a page left open the export that there is by then. */
async function catchUp() {
  if (document.hidden || shownManifest === null || location.protocol === "file:") return;
  const manifest = await fetchText("manifest.json").catch(() => shownManifest);
  if (manifest !== shownManifest) show();
}

/** @param {View} view */
function draw(view) {
  shownManifest = view.manifestText;
  drawControls(view);
  if (view.website === null) {
    document.title = "Loyalty Analytics";
    main.replaceChildren(element("p", { class: "notice" }, "There are no websites yet."));
    return;
  }
  const { name } = view.website;
  document.title = `${name} · Loyalty Analytics`;
  main.replaceChildren(
    element("h1", { dir: "auto" }, name),
    element("p", { class: "caption" }, formatAsOf(view.manifest.as_of)),
    glanceSection(view),
    widgetSection(view),
    periodSection(view),
    snapshotSection(view.records),
    dataSection(view),
  );
  drawCharts();
  statusLine.textContent = `${name}, ${count(view.days, "day")}`;
}

/** The switches of website and period, which keep the focus while the figures change. */
function drawControls({ websites, website, days, manifest }) {
  const focused = controls.contains(document.activeElement) && document.activeElement.name;
  const periods = [...manifest.settings.window_days].sort((one, other) => one - other);
  const options = periods.map((period) => ({ value: String(period), label: count(period, "day") }));
  const sites = websites.map(({ id, name }) => ({ value: String(id), label: name }));
  controls.replaceChildren();
  if (website === null) return;
  if (sites.length > 1) {
    controls.append(chooser("website", "Website", sites, String(website.id), (id) => go(id, days)));
  }
  controls.append(
    segments("period", "Period", options, String(days), (period) => go(website.id, period)),
  );
  controls.querySelector(`select[name="${focused}"], [name="${focused}"]:checked`)?.focus();
}

/** @param {Error} error */
function drawFailure(error) {
  const again = element("button", { type: "button", class: "switch" }, "Try again");
  again.addEventListener("click", show);
  main.replaceChildren(
    element(
      "div",
      { class: "notice", role: "alert" },
      element("h1", {}, "The figures can't be shown"),
      element("p", {}, error.message),
      again,
    ),
  );
}

addEventListener("hashchange", show);
document.addEventListener("visibilitychange", catchUp);
darkMode.addEventListener("change", drawCharts);
addEventListener("beforeprint", () => printing(true));
addEventListener("afterprint", () => printing(false));

/** Paper is light, whatever the screen is. */
function printing(isPrinting) {
  document.documentElement.classList.toggle("printing", isPrinting);
  if (darkMode.matches) drawCharts();
}

show();
