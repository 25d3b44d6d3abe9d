/** What it is about, in one glance, and what one can say of it. */

import { html } from "../../../vendor/preact.js";
import { Badge } from "../../parts/Badge.js";
import { FindingButtons } from "../../parts/FindingButtons.js";
import { Id } from "../../parts/Id.js";
import { PageHead } from "../../parts/PageHead.js";
import { SnoozeMenu } from "../../parts/SnoozeMenu.js";
import { ago, money, number, spoken, utc, when } from "../../words.js";
import { acceptor, checksOf, entryMode, placeOf, saidBy } from "./words.js";

/** @type {Record<string, string>} */
const DONE = { approve: "approved", review: "to review", block: "blocked" };

/** @param {{decision: any, card: import("../../loading.js").Loading<any>}} props */
export function Head({ decision, card }) {
  const { kind, name } = acceptor(decision.terminal_id);
  const payment = decision.payment ?? {};
  const place = placeOf(payment);
  const open = card.value?.case?.transactions?.some((/** @type {any} */ one) => !one.disposition);
  const checks = checksOf(payment);
  const subject = { transaction_id: decision.transaction_id, card_id: decision.card_id };
  return html`<section class="panel tx-head" aria-label="Transaction">
    <${PageHead}
      title=${html`<span class="tx-amount numbers">${money(decision.amount_minor, decision.currency)}</span>${" "}
        <${Badge} kind=${decision.decision}>${DONE[decision.decision] ?? decision.decision}<//>${" "}
        ${decision.label && html`<${Badge} kind=${decision.label}>${decision.label}<//>`}`}
      actions=${html`<${FindingButtons}
        subject=${subject}
        disposition=${decision.label ?? null}
        decided_at=${decision.decided_at}
        >${
          open &&
          html`<${SnoozeMenu} card_id=${decision.card_id} until=${card.value.case.snoozed_until ?? null} onDone=${card.reload} />`
        }<//
      >`}
    >
      <time datetime=${decision.event_time}>${when(decision.event_time)}</time>
      ${` · ${utc(decision.event_time)} · ${ago(decision.event_time)}`}
    <//>
    <dl class="tx-facts">
      <${Fact} name="Card"><${Id}>${decision.card_id}<//><//>
      <${Fact} name=${kind}><${Id}>${name}<//><//>
      ${
        (place || payment.merchant_lat != null) &&
        html`<${Fact} name="Place"><bdi>${place}</bdi>${
          payment.merchant_lat != null &&
          payment.merchant_lon != null &&
          html` <span class="soft small numbers">${number(payment.merchant_lat, 3)}, ${number(payment.merchant_lon, 3)}</span>`
        }<//>`
      }
      ${payment.entry_mode && html`<${Fact} name="Card was"><bdi>${entryMode(payment.entry_mode)}</bdi><//>`}
      ${payment.transaction_type && html`<${Fact} name="Kind"><bdi>${spoken(payment.transaction_type)}</bdi><//>`}
      ${
        (payment.merchant_category || payment.mcc) &&
        html`<${Fact} name="Shop"><bdi>${[payment.merchant_category, payment.mcc && `MCC ${payment.mcc}`].filter(Boolean).join(", ")}</bdi><//>`
      }
      ${payment.card_country && html`<${Fact} name="Card from">${placeOf({ merchant_country: payment.card_country })}<//>`}
      ${!decision.payment && html`<${Fact} name="Anything else"><span class="soft">as sent, in the archive</span><//>`}
      ${checks.length > 0 && html`<${Fact} name="Checks"><bdi>${checks.join(", ")}</bdi><//>`}
      <${Fact} name="Id"><${Id}>${decision.transaction_id}<//><//>
      ${
        decision.label &&
        html`<${Fact} name="Found to be">
          <b>${decision.label}</b>, says ${saidBy(decision.label_source)}${
            decision.label_time &&
            html`, <time datetime=${decision.label_time} title=${utc(decision.label_time)}>${when(decision.label_time)}</time>`
          }
        <//>`
      }
    </dl>
  </section>`;
}

/** @param {{name: string, children?: any}} props */
function Fact({ name, children }) {
  return html`<div><dt>${name}</dt><dd class="breaks">${children}</dd></div>`;
}
