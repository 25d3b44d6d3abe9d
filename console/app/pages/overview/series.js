/** Values over time, some of which nobody measured, and how they are said. */

import { number } from "../../words.js";

/** @typedef {(number | null)[]} Values */

/** Whether there is a value at all. @param {Values | null | undefined} values */
export function measured(values) {
  return Boolean(values?.some((value) => value !== null));
}

/**
 * The latest value, of the last few only: what was measured long ago is not how it is now.
 * @param {Values | null | undefined} values
 * @param {number} [within]
 * @returns {number | null}
 */
export function latest(values, within = 3) {
  return values?.slice(-within).findLast((value) => value !== null) ?? null;
}

/**
 * How many steps ago something was measured last; null where it never was.
 * @param {Values | null | undefined} values
 * @returns {{value: number, steps: number} | null}
 */
export function lastSeen(values) {
  const at = (values ?? []).findLastIndex((value) => value !== null);
  return values && at >= 0 ? { value: /** @type {number} */ (values[at]), steps: values.length - 1 - at } : null;
}

/** Null where nothing was measured. @param {Values | null | undefined} values @returns {number | null} */
export function total(values) {
  if (!values || !measured(values)) return null;
  return values.reduce((/** @type {number} */ sum, value) => sum + (value ?? 0), 0);
}

/** Null where nothing was measured. @param {Values | null | undefined} values @returns {number | null} */
export function largest(values) {
  const known = (values ?? []).filter((value) => value !== null);
  return known.length ? known.reduce((most, value) => Math.max(most, /** @type {number} */ (value)), -Infinity) : null;
}

/** Each value divided; null stays. @param {Values | null | undefined} values @param {number} by @returns {Values} */
export function divided(values, by) {
  return (values ?? []).map((value) => (value === null ? null : value / by));
}

/**
 * A share of two sums; null where there is nothing to divide by.
 * @param {Values[]} parts
 * @param {Values} whole
 */
export function share(parts, whole) {
  const of = total(whole);
  return of ? parts.reduce((sum, values) => sum + (total(values) ?? 0), 0) / of : null;
}

/**
 * Fewer values for a small picture: means of what lies together, null where nothing was measured.
 * @param {Values | null | undefined} values
 * @param {number} [most]
 * @returns {Values}
 */
export function thinned(values, most = 48) {
  const all = values ?? [];
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, at) => {
    const some = all.slice(Math.floor((at * all.length) / most), Math.floor(((at + 1) * all.length) / most));
    const known = some.filter((value) => value !== null);
    return known.length ? (total(known) ?? 0) / known.length : null;
  });
}

/** @param {number | null} value */
export function seconds(value) {
  if (value === null) return "–";
  if (value < 1) return `${number(value * 1000, 0)} ms`;
  if (value < 120) return `${number(value, 1)} s`;
  if (value < 7_200) return `${number(value / 60, 0)} min`;
  return `${number(value / 3_600, 1)} h`;
}

/** @param {number | null} value */
export function milliseconds(value) {
  return value === null ? "–" : value < 10_000 ? `${number(value, value < 10 ? 1 : 0)} ms` : seconds(value / 1000);
}

/** @param {number | null} value */
export function dollars(value) {
  return value === null
    ? "–"
    : new Intl.NumberFormat("en", {
        style: "currency",
        currency: "USD",
        maximumFractionDigits: value > 0 && value < 0.1 ? 4 : value < 1_000 ? 2 : 0,
      }).format(value);
}

/** @param {number | null} value a second */
export function rate(value) {
  return value === null ? "–" : number(value, value < 1 ? 3 : value < 100 ? 1 : 0);
}
