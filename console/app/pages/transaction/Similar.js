/** Recent cases of other cards that look like this one, and what they turned out to be. */

import { html } from "../../../vendor/preact.js";
import { get } from "../../api.js";
import { scoreText } from "../../charts/Scale.js";
import { Loaded, useLoaded } from "../../loading.js";
import { Badge } from "../../parts/Badge.js";
import { Card } from "../../parts/Card.js";
import { Moment } from "../../parts/Moment.js";
import { Money } from "../../parts/Money.js";
import { href } from "../../routes.js";
import { counted, percent } from "../../words.js";
import { alike, saidBy } from "./words.js";

/** @param {{decision: any}} props */
export function Similar({ decision }) {
  const id = decision.transaction_id;
  const similar = useLoaded((signal) => get(`decisions/${encodeURIComponent(id)}/similar?limit=5`, signal), [id]);
  return html`<${Card} title="Similar recent cases" id="similar">
    <${Loaded} of=${similar}>
      ${(/** @type {any} */ found) => html`<${Cases} found=${found} />`}
    <//>
  <//>`;
}

/** @param {{found: {looked_at: number, similar: any[]}}} props */
function Cases({ found }) {
  if (found.similar.length === 0) {
    return html`<p class="soft">None among the ${counted(found.looked_at, "recent case")} of other cards.</p>`;
  }
  return html`
    <p>${outcomes(found.similar)}<span class="soft"> of ${counted(found.looked_at, "case")} looked at</span></p>
    <ol class="tx-similar">
      ${found.similar.map(
        ({ transaction: one, ...other }) => html`<li key=${other.case_id}>
        <p class="row">
          <a class="tx-similar-amount" href=${href("transactions", one.transaction_id)}><${Money} minor=${one.amount_minor} currency=${one.currency} /></a>
          ${
            one.disposition
              ? html`<${Badge} kind=${one.disposition.label} title=${`says ${saidBy(one.disposition.source)}`}>${one.disposition.label}<//>`
              : html`<${Badge}>still open<//>`
          }
          <span class="tx-likeness" role="img" aria-label=${`${percent(other.likeness, 0)} alike`}>
            <span style=${{ width: `${Math.max(0, Math.min(1, other.likeness)) * 100}%` }}></span>
          </span>
        </p>
        <p class="soft small">
          <${Moment} at=${one.event_time} /> · ${one.decision}${one.fraud_score !== null && html` · score <span class="numbers">${scoreText(one.fraud_score)}</span>`}
          ${" "}· ${other.alike.map(alike).join(", ")}
        </p>
      </li>`,
      )}
    </ol>
  `;
}

/**
 * What became of them, in words.
 * @param {{transaction: {disposition?: {label: string} | null}}[]} cases
 */
export function outcomes(cases) {
  const count = (/** @type {string | undefined} */ label) =>
    cases.filter((one) => one.transaction.disposition?.label === label).length;
  const [fraud, legitimate, open] = [count("fraud"), count("legitimate"), count(undefined)];
  return [fraud && `${fraud} fraud`, legitimate && `${legitimate} legitimate`, open && `${open} still open`]
    .filter(Boolean)
    .join(", ");
}
