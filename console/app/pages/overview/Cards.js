/** The headline, alarms with what to do, and what it costs. */

import { html } from "../../../vendor/preact.js";
import { HBars } from "../../charts/HBars.js";
import { Sparkline } from "../../charts/Sparkline.js";
import { Badge } from "../../parts/Badge.js";
import { Card } from "../../parts/Card.js";
import { Figure } from "../../parts/Figure.js";
import { Moment } from "../../parts/Moment.js";
import { lasting, percent } from "../../words.js";
import { page, shortened } from "./answers.js";
import {
  divided,
  dollars,
  largest,
  lastSeen,
  latest,
  measured,
  milliseconds,
  rate,
  seconds,
  share,
  thinned,
} from "./series.js";

const UNMEASURED = "not measured here";

/** @param {{overview: any}} props */
export function Tiles({ overview }) {
  const { series = {}, alarms = [], cost = {}, step_seconds: step } = overview;
  const open = alarms.filter((/** @type {any} */ alarm) => alarm.state === "ALARM");
  const flagged = measured(series.decided)
    ? share([series.reviewed ?? [], series.blocked ?? []], series.decided)
    : null;
  const decided = divided(series.decided, step);
  const age = latest(series.iterator_age_ms);
  const slow = latest(series.endpoint_p99_ms);
  return html`<dl class="tiles">
    <${Tile} name="Transactions a second" value=${rate(latest(decided))} values=${decided}
      note=${largest(decided) === null ? UNMEASURED : `at most ${rate(largest(decided))}`} />
    <${Tile} name="Flagged" value=${percent(flagged, 2)} values=${series.alerts} tone="review"
      note=${flagged === null ? UNMEASURED : "of the period's decisions"} />
    <${Tile} name="Open alarms" value=${String(open.length)} kind=${open.length ? "bad" : "good"}
      note=${open.length ? open.map((/** @type {any} */ alarm) => alarm.name).join(", ") : `of ${alarms.length}`} />
    <${Tile} name="Lag" value=${seconds(age === null ? null : age / 1000)} values=${series.iterator_age_ms}
      note=${age === null ? earlier(series.iterator_age_ms, step) : "before it is read"} />
    <${Tile} name="Endpoint p99" value=${milliseconds(slow)} values=${series.endpoint_p99_ms}
      note=${slow === null ? earlier(series.endpoint_p99_ms, step) : "of 100 calls 99 are faster"} />
    <${Tile} name="This month" value=${dollars(cost.dollars ?? null)}
      note=${typeof cost.dollars === "number" ? "by list prices, so far" : UNMEASURED} />
  </dl>`;
}

/**
 * What was measured last, where nothing is measured now: nothing was read, or nobody was asked.
 * @param {import("./series.js").Values | null | undefined} values milliseconds
 * @param {number} step seconds
 */
function earlier(values, step) {
  const last = lastSeen(values);
  return last ? `${milliseconds(last.value)}, ${lasting(last.steps * step * 1000)} ago` : UNMEASURED;
}

/**
 * @param {{name: string, value: string, note: string, values?: import("./series.js").Values, tone?: string,
 *   kind?: string}} props
 */
function Tile({ name, value, note, values, tone = "one", kind }) {
  return html`<div class=${`tile${kind ? ` tile-${kind}` : ""}`}>
    <dt>${name}</dt>
    <dd>
      <span class="tile-value">${value}</span>
      ${measured(values) && html`<${Sparkline} label=${name} values=${thinned(values)} tone=${tone} />`}
      <span class="tile-note">${note}</span>
    </dd>
  </div>`;
}

const STATES = /** @type {Record<string, [string, string]>} */ ({
  ALARM: ["bad", "Alarm"],
  OK: ["good", "OK"],
  INSUFFICIENT_DATA: ["neutral", "No data"],
});

/** Those that ring. @param {{alarms: import("./answers.js").Alarm[]}} props */
export function OpenAlarms({ alarms }) {
  const open = alarms.filter((alarm) => alarm.state === "ALARM");
  if (!open.length) return null;
  return html`<${Card} title=${open.length === 1 ? "An alarm is open" : `${open.length} alarms are open`} id="alarms">
    <ul class="alarms alarms-open">${open.map((alarm) => html`<${Alarm} key=${alarm.name} alarm=${alarm} />`)}</ul>
  </${Card}>`;
}

/** All others, folded. @param {{alarms: import("./answers.js").Alarm[]}} props */
export function OtherAlarms({ alarms }) {
  const rest = alarms.filter((alarm) => alarm.state !== "ALARM");
  const silent = rest.filter((alarm) => alarm.state === "INSUFFICIENT_DATA").length;
  return html`<${Card} title=${rest.length < alarms.length ? "Other alarms" : "Alarms"} id="other-alarms">
    ${alarms.length === 0 && html`<p class="empty">No alarms are known here.</p>`}
    ${
      rest.length > 0 &&
      html`<p class="row">
          <${Badge} kind="good">${rest.length - silent} OK</${Badge}> ${
            silent > 0 &&
            html`<${Badge}>
            ${silent} without data</${Badge}>`
          }
        </p>
        <details class="alarms-rest">
          <summary>What each watches</summary>
          <ul class="alarms">${rest.map((alarm) => html`<${Alarm} key=${alarm.name} alarm=${alarm} />`)}</ul>
        </details>`
    }
  </${Card}>`;
}

/** @param {{alarm: import("./answers.js").Alarm}} props */
function Alarm({ alarm }) {
  const [kind, word] = STATES[alarm.state] ?? ["neutral", alarm.state];
  const runbook = page(alarm);
  return html`<li class="alarm">
    <div class="row">
      <${Badge} kind=${kind}>${word}</${Badge}>
      <h3 class="breaks">${alarm.name}</h3>
      ${alarm.since && html`<span class="soft small">since <${Moment} at=${alarm.since} /></span>`}
    </div>
    ${alarm.what && html`<p class="breaks">${alarm.what}</p>`}
    <p class="soft small breaks">
      ${
        runbook &&
        html`What to do: <code title=${alarm.runbook}>${runbook}</code>
        ${alarm.state === "ALARM" && alarm.reason ? " · " : ""}`
      }
      ${alarm.state === "ALARM" && shortened(alarm.reason)}
    </p>
  </li>`;
}

const NAMES = /** @type {Record<string, string>} */ ({
  stream: "Stream",
  functions: "Functions",
  tables: "Tables",
  endpoint: "Endpoint",
  objects: "Objects",
});

/** @param {{cost: any}} props */
export function Cost({ cost }) {
  const parts = Object.entries(cost?.by ?? {})
    .map(([name, value]) => ({ name: NAMES[name] ?? name, value: /** @type {number | null} */ (value) }))
    .sort((one, other) => (other.value ?? -1) - (one.value ?? -1));
  const isPartial = typeof cost?.dollars === "number" && parts.some(({ value }) => value === null);
  return html`<${Card} title="Cost" id="cost" note=${cost?.since && `Since ${cost.since.slice(0, 10)}, in US dollars.`}>
    ${
      typeof cost?.dollars !== "number"
        ? html`<p class="unmeasured">Not measured here.</p>`
        : html`<p class="cost-sum numbers">${dollars(cost.dollars)}</p>
            <${Figure}><${HBars} label="Cost by part" items=${parts} format=${dollars} /></${Figure}>`
    }
    ${isPartial && html`<p class="soft small">–: not measured here.</p>`}
    ${cost?.note && html`<p class="soft small breaks">${cost.note}</p>`}
  </${Card}>`;
}
