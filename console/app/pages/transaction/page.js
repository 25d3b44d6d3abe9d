/** One transaction: what was decided, why, and what an analyst has to know to say what it was. */

import { html, useEffect } from "../../../vendor/preact.js";
import { get } from "../../api.js";
import { useKeys } from "../../keys.js";
import { Failed, Loaded, useLoaded } from "../../loading.js";
import { around } from "../../queue_order.js";
import { current, go, href } from "../../routes.js";
import { useTitle } from "../../title.js";
import { money } from "../../words.js";
import { CardsCase } from "./CardsCase.js";
import { DecidedBy } from "./DecidedBy.js";
import { Head } from "./Head.js";
import { CardsPast, TerminalsPast } from "./Past.js";
import { Rules } from "./Rules.js";
import { Similar } from "./Similar.js";
import { Why } from "./Why.js";
import { isMissing } from "./words.js";

/** After a finding was taken, until it is on the decision. */
const ON_ITS_WAY_MS = [1500, 4000, 9000];

/** @param {{route: import("../../routes.js").Route}} props */
export function Page({ route }) {
  const id = route.id ?? "";
  const { before, after, place, count } = around(id);
  useKeys({
    ...(after && { j: [() => step("after"), "Next in the queue"] }),
    ...(before && { k: [() => step("before"), "Previous in the queue"] }),
    b: [() => go(href("queue")), "Back to the queue"],
    Backspace: [() => go(href("queue")), "Back to the queue"],
  });
  return html`
    <nav class="tx-ways" aria-label="Queue">
      <a class="button quiet" href=${href("queue")}>← Queue<kbd aria-hidden="true">b</kbd></a>
      ${
        place !== null &&
        html`<span class="soft numbers">${place} of ${count}</span>
          <${Way} to=${before} hint="k" name="Previous" />
          <${Way} to=${after} hint="j" name="Next" />`
      }
    </nav>
    <${One} key=${id} id=${id} />
  `;
}

/** Go on from where one is by now: keys come faster than pages. @param {"before" | "after"} way */
function step(way) {
  const to = around(current().id ?? "")[way];
  if (to !== null) go(href("transactions", to));
}

/** @param {{to: string | null, hint: string, name: string}} props */
function Way({ to, hint, name }) {
  return to === null
    ? html`<span class="button quiet" aria-disabled="true">${name}</span>`
    : html`<a class="button quiet" href=${href("transactions", to)}>${name}<kbd aria-hidden="true">${hint}</kbd></a>`;
}

/** @param {{id: string}} props */
function One({ id }) {
  const decision = useLoaded((signal) => get(`decisions/${encodeURIComponent(id)}`, signal), [id]);
  const card = useLoaded(
    (signal) => (decision.value ? get(`cards/${encodeURIComponent(decision.value.card_id)}`, signal) : never()),
    [decision.value?.card_id],
  );
  useTitle(
    decision.value ? `${money(decision.value.amount_minor, decision.value.currency)} · Transaction` : "Transaction",
  );
  useEffect(() => {
    /** @type {ReturnType<typeof setTimeout>[]} */
    let waiting = [];
    const sent = () => {
      waiting = ON_ITS_WAY_MS.map((after) => setTimeout(() => [decision.reload(), card.reload()], after));
    };
    addEventListener("finding-sent", sent);
    return () => {
      removeEventListener("finding-sent", sent);
      waiting.forEach(clearTimeout);
    };
  }, [decision.reload, card.reload]);

  if (isMissing(decision.error) && decision.value === null) return html`<${NotFound} id=${id} />`;
  if (decision.value === null && decision.error) {
    return html`<h1 class="hidden">Transaction</h1><${Failed} error=${decision.error} retry=${decision.reload} />`;
  }
  return html`<${Loaded} of=${decision}>
    ${(/** @type {any} */ found) => html`<${Found} decision=${found} card=${card} />`}
  <//>`;
}

/** @param {{decision: any, card: import("../../loading.js").Loading<any>}} props */
function Found({ decision, card }) {
  const asked = new URLSearchParams({
    ...(decision.model_version && { model_version: decision.model_version }),
    rules_version: decision.rules_version,
  });
  const basis = useLoaded((signal) => get(`basis?${asked}`, signal), [asked.toString()]);
  return html`
    <${Head} decision=${decision} card=${card} />
    <div class="tx-columns">
      <div class="stack">
        <${Why} decision=${decision} basis=${basis} />
        <${CardsPast} decision=${decision} card=${card} />
        <${TerminalsPast} decision=${decision} />
      </div>
      <div class="stack">
        <${Rules} decision=${decision} />
        <${CardsCase} decision=${decision} card=${card} />
        <${Similar} decision=${decision} />
        <${DecidedBy} decision=${decision} basis=${basis} />
      </div>
    </div>
  `;
}

/** @param {{id: string}} props */
function NotFound({ id }) {
  return html`<div class="panel empty">
    <h1>No such transaction</h1>
    <p>Nothing was decided under <bdi class="mono breaks">${id}</bdi>.</p>
    <p>Check the id. A transaction shows here a second or two after it was sent; one that could not be read is in quarantine.</p>
    <p><a href=${href("queue")}>To the queue</a></p>
  </div>`;
}

/** @returns {Promise<any>} of something that is not asked for yet */
function never() {
  return new Promise(() => {});
}
