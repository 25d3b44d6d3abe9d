/** The report of one model: what it was compared with, on what, and how it came out, in figures and curves. */

import { html, useMemo } from "../../../vendor/preact.js";
import { HBars } from "../../charts/HBars.js";
import { XYChart } from "../../charts/XYChart.js";
import { Badge } from "../../parts/Badge.js";
import { Card } from "../../parts/Card.js";
import { Figure } from "../../parts/Figure.js";
import { Moment } from "../../parts/Moment.js";
import { href } from "../../routes.js";
import { counted, number, percent } from "../../words.js";
import { whole } from "../rules/backtest/figures.js";
import { chosenPoint, FIGURES, guardWords, measuredFigures } from "./figures.js";
import { shown } from "./Table.js";

/**
 * @typedef {object} Side
 * @property {string} name
 * @property {"one" | "two" | "muted"} tone
 * @property {boolean} [dashed]
 * @property {any} curves
 * @property {{review: number | null, block: number | null} | null} thresholds
 */

/** @param {{sides: Side[], baseRate?: number | null}} props */
export function PrecisionRecall({ sides, baseRate = null }) {
  const series = useMemo(() => lines(sides, "precision_recall"), [sides]);
  if (!series.length) return html`<p class="unmeasured">The curves of this evaluation are not kept.</p>`;
  return html`<${Figure} title="Precision and recall"
    note="Further to the upper right is better: of what is flagged, more is fraud; of all frauds, more are found.">
    <${XYChart} label="Precision against recall" xLabel="recall" yLabel="precision" series=${series} rangeX=${[0, 1]}
      rangeY=${[0, 1]}
      formatX=${(/** @type {number} */ value) => percent(value, 0)}
        formatY=${(/** @type {number} */ value) => percent(value, 0)}
      horizontals=${baseRate ? [{ at: baseRate, text: "chance", tone: "muted" }] : []} />
  </${Figure}>`;
}

const DOT = "The dot is the review threshold that was chosen with the model.";

/** @param {{sides: Side[], currency: string | null}} props */
export function MoneyAgainstAlerts({ sides, currency }) {
  const series = useMemo(() => lines(sides, "money"), [sides]);
  if (!series.length) return null;
  const points = sides.flatMap(({ curves, thresholds, name, tone }) => {
    const found = chosenPoint(curves?.money, thresholds?.review);
    return found ? [{ ...found, text: sides.length > 1 ? `${short(name)}'s threshold` : "its threshold", tone }] : [];
  });
  return html`<${Figure} title="Money against alerts"
    note=${`What reviewing the highest scores saves, by how many are reviewed; blocks as they are. ${DOT}`}>
    <${XYChart} label="Money saved against the share of transactions alerted on" xLabel="transactions alerted on"
      yLabel="saved" series=${series} points=${points}
      formatX=${(/** @type {number} */ value) => percent(value, 2)}
        formatY=${(/** @type {number} */ value) => (currency ? whole(value, currency) : number(value / 100, 0))} />
  </${Figure}>`;
}

/** The end of a version's long name, which tells it from others. @param {string} name */
const short = (name) => (name.length > 12 ? (name.split("-").pop() ?? name) : name);

/** @param {Side[]} sides @param {string} kind */
function lines(sides, kind) {
  return sides
    .filter(({ curves }) => curves?.[kind]?.length)
    .map(({ name, tone, dashed, curves }) => ({
      name,
      tone,
      dashed,
      x: curves[kind].map((/** @type {number[]} */ point) => point[0]),
      y: curves[kind].map((/** @type {number[]} */ point) => point[1]),
    }));
}

const DIRECTIONS = /** @type {Record<string, string>} */ ({
  high: "high values raise it",
  low: "low values raise it",
  mixed: "no one direction",
  none: "",
});

/** @param {{model: any}} props */
export function Report({ model }) {
  const { evaluation } = model;
  const sides = useMemo(() => (evaluation ? bySide(evaluation) : []), [evaluation]);
  if (!evaluation)
    return html`<${Card} title="Report">
      <p class="empty">Its report is not kept any more: reports are kept for a year.</p></${Card}>`;
  const currency = evaluation.money?.currency ?? null;
  return html`
    <div class="pair">
      <${Card} title="Verdict" id="verdict">
        <div class="stack">
          <div class="stack-s">
            <p><${Badge} kind=${evaluation.promote ? "good" : "warn"}>${evaluation.promote ? "Passed" : "Refused"}</${Badge}></p>
            <p class="verdict breaks">${sentence(evaluation.reason)}</p>
          </div>
          <${Tested} evaluation=${evaluation} />
          <${Guards} guards=${evaluation.guards ?? []} currency=${currency} />
        </div>
      </${Card}>
      <${Card} title="Figures" id="model-figures"><${Sides} evaluation=${evaluation} currency=${currency} /></${Card}>
    </div>
    <div class="pair">
      <${Card}><${PrecisionRecall} sides=${sides} baseRate=${evaluation.test?.base_rate} /></${Card}>
      <${Card}><${MoneyAgainstAlerts} sides=${sides} currency=${currency} /></${Card}>
    </div>
    ${evaluation.explanation?.features?.length > 0 && html`<${Importance} explanation=${evaluation.explanation} />`}
  `;
}

/** @param {any} evaluation @returns {Side[]} */
function bySide({ curves, challenger, champion, thresholds }) {
  const mine = /** @type {const} */ ({ name: champion ? "challenger" : "this model", tone: "one" });
  const found = [{ ...mine, curves: curves?.challenger, thresholds: thresholds ?? challenger?.thresholds ?? null }];
  if (!champion) return found;
  return [
    ...found,
    {
      name: "champion",
      tone: "muted",
      dashed: true,
      curves: curves?.champion,
      thresholds: champion.thresholds ?? null,
    },
  ];
}

/** @param {{guards: any[], currency: string | null}} props */
function Guards({ guards, currency }) {
  if (!guards.length) return null;
  const money = (/** @type {number} */ minor) => (currency ? whole(minor, currency) : number(minor / 100, 0));
  return html`<div class="stack-s">
    <h3>What may not get worse</h3>
    <ul class="guards">
      ${guards.map((guard) => {
        const { name, text } = guardWords(guard, money);
        return html`<li>
          <${Badge} kind=${guard.holds ? "good" : "bad"}>${guard.holds ? "holds" : "broken"}</${Badge}>
          <span class="guard-name">${sentence(name).replace(/\.$/, "")}</span> <span class="soft numbers-inline">${text}
            </span>
        </li>`;
      })}
    </ul>
  </div>`;
}

/** @param {{evaluation: any}} props */
function Tested({ evaluation }) {
  const { test, champion, difference, resamples, level } = evaluation;
  if (!test) return null;
  return html`<div class="stack-s">
    <h3>What it was tested on</h3>
    <p>
      ${number(test.rows, 0)} transactions from <${Moment} at=${test.from} /> to <${Moment}
        at=${test.until} />, ${number(test.frauds, 0)} of them frauds
      (${percent(test.base_rate, 2)}): later than all it learned from.
      ${
        champion
          ? html` The champion then, <a class="mono breaks" href=${href("models", champion.model_version)}>
        ${champion.model_version}</a>, on the same.`
          : " There was no champion to compare it with."
      }
    </p>
    ${
      difference?.difference !== undefined &&
      difference?.difference !== null &&
      html`<p class="soft">
        Average precision ${difference.difference >= 0 ? "higher" : "lower"} by ${number(Math.abs(difference.difference), 4)} (95%: ${number(difference.low, 4)} to ${number(difference.high, 4)}), better in
        ${" "}${percent(difference.share_better, 0)} of ${number(resamples, 0)} resamples; ${percent(level, 0)} are asked for.
      </p>`
    }
  </div>`;
}

/** @param {{evaluation: any, currency: string | null}} props */
function Sides({ evaluation, currency }) {
  const { challenger, champion } = evaluation;
  const mine = { ...measuredFigures(challenger), currency };
  const theirs = champion ? { ...measuredFigures(champion), currency } : null;
  const at = challenger?.at_thresholds;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Figures of both models">
    <table class="table rowed">
    <thead><tr><th scope="col">Figure</th><th scope="col" class="numbers">This model</th>
      ${theirs && html`<th scope="col" class="numbers">Champion then</th>`}</tr></thead>
    <tbody>
      ${FIGURES.map(
        (figure) => html`<tr>
          <th scope="row">${figure.name} <span class="soft small figure-meaning">${figure.meaning}</span></th>
          <td class="numbers"><strong>${shown(figure, mine)}</strong></td>
          ${theirs && html`<td class="numbers">${shown(figure, theirs)}</td>`}
        </tr>`,
      )}
      ${
        at &&
        html`<tr>
          <th scope="row">Alerts <span class="soft small figure-meaning">share of transactions at its own thresholds</span></th>
          <td class="numbers"><strong>${percent(at.alert_rate, 2)}</strong></td>
          ${theirs && html`<td class="numbers">${percent(champion.at_thresholds?.alert_rate, 2)}</td>`}
        </tr>`
      }
    </tbody>
  </table></div>`;
}

/** @param {{explanation: any}} props */
function Importance({ explanation }) {
  const items = explanation.features.map((/** @type {any} */ feature) => ({
    name: feature.label ?? feature.feature,
    value: feature.mean_contribution,
    note: DIRECTIONS[feature.direction] ?? "",
  }));
  const over = counted(explanation.rows, "transaction");
  return html`<${Card} title="What it goes by" id="importance">
    <${Figure} note=${`How far each feature moves the score on average, in log-odds, over ${over} of the test weeks.`}>
      <${HBars} label="Importance of features" items=${items}
        format=${(/** @type {number} */ value) => number(value, 2)} />
    </${Figure}>
  </${Card}>`;
}

/** @param {string} text */
function sentence(text) {
  return text ? `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}` : "";
}
