/** What else of this card was flagged. */

import { html, useState } from "../../../vendor/preact.js";
import { scoreText } from "../../charts/Scale.js";
import { Loaded } from "../../loading.js";
import { Badge } from "../../parts/Badge.js";
import { Card } from "../../parts/Card.js";
import { Moment } from "../../parts/Moment.js";
import { Money } from "../../parts/Money.js";
import { href } from "../../routes.js";
import { counted, sums, when } from "../../words.js";
import { isMissing } from "./words.js";

const FEW = 6;

/** @param {{decision: any, card: import("../../loading.js").Loading<any>}} props */
export function CardsCase({ decision, card }) {
  // A card that is not known at all is said beside its past; here it only means: no case.
  const unknown = card.value === null && isMissing(card.error);
  return html`<${Card} title="This card's case" id="case">
    ${
      unknown
        ? html`<p class="soft">No case: nothing of this card waits for anybody.</p>`
        : html`<${Loaded} of=${card}>${(/** @type {any} */ found) => html`<${Case} of=${found.case} id=${decision.transaction_id} />`}<//>`
    }
  <//>`;
}

/** @param {{of: any, id: string}} props */
function Case({ of, id }) {
  const [isWhole, setWhole] = useState(false);
  if (!of) return html`<p class="soft">No case: nothing of this card was flagged lately.</p>`;
  const others = [...of.transactions].reverse().filter((/** @type {any} */ one) => one.transaction_id !== id);
  const open = of.transactions.filter((/** @type {any} */ one) => !one.disposition).length;
  const shown = isWhole ? others : others.slice(0, FEW);
  return html`
    <p>
      <${Badge} kind=${of.severity}>${of.severity}<//> ${counted(of.count, "flagged payment")}, ${open} open:
      ${" "}<b class="numbers">${sums(of.amounts)}</b>
      ${of.snoozed_until && Date.parse(of.snoozed_until) > Date.now() && html`. Snoozed until ${when(of.snoozed_until)}`}
    </p>
    ${others.length === 0 && html`<p class="soft">This one is the only one of its case.</p>`}
    ${
      shown.length > 0 &&
      html`<div class="scroll" tabindex="0" role="group" aria-label="Other flagged payments of this card">
        <table class="table tx-case">
          <thead><tr><th scope="col">When</th><th scope="col" class="numbers">Amount</th><th scope="col" class="numbers">Score</th><th scope="col">Was</th></tr></thead>
          <tbody>
            ${shown.map(
              (/** @type {any} */ one) => html`<tr key=${one.transaction_id}>
                <td><a href=${href("transactions", one.transaction_id)}><${Moment} at=${one.event_time} /></a></td>
                <td class="numbers"><${Money} minor=${one.amount_minor} currency=${one.currency} /></td>
                <td class="numbers">${one.fraud_score === null ? "rules" : scoreText(one.fraud_score)}</td>
                <td>
                  ${
                    one.disposition
                      ? html`<${Badge} kind=${one.disposition.label}>${one.disposition.label}<//>`
                      : html`<${Badge} kind=${one.decision}>${one.decision}<//>`
                  }
                </td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`
    }
    ${
      others.length > FEW &&
      html`<button type="button" class="link-button" aria-expanded=${isWhole} onClick=${() => setWhole(!isWhole)}>
        ${isWhole ? `The newest ${FEW}` : `All ${others.length}`}
      </button>`
    }
  `;
}
