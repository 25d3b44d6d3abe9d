/** The transactions of a case in a strip: when and how much, what was blocked and what is done with. */

import { html } from "../../../vendor/preact.js";
import { counted, money, when } from "../../words.js";

/** @typedef {import("./cases.js").CaseTransaction} CaseTransaction */

const WIDTH = 120;
const HEIGHT = 30;
const EDGE = 4;
const LEAST_SPAN_MS = 60_000;

/** @param {{transactions: CaseTransaction[], isSaid: (transaction: CaseTransaction) => boolean}} props the oldest first */
export function Strip({ transactions, isSaid }) {
  const times = transactions.map((one) => Date.parse(one.event_time));
  const from = Math.min(...times);
  const span = Math.max(Math.max(...times) - from, LEAST_SPAN_MS);
  const most = largest(transactions);
  const alone = times.every((time) => time === from);
  return html`<svg class="strip" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${inWords(transactions)}>
    <line class="ground" x1="0" x2=${WIDTH} y1=${HEIGHT - 1} y2=${HEIGHT - 1} />
    ${transactions.map((one, index) => {
      const x = alone ? WIDTH / 2 : EDGE + ((times[index] - from) / span) * (WIDTH - 2 * EDGE);
      const share = Math.sqrt(one.amount_minor / (most[one.currency] || 1));
      const y = HEIGHT - 3 - share * (HEIGHT - 8);
      const done = one.disposition || isSaid(one);
      return html`<g key=${one.transaction_id} class=${done ? "done" : one.decision}>
        <line x1=${x} x2=${x} y1=${HEIGHT - 1} y2=${y} />
        ${one.decision === "block" ? html`<rect x=${x - 2.5} y=${y - 2.5} width="5" height="5" />` : html`<circle cx=${x} cy=${y} r="2.5" />`}
      </g>`;
    })}
  </svg>`;
}

/** @param {CaseTransaction[]} transactions @returns {Record<string, number>} the largest amount of each currency */
function largest(transactions) {
  /** @type {Record<string, number>} */
  const most = {};
  for (const { currency, amount_minor } of transactions) most[currency] = Math.max(most[currency] ?? 0, amount_minor);
  return most;
}

/** @param {CaseTransaction[]} transactions */
function inWords(transactions) {
  const amounts = Object.entries(largest(transactions)).map(([currency, minor]) => money(minor, currency));
  const first = transactions[0];
  return `${counted(transactions.length, "transaction")} since ${when(first.event_time)}, at most ${amounts.join(" and ")}`;
}
