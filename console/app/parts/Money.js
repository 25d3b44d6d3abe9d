/** An amount with its currency, its digits under one another in columns. */

import { html } from "../../vendor/preact.js";
import { money } from "../words.js";

/** @param {{minor: number, currency: string}} props in minor units, ISO 4217 */
export function Money({ minor, currency }) {
  return html`<span class="numbers">${money(minor, currency)}</span>`;
}
