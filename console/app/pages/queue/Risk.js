/** Risk as a bar and a number: an order of what to look at first, and not a probability. */

import { html } from "../../../vendor/preact.js";

/** @param {{risk: number, severity: "high" | "medium"}} props */
export function Risk({ risk, severity }) {
  return html`<span class=${`risk ${severity}`} title="From the scores of what waits; blocked ones count at least 0.9">
    <span class="value"><span class="hidden">Risk </span>${shown(risk)}</span>
    <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="all" width="100" height="6" /><rect class="part" width=${100 * risk} height="6" />
    </svg>
  </span>`;
}

/** Never a certainty. @param {number} risk */
export function shown(risk) {
  return risk >= 0.995 ? ">0.99" : risk.toFixed(2);
}
