/** The arithmetic of the charts: no page, no colours. */

/** @typedef {number | null | undefined} Maybe */

/**
 * A straight map from values to places.
 * @param {[number, number]} values
 * @param {[number, number]} places
 * @returns {(value: number) => number}
 */
export function linear([from, until], [first, last]) {
  const span = until - from || 1;
  return (value) => first + ((value - from) / span) * (last - first);
}

/**
 * A map on which small amounts can be told apart and large ones still fit: places grow with the square root.
 * @param {[number, number]} values not below 0
 * @param {[number, number]} places
 * @returns {(value: number) => number}
 */
export function rooted([from, until], places) {
  const straight = linear([Math.sqrt(from), Math.sqrt(until)], places);
  return (value) => straight(Math.sqrt(Math.max(value, 0)));
}

/**
 * The least and the greatest of the values that there are; null where there are none.
 * @param {Iterable<Maybe>} values
 * @returns {[number, number] | null}
 */
export function extent(values) {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return least <= greatest ? [least, greatest] : null;
}

/**
 * Round values within a range, 1, 2 or 5 times a power of ten apart.
 * @param {number} from
 * @param {number} until
 * @param {number} most of them, about
 */
export function ticks(from, until, most) {
  const span = until - from;
  if (!(span > 0) || !Number.isFinite(span)) return [from];
  const rough = span / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((times) => times * power >= rough) ?? 10) * power;
  const found = [];
  for (let at = Math.ceil(from / step - 1e-9); at * step <= until + step * 1e-9; at++) {
    found.push(Number((at * step).toPrecision(12)));
  }
  return found;
}

/**
 * Round amounts for an axis by the square root: 0 and the 1, 2, 5, 10, 20... that are far enough apart on it.
 * @param {number} greatest
 * @param {number} apart share of the axis between two of them, at least
 */
export function rootTicks(greatest, apart = 0.2) {
  const found = [0];
  let before = 0;
  for (let power = 1; power <= greatest; power *= 10) {
    for (const value of [1, 2, 5].map((times) => times * power)) {
      const place = Math.sqrt(value / greatest);
      if (value <= greatest && place - before >= apart) {
        found.push(value);
        before = place;
      }
    }
  }
  return found;
}

/**
 * Pile lists up: each becomes the sum of itself and those before. Null only where every list is.
 * @param {Maybe[][]} lists
 * @returns {(number | null)[][]}
 */
export function stacked(lists) {
  const length = lists[0]?.length ?? 0;
  /** @type {(number | null)[]} */
  const sums = Array.from({ length }, (_, at) => (lists.some((list) => list[at] != null) ? 0 : null));
  return lists.map((list) => {
    for (let at = 0; at < length; at++) {
      const sum = sums[at];
      if (sum !== null && sum !== undefined) sums[at] = sum + (list[at] ?? 0);
    }
    return [...sums];
  });
}

/**
 * The index of the nearest value of a rising list; -1 of an empty one.
 * @param {number[]} rising
 * @param {number} value
 */
export function nearest(rising, value) {
  let low = 0;
  let high = rising.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (/** @type {number} */ (rising[middle]) <= value) low = middle;
    else high = middle;
  }
  if (high < 0) return -1;
  return Math.abs(value - Number(rising[low])) <= Math.abs(Number(rising[high]) - value) ? low : high;
}

/**
 * Evenly spread indices, the last one included: what a table shows of a long list.
 * @param {number} length
 * @param {number} most
 */
export function sampled(length, most) {
  if (length <= most) return Array.from({ length }, (_, at) => at);
  return Array.from({ length: most }, (_, at) => Math.round((at * (length - 1)) / (most - 1)));
}

/**
 * The index of the last value there is; -1 where there is none.
 * @param {Maybe[]} values
 */
export function lastKnown(values) {
  for (let at = values.length - 1; at >= 0; at--) {
    if (values[at] != null) return at;
  }
  return -1;
}

/**
 * A curve as an SVG path, lifted over gaps.
 * @param {Maybe[]} xs
 * @param {Maybe[]} ys
 * @param {(value: number) => number} toX
 * @param {(value: number) => number} toY
 */
export function path(xs, ys, toX, toY) {
  let text = "";
  let down = false;
  xs.forEach((x, at) => {
    const y = ys[at];
    const is = x != null && y != null && Number.isFinite(x) && Number.isFinite(y);
    if (is) text += `${down ? "L" : "M"}${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`;
    down = is;
  });
  return text;
}
