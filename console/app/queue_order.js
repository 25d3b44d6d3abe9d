/** In which order the queue was shown, so that one goes on from a transaction to the next without going back to it. */

const KEY = "fraudstream.queue-order";

/**
 * Keep the order, for this tab.
 * @param {string[]} ids of transactions, as they stand one below the other
 */
export function keepOrder(ids) {
  sessionStorage.setItem(KEY, JSON.stringify(ids));
}

/**
 * What stands before and after a transaction; all null where one did not come from the queue.
 * @param {string} id
 * @returns {{before: string | null, after: string | null, place: number | null, count: number}} place: 1 the first
 */
export function around(id) {
  const ids = kept();
  const at = ids.indexOf(id);
  if (at < 0) return { before: null, after: null, place: null, count: ids.length };
  return { before: ids[at - 1] ?? null, after: ids[at + 1] ?? null, place: at + 1, count: ids.length };
}

/** @returns {string[]} */
function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}
