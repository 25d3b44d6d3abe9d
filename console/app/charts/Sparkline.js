/** The course of a value in the height of a line of text. */

import { html } from "../../vendor/preact.js";
import { extent, lastKnown, linear, path } from "./maths.js";

/**
 * @param {object} props
 * @param {string} props.label
 * @param {import("./maths.js").Maybe[]} props.values
 * @param {import("./frame.js").Tone} [props.tone]
 * @param {number} [props.width] pixels
 * @param {number} [props.height]
 */
export function Sparkline({ label, values, tone = "one", width = 80, height = 24 }) {
  const [low, high] = extent(values) ?? [0, 1];
  const last = lastKnown(values);
  const toX = linear([0, Math.max(values.length - 1, 1)], [3, width - 4]);
  const toY = linear([Math.min(low, 0), high > Math.min(low, 0) ? high : 1], [height - 3, 4]);
  return html`<svg class="sparkline tone-${tone}" width=${width} height=${height} viewBox="0 0 ${width} ${height}" role="img" aria-label=${label}>
    <path class="chart-line" d=${path([...values.keys()], values, toX, toY)} />
    ${last >= 0 && html`<circle class="chart-dot" cx=${toX(last)} cy=${toY(Number(values[last]))} r="2.5" />`}
  </svg>`;
}
