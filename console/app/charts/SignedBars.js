/** What spoke for something and what against it, the strongest first: bars to either side of a line. */

import { html, useState } from "../../vendor/preact.js";
import { number } from "../words.js";

/**
 * @typedef {{text: string, value?: string, contribution: number, title?: string}} Item
 */

/**
 * @param {object} props
 * @param {string} props.label
 * @param {Item[]} props.items
 * @param {number} [props.most] shown at first
 * @param {string} [props.positive] in words
 * @param {string} [props.negative]
 */
export function SignedBars({ label, items, most = 8, positive = "speaks for fraud", negative = "speaks against" }) {
  const [isWhole, setWhole] = useState(false);
  const sorted = [...items].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const shown = isWhole ? sorted : sorted.slice(0, most);
  const { toRight, toLeft, axis } = sides(sorted);
  return html`<div class="signed">
    <p class="signed-head" aria-hidden="true">
      ${toLeft > 0 && html`<span class="tone-approve">− ${negative}</span>`}
      <span class="tone-block">+ ${positive}</span>
    </p>
    <ol class="signed-list" aria-label=${label}>
      ${shown.map((item, at) => {
        const isFor = item.contribution >= 0;
        const share = Math.abs(item.contribution) / (toRight + toLeft || 1);
        return html`<li key=${at} class=${isFor ? "tone-block" : "tone-approve"} title=${item.title}>
          <span class="signed-text breaks"><bdi>${item.text}</bdi>${item.value && html` <b class="numbers"><bdi>${item.value}</bdi></b>`}</span>
          <span class="signed-size numbers" title=${odds(item.contribution)}>
            ${isFor ? "+" : "−"}${Math.abs(item.contribution).toFixed(2)}<span class="hidden"> ${isFor ? positive : negative}</span>
          </span>
          <span class="signed-track" aria-hidden="true">
            <span class="signed-bar" style=${{ left: `${(isFor ? axis : axis - share) * 100}%`, width: `${share * 100}%` }}></span>
            <span class="signed-axis" style=${{ left: `${axis * 100}%` }}></span>
          </span>
        </li>`;
      })}
    </ol>
    ${
      sorted.length > most &&
      html`<button type="button" class="link-button" aria-expanded=${isWhole} onClick=${() => setWhole(!isWhole)}>
        ${isWhole ? `The ${most} strongest` : `All ${sorted.length}`}
      </button>`
    }
  </div>`;
}

/**
 * How far bars reach to either side, and where the line between them is: a side without bars takes no room.
 * @param {Item[]} items
 * @returns {{toRight: number, toLeft: number, axis: number}} axis: 0 to 1
 */
export function sides(items) {
  const toRight = Math.max(0, ...items.map((item) => item.contribution));
  const toLeft = Math.max(0, ...items.map((item) => -item.contribution));
  return { toRight, toLeft, axis: toLeft / (toRight + toLeft || 1) };
}

/** What a step in log-odds is in words. @param {number} step */
export function odds(step) {
  const times = number(Math.exp(Math.abs(step)), 1);
  return `${step >= 0 ? "Multiplies" : "Divides"} the odds of fraud by ${times} (log-odds ${number(step, 3)})`;
}
