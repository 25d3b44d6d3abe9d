/** How far what is served has moved from what the model learned from. */

import { html, useState } from "../../../vendor/preact.js";
import { HBars } from "../../charts/HBars.js";
import { Sparkline } from "../../charts/Sparkline.js";
import { Badge } from "../../parts/Badge.js";
import { Card } from "../../parts/Card.js";
import { Figure } from "../../parts/Figure.js";
import { Moment } from "../../parts/Moment.js";
import { href } from "../../routes.js";
import { number, percent } from "../../words.js";
import { measured } from "./series.js";

const SHOWN = 10;
const NOTED = 0.01;
const MOST = 6;
const DONE = /** @type {Record<string, [string, string]>} */ ({
  started: ["info", "Retraining started"],
  held: ["warn", "Retraining held"],
  disabled: ["neutral", "Retraining switched off"],
  none: ["good", "Nothing to do"],
});

/** @param {{drift: any}} props what GET /drift says */
export function Drift({ drift }) {
  const { report, history = [] } = drift;
  if (!report)
    return html`<${Card} title="Drift by feature" id="drift">
      <p class="empty">Drift was not measured yet: it is once a day.</p></${Card}>`;
  const columns = report.drift?.columns ?? [];
  return html`<div class="pair">
    <${Card} title="Drift by feature" id="drift" note=${html`<${Window} report=${report} />`}>
      ${
        report.why_not || columns.length === 0
          ? html`<p class="unmeasured">Nothing can be said: ${report.why_not || "no feature could be compared"}.</p>`
          : html`<${Columns} report=${report} columns=${columns} />`
      }
    </${Card}>
    <${Card} title="What was done" id="drift-done">
      <div class="stack">
        ${
          report.retraining &&
          html`<div class="stack-s"><p><${Done} action=${report.retraining.action} /></p>
          <p class="breaks">${report.retraining.text}</p></div>`
        }
        <${Missing} report=${report} columns=${columns} />
        <${Labels} labels=${report.labels} />
        <${Past} history=${history} limit=${report.limits?.psi} />
      </div>
    </${Card}>
  </div>`;
}

/** @param {{action: string}} props */
function Done({ action }) {
  const [kind, text] = DONE[action] ?? ["neutral", action];
  return html`<${Badge} kind=${kind}>${text}</${Badge}>`;
}

/** @param {{report: any}} props */
function Window({ report }) {
  const { champion, drift, window } = report;
  return html`The day until <${Moment} at=${window.until} />
    ${drift?.rows ? html`, ${number(drift.rows, 0)} transactions of ${number(drift.cards, 0)} cards` : ""}${
      champion &&
      html`, against what <a class="mono breaks" href=${href("models", champion.model_version)}>${champion.model_version}
      </a> learned from`
    }.`;
}

/** @param {{report: any, columns: any[]}} props */
function Columns({ report, columns }) {
  const [all, setAll] = useState(false);
  const limit = report.limits?.psi ?? 0.25;
  const items = (all ? columns : columns.slice(0, SHOWN)).map((column) => ({
    name: column.name === "score" ? "the score itself" : column.name,
    value: column.psi,
    tone: column.drifted ? "block" : "one",
    note: column.drifted ? "drifted" : column.missing_drifted ? "missing share changed" : undefined,
  }));
  return html`<${Figure}
    note="Population stability index: 0 where nothing moved. Drifted is what lies beyond the line, and not by chance.">
    <${HBars} label="Drift by feature" items=${items} reference=${{ at: limit, text: "drifted from" }}
      format=${(/** @type {number} */ value) => number(value, 3)} />
    ${
      columns.length > SHOWN &&
      html`<button type="button" class="link-button" onClick=${() => setAll(!all)}>
      ${all ? "Show the largest only" : `Show all ${columns.length}`}</button>`
    }
    ${
      report.drift?.score_why_not &&
      html`<p class="soft small">The score is not compared: ${report.drift.score_why_not}.</p>`
    }
  </${Figure}>`;
}

/** @param {{report: any, columns: any[]}} props */
function Missing({ report, columns }) {
  const changed = columns
    .filter((column) => column.missing_drifted || Math.abs(column.missing - column.missing_learned) >= NOTED)
    .sort(
      (one, other) => Math.abs(other.missing - other.missing_learned) - Math.abs(one.missing - one.missing_learned),
    );
  if (!columns.length) return null;
  return html`<div class="stack-s">
    <h3>Share that is missing</h3>
    ${
      changed.length === 0
        ? html`<p class="soft">As when the model learned, within a point, for every feature.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Features whose missing share changed">
          <table class="table">
            <thead><tr><th scope="col">Feature</th><th scope="col" class="numbers">Learned</th>
              <th scope="col" class="numbers">Now</th><th scope="col"><span class="hidden">Verdict</span></th></tr>
                </thead>
            <tbody>
              ${changed.slice(0, MOST).map(
                (column) => html`<tr>
                  <th scope="row" class="mono breaks">${column.name}</th><td class="numbers">
                    ${percent(column.missing_learned)}</td><td class="numbers">${percent(column.missing)}</td>
                  <td>${column.missing_drifted && html`<${Badge} kind="bad">drifted</${Badge}>`}</td>
                </tr>`,
              )}
            </tbody>
          </table></div>
          <p class="soft small">
            ${changed.length > MOST && `${changed.length - MOST} more changed by less. `}
            ${`A change counts from ${number((report.limits?.missing ?? 0.1) * 100, 0)} points on.`}
          </p>`
    }
  </div>`;
}

/** @param {{labels: any}} props */
function Labels({ labels }) {
  if (!labels) return null;
  const { evaluated } = labels;
  return html`<div class="stack-s">
    <h3>Was it right?</h3>
    ${
      labels.average_precision === null || labels.average_precision === undefined
        ? html`<p class="soft">Not to be said yet${labels.why_not && `: ${labels.why_not}`}.</p>`
        : html`<p>
            Average precision as served, a week ago: <strong class="numbers">${number(labels.average_precision, 3)}
              </strong>
            <span class="soft"> (95%: ${number(labels.average_precision_low, 3)} to ${number(labels.average_precision_high, 3)})</span>${
              labels.of_champion &&
              evaluated?.average_precision !== null &&
              evaluated?.average_precision !== undefined &&
              `; in its evaluation ${number(evaluated.average_precision, 3)}`
            }. ${labels.worse === true && html`<${Badge} kind="bad">worse, beyond chance</${Badge}>`}${
              labels.worse === false && html`<${Badge} kind="good">not worse</${Badge}>`
            }
          </p>`
    }
  </div>`;
}

/** @param {{history: any[], limit?: number}} props newest first */
function Past({ history, limit = 0.25 }) {
  const values = history.map((each) => each.largest_psi ?? null).reverse();
  if (values.length < 2 || !measured(values)) return null;
  const days = history.filter((each) => each.drifted?.length).length;
  return html`<div class="stack-s">
    <h3>The last ${history.length} days</h3>
    <${Sparkline} label=${`The largest index of each day; drifted from ${limit} on`} values=${values} width=${260}
      height=${40} />
    <p class="soft small">The largest index of each day. Something drifted on ${days} of them.</p>
  </div>`;
}
