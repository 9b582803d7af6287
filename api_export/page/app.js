"use strict";

// The page: which website, section and period the address asks for, and when the page draws anew.

const main = document.getElementById("main");
const statusLine = document.getElementById("status");
const [bar, head, siteSwitch, menu, periodSwitch] = ["bar", "head", "site", "menu", "period"].map(
  (id) => document.getElementById(id),
);
const darkMode = matchMedia("(prefers-color-scheme: dark)");

let latestTurn = 0;
let shown = { manifestText: null, day: null, section: null };

/** What the address asks for: `#website=2&section=points&days=90`, or `from` and `to` for days. */
function readAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  return {
    website: asked.get("website"),
    section: asked.get("section"),
    days: asked.has("days") ? Number(asked.get("days")) : null,
    from: asked.get("from"),
    to: asked.get("to"),
  };
}

/** The address of another place than a view's: of another website, section, or period. */
function addressOf({ website, section, days, period }, other = {}) {
  const place = { website: website.id, section, ...(period.range ?? { days }), ...other };
  if (has(other, "days")) delete place.from, delete place.to;
  if (has(other, "from")) delete place.days;
  return `#${new URLSearchParams(place)}`;
}

/** Reads and draws what the address asks for, unless it has changed again by then. */
async function show() {
  latestTurn += 1;
  const turn = latestTurn;
  const { hash } = location;
  const top = history.state?.top;
  main.setAttribute("aria-busy", "true");
  const [outcome] = await Promise.allSettled([readView(readAddress())]);
  if (turn !== latestTurn) return;
  try {
    if (outcome.status === "rejected") throw outcome.reason;
    draw(outcome.value, top);
  } catch (error) {
    drawFailure(error);
  }
  main.setAttribute("aria-busy", "false");
  performance.mark("drawn", { detail: hash });
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

/**
 * @param {View} view
 * @param {number | undefined} top how far down this place was when it was left
 */
function draw(view, top) {
  const { website, section, manifestText } = view;
  const isElsewhere = shown.section !== null && shown.section !== section;
  shown = { manifestText, day: today(), section };
  head.replaceChildren(...pageHead(view));
  if (website === null) {
    document.title = "Loyalty Analytics";
    for (const place of [siteSwitch, menu, periodSwitch]) place.replaceChildren();
    main.replaceChildren(element("p", { class: "notice" }, "There are no websites yet."));
    return;
  }
  const { title } = SECTIONS[section];
  const isFirst = section === Object.keys(SECTIONS)[0];
  document.title = [...(isFirst ? [] : [title]), website.name, "Loyalty Analytics"].join(" · ");
  keepingFocus(siteSwitch, () => drawSiteSwitch(view));
  drawMenu(view);
  keepingFocus(periodSwitch, () => drawPeriodSwitch(view));
  packing.disconnect();
  main.replaceChildren(sectionOf(view));
  drawCharts();
  main.querySelectorAll(".cards > *").forEach(pack);
  settle(isElsewhere, top);
  statusLine.textContent = `${website.name}: ${title}, ${periodInWords(view)}`;
}

/** Moves the focus to a section that was gone to, and the window to where that was left. */
function settle(isElsewhere, top) {
  if (isElsewhere) document.getElementById("heading").focus({ preventScroll: true });
  if (top !== undefined) scrollTo(0, top);
  else if (isElsewhere) scrollTo(0, Math.min(scrollY, bar.offsetHeight));
}

/** Draws controls anew, and gives the focus back to the one that had it. */
function keepingFocus(place, redraw) {
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const isInPanel = focused?.closest("details") !== null;
  redraw();
  if (focused === null) return;
  const { name } = focused;
  const again = name && !isInPanel ? `select[name="${name}"], [name="${name}"]:checked` : "summary";
  (place.querySelector(again) ?? place.querySelector("input"))?.focus();
}

/** The choice of a website: a list of a few, or one to search in. */
function drawSiteSwitch(view) {
  const { websites, website } = view;
  const sites = [ALL_WEBSITES, ...websites].map(({ id, name }) => ({ value: id, label: name }));
  const choose = (id) => {
    location.hash = addressOf(view, { website: id });
  };
  const make = sites.length > MOST_IN_A_LIST ? searchableChooser : chooser;
  siteSwitch.replaceChildren(
    ...(websites.length > 1 ? [make("website", "Website", sites, website.id, choose)] : []),
  );
}

/** The sections, as links to whole addresses: what begins with # is read out as a way to skip. */
function drawMenu(view) {
  const [page] = location.href.split("#");
  const items = Object.entries(SECTIONS).map(([section, { title }]) => {
    const isCurrent = section === view.section && "page";
    const href = page + addressOf(view, { section });
    return element("li", {}, element("a", { href, "aria-current": isCurrent }, title));
  });
  const start = menu.scrollLeft;
  menu.replaceChildren(element("ul", {}, ...items));
  menu.scrollLeft = start;
  const [box, current] = [menu, menu.querySelector("[aria-current]")].map((each) =>
    each.getBoundingClientRect(),
  );
  if (current.left < box.left || current.right > box.right) {
    menu.scrollLeft += (current.left + current.right - box.left - box.right) / 2;
  }
}

/** The choice of a period: days up to the last one counted, or two dates where these can be had. */
function drawPeriodSwitch(view) {
  const { manifest, period, days } = view;
  const periods = [...manifest.settings.window_days].sort((one, other) => one - other);
  const options = periods.map((each) => ({ value: String(each), label: count(each, "day") }));
  const choose = (each) => {
    location.hash = addressOf(view, { days: each });
  };
  const chosen = period.range === null ? String(days) : "";
  periodSwitch.replaceChildren(
    segments("period", "Period", options, chosen, choose),
    disclosure("range", period.range === null ? "Dates" : periodInWords(view), datesOf(view), {
      "data-chosen": period.range !== null,
    }),
  );
}

function periodInWords({ period: { days, range } }) {
  if (range === null) return count(days, "day");
  return formatRange(dayNumber(range.from), dayNumber(range.to));
}

/** Two dates to choose, or why there are none. */
function datesOf(view) {
  const { manifest, isServed, period } = view;
  if (!isServed) return [RANGES_ARE_SERVED];
  if (manifest.as_of === null) return [refusalOf(null, null, null)];
  const { from, to } = period.range ?? {
    from: isoDate(dayNumber(period.asOf) - period.days + 1),
    to: period.asOf,
  };
  const [first, last] = [
    ["from", "From", from],
    ["to", "To", to],
  ].map(([name, label, value]) => {
    const limits = { min: FIRST_DATE, max: manifest.as_of, required: true };
    return [label, element("input", { type: "date", name, value, ...limits })];
  });
  const form = element(
    "form",
    {},
    ...[first, last].map(([label, input]) => element("label", {}, `${label} `, input)),
    element("p", { class: "refusal", role: "alert", hidden: true }),
    element("button", { type: "submit", class: "switch" }, "Show"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const range = { from: first[1].value, to: last[1].value };
    const refusal = refusalOf(range.from, range.to, manifest.as_of);
    const alert = form.querySelector(".refusal");
    alert.textContent = refusal ?? "";
    alert.hidden = refusal === null;
    if (refusal === null) location.hash = addressOf(view, range);
  });
  return [form];
}

/** @param {Error} error why nothing can be shown */
function drawFailure(error) {
  const again = element("button", { type: "button", class: "switch" }, "Try again");
  again.addEventListener("click", show);
  main.replaceChildren(
    element(
      "div",
      { class: "notice", role: "alert" },
      element("h2", {}, "The figures can't be shown"),
      element("p", {}, reasonOf(error)),
      again,
    ),
  );
}

/** Closes the panels of pills but the one that something happens in. */
function closePanels(place) {
  for (const panel of document.querySelectorAll("details.pill[open]")) {
    if (!panel.contains(place)) panel.open = false;
  }
}

history.scrollRestoration = "manual";
addEventListener("hashchange", show);
addEventListener("scrollend", () => history.replaceState({ top: scrollY }, ""));
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
  main.scrollIntoView();
});
document.addEventListener("click", (event) => closePanels(event.target));
document.addEventListener("focusin", (event) => closePanels(event.target));
document.addEventListener("keydown", (event) => {
  const panel = event.key === "Escape" && document.querySelector("details.pill[open]");
  if (!panel) return;
  panel.open = false;
  panel.querySelector("summary").focus();
});
document.addEventListener("visibilitychange", catchUp);
darkMode.addEventListener("change", () => drawCharts());
addEventListener("beforeprint", () => printing(true));
addEventListener("afterprint", () => printing(false));

/** Paper is light and narrow, whatever the screen is; charts are drawn for it. */
function printing(isPrinting) {
  document.documentElement.classList.toggle("printing", isPrinting);
  drawCharts();
}

show();
