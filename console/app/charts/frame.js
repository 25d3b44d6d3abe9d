/** What every chart has: its box's width, a legend, a small box of values at the cursor, and the figures as text. */

import { html, useEffect, useRef, useState } from "../../vendor/preact.js";

/** @typedef {"approve" | "review" | "block" | "one" | "two" | "three" | "four" | "muted"} Tone */

let given = 0;

/** An id that no other element of the page has. @param {string} prefix */
export function useUnique(prefix) {
  const id = useRef("");
  id.current ||= `${prefix}-${++given}`;
  return id.current;
}

/**
 * The width of an element, kept up to date; 0 until it is known.
 * @returns {[{current: HTMLElement | null}, number]}
 */
export function useWidth() {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const watch = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    watch.observe(element);
    setWidth(Math.floor(element.clientWidth));
    return () => watch.disconnect();
  }, []);
  return [box, width];
}

/**
 * What the lines and areas are, with a value each.
 * @param {{items: {name: string, tone: Tone, shape: string, value?: string | null}[]}} props shape: how it is drawn
 */
export function Legend({ items }) {
  return html`<ul class="chart-legend">
    ${items.map(
      (item) => html`<li key=${item.name}>
        <span class="chart-swatch chart-swatch-${item.shape} tone-${item.tone}" aria-hidden="true"></span>
        ${item.name}${item.value != null && html` <b class="numbers">${item.value}</b>`}
      </li>`,
    )}
  </ul>`;
}

/**
 * Values at the cursor, beside it, and inside of the chart.
 * @param {{at: number, width: number, title: string, rows?: {name: string, value: string, tone?: Tone}[],
 *   notes?: string[]}} props at, width: in pixels of the chart's box
 */
export function Tip({ at, width, title, rows = [], notes = [] }) {
  const place = at > width / 2 ? { right: `${width - at + 12}px` } : { left: `${at + 12}px` };
  return html`<div class="chart-tip" style=${place}>
    <p class="chart-tip-title"><bdi>${title}</bdi></p>
    ${
      rows.length > 0 &&
      html`<dl>
        ${rows.map(
          (row) => html`<div key=${row.name}>
            <dt class=${row.tone ? `tone-${row.tone}` : ""}>${row.name}</dt>
            <dd class="numbers">${row.value}</dd>
          </div>`,
        )}
      </dl>`
    }
    ${notes.map((note) => html`<p key=${note} class="chart-tip-note"><bdi>${note}</bdi></p>`)}
  </div>`;
}

/**
 * The figures of a chart for who does not see it.
 * @param {{id?: string, label: string, summary: string, head: string[], rows: string[][]}} props
 */
export function InWords({ id, label, summary, head, rows }) {
  return html`<div class="chart-text">
    <p id=${id}>${summary}</p>
    ${
      rows.length > 0 &&
      html`<table>
        <caption>${label}</caption>
        <thead><tr>${head.map((name) => html`<th key=${name} scope="col">${name}</th>`)}</tr></thead>
        <tbody>
          ${rows.map(
            (row, at) => html`<tr key=${at}>
              ${row.map((cell, column) =>
                column === 0 ? html`<th scope="row"><bdi>${cell}</bdi></th>` : html`<td><bdi>${cell}</bdi></td>`,
              )}
            </tr>`,
          )}
        </tbody>
      </table>`
    }
  </div>`;
}

/**
 * What arrow keys do in a chart: one on, one back, to an end, away.
 * @param {number} length
 * @param {number | null} at
 * @param {(at: number | null) => void} move
 * @returns {(event: KeyboardEvent) => void}
 */
export function arrows(length, at, move) {
  return (event) => {
    const last = length - 1;
    const now = at ?? last;
    const stride = event.shiftKey ? 10 : 1;
    /** @type {Record<string, number | null>} */
    const to = {
      ArrowLeft: at === null ? last : Math.max(now - stride, 0),
      ArrowRight: at === null ? last : Math.min(now + stride, last),
      Home: 0,
      End: last,
      Escape: null,
    };
    if (!(event.key in to) || length === 0 || (event.key === "Escape" && at === null)) return;
    event.preventDefault();
    event.stopPropagation();
    move(to[event.key] ?? null);
  };
}
