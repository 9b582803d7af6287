"use strict";

// Charts, drawn by Chart.js in the page's own colours.

const SERIES = [1, 2, 3, 4, 5, 6, 7, 8];
const PIXELS_A_TICK = 76;
const PIXELS_A_LETTER = 18;
const MOST_WIDE_BARS = 400;

/** What draws each canvas: the configuration of its chart, in the colours of a theme. */
const chartConfigs = new Map();

/** Draws every chart in a place, and forgets those that have left the page. */
function drawCharts(place = document) {
  const theme = readTheme();
  for (const [canvas, config] of chartConfigs) {
    if (canvas.isConnected && !place.contains(canvas)) continue;
    attempt(
      () => drawChart(canvas, config, theme),
      (failure) => {
        chartConfigs.delete(canvas);
        canvas.replaceWith(failure);
      },
    );
  }
}

function drawChart(canvas, config, theme) {
  Chart.defaults.font.family = theme.font;
  Chart.defaults.color = theme.text;
  const drawn = Chart.getChart(canvas);
  drawn?.destroy();
  if (canvas.isConnected) new Chart(canvas, config(theme));
  else if (drawn) chartConfigs.delete(canvas);
}

/** The colours that the style sheet holds at this moment. */
function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: colour("muted"),
    strong: colour("text"),
    line: colour("line"),
    surface: colour("surface"),
    series: SERIES.map((number) => colour(`series-${number}`)),
    font: style.fontFamily,
  };
}

/** The canvas of a chart, with words for those who can't see it. */
function chartBox(label, config) {
  const canvas = element("canvas", {
    role: "img",
    "aria-label": `${label}. The table has the same numbers.`,
  });
  chartConfigs.set(canvas, config);
  return element("div", { class: "chart" }, canvas);
}

/** What all charts have in common. */
function commonOptions(theme) {
  return {
    animation: false,
    maintainAspectRatio: false,
    plugins: {
      legend: { display: false },
      tooltip: {
        backgroundColor: theme.strong,
        titleColor: theme.surface,
        bodyColor: theme.surface,
        padding: 10,
        cornerRadius: 8,
        boxPadding: 4,
        usePointStyle: true,
      },
    },
  };
}

function valueAxis(theme, format) {
  return {
    beginAtZero: true,
    border: { display: false },
    grid: { color: theme.line, drawTicks: false },
    ticks: { padding: 8, maxTicksLimit: 6, precision: 0, callback: format },
  };
}

/**
 * Figures over time.
 * @param {"line" | "bar"} kind
 * @param {{date: string}[]} rows the oldest first
 * @param {{key: string, label: string}[]} series at most eight
 * @param {{format?: (value: number) => string, title?: (day: number) => string,
 *   areMonths?: boolean}} writing
 */
function trendChart(kind, rows, series, writing = {}) {
  const { format = formatNumber, title = formatDayShortly } = writing;
  const names = series.map(({ label }) => label);
  const label = `${kind === "bar" ? "Bar" : "Line"} chart over time: ${names.join(", ")}`;
  const beyond = outliersOf(
    series.flatMap(({ key }, number) =>
      rows.map((row, at) => ({ at, series: number, value: figure(row[key]) })),
    ),
  );
  const box = chartBox(label, (theme) => trendConfig(theme, kind, rows, series, writing, beyond));
  const isSeveral = series.length > 1;
  return element(
    "div",
    { class: "picture" },
    ...(isSeveral ? [legend(names, [], kind === "bar" ? "fills" : "dashes")] : []),
    box,
    ...(beyond ? [beyondNote(beyond, rows, series, format, title)] : []),
  );
}

function trendConfig(theme, kind, rows, series, writing, beyond) {
  const { format = formatNumber, title = formatDay, areMonths = false } = writing;
  const isAlone = series.length === 1;
  const days = rows.map(({ date }) => dayNumber(date));
  const margin =
    kind === "bar" ? (days.at(-1) - days[0]) / Math.max(days.length - 1, 1) / 2 || 0.5 : 0;
  const datasets = series.map(({ key, label }, at) => ({
    label,
    data: rows.map((row, day) => ({ x: days[day], y: figure(row[key]) })),
    ...(kind === "bar"
      ? barStyle(theme, at, rows.length * series.length, isAlone)
      : lineStyle(theme, at, isAlone)),
  }));
  const options = commonOptions(theme);
  options.parsing = false;
  options.normalized = true;
  options.interaction = { mode: "index", intersect: false };
  options.plugins.tooltip.callbacks = {
    title: ([item]) => title(item.parsed.x),
    label: ({ dataset, parsed }) => ` ${dataset.label}: ${format(parsed.y)}`,
  };
  options.scales = {
    x: dayAxis(days[0] - margin, days.at(-1) + margin, areMonths),
    y: valueAxis(theme, format === formatPercent ? formatRoughPercent : formatShort),
  };
  if (beyond === null) return { type: kind, data: { datasets }, options };
  options.scales.y.max = beyond.limit;
  options.layout = { padding: { top: 18 } };
  const plugins = [beyondMarks(beyond, theme, format)];
  return { type: kind, data: { datasets }, options, plugins };
}

function lineStyle(theme, at, isAlone) {
  const colour = theme.series[at];
  return {
    borderColor: colour,
    backgroundColor: `${colour}1f`,
    borderWidth: 2,
    borderDash: DASHES[at % DASHES.length],
    borderJoinStyle: "round",
    fill: isAlone ? "origin" : false,
    pointRadius: 0,
    pointHoverRadius: 4,
    pointHoverBackgroundColor: colour,
    pointStyle: "circle",
  };
}

function barStyle(theme, at, bars, isAlone) {
  const isCrowded = bars > MOST_WIDE_BARS;
  return {
    ...barFill(theme.series[at], at, isAlone || isCrowded),
    borderRadius: isCrowded ? 0 : 2,
    categoryPercentage: 0.9,
    barPercentage: 0.9,
    barThickness: isCrowded ? 1 : undefined,
    pointStyle: "circle",
  };
}

/** An axis of days, whose ticks are days or the first days of months; of months, these alone. */
function dayAxis(min, max, areMonths) {
  return {
    type: "linear",
    min,
    max,
    offset: false,
    border: { display: false },
    grid: { display: false },
    afterBuildTicks: (scale) => {
      const most = Math.max(2, Math.floor(scale.chart.width / PIXELS_A_TICK));
      const [first, last] = [Math.ceil(scale.min), Math.floor(scale.max)];
      scale.ticks = dayTicks(first, last, most, areMonths).map((value) => ({ value }));
    },
    ticks: { maxRotation: 0, autoSkip: false, callback: formatTick },
  };
}

/** At most about so many days to name on an axis. */
function dayTicks(first, last, most, areMonths) {
  const days = last - first + 1;
  const everyDays = areMonths ? null : [1, 2, 7, 14].find((step) => days / step <= most);
  const all = Array.from({ length: days }, (_, at) => first + at);
  if (everyDays) return all.filter((day) => (last - day) % everyDays === 0);
  const everyMonths = [1, 2, 3, 6, 12, 24].find((step) => days / 30.4 / step <= most) ?? 60;
  return all.filter((day) => {
    const date = dateOfDay(day);
    const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
    return date.getUTCDate() === 1 && month % everyMonths === 0;
  });
}

/** Days by day and month, where ticks are months by month, Januaries by year. */
function formatTick(day, index, ticks) {
  const date = dateOfDay(day);
  const areMonths = ticks.every(({ value }) => dateOfDay(value).getUTCDate() === 1);
  if (!areMonths || ticks.length === 1) return dayAndMonth.format(date);
  return (date.getUTCMonth() === 0 ? yearOnly : shortMonth).format(date);
}

/**
 * Shares of a whole, each named beside the chart.
 * @param {"pie" | "doughnut"} kind
 * @param {{label: string, value: number, note: string}[]} parts
 */
function shareChart(kind, parts) {
  const box = chartBox(`${kind === "pie" ? "Pie" : "Doughnut"} chart`, (theme) => {
    const options = commonOptions(theme);
    options.plugins.tooltip.callbacks = {
      label: ({ dataIndex }) => ` ${parts[dataIndex].label}: ${parts[dataIndex].note}`,
    };
    options.plugins.tooltip.callbacks.title = () => "";
    const dataset = {
      data: parts.map(({ value }) => value),
      backgroundColor: parts.map((_, at) => theme.series[at % SERIES.length]),
      borderColor: theme.surface,
      borderWidth: 2,
      pointStyle: "circle",
    };
    if (kind === "doughnut") options.cutout = "64%";
    const labels = parts.map(({ label }) => label);
    const plugins = [sliceShares(theme, parts)];
    return { type: kind, data: { labels, datasets: [dataset] }, options, plugins };
  });
  return element(
    "div",
    { class: "picture share" },
    box,
    legend(
      parts.map(({ label }) => label),
      parts,
    ),
  );
}

/**
 * Lengths side by side, in the order given.
 * @param {string} unit
 * @param {{label: string, value?: number, note?: string, mark?: string}[]} parts what the tooltip
 *   says of each, and what stands at the end of its bar, where that is not its number
 * @param {{key: string, label?: string}[]} series named where they are several
 */
function rankChart(unit, parts, series = [{ key: "value" }]) {
  const box = chartBox(`Bar chart: ${unit}`, (theme) => {
    const options = commonOptions(theme);
    options.indexAxis = "y";
    options.plugins.tooltip.callbacks = {
      title: ([{ dataIndex }]) => parts[dataIndex].label,
      label: ({ dataIndex, dataset, parsed }) =>
        ` ${dataset.label ? `${dataset.label}: ${formatNumber(parsed.x)}` : parts[dataIndex].note}`,
    };
    options.scales = {
      x: valueAxis(theme, formatShort),
      y: {
        border: { display: false },
        grid: { display: false },
        ticks: {
          color: theme.strong,
          autoSkip: false,
          callback(at) {
            return shorten(parts[at].label, this.chart.width / PIXELS_A_LETTER);
          },
        },
      },
    };
    const datasets = series.map(({ key, label }, at) => ({
      label,
      data: parts.map((part) => figure(part[key])),
      ...barFill(theme.series[at], at, series.length === 1),
      borderRadius: 4,
      maxBarThickness: 22,
      pointStyle: "circle",
    }));
    const texts = series.map(({ key }, at) =>
      parts.map(({ mark, ...part }) => (at === 0 && mark) || formatNumber(part[key])),
    );
    const { values, padding } = barValues(theme, texts);
    options.layout = { padding };
    const labels = parts.map(({ label }) => label);
    return { type: "bar", data: { labels, datasets }, options, plugins: [values] };
  });
  box.classList.add("ranked");
  box.style.height = `${parts.length * (1 + 0.75 * series.length) + 2.5}rem`;
  const names = series.map(({ label }) => label);
  const pieces = series.length > 1 ? [legend(names, [], "fills"), box] : [box];
  return element("div", { class: "picture" }, ...pieces);
}
