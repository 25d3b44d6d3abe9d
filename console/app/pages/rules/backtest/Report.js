/** What a text would have done: what it would have caught, and whom it would have stopped. */

import { html, useMemo } from "../../../../vendor/preact.js";
import { XYChart } from "../../../charts/XYChart.js";
import { Badge } from "../../../parts/Badge.js";
import { Card } from "../../../parts/Card.js";
import { Figure } from "../../../parts/Figure.js";
import { money, number, percent } from "../../../words.js";
import { agreement, verdict, whole } from "./figures.js";
import { Flow, Pairs } from "./Pictures.js";

const SHOWN_ALERTS = 4;
const LONGER = "Choose a longer period for figures on legitimate payments.";

/** @param {{report: any}} props */
export function Report({ report }) {
  const { rules, removed, money: costs, rows, period } = report;
  const said = verdict(report, whole);
  const found = agreement(report);
  const live = rules.filter((/** @type {any} */ rule) => !rule.shadow);
  const shadow = rules.filter((/** @type {any} */ rule) => rule.shadow);
  return html`
    <${Card} title="What it would have caught, and whom it would have stopped" id="backtest-figures">
      <p class="verdict"><strong>${said.head}</strong> ${said.text}</p>
      <p class=${`notice ${found.kind}`}><span class="grow">${found.text}</span></p>
      <${Notes} report=${report} />
      <${Pairs} report=${report} />
      <p class="soft small">
        ${number(rows.evaluated, 0)} transactions of ${day(period.first_event)} to ${day(period.last_event)}, ${number(rows.fraud, 0)} of them known
        frauds; ${number(rows.unknown, 0)} are too young to be known and count in alerts alone. Caught and missed are drawn on one scale, all known
        frauds; every other pair on its own.
      </p>
    </${Card}>
    <${Card} title="Outcomes that change" id="backtest-changes"><${Flow} report=${report} /></${Card}>
    ${
      costs.currency &&
      html`<${Card} title="Money against alerts" id="backtest-money"><${Money} report=${report} />
      </${Card}>`
    }
    <${Card} title="Rule by rule" id="backtest-rules">
      <div class="stack">
        <${RuleTable} title="Rules and lists that decide" note="Alone: what no other rule, list or threshold did."
          rules=${live} currency=${costs.currency} />
        <${RuleTable} title="If a shadow rule were live" note="Alone: what it would add by itself." rules=${shadow}
          currency=${costs.currency} />
        <${RuleTable} title="Taken away" note="What the live document has besides." rules=${removed}
          currency=${costs.currency} />
      </div>
      <details class="reckoned">
        <summary>How it was reckoned</summary>
        <p>
          ${
            costs.currency &&
            `An alert costs ${money(costs.alert_minor, costs.currency)}, a blocked legitimate payment ${money(costs.block_genuine_minor, costs.currency)}; of a reviewed fraud ${percent(costs.recovered_share, 0)} is saved. `
          }
          What nobody reported for ${number(period.label_delay_days)} days counts as legitimate. Each transaction is as it was served: what a change
          would have done to fraudsters, customers and later features is not in these figures.
        </p>
      </details>
    </${Card}>
  `;
}

/** What a reader must know before the figures, where there is something. @param {{report: any}} props */
function Notes({ report }) {
  const { rows, period, unreadable = [], thresholds = {}, money: costs } = report;
  const taken = Object.entries(thresholds).filter(([, found]) => /** @type {any} */ (found).source === "decisions");
  const notes = [
    period.share_of_cards !== null &&
      period.share_of_cards !== undefined &&
      `Tried on ${percent(period.share_of_cards, 0)} of the cards.`,
    rows.unknown > rows.fraud + rows.legitimate &&
      `Most of these transactions are not yet ${number(period.label_delay_days)} days old, so nobody can say that they are legitimate. ${LONGER}`,
    rows.other_features_version > 0 &&
      `${number(rows.other_features_version, 0)} rows were served with another version of the features, and are left out.`,
    unreadable.length > 0 && `${unreadable.length} objects of the archive could not be read, and are left out.`,
    costs.rows_in_other_currencies > 0 &&
      `${number(costs.rows_in_other_currencies, 0)} rows in other currencies count in every figure but money.`,
    ...taken.map(
      ([version]) => `The thresholds of ${version} are taken from its decisions: its artefact was not at hand.`,
    ),
  ].filter(Boolean);
  return notes.length ? html`<ul class="soft notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>` : null;
}

/** @param {{report: any}} props */
function Money({ report }) {
  const { curves, present, changed, money: costs } = report;
  const end = SHOWN_ALERTS * Math.max(present.alerts_a_day, changed.alerts_a_day, 0.25);
  const series = useMemo(
    () =>
      /** @type {const} */ ([
        ["present", "live rules", "muted", true],
        ["changed", "yours", "one", false],
      ]).map(([side, name, tone, dashed]) => {
        const points = curves[side].filter((/** @type {any} */ point) => point.alerts_a_day <= end);
        return {
          name,
          tone,
          dashed,
          x: points.map((/** @type {any} */ point) => point.alerts_a_day),
          y: points.map((/** @type {any} */ point) => point.saved_minor),
        };
      }),
    [report],
  );
  const dots = [
    { x: present.alerts_a_day, y: present.saved_minor, text: "live", tone: "muted" },
    { x: changed.alerts_a_day, y: changed.saved_minor, text: "yours", tone: "one" },
  ];
  const points = [...series.flatMap((each) => each.y), ...dots.map((dot) => dot.y)];
  return html`<${Figure}
    note="The lines are other review thresholds under the same rules; the dots are the two documents as they are.">
    <${XYChart}
      label="Money saved against alerts a day, for review thresholds from high to low"
      xLabel="alerts a day"
      yLabel="saved"
      series=${series}
      points=${dots}
      rangeY=${around(points)}
      formatX=${(/** @type {number} */ value) => number(value, 0)}
      formatY=${(/** @type {number} */ value) => whole(value, costs.currency)}
    />
  </${Figure}>`;
}

/** A range that shows differences: from near the least value, with some room. @param {number[]} values */
function around(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = (most - least) * 0.2 || Math.abs(most) * 0.1 || 1;
  return [least - room, most + room];
}

/** @param {string} iso */
const day = (iso) => iso.slice(0, 10);

/** @param {{title: string, note: string, rules: any[], currency: string}} props */
export function RuleTable({ title, note, rules, currency }) {
  if (!rules.length) return null;
  return html`<div class="stack-s">
    <h3>${title}</h3>
    <div class="scroll" tabindex="0" role="region" aria-label=${title}>
      <table class="table rowed rule-table">
        <caption>${note}</caption>
        <thead>
          <tr>
            <th scope="col">Rule</th><th scope="col">Does</th><th scope="col" class="numbers">Fires a day</th>
            <th scope="col">Fraud among them</th><th scope="col" class="numbers">Fraud caught alone</th>
            <th scope="col" class="numbers">Flagged alone</th>
              <th scope="col" class="numbers">Legitimate stopped alone</th>
            ${currency && html`<th scope="col" class="numbers">Saved alone</th>`}
          </tr>
        </thead>
        <tbody>
          ${rules.map(
            (rule) => html`<tr key=${rule.name}>
              <th scope="row"><bdi class="mono breaks" title=${rule.because}><${Broken} name=${rule.name} /></bdi>
                ${rule.kind === "list" && html` <span class="soft">list</span>`}</th>
              <td>${rule.outcome === "none" ? "–" : html`<${Badge} kind=${rule.outcome}>${rule.outcome}</${Badge}>`}
                </td>
              <td class="numbers">${number(rule.fires_a_day, 1)}<${Before} rule=${rule} /></td>
              <td>
                ${
                  rule.precision === null
                    ? html`<span class="soft">not known</span>`
                    : html`<span class="rule-right">
                      <span class="rule-right-bar" style=${{ width: `${rule.precision * 100}%` }}></span>
                        </span> ${percent(rule.precision, 0)}`
                }
              </td>
              <td class="numbers">${number(rule.caught_alone, 0)}</td>
              <td class="numbers">${number(rule.flagged_alone, 0)}</td>
              <td class="numbers">${number(rule.stopped_alone, 0)}</td>
              ${currency && html`<td class="numbers">${whole(rule.saved_alone_minor, currency)}</td>`}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </div>`;
}

/** A long name that may break after each of its words. @param {{name: string}} props */
function Broken({ name }) {
  return name.split(/(?<=_)/).map((word, at) => html`${at > 0 && html`<wbr />`}${word}`);
}

/** How often it fires now. @param {{rule: any}} props */
function Before({ rule }) {
  const { fires_at_present: before, fires, fires_a_day } = rule;
  if (before === null || before === undefined) return html` <span class="soft">new</span>`;
  if (before === fires) return null;
  const now = fires ? (before * fires_a_day) / fires : null;
  return html` <span class="soft">${now === null ? `was ${number(before, 0)} in all` : `was ${number(now, 1)}`}</span>`;
}
