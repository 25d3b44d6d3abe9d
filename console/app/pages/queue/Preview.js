/** The selected case beside the list: its transactions, and what can be said of them. */

import { html, useEffect, useState } from "../../../vendor/preact.js";
import { useFindings } from "../../findings.js";
import { useKeys } from "../../keys.js";
import { Badge } from "../../parts/Badge.js";
import { FindingButtons } from "../../parts/FindingButtons.js";
import { Id } from "../../parts/Id.js";
import { Moment } from "../../parts/Moment.js";
import { SnoozeMenu } from "../../parts/SnoozeMenu.js";
import { href } from "../../routes.js";
import { counted, money, sums } from "../../words.js";
import { shown } from "./Risk.js";
import { reasonOf, ruleWords } from "./rules.js";

/** @typedef {import("./cases.js").CaseTransaction} CaseTransaction */

/** What came while one looked counts as seen only after so long: a key pressed before was not about it. */
const SEEN_AFTER_MS = 1000;

/**
 * @param {{item: import("./cases.js").Item, picked: string | null, pick: (transaction_id: string | null) => void,
 *   isSaid: (transaction: CaseTransaction) => boolean, reasons: Map<string, string>}} props
 *   picked: the one transaction that findings are about; null: the whole case
 */
export function Preview({ item, picked, pick, isSaid, reasons }) {
  const { of, open } = item;
  const seen = useSeen(of);
  const one = of.transactions.find((transaction) => transaction.transaction_id === picked) ?? null;
  const subject = one
    ? { transaction_id: one.transaction_id, card_id: of.card_id }
    : {
        card_id: of.card_id,
        seen_at: seen,
        transaction_ids: open.filter((each) => each.decided_at <= seen).map((each) => each.transaction_id),
      };
  useKeys({ Escape: [() => pick(null), "Back to the whole case"] }, one !== null);
  return html`<section class="preview panel" aria-labelledby="preview-title">
    <header>
      <h2 id="preview-title"><${Id}>${of.card_id}<//></h2>
      <p class="soft">
        ${counted(open.length, "open transaction")} · ${sums(item.stake)} at stake · risk ${shown(item.risk)} · opened
        ${" "}<${Moment} at=${of.opened_at} ago />
      </p>
    </header>
    <p class="about small" aria-live="polite">
      ${
        one
          ? html`<strong>One transaction</strong>, ${money(one.amount_minor, one.currency)}, <${Id}>${one.transaction_id}<//>
              ${" "}<button type="button" class="link-button" onClick=${() => pick(null)}>Whole case</button>`
          : html`<strong>The whole case</strong>${open.length > 1 ? `, ${counted(open.length, "open transaction")}` : ""}`
      }
    </p>
    <${FindingButtons} key=${picked ?? of.case_id} subject=${subject} disposition=${one?.disposition?.label ?? null}>
      <${SnoozeMenu} card_id=${of.card_id} until=${of.snoozed_until} />
    <//>
    <div class="scroll">
      <table class="table">
        <caption class="hidden">
          Transactions of the case, the newest first
        </caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col" class="numbers">Amount</th>
            <th scope="col">Terminal, rules</th>
            <th scope="col" class="numbers">Score</th>
            <th scope="col">Decided</th>
          </tr>
        </thead>
        <tbody>
          ${of.transactions.toReversed().map(
            (each) => html`<${Line}
              key=${each.transaction_id}
              transaction=${each}
              isPicked=${each.transaction_id === picked}
              pick=${() => pick(each.transaction_id === picked ? null : each.transaction_id)}
              isSaid=${isSaid(each)}
              isUnseen=${each.decided_at > seen}
              reasons=${reasons}
            />`,
          )}
        </tbody>
      </table>
    </div>
    ${of.count > of.transactions.length && html`<p class="soft small">The newest ${of.transactions.length} of ${of.count}.</p>`}
  </section>`;
}

/**
 * @param {{transaction: CaseTransaction, isPicked: boolean, pick: () => void, isSaid: boolean, isUnseen: boolean,
 *   reasons: Map<string, string>}} props
 */
function Line({ transaction, isPicked, pick, isSaid, isUnseen, reasons }) {
  const { of } = useFindings();
  const found = of(transaction);
  const said = isSaid && found ? found.disposition : transaction.disposition?.label;
  const click = (/** @type {MouseEvent} */ event) => {
    if (event.target instanceof Element && !event.target.closest("a")) pick();
  };
  return html`<tr class=${isPicked ? "picked" : undefined} onClick=${click}>
    <td><a href=${href("transactions", transaction.transaction_id)} title=${transaction.transaction_id}><${Moment} at=${transaction.event_time} /></a></td>
    <td class="numbers">${money(transaction.amount_minor, transaction.currency)}</td>
    <td class="breaks">
      <bdi>${transaction.terminal_id ?? "–"}</bdi>
      ${transaction.rules_fired.map((name) => html`<span class="by-rule soft small" key=${name} title=${reasonOf(reasons, name)}>${ruleWords(name)}</span>`)}
    </td>
    <td class="numbers">${transaction.fraud_score?.toFixed(3) ?? "–"}</td>
    <td>
      ${said ? html`<${Badge} kind=${said}>${said === "fraud" ? "Fraud" : "Legitimate"}<//>` : html`<${Badge} kind=${transaction.decision}>${transaction.decision === "block" ? "Blocked" : "Review"}<//>`}
      ${isUnseen && html` <${Badge} kind="info">New<//>`}
    </td>
  </tr>`;
}

/**
 * Until when decisions have been looked at. The case's own `updated_at` may be later, as labels count for that: between
 * the two something may have been decided that came here after it.
 * @param {import("./cases.js").Case} shownNow
 * @returns {string}
 */
function useSeen({ transactions }) {
  const newest = transactions.reduce((last, { decided_at }) => (decided_at > last ? decided_at : last), "");
  const [seen, setSeen] = useState(newest);
  useEffect(() => {
    if (seen === newest) return undefined;
    const timer = setTimeout(() => setSeen(newest), SEEN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [newest]);
  return seen;
}
