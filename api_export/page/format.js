"use strict";

// Numbers and dates, in the reader's locale. Dates are the export's `YYYY-MM-DD`.

const MILLISECONDS_A_DAY = 86_400_000;
const LONGEST_LABEL = 32;
const wholeNumber = new Intl.NumberFormat();
const shortNumber = new Intl.NumberFormat(undefined, { notation: "compact" });
const twoDecimals = decimals(2);
const fourDecimals = decimals(4);
const percentage = new Intl.NumberFormat(undefined, { style: "percent", minimumFractionDigits: 2 });
const roughPercentage = new Intl.NumberFormat(undefined, { style: "percent" });
const change = new Intl.NumberFormat(undefined, {
  signDisplay: "exceptZero",
  maximumFractionDigits: 2,
});
const relativeChange = new Intl.NumberFormat(undefined, {
  style: "percent",
  signDisplay: "exceptZero",
  maximumFractionDigits: 1,
});
const mediumDate = dateFormat({ day: "numeric", month: "short", year: "numeric" });
const weekdayDate = dateFormat({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const dayAndMonth = dateFormat({ day: "numeric", month: "short" });
const shortMonth = dateFormat({ month: "short" });
const monthAndYear = dateFormat({ month: "long", year: "numeric" });
const yearOnly = dateFormat({ year: "numeric" });
const longWeekday = dateFormat({ weekday: "long" });
const shortWeekday = dateFormat({ weekday: "short" });
const hourOfDay = dateFormat({ hour: "numeric" });

function decimals(digits) {
  return new Intl.NumberFormat(undefined, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function dateFormat(options) {
  return new Intl.DateTimeFormat(undefined, { ...options, timeZone: "UTC" });
}

/** A payload's figure; whatever else stands in its place is refused, and never drawn. */
function figure(value) {
  if (Number.isFinite(value)) return value;
  throw new TypeError(`${typeof value} where a number was expected`);
}

/** A payload's text; whatever else stands in its place is refused. */
function wording(value) {
  if (typeof value === "string") return value;
  throw new TypeError(`${typeof value} where a text was expected`);
}

/** @param {number} value */
const formatNumber = (value) => wholeNumber.format(figure(value));

/** @param {number} value */
const formatShort = (value) => shortNumber.format(figure(value));

/** @param {number} value */
const formatDecimal = (value) => twoDecimals.format(figure(value));

/** @param {number} value */
const formatFine = (value) => fourDecimals.format(figure(value));

/** @param {number} value a percentage, such as 36 */
const formatPercent = (value) => percentage.format(figure(value) / 100);

/** @param {number} value a percentage, without decimals */
const formatRoughPercent = (value) => roughPercentage.format(figure(value) / 100);

/** @param {string | null} text */
const formatText = (text) => (text === null ? "none" : wording(text));

/**
 * A name beside a bar, which leaves room for it: of at most so many letters. The middle is left out,
 * since names that begin alike are told apart by their ends.
 */
function shorten(text, most) {
  const letters = [...text.replace(/\s+/g, " ")];
  const longest = Math.floor(Math.min(most, LONGEST_LABEL));
  if (letters.length <= longest) return letters.join("");
  const tail = Math.floor(Math.max(longest - 1, 0) / 2);
  const head = Math.max(longest - 1 - tail, 0);
  return `${letters.slice(0, head).join("")}…${letters.slice(letters.length - tail).join("")}`;
}

/**
 * A number and what it counts: "1 day", "30 days".
 * @param {number} number
 * @param {string} singular
 */
function count(number, singular) {
  return `${formatNumber(number)} ${singular}${number === 1 ? "" : "s"}`;
}

/** Whether something is a date of the export. */
const isDate = (value) =>
  typeof value === "string" && Number.isInteger(Date.parse(`${value}T00:00:00Z`));

/**
 * The date as days since 1970-01-01.
 * @param {string} date
 */
function dayNumber(date) {
  if (isDate(date)) return Date.parse(`${date}T00:00:00Z`) / MILLISECONDS_A_DAY;
  throw new TypeError(`${typeof date} where a date was expected`);
}

/** @param {number} day as `dayNumber` gives it */
const dateOfDay = (day) => new Date(day * MILLISECONDS_A_DAY);

/** A day as a date of the export. @param {number} day as `dayNumber` gives it */
const isoDate = (day) => dateOfDay(day).toISOString().slice(0, 10);

/** @param {string} date */
const formatDate = (date) => mediumDate.format(dateOfDay(dayNumber(date)));

/** @param {number} day as `dayNumber` gives it */
const formatDay = (day) => weekdayDate.format(dateOfDay(day));

/** The same in fewer letters: "Dec 31, 2017". */
const formatDayShortly = (day) => mediumDate.format(dateOfDay(day));

/**
 * A range of dates, both included: "2 – 31 Dec 2017".
 * @param {number} first as `dayNumber` gives it
 * @param {number} last
 */
const formatRange = (first, last) => mediumDate.formatRange(dateOfDay(first), dateOfDay(last));

/**
 * What a period counts: "30 days, 2 – 31 Dec 2017".
 * @param {string | null} asOf
 * @param {number} days
 */
function formatWindow(asOf, days) {
  if (asOf === null) return "No events yet";
  const last = dayNumber(asOf);
  return `${count(days, "day")}, ${formatRange(last - days + 1, last)}`;
}

/** @param {string | null} asOf */
const formatAsOf = (asOf) => (asOf === null ? "No events yet" : `As of ${formatDate(asOf)}`);

/**
 * The days of a window, as a sentence says them; none before the first event.
 * @param {number} days
 */
function formatThese(days) {
  if (days === 0) return "yet";
  return days === 1 ? "on this day" : `in these ${count(days, "day")}`;
}

/** The reader's own today, as `dayNumber` gives it. */
function today() {
  const now = new Date();
  return Date.UTC(now.getFullYear(), now.getMonth(), now.getDate()) / MILLISECONDS_A_DAY;
}

/**
 * How long ago a date was, seen from the reader's own today: "yesterday", "3,253 days ago".
 * @param {string} date
 */
function formatAge(date) {
  const days = today() - dayNumber(date);
  if (days === 0) return "today";
  if (Math.abs(days) === 1) return days > 0 ? "yesterday" : "tomorrow";
  return days > 0 ? `${count(days, "day")} ago` : `in ${count(-days, "day")}`;
}

/**
 * A weekday's name.
 * @param {number} weekday 1 Monday … 7 Sunday
 * @param {Intl.DateTimeFormat} format
 */
const formatWeekday = (weekday, format = longWeekday) => format.format(Date.UTC(2024, 0, weekday));

/** @param {number} hour 0 … 23 */
const formatHour = (hour) => hourOfDay.format(Date.UTC(2024, 0, 1, hour));
