/** What waits, in three figures. */

import { html } from "../../../vendor/preact.js";
import { lasting, money, number, utc } from "../../words.js";
import { together } from "./cases.js";

const MOST_CURRENCIES = 3;

/** @param {{items: import("./cases.js").Item[], isWhole: boolean, now: number}} props isWhole: whether these are all there are */
export function Totals({ items, isWhole, now }) {
  const stake = Object.entries(together(items)).sort(([, one], [, other]) => other - one);
  const oldest = items.map(({ of }) => of.opened_at).sort()[0];
  return html`<dl class="totals">
    <div>
      <dt>Open cases</dt>
      <dd title=${isWhole ? undefined : "More are there: x loads them"}>${`${number(items.length)}${isWhole ? "" : "+"}`}</dd>
    </div>
    <div class="at-stake">
      <dt>At stake</dt>
      <dd>
        ${stake.length === 0 && "–"}
        ${stake.slice(0, MOST_CURRENCIES).map(([currency, minor]) => html`<span key=${currency}>${money(minor, currency)}</span>`)}
        ${stake.length > MOST_CURRENCIES && html`<span class="soft small">and ${stake.length - MOST_CURRENCIES} more currencies</span>`}
      </dd>
    </div>
    <div>
      <dt>Oldest</dt>
      <dd>${oldest ? html`<time datetime=${oldest} title=${utc(oldest)}>${lasting(now - Date.parse(oldest))}</time>` : "–"}</dd>
    </div>
  </dl>`;
}
