/** Plain bars, one below the other, with a line to compare them with. */

import { html } from "../../vendor/preact.js";
import { number } from "../words.js";

/**
 * @param {object} props
 * @param {string} props.label
 * @param {{name: string, value: number | null, tone?: import("./frame.js").Tone, note?: string}[]} props.items
 * @param {{at: number, text: string} | null} [props.reference]
 * @param {(value: number) => string} [props.format]
 * @param {number} [props.max] the scale reaches at least this far
 */
export function HBars({ label, items, reference = null, format = number, max = 0 }) {
  const end = Math.max(max, reference ? reference.at * 1.15 : 0, ...items.map((item) => item.value ?? 0)) || 1;
  const share = (/** @type {number} */ value) => `${(Math.max(value, 0) / end) * 100}%`;
  return html`<div class="hbars">
    ${
      reference &&
      html`<p class="hbars-head"><span class="hbars-reference" style=${reference.at / end > 0.5 ? { right: share(end - reference.at) } : { left: share(reference.at) }}>
        ${reference.text} <b class="numbers">${format(reference.at)}</b>
      </span></p>`
    }
    <ul class="hbars-list" aria-label=${label}>
      ${items.map(
        (item) => html`<li key=${item.name} class="tone-${item.tone ?? "one"}">
          <span class="hbars-name breaks"><bdi>${item.name}</bdi>${item.note && html` <span class="hbars-note">${item.note}</span>`}</span>
          <span class="hbars-value numbers">${item.value === null ? "–" : format(item.value)}</span>
          <span class="hbars-track" aria-hidden="true">
            <span class="hbars-bar" style=${{ width: share(item.value ?? 0) }}></span>
            ${reference && html`<span class="hbars-line" style=${{ left: share(reference.at) }}></span>`}
          </span>
        </li>`,
      )}
    </ul>
  </div>`;
}
