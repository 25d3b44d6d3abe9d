/** Numbers, money and times as people read them. */

const LOCALE = "en";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Formats by what they were made for: making one costs more than a hundred uses. @type {Map<string, any>} */
const made = new Map();

/** @template T @param {string} name @param {() => T} make @returns {T} */
function once(name, make) {
  if (!made.has(name)) made.set(name, make());
  return made.get(name);
}

/**
 * Money.
 * @param {number} minor in minor units
 * @param {string} currency ISO 4217
 */
export function money(minor, currency) {
  try {
    const format = once(
      `money ${currency}`,
      () => new Intl.NumberFormat(LOCALE, { style: "currency", currency, currencyDisplay: "code" }),
    );
    return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return `${number(minor / 100)} ${currency}`;
  }
}

/**
 * Several sums, each in its currency, the largest figure first.
 * @param {Record<string, number>} amounts in minor units by currency
 */
export function sums(amounts) {
  const all = Object.entries(amounts).sort(([, one], [, other]) => other - one);
  return all.length === 0 ? "–" : all.map(([currency, minor]) => money(minor, currency)).join(" + ");
}

/** @param {number | null | undefined} value @param {number} [digits] decimals at most */
export function number(value, digits = 2) {
  return value === null || value === undefined || Number.isNaN(value)
    ? "–"
    : once(`number ${digits}`, () => new Intl.NumberFormat(LOCALE, { maximumFractionDigits: digits })).format(value);
}

/** @param {number | null | undefined} share @param {number} [digits] decimals at most */
export function percent(share, digits = 1) {
  return share === null || share === undefined || Number.isNaN(share)
    ? "–"
    : once(
        `percent ${digits}`,
        () => new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: digits }),
      ).format(share);
}

/**
 * So many of something.
 * @param {number} count
 * @param {string} one the word for one
 * @param {string} [many] the word for several, where it is not the one with an s
 */
export function counted(count, one, many = `${one}s`) {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** A moment where the reader is, with its year where that is another one. @param {string} iso @param {number} [now] */
export function when(iso, now = Date.now()) {
  /** @type {Intl.DateTimeFormatOptions} */
  const options = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const isThisYear = new Date(iso).getFullYear() === new Date(now).getFullYear();
  return isThisYear ? dated(iso, "when", options) : dated(iso, "when then", { year: "numeric", ...options });
}

/** A moment as the system has it, to the second. @param {string} iso */
export function utc(iso) {
  return `${dated(iso, "utc", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC", hourCycle: "h23" })} UTC`;
}

/** @param {string} iso @param {string} name @param {Intl.DateTimeFormatOptions} options */
function dated(iso, name, options) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return String(iso);
  return once(name, () => new Intl.DateTimeFormat(LOCALE, options)).format(date);
}

/** How long ago. @param {string} iso @param {number} [now] */
export function ago(iso, now = Date.now()) {
  const passed = now - Date.parse(iso);
  if (Number.isNaN(passed)) return "–";
  if (passed < MINUTE) return "now";
  return `${lasting(passed)} ago`;
}

/** A length of time in its largest whole unit. @param {number} milliseconds */
export function lasting(milliseconds) {
  if (milliseconds < MINUTE) return `${Math.max(0, Math.floor(milliseconds / 1000))} s`;
  if (milliseconds < HOUR) return `${Math.floor(milliseconds / MINUTE)} min`;
  if (milliseconds < 2 * DAY) return `${Math.floor(milliseconds / HOUR)} h`;
  return `${Math.floor(milliseconds / DAY)} d`;
}

/** A name such as `far_above_usual` in words. @param {string} name */
export function spoken(name) {
  return name.replaceAll("_", " ");
}
