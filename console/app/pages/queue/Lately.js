/** What was said and sent, with the way to correct it: what left the queue is found here. */

import { html } from "../../../vendor/preact.js";
import { markedAs, saidLately, say, useFindings } from "../../findings.js";
import { Badge } from "../../parts/Badge.js";
import { Id } from "../../parts/Id.js";
import { href } from "../../routes.js";
import { counted, lasting } from "../../words.js";

/** @param {{now: number}} props epoch in milliseconds */
export function Lately({ now }) {
  useFindings();
  const said = saidLately();
  if (said.length === 0) return null;
  return html`<details class="lately panel">
    <summary>Said in this tab (${said.length})</summary>
    <p class="soft small">Saying the opposite corrects a finding: both are kept, the later one holds.</p>
    <ul>
      ${said.map(
        (one) => html`<li key=${one.id}>
          <${Badge} kind=${one.disposition}>${markedAs(one.disposition)}<//>
          <a href=${href("transactions", one.transaction_ids[0])}><${Id}>${one.card_id}<//></a>
          <span class="soft">${counted(one.transaction_ids.length, "transaction")} · ${lasting(now - one.sent_at)} ago</span>
          <button type="button" class="link-button" onClick=${() => correct(one)}>
            Correct: ${opposite(one.disposition)}<span class="hidden">, card ${one.card_id}</span>
          </button>
        </li>`,
      )}
    </ul>
  </details>`;
}

/** @param {import("../../findings.js").Disposition} disposition */
function opposite(disposition) {
  return disposition === "fraud" ? "legitimate" : "fraud";
}

/** One by one: a case that is done with has nothing open that could be spoken of. @param {import("../../findings.js").Said} said */
function correct({ card_id, transaction_ids, disposition }) {
  say({ card_id, transaction_ids }, opposite(disposition));
}
