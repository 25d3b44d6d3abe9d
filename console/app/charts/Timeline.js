/** The past weeks of a card or a terminal: payments by time and amount, and what they turned out to be. */

import { html, useMemo, useState } from "../../vendor/preact.js";
import { money, number, when } from "../words.js";
import { arrows, InWords, Tip, useUnique, useWidth } from "./frame.js";
import { linear, rooted, rootTicks, sampled } from "./maths.js";
import { figuresOf, pastOf, perDay } from "./past.js";

/** @typedef {import("./past.js").Stop} Stop */

const DAY_MS = 86_400_000;
const TOP = 24;
const STRIP = 22;
const BOTTOM = 22;
const NEAR_PX = 28;
const LABEL = { fraud: "fraud", legitimate: "legitimate", unknown: "not known yet" };
const TONE = { fraud: "block", legitimate: "approve", unknown: "muted" };
const dayName = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/**
 * @param {object} props
 * @param {string} props.label
 * @param {import("./past.js").PastTransaction[]} props.transactions
 * @param {import("./past.js").PastDay[]} props.days older ones, of which only count and sum are kept
 * @param {import("./past.js").Here | null} [props.here] the transaction that is looked at
 * @param {string} props.currency in which amounts are shown: a history keeps none
 * @param {string} [props.same] what payments of the same kind are called, such as "at this terminal"
 * @param {number} [props.spanDays]
 * @param {number} [props.height]
 */
export function Timeline({ label, transactions, days, here = null, currency, same = "", spanDays = 30, height = 196 }) {
  const [box, width] = useWidth();
  const [at, setAt] = useState(/** @type {number | null} */ (null));
  const summary = useUnique("timeline");
  const { from, until, stops } = useMemo(
    () => pastOf(transactions, days, here, spanDays),
    [transactions, days, here?.event_time, here?.amount_minor, spanDays],
  );
  const units = minorUnits(currency);
  const whole = stops.filter((stop) => stop.kind === "transaction");
  const greatest = Math.max(1, ...whole.map((stop) => stop.amount / units));
  const hasStrip = stops.some((stop) => stop.kind === "day");
  const floor = height - BOTTOM - (hasStrip ? STRIP + 8 : 0);
  const amounts = rootTicks(greatest);
  const left = Math.max(...amounts.map((value) => short.format(value).length)) * 6.6 + 12;
  const toX = linear([from, until + (until - from) * 0.02], [left, Math.max(width - 14, left + 1)]);
  const toY = rooted([0, greatest], [floor, TOP]);
  const counts = hasStrip ? perDay(stops) : [];
  const busiest = Math.max(1, ...counts.map((day) => day.count));
  /** @param {Stop} stop */
  const placeOf = (stop) => ({
    x: toX(stop.at),
    y: stop.kind === "day" ? height - BOTTOM - STRIP / 2 : toY(stop.amount / units),
  });
  const focus = at === null ? null : stops[at];

  /** @param {PointerEvent} event */
  const point = (event) => {
    const edge = /** @type {HTMLElement} */ (box.current).getBoundingClientRect();
    setAt(nearestStop(stops.map(placeOf), event.clientX - edge.left, event.clientY - edge.top));
  };

  const words = useMemo(
    () => html`<${InWords} id=${summary} label=${label} summary=${inShort(label, stops, currency, same)} head=${["When (UTC)", "Amount", "Payments", "Known as"]}
      rows=${sampled(stops.length, 48)
        .reverse()
        .map((row) => inCells(/** @type {Stop} */ (stops[row]), currency))} />`,
    [stops, label, currency, same],
  );

  return html`<div class="chart timeline">
    <div class="chart-plot" ref=${box} tabindex="0" role="group" aria-roledescription="timeline" aria-label=${label}
      aria-describedby=${summary} onPointerMove=${point} onPointerDown=${point} onPointerLeave=${() => setAt(null)}
      onKeyDown=${arrows(stops.length, at, setAt)} onBlur=${() => setAt(null)}>
      ${
        width > 0 &&
        html`<svg class="chart-svg" width=${width} height=${height} viewBox="0 0 ${width} ${height}" aria-hidden="true">
          ${amounts.map(
            (value) => html`<g key=${value}>
              <line class="chart-grid" x1=${left} x2=${width} y1=${toY(value)} y2=${toY(value)} />
              <text class="chart-tick" x=${left - 6} y=${toY(value)} dy="0.32em" text-anchor="end">${short.format(value)}</text>
            </g>`,
          )}
          ${dayTicks(from, until, width - left).map(
            (day) =>
              html`<text key=${day} class="chart-tick" x=${toX(day)} y=${height - 5} text-anchor="middle">${dayName.format(day)}</text>`,
          )}
          ${counts.map((day) => {
            const tall = Math.max(1.5, (day.count / busiest) * STRIP);
            const wide = Math.max(2, toX(DAY_MS) - toX(0) - 2);
            const x = Math.max(toX(day.at) + 1, left);
            return html`<rect key=${day.at} class="timeline-day" x=${x} y=${height - BOTTOM - tall} width=${Math.min(wide, Math.max(width - x, 1))} height=${tall} />`;
          })}
          ${hasStrip && html`<text class="chart-tick" x=${left - 6} y=${height - BOTTOM - STRIP} dy="0.7em" text-anchor="end">${short.format(busiest)}</text>`}
          ${[...whole].sort(byWeight).map((stop) => {
            const { x, y } = placeOf(stop);
            return html`<g key=${`${stop.at} ${stop.amount} ${stop.isHere}`} class=${`timeline-mark is-${stop.label} ${stop.isHere ? "is-here" : ""} ${stop.isSame ? "is-same" : ""}`}>
              <line class="timeline-stem" x1=${x} x2=${x} y1=${floor} y2=${y} />
              ${stop.isHere && html`<circle class=${`timeline-ring tone-${here?.decision ?? "muted"}`} cx=${x} cy=${y} r="10" />`}
              ${shape(stop, x, y)}
            </g>`;
          })}
          ${whole
            .filter((stop) => stop.isHere)
            .map((stop) => {
              const { x, y } = placeOf(stop);
              const isLeft = x > width * 0.6;
              return html`<text key="here" class="timeline-here" x=${x + (isLeft ? -15 : 15)} y=${Math.max(y, TOP)} dy="0.32em"
              text-anchor=${isLeft ? "end" : "start"}>this payment</text>`;
            })}
          ${focus && html`<circle class="timeline-focus" cx=${placeOf(focus).x} cy=${placeOf(focus).y} r="13" />`}
        </svg>`
      }
    </div>
    ${
      focus &&
      html`<${Tip} at=${placeOf(focus).x} width=${width} title=${focus.kind === "day" ? `${focus.date} (UTC)` : when(new Date(focus.at).toISOString())}
        rows=${rowsOf(focus, currency)} notes=${notesOf(focus, same)} />`
    }
    <div class="chart-text" role="status">${
      focus &&
      document.activeElement === box.current &&
      [
        new Date(focus.at).toUTCString(),
        ...rowsOf(focus, currency).map((row) => `${row.name} ${row.value}`),
        ...notesOf(focus, same),
      ].join(", ")
    }</div>
    <ul class="chart-legend">
      ${Object.entries(LABEL).map(
        ([name, words]) => html`<li key=${name}>
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" class=${`timeline-mark is-${name}`}>${shape({ label: name }, 7, 7)}</svg>${words}
        </li>`,
      )}
      ${same && stops.some((stop) => stop.isSame) && html`<li><svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" class="timeline-mark is-unknown is-same">${shape({ label: "unknown" }, 7, 7)}</svg>${same}</li>`}
      ${hasStrip && html`<li><span class="chart-swatch chart-swatch-bars tone-muted" aria-hidden="true"></span>payments a day</li>`}
    </ul>
    ${words}
  </div>`;
}

/** Fraud is a diamond, legitimate a dot, unknown a ring: told apart without their colours. @param {{label: string}} stop @param {number} x @param {number} y */
function shape({ label }, x, y) {
  if (label === "fraud")
    return html`<path class="timeline-shape" d=${`M${x} ${y - 6}L${x + 6} ${y}L${x} ${y + 6}L${x - 6} ${y}Z`} />`;
  return html`<circle class="timeline-shape" cx=${x} cy=${y} r=${label === "legitimate" ? 4.5 : 4} />`;
}

/** What matters most is drawn last. @param {Stop} a @param {Stop} b */
function byWeight(a, b) {
  const weight = (/** @type {Stop} */ stop) =>
    (stop.isHere ? 4 : 0) + (stop.label === "fraud" ? 2 : 0) + (stop.isSame ? 1 : 0);
  return weight(a) - weight(b);
}

/** @param {{x: number, y: number}[]} places @param {number} x @param {number} y @returns {number | null} */
function nearestStop(places, x, y) {
  let best = null;
  let least = NEAR_PX ** 2;
  places.forEach((place, at) => {
    const away = (place.x - x) ** 2 + (place.y - y) ** 2;
    if (away <= least) {
      best = at;
      least = away;
    }
  });
  return best;
}

/** Beginnings of days, UTC, with room for their names. @param {number} from @param {number} until @param {number} width */
function dayTicks(from, until, width) {
  const days = (until - from) / DAY_MS;
  const step = Math.max(1, Math.ceil(days / Math.max(width / 62, 1)));
  const found = [];
  for (let day = Math.floor(until / DAY_MS) * DAY_MS; day >= from; day -= step * DAY_MS) found.push(day);
  return found;
}

/** @param {Stop} stop @param {string} currency */
function rowsOf(stop, currency) {
  if (stop.kind === "day") {
    return [
      { name: "payments", value: number(stop.count) },
      { name: "together", value: money(stop.amount, currency) },
    ];
  }
  /** @type {{name: string, value: string, tone?: import("./frame.js").Tone}[]} */
  const rows = [{ name: "amount", value: money(stop.amount, currency) }];
  const tone = /** @type {import("./frame.js").Tone} */ (TONE[stop.label]);
  return [...rows, { name: "turned out", value: LABEL[stop.label], tone }];
}

/** @param {Stop} stop @param {string} same */
function notesOf(stop, same) {
  return [
    ...(stop.isHere ? ["this payment"] : []),
    ...(stop.isSame && same ? [same] : []),
    ...(stop.knownAt ? [`since ${when(stop.knownAt)}`] : []),
  ];
}

/** @param {Stop} stop @param {string} currency */
function inCells(stop, currency) {
  const moment = stop.kind === "day" ? stop.date : new Date(stop.at).toISOString().slice(0, 16).replace("T", " ");
  return [
    moment,
    money(stop.amount, currency),
    number(stop.count),
    stop.isHere ? `${LABEL[stop.label]}, this payment` : LABEL[stop.label],
  ];
}

/** @param {string} label @param {Stop[]} stops @param {string} currency @param {string} same */
function inShort(label, stops, currency, same) {
  const { payments, frauds, same: alike, times } = figuresOf(stops);
  const here = stops.find((stop) => stop.isHere);
  return [
    `${label}: ${payments} ${payments === 1 ? "payment" : "payments"}, ${frauds} known as fraud.`,
    here ? `This payment: ${money(here.amount, currency)}.` : "",
    times === null ? "" : `That is ${number(times, 1)} times the median before it.`,
    same && alike ? `${alike} ${same}.` : "",
    "The arrow keys move through it.",
  ]
    .filter(Boolean)
    .join(" ");
}

/** Minor units of one whole: 100 cents, 1 yen. @param {string} currency */
function minorUnits(currency) {
  try {
    const { maximumFractionDigits } = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
    return 10 ** (maximumFractionDigits ?? 2);
  } catch {
    return 100;
  }
}
