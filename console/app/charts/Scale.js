/** A score between 0 and 1 among the zones that its thresholds make. */

import { html } from "../../vendor/preact.js";
import { number } from "../words.js";

const ROOM_FOR_A_WORD = 0.13;
const ROOM_FOR_A_LABEL = 0.4;

/** @typedef {{name: "approve" | "review" | "block" | "unknown", from: number, until: number}} Zone */

/**
 * The zones of a scale, the lowest first.
 * @param {{review: number | null, block: number | null} | null} thresholds
 * @returns {Zone[]}
 */
export function zones(thresholds) {
  if (!thresholds) return [{ name: "unknown", from: 0, until: 1 }];
  const block = thresholds.block ?? 1;
  const review = Math.min(thresholds.review ?? block, block);
  /** @type {Zone[]} */
  const all = [
    { name: "approve", from: 0, until: review },
    { name: "review", from: review, until: block },
    { name: "block", from: block, until: 1 },
  ];
  return all.filter(
    (zone) => zone.until > zone.from || (zone.name === "block" && block === 1 && thresholds.block !== null),
  );
}

/** A score as people compare it: near the ends with more digits. @param {number} score */
export function scoreText(score) {
  const digits = score > 0 && (score < 0.01 || score > 0.99) && score < 1 ? 4 : score < 0.1 || score > 0.9 ? 3 : 2;
  const text = number(score, digits);
  // 0.99996 is not 1: a certainty that nobody has.
  return text === "1" && score < 1 ? "over 0.9999" : text === "0" && score > 0 ? "under 0.0001" : text;
}

/** @param {number} score @param {Zone[]} all */
function zoneOf(score, all) {
  return all.findLast((zone) => score >= zone.from) ?? all[0];
}

/**
 * @param {object} props
 * @param {number | null} props.score null: rules alone decided
 * @param {{review: number | null, block: number | null} | null} props.thresholds null: not known any more
 * @param {boolean} [props.compact] the bar alone
 */
export function Scale({ score, thresholds, compact = false }) {
  const all = zones(thresholds);
  const zone = score === null ? null : zoneOf(score, all);
  const marks = [
    { name: "review", at: thresholds?.review },
    { name: "block", at: thresholds?.block },
  ].filter((mark) => mark.at != null);
  const limits =
    marks.map((mark) => `${mark.name} from ${scoreText(Number(mark.at))}`).join(", ") || "thresholds not known";
  const said =
    score === null
      ? "No score."
      : `Score ${scoreText(score)} of 1${zone?.name === "unknown" ? "" : `, in the zone ${zone?.name}`}.`;
  const isTight = marks.length === 2 && Number(marks[1]?.at) - Number(marks[0]?.at) < ROOM_FOR_A_LABEL;
  return html`<div class=${`scale ${compact ? "is-compact" : ""}`} role="img" aria-label=${`${said} ${limits}.`}>
    ${
      !compact &&
      score !== null &&
      html`<div class="scale-pin tone-${zone?.name ?? "muted"}" style=${{ left: `${score * 100}%` }}>
        <span class="scale-value numbers" style=${{ transform: `translateX(${-score * 100}%)` }}>${scoreText(score)}</span>
      </div>`
    }
    <div class="scale-bar">
      ${all.map(
        (
          each,
        ) => html`<span key=${each.name} class="scale-zone is-${each.name}" style=${{ left: `${each.from * 100}%`, width: `${(each.until - each.from) * 100}%` }}>
          ${!compact && each.until - each.from >= ROOM_FOR_A_WORD && each.name !== "unknown" && each.name}
        </span>`,
      )}
      ${score !== null && html`<span class="scale-needle" style=${{ left: `${score * 100}%` }}></span>`}
    </div>
    ${
      !compact &&
      html`<div class=${`scale-limits ${isTight ? "is-tight" : ""}`}>
        ${marks.map(
          (
            mark,
          ) => html`<span key=${mark.name} class=${`scale-limit is-${mark.name} ${Number(mark.at) > 0.5 ? "is-right" : ""}`}
            style=${Number(mark.at) > 0.5 ? { right: `${(1 - Number(mark.at)) * 100}%` } : { left: `${Number(mark.at) * 100}%` }}>
            ${mark.name} from <b class="numbers">${scoreText(Number(mark.at))}</b>
          </span>`,
        )}
        ${!thresholds && "The thresholds of that time are not known."}
      </div>`
    }
  </div>`;
}
