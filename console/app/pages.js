/** The pages there are. Each is fetched when it is first gone to. */

/**
 * @typedef {object} Known
 * @property {string} name
 * @property {string | null} key after `g`; null: not among the ways of the head
 * @property {() => Promise<{Page: any}>} load
 */

/** @type {Record<string, Known>} */
export const PAGES = {
  queue: { name: "Queue", key: "q", load: () => import("./pages/queue/page.js") },
  overview: { name: "Overview", key: "o", load: () => import("./pages/overview/page.js") },
  models: { name: "Models", key: "m", load: () => import("./pages/models/page.js") },
  rules: { name: "Rules", key: "r", load: () => import("./pages/rules/page.js") },
  transactions: { name: "Transaction", key: null, load: () => import("./pages/transaction/page.js") },
};
