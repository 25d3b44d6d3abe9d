/** Curves of one value over another, such as precision over recall. A curve may come back to the same x. */

import { html, useState } from "../../vendor/preact.js";
import { number } from "../words.js";
import { arrows, InWords, Legend, Tip, useUnique, useWidth } from "./frame.js";
import { extent, linear, path, sampled, ticks } from "./maths.js";

/**
 * @typedef {import("./maths.js").Maybe} Maybe
 * @typedef {import("./frame.js").Tone} Tone
 * @typedef {{name: string, x: Maybe[], y: Maybe[], tone?: Tone, dashed?: boolean}} Curve
 * @typedef {{x: number, y: number, text: string, tone?: Tone}} Point
 * @typedef {{at: number, text: string, tone?: Tone}} Line
 */

const TOP = 24;
const BOTTOM = 40;
const CHARACTER = 6.6;

/**
 * @param {object} props
 * @param {string} props.label
 * @param {Curve[]} props.series
 * @param {Point[]} [props.points] marked and labelled
 * @param {Line[]} [props.verticals]
 * @param {Line[]} [props.horizontals]
 * @param {string} [props.xLabel]
 * @param {string} [props.yLabel]
 * @param {[number, number]} [props.rangeX]
 * @param {[number, number]} [props.rangeY]
 * @param {(value: number) => string} [props.formatX]
 * @param {(value: number) => string} [props.formatY]
 * @param {number} [props.height]
 */
export function XYChart(props) {
  const { label, series, points = [], verticals = [], horizontals = [], height = 260 } = props;
  const { xLabel = "", yLabel = "", formatX = number, formatY = number } = props;
  const [box, width] = useWidth();
  const [at, setAt] = useState(/** @type {number | null} */ (null));
  const summary = useUnique("chart");
  const spanX =
    props.rangeX ??
    span([...series.flatMap((each) => each.x), ...points.map((p) => p.x), ...verticals.map((v) => v.at)]);
  const spanY =
    props.rangeY ??
    span([...series.flatMap((each) => each.y), ...points.map((p) => p.y), ...horizontals.map((v) => v.at)]);
  const ticksY = ticks(...spanY, (height - TOP - BOTTOM) / 42);
  const left = Math.max(...ticksY.map((value) => formatY(value).length)) * CHARACTER + 12;
  const toX = linear(spanX, [left, Math.max(width - 12, left + 1)]);
  const toY = linear(spanY, [height - BOTTOM, TOP]);
  const ticksX = ticks(...spanX, (width - left) / 76);
  const stops = stopsOf(series, width);
  const x = at === null ? null : (stops[at] ?? null);

  /** @param {PointerEvent} event */
  const point = (event) => {
    const edge = /** @type {HTMLElement} */ (box.current).getBoundingClientRect().left;
    const value = linear([left, width - 12], spanX)(event.clientX - edge);
    setAt(closest(stops, value));
  };

  return html`<div class="chart">
    ${series.length > 0 && html`<${Legend} items=${series.map((each) => ({ name: each.name, tone: each.tone ?? "one", shape: each.dashed ? "dashed" : "line" }))} />`}
    <div class="chart-plot" ref=${box} tabindex="0" role="group" aria-roledescription="chart" aria-label=${label}
      aria-describedby=${summary} onPointerMove=${point} onPointerLeave=${() => setAt(null)}
      onKeyDown=${arrows(stops.length, at, setAt)} onBlur=${() => setAt(null)}>
      ${
        width > 0 &&
        html`<svg class="chart-svg" width=${width} height=${height} viewBox="0 0 ${width} ${height}" aria-hidden="true">
          ${ticksY.map(
            (value) => html`<g key=${`y${value}`}>
              <line class="chart-grid" x1=${left} x2=${width - 12} y1=${toY(value)} y2=${toY(value)} />
              <text class="chart-tick" x=${left - 6} y=${toY(value)} dy="0.32em" text-anchor="end">${formatY(value)}</text>
            </g>`,
          )}
          ${ticksX.map(
            (value) => html`<text key=${`x${value}`} class="chart-tick" x=${toX(value)} y=${height - BOTTOM + 16}
              text-anchor="middle">${formatX(value)}</text>`,
          )}
          <text class="chart-axis" x=${(left + width - 12) / 2} y=${height - 4} text-anchor="middle">${xLabel}</text>
          <text class="chart-axis" x="0" y="11">${yLabel}</text>
          ${horizontals.map(
            (line) => html`<g key=${line.text} class="tone-${line.tone ?? "muted"}">
              <line class="chart-rule" x1=${left} x2=${width - 12} y1=${toY(line.at)} y2=${toY(line.at)} />
              <text class="chart-word" x=${width - 14} y=${toY(line.at) - 4} text-anchor="end">${line.text}</text>
            </g>`,
          )}
          ${verticals.map((line, row) => {
            const place = toX(line.at);
            const isRight = place + line.text.length * CHARACTER + 8 > width - 12;
            return html`<g key=${line.text} class="tone-${line.tone ?? "muted"}">
              <line class="chart-rule" x1=${place} x2=${place} y1=${TOP} y2=${height - BOTTOM} />
              <text class="chart-word" x=${place + (isRight ? -5 : 5)} y=${height - BOTTOM - 6 - (row % 3) * 15}
                text-anchor=${isRight ? "end" : "start"}>${line.text}</text>
            </g>`;
          })}
          ${series.map(
            (
              each,
            ) => html`<path key=${each.name} class=${`chart-line tone-${each.tone ?? "one"} ${each.dashed ? "is-dashed" : ""}`}
              d=${path(each.x, each.y, toX, toY)} />`,
          )}
          ${points.map((each) => {
            const isRight = toX(each.x) + each.text.length * CHARACTER + 12 > width - 12;
            return html`<g key=${each.text} class="tone-${each.tone ?? "one"}">
              <circle class="chart-point" cx=${toX(each.x)} cy=${toY(each.y)} r="5" />
              <text class="chart-word is-strong" x=${toX(each.x) + (isRight ? -10 : 10)} y=${toY(each.y)} dy=${toY(each.y) < TOP + 14 ? "1.1em" : "-0.35em"}
                text-anchor=${isRight ? "end" : "start"}>${each.text}</text>
            </g>`;
          })}
          ${
            x !== null &&
            html`<line class="chart-cross" x1=${toX(x)} x2=${toX(x)} y1=${TOP} y2=${height - BOTTOM} />
            ${series.map((each) => {
              const y = valueAt(each, x);
              return (
                y !== null &&
                html`<circle key=${each.name} class=${`chart-dot tone-${each.tone ?? "one"}`} cx=${toX(x)} cy=${toY(y)} r="3.5" />`
              );
            })}`
          }
        </svg>`
      }
    </div>
    ${
      x !== null &&
      html`<${Tip} at=${toX(x)} width=${width} title=${`${xLabel} ${formatX(x)}`}
        rows=${series.map((each) => ({ name: each.name, value: worded(valueAt(each, x), formatY), tone: each.tone ?? "one" }))} />`
    }
    <div class="chart-text" role="status">${
      x !== null &&
      document.activeElement === box.current &&
      `${xLabel} ${formatX(x)}: ${series.map((each) => `${each.name} ${worded(valueAt(each, x), formatY)}`).join(", ")}`
    }</div>
    <${InWords} id=${summary} label=${label} summary=${inShort(props, formatX, formatY)}
      head=${[xLabel || "x", ...series.map((each) => `${each.name}${yLabel ? `, ${yLabel}` : ""}`)]}
      rows=${sampled(stops.length, 40).map((row) => {
        const stop = Number(stops[row]);
        return [formatX(stop), ...series.map((each) => worded(valueAt(each, stop), formatY))];
      })} />
  </div>`;
}

/** The range of values from 0 on, with a little room above. @param {Maybe[]} values @returns {[number, number]} */
function span(values) {
  const [low, high] = extent(values) ?? [0, 1];
  const least = Math.min(low, 0);
  return [least, high > least ? high + (high - least) * 0.04 : least + 1];
}

/** Where the cursor stops: the x of every curve, a few pixels apart. @param {Curve[]} series @param {number} width */
function stopsOf(series, width) {
  const all = series.flatMap((each) => each.x.filter((x, at) => x != null && each.y[at] != null));
  const rising = [...new Set(/** @type {number[]} */ (all))].sort((a, b) => a - b);
  const most = Math.max(Math.floor(width / 4), 40);
  return sampled(rising.length, most).map((at) => Number(rising[at]));
}

/** @param {number[]} stops @param {number} value */
function closest(stops, value) {
  let best = null;
  for (let at = 0; at < stops.length; at++) {
    if (best === null || Math.abs(Number(stops[at]) - value) < Math.abs(Number(stops[best]) - value)) best = at;
  }
  return best;
}

/**
 * The value of a curve at an x, straight between its neighbours; null beyond its ends.
 * @param {Curve} curve @param {number} x
 */
export function valueAt(curve, x) {
  for (let at = 0; at < curve.x.length; at++) {
    const [a, b, low, high] = [curve.x[at], curve.x[at + 1], curve.y[at], curve.y[at + 1]];
    if (a == null || low == null) continue;
    if (a === x) return low;
    if (b == null || high == null || (a - x) * (b - x) > 0 || a === b) continue;
    return b === x ? high : low + ((x - a) / (b - a)) * (high - low);
  }
  return null;
}

/** @param {number | null} value @param {(value: number) => string} format */
function worded(value, format) {
  return value === null ? "–" : format(value);
}

/**
 * @param {{label: string, series: Curve[], points?: Point[], verticals?: Line[], xLabel?: string, yLabel?: string}} chart
 * @param {(value: number) => string} formatX @param {(value: number) => string} formatY
 */
function inShort({ label, series, points = [], verticals = [], xLabel = "x", yLabel = "y" }, formatX, formatY) {
  const curves = series.map((each) => {
    const ends = extent(each.y);
    return ends
      ? `${each.name}: ${yLabel} from ${formatY(ends[0])} to ${formatY(ends[1])}.`
      : `${each.name}: no values.`;
  });
  const named = points.map((each) => `${each.text}: ${xLabel} ${formatX(each.x)}, ${yLabel} ${formatY(each.y)}.`);
  const lines = verticals.map((line) => `${line.text}: at ${xLabel} ${formatX(line.at)}.`);
  return [`${label}: ${yLabel} over ${xLabel}. The arrow keys move through it.`, ...curves, ...named, ...lines].join(
    " ",
  );
}
