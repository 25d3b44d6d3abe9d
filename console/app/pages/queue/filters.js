/** Which cases are shown: kept in the address, so that a view can be shared and come back to. */

/** @typedef {import("./cases.js").Item} Item */

/**
 * @typedef {object} Filters
 * @property {import("./order.js").Order} order
 * @property {"" | "high" | "medium"} severity
 * @property {string} least as it was typed: of what is at stake, in whole units of any currency
 * @property {string} rule
 * @property {string} text part of a card or a terminal
 * @property {boolean} snoozed also what is put aside
 */

/** @type {Filters} */
export const USUAL = { order: "risk", severity: "", least: "", rule: "", text: "", snoozed: false };

/** @param {URLSearchParams} query @returns {Filters} */
export function filtersOf(query) {
  const order = query.get("order");
  const severity = query.get("severity");
  return {
    order: order === "amount" || order === "age" ? order : "risk",
    severity: severity === "high" || severity === "medium" ? severity : "",
    least: query.get("least") ?? "",
    rule: query.get("rule") ?? "",
    text: query.get("text") ?? "",
    snoozed: query.get("snoozed") === "true",
  };
}

/** What of them stands in the address: what is not usual. @param {Filters} filters @returns {Record<string, string>} */
export function queryOf(filters) {
  const said = Object.entries(filters).filter(([name, value]) => value !== /** @type {any} */ (USUAL)[name]);
  return Object.fromEntries(said.map(([name, value]) => [name, String(value)]));
}

/** Whether any of them leaves something out. @param {Filters} filters */
export function isFiltering({ severity, least, rule, text }) {
  return severity !== "" || rule !== "" || text.trim() !== "" || leastOf(least) > 0;
}

/**
 * @param {Item} item
 * @param {Filters} filters
 */
export function passes({ of, open, rules, stake }, { severity, least, rule, text }) {
  const part = text.trim().toLowerCase();
  return (
    (severity === "" || of.severity === severity) &&
    (rule === "" || rules.includes(rule)) &&
    (leastOf(least) === 0 ||
      Object.entries(stake).some(([currency, minor]) => units(minor, currency) >= leastOf(least))) &&
    (part === "" ||
      [of.card_id, ...open.map((one) => one.terminal_id ?? "")].some((name) => name.toLowerCase().includes(part)))
  );
}

/** @param {string} typed */
function leastOf(typed) {
  const least = Number(typed);
  return Number.isFinite(least) && least > 0 ? least : 0;
}

/** @param {number} minor @param {string} currency */
function units(minor, currency) {
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    return minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2);
  } catch {
    return minor / 100;
  }
}
