/** A card's or a terminal's past, sorted out for a picture. */

const DAY_MS = 86_400_000;

/**
 * @typedef {{event_time: string, amount_minor: number, label?: string | null, known_at?: string | null, terminal_hash?: number,
 *   card_hash?: number, place?: {latitude: number, longitude: number} | null}} PastTransaction
 * @typedef {{date: string, count: number, amount_minor: number}} PastDay
 * @typedef {{event_time: string, amount_minor: number, label?: string | null, known_at?: string | null, decision?: string}} Here
 *
 * @typedef {object} Stop one transaction, or an older day
 * @property {number} at milliseconds since 1970; of a day its middle
 * @property {number} amount in minor units; of a day the sum
 * @property {number} count 1 of a transaction
 * @property {"transaction" | "day"} kind
 * @property {"fraud" | "legitimate" | "unknown"} label
 * @property {string | null} knownAt
 * @property {boolean} isHere the transaction that is looked at
 * @property {boolean} isSame the same terminal (of a card), the same card (of a terminal) as the one looked at, as far as is known
 * @property {string} date of a day
 */

/**
 * Everything that lies in the span, in its order. A transaction that the history has not (any more) is added.
 * @param {PastTransaction[]} transactions
 * @param {PastDay[]} days
 * @param {Here | null} here
 * @param {number} spanDays
 * @returns {{from: number, until: number, stops: Stop[]}}
 */
export function pastOf(transactions, days, here, spanDays = 30) {
  const found = here ? transactions.findIndex((each) => isSameEvent(each, here)) : -1;
  const hash = hashOf(transactions[found]);
  /** @type {Stop[]} */
  const all = transactions.map((each, at) => ({
    ...plain(each),
    isHere: at === found,
    isSame: at !== found && hash !== null && hashOf(each) === hash,
  }));
  if (here && found < 0) all.push({ ...plain(here), isHere: true, isSame: false });
  all.push(...days.map(dayOf));
  all.sort((a, b) => a.at - b.at);
  const until = all.length ? Math.max(...all.map((stop) => stop.at)) : Date.now();
  const first = here ? Math.min(Date.parse(here.event_time), until) : until;
  const from = Math.min(until - spanDays * DAY_MS, first - DAY_MS);
  return { from, until, stops: all.filter((stop) => stop.at >= from) };
}

/**
 * How many payments each day had, of those kept whole and those kept as a sum.
 * @param {Stop[]} stops
 * @returns {{at: number, count: number}[]} at: the day's beginning, UTC
 */
export function perDay(stops) {
  const counts = new Map();
  for (const stop of stops) {
    const day = Math.floor(stop.at / DAY_MS) * DAY_MS;
    counts.set(day, (counts.get(day) ?? 0) + stop.count);
  }
  return [...counts].map(([at, count]) => ({ at, count })).sort((a, b) => a.at - b.at);
}

/**
 * The past in figures.
 * @param {Stop[]} stops
 * @returns {{payments: number, frauds: number, same: number, times: number | null}} times: the amount looked at over the
 *   median of the other ones; null with fewer than three of them
 */
export function figuresOf(stops) {
  const others = stops.filter((stop) => stop.kind === "transaction" && !stop.isHere);
  const here = stops.find((stop) => stop.isHere);
  const amounts = others
    .filter((stop) => here && stop.at < here.at)
    .map((stop) => stop.amount)
    .sort((a, b) => a - b);
  const middle = amounts.length >> 1;
  const median = amounts.length % 2 ? amounts[middle] : ((amounts[middle - 1] ?? 0) + (amounts[middle] ?? 0)) / 2;
  return {
    payments: stops.reduce((sum, stop) => sum + stop.count, 0),
    frauds: stops.filter((stop) => stop.label === "fraud").length,
    same: others.filter((stop) => stop.isSame).length,
    times: here && median && amounts.length > 2 ? here.amount / median : null,
  };
}

/** @param {PastTransaction | Here} each */
function plain(each) {
  const label = each.label === "fraud" || each.label === "legitimate" ? each.label : "unknown";
  return {
    at: Date.parse(each.event_time),
    amount: each.amount_minor,
    count: 1,
    kind: /** @type {const} */ ("transaction"),
    label: /** @type {Stop["label"]} */ (label),
    knownAt: each.known_at ?? null,
    date: "",
  };
}

/** @param {PastDay} day @returns {Stop} */
function dayOf(day) {
  return {
    at: Date.parse(`${day.date}T12:00:00Z`),
    amount: day.amount_minor,
    count: day.count,
    kind: "day",
    label: "unknown",
    knownAt: null,
    isHere: false,
    isSame: false,
    date: day.date,
  };
}

/** @param {PastTransaction} each @param {Here} here */
function isSameEvent(each, here) {
  return (
    each.amount_minor === here.amount_minor &&
    Math.abs(Date.parse(each.event_time) - Date.parse(here.event_time)) < 1000
  );
}

/** @param {PastTransaction | undefined} each */
function hashOf(each) {
  return each?.terminal_hash ?? each?.card_hash ?? null;
}
