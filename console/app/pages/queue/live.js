/** The queue as the API has it, asked for again every few seconds. */

import { get } from "../../api.js";
import { useLoaded } from "../../loading.js";

/** @typedef {import("./cases.js").Case} Case */

const EVERY_MS = 5000;
const PAGE = 50;
/** How many cases were asked for: who comes back from a transaction finds as many. */
let wanted = PAGE;

/**
 * @param {"risk" | "age"} order in which the API gives it
 * @param {boolean} snoozed
 * @returns {{loaded: import("../../loading.js").Loading<{cases: Case[], isWhole: boolean}>, more: () => void}}
 */
export function useQueue(order, snoozed) {
  const loaded = useLoaded((signal) => read(order, snoozed, wanted, signal), [order, snoozed], {
    every: EVERY_MS,
  });
  const more = () => {
    wanted += PAGE;
    loaded.reload();
  };
  return { loaded, more };
}

/**
 * Read pages until there are so many cases, or no more. A case that moved while it was read may come twice: the later
 * one is the newer.
 * @param {string} order
 * @param {boolean} snoozed
 * @param {number} atLeast
 * @param {AbortSignal} signal
 */
async function read(order, snoozed, atLeast, signal) {
  /** @type {Map<string, Case>} */
  const cases = new Map();
  /** @type {string | null} */
  let cursor = null;
  do {
    const query = new URLSearchParams({ order, limit: String(PAGE) });
    if (snoozed) query.set("snoozed", "true");
    if (cursor !== null) query.set("cursor", cursor);
    const page = await get(`queue?${query}`, signal);
    for (const one of page.cases) cases.set(one.case_id, one);
    cursor = page.cursor ?? null;
  } while (cursor !== null && cases.size < atLeast);
  return { cases: [...cases.values()], isWhole: cursor === null };
}
