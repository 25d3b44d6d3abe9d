/** What a case of the queue says: risk, what is at stake, which of its transactions still wait. */

/**
 * @typedef {object} CaseTransaction
 * @property {string} transaction_id
 * @property {string} event_time
 * @property {number} amount_minor
 * @property {string} currency
 * @property {string | null} [terminal_id]
 * @property {"review" | "block"} decision
 * @property {number | null} fraud_score
 * @property {string[]} rules_fired
 * @property {string} decided_at
 * @property {{label: "fraud" | "legitimate", label_time: string, source: string} | null} [disposition]
 */

/**
 * @typedef {object} Case as the API has it
 * @property {string} case_id
 * @property {string} card_id
 * @property {string} opened_at
 * @property {string} updated_at
 * @property {CaseTransaction[]} transactions the oldest first
 * @property {number} count
 * @property {Record<string, number>} amounts
 * @property {"high" | "medium"} severity
 * @property {string | null} [snoozed_until]
 */

/**
 * @typedef {object} Item a case as the page shows it
 * @property {string} id
 * @property {Case} of
 * @property {CaseTransaction[]} open what waits, the oldest first
 * @property {number} risk
 * @property {Record<string, number>} stake in minor units by currency, of what waits
 * @property {CaseTransaction} last the newest that waits
 * @property {string[]} rules that fired for what waits
 */

const BLOCKED_RISK = 0.9;
const UNSCORED_RISK = 0.5;

/**
 * A case as the page shows it; null where nothing of it waits.
 * @param {Case} found
 * @param {(transaction: CaseTransaction) => boolean} isSaid whether something was said of a transaction here
 * @returns {Item | null}
 */
export function item(found, isSaid = () => false) {
  const open = found.transactions.filter((one) => !one.disposition && !isSaid(one));
  if (open.length === 0) return null;
  /** @type {Record<string, number>} */
  const stake = {};
  for (const one of open) stake[one.currency] = (stake[one.currency] ?? 0) + one.amount_minor;
  return {
    id: found.case_id,
    of: found,
    open,
    risk: risk(open),
    stake,
    last: open[open.length - 1],
    rules: [...new Set(open.flatMap((one) => one.rules_fired))],
  };
}

/**
 * The chance that any of them is fraud, were each by itself: what the API orders the queue by.
 * @param {CaseTransaction[]} open
 */
export function risk(open) {
  return 1 - open.reduce((none, one) => none * (1 - riskOf(one)), 1);
}

/** @param {CaseTransaction} transaction */
function riskOf({ fraud_score, decision }) {
  const score = fraud_score ?? UNSCORED_RISK;
  return decision === "block" ? Math.max(score, BLOCKED_RISK) : score;
}

/**
 * What is at stake in all of them.
 * @param {Item[]} items
 * @returns {Record<string, number>}
 */
export function together(items) {
  /** @type {Record<string, number>} */
  const all = {};
  for (const { stake } of items) {
    for (const [currency, minor] of Object.entries(stake)) all[currency] = (all[currency] ?? 0) + minor;
  }
  return all;
}
