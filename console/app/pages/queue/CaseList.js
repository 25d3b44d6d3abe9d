/** The list of cases. */

import { html } from "../../../vendor/preact.js";
import { CaseRow } from "./CaseRow.js";

/**
 * @param {{items: import("./cases.js").Item[], selected: string | null, select: (id: string) => void, news: Set<string>, late: Set<string>,
 *   isSaid: (transaction: import("./cases.js").CaseTransaction) => boolean, reasons: Map<string, string>, now: number, enter: ((item: import("./cases.js").Item) => void) | null,
 *   element: {current: HTMLElement | null}}} props
 *   enter: what a tap anywhere on a case does, where there is no preview
 */
export function CaseList({ items, selected, select, news, late, isSaid, reasons, now, element, enter }) {
  return html`<ul class="cases" aria-label="Cases" ref=${element}>
    ${items.map(
      (item) => html`<${CaseRow}
        key=${item.id}
        item=${item}
        isSelected=${item.id === selected}
        isNew=${news.has(item.id)}
        isLate=${item.open.some((one) => late.has(one.transaction_id))}
        select=${select}
        isSaid=${isSaid}
        reasons=${reasons}
        now=${now}
        enter=${enter}
      />`,
    )}
  </ul>`;
}
