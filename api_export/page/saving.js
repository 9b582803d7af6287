"use strict";

// Files of what a card shows, made in the browser: tables as CSV, charts as PNG, other pictures as
// SVG. Read when a reader first saves something.

/** The files of a card: its table as CSV, its chart as PNG, or another picture as SVG. */
function savingPanel(title, content, body) {
  const canvas = body.querySelector("canvas");
  const picture = body.firstElementChild;
  const isDrawn = picture.matches(".picture, .metric, .heat, :has(> .heat, > .moves)");
  const name = fileName(title, content);
  const choices = [["The table as CSV", () => download(name, "csv", csvOfCard(content))]];
  if (canvas && chartConfigs.has(canvas)) {
    choices.push([
      "The chart as PNG",
      async () => download(name, "png", await pngOf(title, content, canvas)),
    ]);
  } else if (isDrawn) {
    choices.push([
      "The picture as SVG",
      () => download(name, "svg", svgOf(title, content, picture)),
    ]);
  }
  const note = element("p", { class: "caption", role: "status" });
  const buttons = choices.map(([label, save]) => {
    const button = element("button", { type: "button", class: "tool" }, label);
    button.addEventListener("click", async () => {
      const saved = await keep(withPictures(save));
      const say = () => {
        saved();
        return `${label} is saved.`;
      };
      note.replaceChildren(attempt(say, (failure) => failure));
    });
    return button;
  });
  const group = { class: "saving", role: "group", "aria-label": `Save: ${title}` };
  return element("div", group, ...buttons, note);
}

/** What `save` does, once there is all that pictures need. */
async function withPictures(save) {
  for (const script of ["pictures.js", "images.js"]) await loadScript(script);
  return save();
}

/** Whose figures a card shows. */
const ownerOf = ({ source }) => source?.website?.name ?? document.title.split(" · ")[0];

const fileName = (title, content) => `${ownerOf(content)} ${title} ${dateRange(content)}`;

/** The dates that a card's figures are of, or the last one, for the name of a file. */
function dateRange({ source }) {
  if (!source?.asOf) return "";
  return OF_PERIOD.has(source.endpoint)
    ? wholePeriod(source).map(isoDate).join(" ")
    : source.asOf;
}

const MEDIA_TYPES = {
  csv: "text/csv;charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
};

/** Lets the browser save a file, which leaves this machine by no other way. */
function download(name, ending, content) {
  const safe = name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  const url = URL.createObjectURL(new Blob([content], { type: MEDIA_TYPES[ending] }));
  element("a", { href: url, download: `${safe.slice(0, 100) || "figures"}.${ending}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** What a card shows as CSV: the payload's keys and digits, or else what its table shows. */
function csvOfCard({ saved, columns, rows }) {
  if (saved) {
    const written = saved(exactly);
    return csvOf([...new Set(written.flatMap(Object.keys))], written);
  }
  const plain = (value) => (typeof value === "number" ? { digits: String(value) } : value);
  const keys = columns.map(({ label }) => label);
  const lines = rows.map((row) =>
    Object.fromEntries(columns.map(({ label, key }) => [label, plain(row[key])])),
  );
  return csvOf(keys, lines);
}

const STRING_OR_NUMBER = /"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g;

/** What was read, with each number as its digits: `{digits: "36.00"}`. */
function exactly(value) {
  const text = textsOfValues.get(value);
  return JSON.parse(
    text.replace(STRING_OR_NUMBER, (found) =>
      found.startsWith('"') ? found : `{"digits":"${found}"}`,
    ),
  );
}

/** CSV as RFC 4180 has it, with a byte order mark where spreadsheets would misread it without. */
function csvOf(keys, rows) {
  const lines = [keys, ...rows.map((row) => keys.map((key) => row[key]))];
  const text = lines.map((cells) => `${cells.map(cellOf).join(",")}\r\n`).join("");
  return /[^\x00-\x7f]/.test(text) ? `\ufeff${text}` : text;
}

/** What a spreadsheet would take for a formula, in a text. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

function cellOf(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return String(value);
  if (has(value, "digits")) return value.digits;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
