/** One case in the list. */

import { html } from "../../../vendor/preact.js";
import { Badge } from "../../parts/Badge.js";
import { href } from "../../routes.js";
import { snoozedUntil } from "../../snoozes.js";
import { counted, lasting, money, utc, when } from "../../words.js";
import { Risk } from "./Risk.js";
import { reasonOf, ruleWords } from "./rules.js";
import { Strip } from "./Strip.js";

const MOST_RULES = 2;

/**
 * @param {{item: import("./cases.js").Item, isSelected: boolean, isNew: boolean, isLate: boolean, select: (id: string) => void,
 *   isSaid: (transaction: import("./cases.js").CaseTransaction) => boolean, reasons: Map<string, string>, now: number,
 *   enter: ((item: import("./cases.js").Item) => void) | null}} props
 */
export function CaseRow({ item, isSelected, isNew, isLate, select, isSaid, reasons, now, enter }) {
  const { of, last, open, rules } = item;
  const aside = snoozedUntil(of);
  const stake = Object.entries(item.stake).sort(([, one], [, other]) => other - one);
  return html`<li
    class="case"
    id=${`row-${item.id}`}
    aria-current=${isSelected ? "true" : undefined}
    onPointerDown=${() => select(item.id)}
    onFocusIn=${() => select(item.id)}
    onClick=${(/** @type {MouseEvent} */ event) => enter && event.target instanceof Element && !event.target.closest("a") && enter(item)}
  >
    <${Risk} risk=${item.risk} severity=${of.severity} />
    <div class="what">
      <p class="first">
        <a class="mono breaks" href=${href("transactions", last.transaction_id)}><bdi>${of.card_id}</bdi></a>
        <${Badge} kind=${of.severity}>${of.severity === "high" ? "Blocked" : "Review"}<//>
        ${isLate && html`<${Badge} kind="warn" title="It was sent a while ago, and is not through the stream yet">Said, not through yet<//>`}
        ${isNew && html`<${Badge} kind="info">New<//>`}
        ${aside && html`<${Badge} title=${`Until ${when(aside)}`}>Snoozed<//>`}
      </p>
      <p class="soft small breaks">
        ${counted(open.length, "open transaction")}${of.count > open.length && ` of ${of.count}`}
        ${last.terminal_id && html` · <bdi>${last.terminal_id}</bdi>`}
        ${rules
          .slice(0, MOST_RULES)
          .map((name) => html` · <span title=${reasonOf(reasons, name)} key=${name}>${ruleWords(name)}</span>`)}
        ${rules.length > MOST_RULES && ` · ${counted(rules.length - MOST_RULES, "more rule")}`}
      </p>
    </div>
    <${Strip} transactions=${of.transactions} isSaid=${isSaid} />
    <div class="stake">
      ${stake.map(([currency, minor]) => html`<p key=${currency}>${money(minor, currency)}</p>`)}
      <p class="soft small"><time datetime=${of.opened_at} title=${`Opened ${utc(of.opened_at)}`}>${lasting(now - Date.parse(of.opened_at))}</time></p>
    </div>
  </li>`;
}
