/** A policy as people read it: rules, lists, thresholds, snoozes. */

import { html, useState } from "../../../vendor/preact.js";
import { Badge } from "../../parts/Badge.js";
import { Card } from "../../parts/Card.js";
import { Moment } from "../../parts/Moment.js";
import { number } from "../../words.js";
import { asEntry, nextEnd, standing } from "./policy.js";
import { Condition } from "./Text.js";

const SHOWN = 50;
const VERDICTS = /** @type {Record<string, string>} */ ({ block: "Block", review: "Review", approve: "Approve" });

/**
 * @param {{document: import("./policy.js").Policy, ofModel?: {review: number, block: number} | null, now?: number}} props
 *   ofModel: the thresholds of the model that scores now
 */
export function Document({ document, ofModel = null, now = Date.now() }) {
  const { rules = [], lists = [], snoozes = [] } = document;
  const shadows = rules.filter((rule) => rule.shadow).length;
  return html`<div class="policy stack">
    <${Card} title="Rules"
      note=${`${rules.length - shadows} decide${shadows ? `, ${shadows} are tried in the shadow` : ""}.`}>
      ${
        rules.length
          ? html`<ol class="rules">${rules.map((rule) => html`<${Rule} key=${rule.name} rule=${rule} />`)}
        </ol>`
          : html`<p class="empty">No rules: lists and the score decide.</p>`
      }
      <${WhatWins} />
    </${Card}>
    <${Card} title="Thresholds" note="Scores from which a transaction is reviewed, and from which it is blocked.">
      <dl class="facts">
        ${
          /** @type {const} */ (["review", "block"]).map(
            (name) => html`<dt><${Badge} kind=${name}>${VERDICTS[name]}</${Badge}></dt>
            <dd>${threshold(document.thresholds?.[name], ofModel?.[name])}</dd>`,
          )
        }
      </dl>
    </${Card}>
    <${Card} title="Lists">
      ${
        lists.length
          ? lists.map((list) => html`<${List} key=${list.name} list=${list} now=${now} />`)
          : html`<p class="empty">No lists.</p>`
      }
    </${Card}>
    <${Card} title="Snoozes" note="They hold back alerts, never decisions.">
      ${
        snoozes.length
          ? html`<${Snoozes} snoozes=${snoozes} now=${now} />`
          : html`<p class="empty">Nothing is snoozed.</p>`
      }
    </${Card}>
  </div>`;
}

/** @param {{rule: import("./policy.js").Rule}} props */
function Rule({ rule }) {
  return html`<li class=${`rule rule-${rule.outcome}${rule.shadow ? " rule-shadow" : ""}`}>
    <div class="row">
      <h3 class="mono breaks">${rule.name}</h3>
      <${Badge} kind=${rule.outcome}>${VERDICTS[rule.outcome] ?? rule.outcome}</${Badge}>
      ${rule.shadow && html`<${Badge} kind="neutral">Shadow: decides nothing</${Badge}>`}
    </div>
    <p class="breaks">${rule.because}</p>
    <${Condition} when=${rule.when} />
  </li>`;
}

function WhatWins() {
  return html`<details class="what-wins">
    <summary>What wins where they disagree</summary>
    <ol>
      <li>A list that blocks.</li>
      <li>A block rule.</li>
      <li>A list that approves, whatever score and review rules say.</li>
      <li>The score at or above the block threshold.</li>
      <li>A review rule, or the score at or above the review threshold.</li>
      <li>A score below the review threshold: approve.</li>
      <li>Without a score: an approve rule; else review. Nothing is approved in silence.</li>
    </ol>
  </details>`;
}

/** @param {number | string | undefined} value @param {number | undefined} ofModel */
function threshold(value, ofModel) {
  if (typeof value === "number") return html`from <strong class="numbers">${number(value, 4)}</strong>`;
  return html`from the model's own threshold${typeof ofModel === "number" && html`, now <strong class="numbers">${number(ofModel, 4)}</strong>`}`;
}

/** @param {{list: import("./policy.js").NamedList, now: number}} props */
function List({ list, now }) {
  const [all, setAll] = useState(false);
  const entries = (list.entries ?? []).map(asEntry);
  const left = standing(entries, now);
  const ended = entries.length - left.length;
  const soonest = nextEnd(left);
  const effect = list.effect === "none" ? "For expressions" : VERDICTS[list.effect];
  return html`<section class="list">
    <div class="row">
      <h3 class="mono breaks">${list.name}</h3>
      <${Badge} kind=${list.effect === "none" ? "neutral" : list.effect}>${effect}</${Badge}>
      ${list.shadow && html`<${Badge} kind="neutral">Shadow</${Badge}>`}
      <span class="soft">of <span class="mono">${list.of}</span></span>
    </div>
    <p class="breaks">${list.because}</p>
    ${
      entries.length === 0
        ? html`<p class="soft">Empty.</p>`
        : html`<details>
            <summary>
              ${left.length.toLocaleString("en")} ${left.length === 1 ? "entry" : "entries"}${ended ? `, ${ended.toLocaleString("en")} ended` : ""}
              ${soonest && html`<span class="soft"> · next to end: <${Moment} at=${soonest} /></span>`}
            </summary>
            <div class="scroll" tabindex="0" role="region" aria-label=${`Entries of ${list.name}`}>
              <table class="table">
                <thead><tr><th scope="col">Value</th><th scope="col">Until</th><th scope="col">Because</th></tr></thead>
                <tbody>
                  ${(all ? entries : entries.slice(0, SHOWN)).map(
                    (entry) => html`<tr key=${entry.value}>
                      <td><bdi class="mono breaks">${entry.value}</bdi></td>
                      <td>${
                        entry.until
                          ? html`<${Until} at=${entry.until} now=${now} />`
                          : html`<span class="soft">no end</span>`
                      }</td>
                      <td class="breaks">${entry.because ?? ""}</td>
                    </tr>`,
                  )}
                </tbody>
              </table>
            </div>
            ${
              !all &&
              entries.length > SHOWN &&
              html`<button type="button" class="link-button"
              onClick=${() => setAll(true)}>Show all ${entries.length.toLocaleString("en")}</button>`
            }
          </details>`
    }
  </section>`;
}

/** @param {{snoozes: import("./policy.js").Snooze[], now: number}} props */
function Snoozes({ snoozes, now }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What is snoozed">
    <table class="table">
      <thead><tr><th scope="col">No alerts for</th><th scope="col">Until</th><th scope="col">Because</th></tr></thead>
      <tbody>
        ${snoozes.map((each) => {
          const kind = each.card_id ? "card" : each.terminal_id ? "terminal" : "rule";
          return html`<tr>
            <td>${kind} <bdi class="mono breaks">${each.card_id ?? each.terminal_id ?? each.rule}</bdi></td>
            <td><${Until} at=${each.until} now=${now} /></td>
            <td class="breaks">${each.because}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** @param {{at: string, now: number}} props */
function Until({ at, now }) {
  return html`<${Moment} at=${at} />${Date.parse(at) <= now && html` <${Badge} kind="neutral">ended</${Badge}>`}`;
}
