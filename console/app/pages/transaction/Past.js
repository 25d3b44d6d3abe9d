/** The last thirty days of the card and of the terminal, with this transaction among them. */

import { html } from "../../../vendor/preact.js";
import { get } from "../../api.js";
import { figuresOf, pastOf } from "../../charts/past.js";
import { Timeline } from "../../charts/Timeline.js";
import { Loaded, useLoaded } from "../../loading.js";
import { Card } from "../../parts/Card.js";
import { counted, number } from "../../words.js";
import { acceptor, isMissing } from "./words.js";

/** @param {{decision: any, card: import("../../loading.js").Loading<any>}} props */
export function CardsPast({ decision, card }) {
  return html`<${Card} title="This card, 30 days" id="cards-past">
    <${MayBeUnknown} of=${card} nothing="Nothing is remembered of this card.">
      ${(/** @type {any} */ found) => html`<${Past} past=${found} decision=${decision} label="This card's payments of thirty days" same="at this terminal" />`}
    <//>
  <//>`;
}

/** @param {{decision: any}} props */
export function TerminalsPast({ decision }) {
  const { kind, path } = acceptor(decision.terminal_id);
  const terminal = useLoaded((signal) => get(path, signal), [path]);
  const what = kind.toLowerCase();
  return html`<${Card} title=${`This ${what}, 30 days`} id="terminals-past">
    <${MayBeUnknown} of=${terminal} nothing=${`Nothing is remembered of this ${what}.`}>
      ${(/** @type {any} */ found) => html`<${Past} past=${found} decision=${decision} label=${`This ${what}'s payments of thirty days`} same="with this card" />`}
    <//>
  <//>`;
}

/** @param {{of: import("../../loading.js").Loading<any>, nothing: string, children: any}} props */
function MayBeUnknown({ of, nothing, children }) {
  if (of.value === null && isMissing(of.error)) return html`<p class="soft">${nothing}</p>`;
  return html`<${Loaded} of=${of}>${children}<//>`;
}

/** @param {{past: any, decision: any, label: string, same: string}} props */
function Past({ past, decision, label, same }) {
  const { transactions = [], days = [] } = past;
  const { stops } = pastOf(transactions, days, decision);
  const { payments, frauds, same: alike, times } = figuresOf(stops);
  return html`
    <p class="tx-figures">
      <span><b class="numbers">${number(payments)}</b> ${payments === 1 ? "payment" : "payments"}</span>
      <span class=${frauds ? "is-bad" : ""}><b class="numbers">${number(frauds)}</b> known as fraud</span>
      ${times !== null && html`<span><b class="numbers">${number(times, times < 10 ? 1 : 0)}×</b> the median before</span>`}
      ${alike > 0 && html`<span><b class="numbers">${number(alike)}</b> ${same}</span>`}
    </p>
    <${Timeline} label=${label} transactions=${transactions} days=${days} here=${decision} currency=${decision.currency} same=${same} />
    <p class="soft small">Amounts as in ${decision.currency}: a history keeps no currency.${
      days.length > 0 ? ` Of ${counted(days.length, "older day")} only count and sum are kept.` : ""
    }</p>
  `;
}
