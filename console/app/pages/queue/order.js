/** In which order cases stand, and how the list stays still under an analyst's hand while the queue moves. */

/** @typedef {import("./cases.js").Item} Item */
/** @typedef {"risk" | "amount" | "age"} Order */

/** @type {[Order, string][]} */
export const ORDERS = [
  ["risk", "Risk"],
  ["amount", "Amount at stake"],
  ["age", "Age"],
];

/**
 * @param {Item[]} items
 * @param {Order} order
 * @returns {Item[]}
 */
export function sorted(items, order) {
  if (order === "age")
    return items.toSorted((one, other) => compare(one.of.opened_at, other.of.opened_at) || byId(one, other));
  if (order === "risk") return items.toSorted((one, other) => other.risk - one.risk || byId(one, other));
  return byAmount(items);
}

/**
 * By what is at stake. Currencies are not converted: the one most cases have comes first, then the next.
 * @param {Item[]} items
 */
function byAmount(items) {
  /** @type {Map<string, number>} */
  const used = new Map();
  for (const { stake } of items) {
    for (const currency of Object.keys(stake)) used.set(currency, (used.get(currency) ?? 0) + 1);
  }
  const currencies = [...used].sort(([a, m], [b, n]) => n - m || compare(a, b)).map(([currency]) => currency);
  return items.toSorted((one, other) => {
    for (const currency of currencies) {
      const difference = (other.stake[currency] ?? -1) - (one.stake[currency] ?? -1);
      if (difference !== 0) return difference;
    }
    return byId(one, other);
  });
}

/** @param {Item} one @param {Item} other */
function byId(one, other) {
  return compare(one.id, other.id);
}

/** @param {string} one @param {string} other */
function compare(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * Put what came into what is shown. While somebody is at work nothing moves that stands at or above what they look at:
 * what belongs there waits until it is asked for; what belongs below is put in.
 * @param {readonly string[]} shown ids as they stand
 * @param {readonly string[]} wanted ids as they would stand
 * @param {{selected: string | null, isFree: boolean}} how isFree: nobody is at work, so everything may move
 * @returns {{shown: string[], waiting: string[], isStale: boolean}} waiting: what is not shown yet; isStale: what is
 *   shown would stand in another order
 */
export function arrange(shown, wanted, { selected, isFree }) {
  const rank = new Map(wanted.map((id, place) => [id, place]));
  const kept = shown.filter((id) => rank.has(id));
  if (isFree || kept.length === 0) return { shown: [...wanted], waiting: [], isStale: false };
  const waiting = [];
  const standing = new Set(kept);
  for (const id of wanted) {
    if (standing.has(id)) continue;
    const place = placeOf(id, kept, rank);
    const at = selected === null ? -1 : kept.indexOf(selected);
    if (place > at && !(at === -1 && place === 0)) kept.splice(place, 0, id);
    else waiting.push(id);
  }
  const ranks = kept.map((id) => rank.get(id) ?? 0);
  return { shown: kept, waiting, isStale: ranks.some((one, place) => place > 0 && one < ranks[place - 1]) };
}

/** @param {string} id @param {string[]} kept @param {Map<string, number>} rank */
function placeOf(id, kept, rank) {
  const mine = rank.get(id) ?? 0;
  const place = kept.findIndex((other) => (rank.get(other) ?? 0) > mine);
  return place === -1 ? kept.length : place;
}
