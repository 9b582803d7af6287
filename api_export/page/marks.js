"use strict";

// What charts say beside their bars and lines: values, what lies beyond the scale, and fills and
// dashes that tell series apart without their colours.

const MOST_OUTLIERS = 3;
const VALUES_AN_OUTLIER = 10;
const LEAST_ORDINARY = 7;
const TIMES_BEYOND = 4;

/**
 * Values that are so far beyond all others that these would lie flat on one scale.
 * @param {{at: number, series: number, value: number}[]} points
 * @returns {{limit: number, points: {at: number, series: number, value: number}[]} | null} the end
 *   of a scale for the others, and the few beyond it
 */
function outliersOf(points) {
  if (points.some(({ value }) => value < 0)) return null;
  const sorted = points
    .filter(({ value }) => value > 0)
    .sort((one, other) => other.value - one.value);
  const most = Math.min(MOST_OUTLIERS, Math.floor(points.length / VALUES_AN_OUTLIER));
  for (let number = most; number > 0; number -= 1) {
    if (sorted.length < number + LEAST_ORDINARY) continue;
    const highest = sorted[number].value;
    if (sorted[number - 1].value < TIMES_BEYOND * highest) continue;
    return { limit: scaleEnd(highest * 1.1), points: sorted.slice(0, number) };
  }
  return null;
}

/** The end of a scale up to a value, at a whole number of round steps. */
function scaleEnd(value) {
  const power = 10 ** Math.floor(Math.log10(value / 5));
  const step = power * [1, 2, 5, 10].find((times) => times * power * 5 >= value);
  return Math.ceil(value / step) * step;
}

/** What lies beyond a chart's scale, in words: "Beyond the scale: 323,500 on Dec 31, 2017". */
function beyondNote(beyond, rows, series, format, title) {
  const values = beyond.points.map(({ at, series: number, value }) => {
    const name = series.length > 1 ? `${series[number].label} ` : "";
    return `${name}${format(value)} (${title(dayNumber(rows[at].date))})`;
  });
  return element("p", { class: "caption beyond" }, `↑ Beyond the scale: ${values.join("; ")}`);
}

/** Marks where values leave the scale: a gap in the bar, an arrow, and the value. */
function beyondMarks(beyond, theme, format) {
  return {
    id: "beyond",
    afterDatasetsDraw(chart) {
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.font = `600 11px ${theme.font}`;
      ctx.textBaseline = "bottom";
      ctx.textAlign = "center";
      let taken = chartArea.right + PIXELS_A_TICK;
      const fromTheRight = [...beyond.points].sort((one, other) => other.at - one.at);
      for (const { at, series, value } of fromTheRight) {
        const { x, width = 0 } = chart.getDatasetMeta(series).data[at];
        ctx.strokeStyle = theme.surface;
        ctx.lineWidth = 3;
        const reach = Math.max(width / 2, 4) + 2;
        ctx.beginPath();
        ctx.moveTo(x - reach, chartArea.top + 14);
        ctx.lineTo(x + reach, chartArea.top + 8);
        ctx.stroke();

        const text = `↑ ${format(value)}`;
        const half = ctx.measureText(text).width / 2;
        const middle = Math.min(Math.max(x, chartArea.left + half), chartArea.right - half);
        if (middle + half > taken) continue;
        taken = middle - half - 8;
        ctx.fillStyle = theme.strong;
        ctx.fillText(text, middle, chartArea.top - 4);
      }
      ctx.restore();
    },
  };
}

/** How a series of bars is filled: evenly, hatched, or hollow; alone always evenly. */
function barFill(colour, at, isAlone) {
  if (isAlone || at % 3 === 0) return { backgroundColor: colour };
  const edge = { borderColor: colour, borderWidth: 1.5 };
  return at % 3 === 1
    ? { ...edge, backgroundColor: hatching(colour) }
    : { ...edge, backgroundColor: `${colour}26` };
}

/** Slanted lines of a colour. */
function hatching(colour) {
  const tile = element("canvas", { width: 6, height: 6 });
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = 1.75;
  pen.beginPath();
  for (const shift of [-6, 0, 6]) {
    pen.moveTo(shift - 1, 7);
    pen.lineTo(shift + 7, -1);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat");
}

/** How the lines of several series are broken. */
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

/** Values at the ends of bars that lie on their side, where there is room for them. */
function barValues(theme, texts) {
  const font = `11px ${theme.font}`;
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = font;
  const room = Math.ceil(Math.max(...texts.flat().map((text) => pen.measureText(text).width))) + 10;
  const fits = (chart) => room < chart.width * 0.35;
  const values = {
    id: "values",
    afterDatasetsDraw(chart) {
      if (!fits(chart)) return;
      const { ctx } = chart;
      ctx.save();
      ctx.font = font;
      ctx.fillStyle = theme.strong;
      ctx.textBaseline = "middle";
      texts.forEach((ofSeries, series) =>
        chart.getDatasetMeta(series).data.forEach(({ x, y }, at) => {
          ctx.fillText(ofSeries[at], Math.max(x, chart.chartArea.left) + 6, y);
        }),
      );
      ctx.restore();
    },
  };
  return { values, padding: ({ chart }) => ({ right: fits(chart) ? room : 0 }) };
}

/** Shares in the slices that have room for them, so that not colour alone says which is which. */
function sliceShares(theme, parts) {
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  return {
    id: "shares",
    afterDatasetsDraw(chart) {
      const { ctx } = chart;
      ctx.save();
      ctx.font = `600 11px ${theme.font}`;
      ctx.fillStyle = theme.surface;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      chart.getDatasetMeta(0).data.forEach((slice, at) => {
        const share = parts[at].value / total;
        if (share < 0.08) return;
        const { x, y } = slice.tooltipPosition();
        ctx.fillText(roughPercentage.format(share), x, y);
      });
      ctx.restore();
    },
  };
}
