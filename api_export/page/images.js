"use strict";

// Pictures of a card as files: a chart as PNG, what is drawn of elements as SVG. Both say what they
// show, whose figures they are, and of which dates; both are light, for whatever page they go to.

const SHEET_WIDTH = 1280;
const PNG_SCALE = 2;
const PNG_WIDTH = 960;
const PNG_MARGIN = 24;
const PNG_LINE = 20;

/** What `draw` makes in the colours of paper, on a page as wide as any, whatever the screen is. */
function onPaper(draw) {
  const { documentElement: root, body } = document;
  const wasPrinting = root.classList.contains("printing");
  root.classList.add("printing");
  body.style.width = `${SHEET_WIDTH}px`;
  try {
    return draw(readTheme());
  } finally {
    body.style.width = "";
    root.classList.toggle("printing", wasPrinting);
  }
}

/** The lines above a picture: what it is, whose, and of which dates; as long as fits. */
function headingLines(title, content, theme, width) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = fontOf(theme, 18, 600);
  const heading = broken(pen, title, width)[0];
  pen.font = fontOf(theme, 13);
  return [heading, ...broken(pen, `${ownerOf(content)} · ${content.caption}`, width).slice(0, 6)];
}

/** A chart drawn anew, as wide as any other, under its heading and the names of its colours. */
async function pngOf(title, content, canvas) {
  const whole = onPaper((theme) => {
    const names = [...canvas.closest(".picture").querySelectorAll(".legend li")];
    const notes = [...canvas.closest(".picture").querySelectorAll(".beyond")];
    const pen = document.createElement("canvas").getContext("2d");
    const width = PNG_WIDTH - 2 * PNG_MARGIN;
    pen.font = fontOf(theme, 13);
    const [heading, ...about] = headingLines(title, content, theme, width);
    const beyond = notes.flatMap((note) => broken(pen, note.textContent, width).slice(0, 4));
    const lines = [...about, ...beyond];
    const places = placed(pen, names, width);
    const chart = chartImage(canvas, theme, width);
    const top = PNG_MARGIN + 28 + lines.length * PNG_LINE + 8;
    const chartTop = top + (places.length ? (places.at(-1).row + 1) * PNG_LINE + 8 : 0);
    const height = chartTop + chart.height / PNG_SCALE + PNG_MARGIN;

    const sheet = element("canvas", { width: PNG_WIDTH * PNG_SCALE, height: height * PNG_SCALE });
    const context = sheet.getContext("2d");
    context.scale(PNG_SCALE, PNG_SCALE);
    context.fillStyle = theme.surface;
    context.fillRect(0, 0, PNG_WIDTH, height);
    context.textBaseline = "top";
    context.fillStyle = theme.strong;
    context.font = fontOf(theme, 18, 600);
    context.fillText(heading, PNG_MARGIN, PNG_MARGIN);
    context.font = fontOf(theme, 13);
    context.fillStyle = theme.text;
    lines.forEach((line, at) =>
      context.fillText(line, PNG_MARGIN, PNG_MARGIN + 28 + at * PNG_LINE),
    );
    const isFilled = canvas.closest(".picture").querySelector(".legend.fills") !== null;
    places.forEach(({ text, colour, x, row }, at) => {
      const { backgroundColor, borderColor = colour } = barFill(colour, at, !isFilled);
      context.fillStyle = backgroundColor;
      context.strokeStyle = borderColor;
      context.fillRect(PNG_MARGIN + x, top + row * PNG_LINE + 2, 10, 10);
      context.strokeRect(PNG_MARGIN + x, top + row * PNG_LINE + 2, 10, 10);
      context.fillStyle = theme.strong;
      context.fillText(text, PNG_MARGIN + x + 16, top + row * PNG_LINE);
    });
    context.drawImage(
      chart,
      PNG_MARGIN,
      chartTop,
      chart.width / PNG_SCALE,
      chart.height / PNG_SCALE,
    );
    return sheet;
  });
  return new Promise((resolve) => whole.toBlob(resolve, MEDIA_TYPES.png));
}

const fontOf = (theme, size, weight = 400) => `${weight} ${size}px ${theme.font}`;

/** A chart on a canvas of its own, of which nothing moves and nothing answers to a pointer. */
function chartImage(canvas, theme, width) {
  const config = chartConfigs.get(canvas)(theme);
  const isRanked = config.options.indexAxis === "y";
  const bars = isRanked ? config.data.labels.length * config.data.datasets.length : 0;
  const height = isRanked ? Math.max(160, 40 + 34 * bars) : 420;
  const sheet = element("canvas", { width, height });
  Chart.defaults.font.family = theme.font;
  Chart.defaults.color = theme.text;
  Object.assign(config.options, {
    responsive: false,
    devicePixelRatio: PNG_SCALE,
    events: [],
  });
  const chart = new Chart(sheet, config);
  const copy = element("canvas", { width: sheet.width, height: sheet.height });
  copy.getContext("2d").drawImage(sheet, 0, 0);
  chart.destroy();
  return copy;
}

/** A text in lines that are as long as fits. */
function broken(pen, text, width) {
  const lines = [""];
  for (const word of text.replace(/\s+/g, " ").split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (pen.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(fitted(pen, word, width));
  }
  return lines[0] === "" && lines.length > 1 ? lines.slice(1) : lines;
}

/** A word, cut off where it is longer than a line. */
function fitted(pen, word, width) {
  let letters = [...word].slice(0, 200);
  while (letters.length > 1 && pen.measureText(letters.join("")).width > width) {
    letters = letters.slice(0, Math.floor(letters.length * 0.9));
  }
  return letters.join("");
}

/** Where the names of a legend stand, in rows. */
function placed(pen, names, width) {
  let [x, row] = [0, 0];
  return names.map((name) => {
    const words = [...name.childNodes].map((each) => each.textContent).join("  ");
    const text = fitted(pen, words, width);
    const colour = getComputedStyle(name).getPropertyValue("--swatch").trim();
    const room = pen.measureText(text).width + 40;
    if (x > 0 && x + room > width) [x, row] = [0, row + 1];
    const place = { text, colour, x, row };
    x += room;
    return place;
  });
}

/** A picture that is made of elements, as SVG: their boxes, their texts and their drawings. */
function svgOf(title, content, picture) {
  const wasHidden = picture.hidden;
  picture.hidden = false;
  try {
    return onPaper((theme) => {
      const frame = picture.getBoundingClientRect();
      const inner = Math.ceil(Math.max(frame.width, picture.scrollWidth));
      const width = inner + 2 * PNG_MARGIN;
      const lines = headingLines(title, content, theme, inner);
      const top = PNG_MARGIN + 24 + lines.length * PNG_LINE;
      const offset = { x: PNG_MARGIN - frame.x, y: top - frame.y };
      const pieces = [...boxesAndTexts(picture, offset)];
      const lowest = pieces.map((piece) => Number(piece.dataset.bottom ?? 0));
      const height = Math.ceil(Math.max(frame.height + top, ...lowest)) + PNG_MARGIN;
      const heading = lines.map((line, at) =>
        drawn(
          "text",
          {
            x: PNG_MARGIN,
            y: PNG_MARGIN + 14 + at * PNG_LINE + (at ? 4 : 0),
            fill: at ? theme.text : theme.strong,
            "font-size": at ? 13 : 18,
            "font-weight": at ? 400 : 600,
          },
          line,
        ),
      );
      const sheet = drawn("rect", { width: "100%", height: "100%", fill: theme.surface });
      const whole = drawn(
        "svg",
        { viewBox: `0 0 ${width} ${height}`, width, height, "font-family": theme.font },
        drawn("title", {}, title),
        sheet,
        ...heading,
        ...pieces,
      );
      for (const piece of pieces) delete piece.dataset.bottom;
      return new XMLSerializer().serializeToString(whole);
    });
  } finally {
    picture.hidden = wasHidden;
  }
}

/** The pieces of an element that can be seen, each in its place. */
function* boxesAndTexts(node, offset) {
  if (node instanceof SVGSVGElement) {
    yield drawingOf(node, offset);
    return;
  }
  const style = getComputedStyle(node);
  if (node.matches(".unseen") || style.display === "none") return;
  const box = node.getBoundingClientRect();
  const [x, y] = [box.x + offset.x, box.y + offset.y];
  if (style.backgroundColor !== "rgba(0, 0, 0, 0)" && box.width > 0) {
    const rx = Number.parseFloat(style.borderRadius) || 0;
    const { width, height } = box;
    const fill = style.backgroundColor;
    yield noted(drawn("rect", { x, y, width, height, rx, fill }), y + height);
  }
  if (Number.parseFloat(style.borderTopWidth) > 0 && box.width > 0) {
    yield drawn("line", { x1: x, x2: x + box.width, y1: y, y2: y, stroke: style.borderTopColor });
  }
  for (const child of node.childNodes) {
    if (child instanceof Text) yield* linesOf(child, style, offset);
    else if (child instanceof Element) yield* boxesAndTexts(child, offset);
  }
}

/** Where a piece ends, so that the sheet is long enough. */
function noted(piece, bottom) {
  piece.dataset.bottom = String(bottom);
  return piece;
}

/** The lines that a text was broken into, each where it stands. */
function* linesOf(node, style, offset) {
  if (style.color === "rgba(0, 0, 0, 0)" || Number.parseFloat(style.fontSize) === 0) return;
  const range = document.createRange();
  let line = null;
  const size = Number.parseFloat(style.fontSize);
  const write = ({ text, x, y, height }) =>
    noted(
      drawn(
        "text",
        {
          x: x + offset.x,
          y: y + offset.y + height / 2,
          "dominant-baseline": "central",
          fill: style.color,
          "font-size": size,
          "font-weight": style.fontWeight,
        },
        text,
      ),
      y + offset.y + height,
    );
  let at = 0;
  for (const letter of node.data) {
    range.setStart(node, at);
    range.setEnd(node, at + letter.length);
    at += letter.length;
    const [box] = range.getClientRects();
    if (!box) continue;
    if (line && Math.abs(line.y - box.y) < size / 2) {
      line.text += letter;
      line.x = Math.min(line.x, box.x);
    } else {
      if (line?.text.trim()) yield write(line);
      line = { text: letter, x: box.x, y: box.y, height: box.height };
    }
  }
  if (line?.text.trim()) yield write(line);
}

const DRAWN_AS = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "text-anchor"];

/** A drawing of the page with its colours written in, for where its style sheet isn't. */
function drawingOf(drawing, offset) {
  const copy = drawing.cloneNode(true);
  const originals = [drawing, ...drawing.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((each, at) => {
    const style = getComputedStyle(originals[at]);
    for (const name of DRAWN_AS) each.setAttribute(name, style.getPropertyValue(name));
    each.removeAttribute("class");
  });
  const box = drawing.getBoundingClientRect();
  copy.setAttribute("x", box.x + offset.x);
  copy.setAttribute("y", box.y + offset.y);
  copy.setAttribute("width", box.width);
  copy.setAttribute("height", box.height);
  copy.setAttribute("overflow", "visible");
  return copy;
}
