/** The filters above the list. */

import { html, useState } from "../../../vendor/preact.js";
import { Button } from "../../parts/Button.js";
import { Field } from "../../parts/Field.js";
import { isFiltering, USUAL } from "./filters.js";
import { ORDERS } from "./order.js";
import { ruleWords } from "./rules.js";

/**
 * @param {{filters: import("./filters.js").Filters, change: (filters: import("./filters.js").Filters) => void,
 *   rules: string[]}} props rules: those that can be chosen
 */
export function FilterBar({ filters, change, rules }) {
  const set = (/** @type {string} */ name) => (/** @type {any} */ event) =>
    change({ ...filters, [name]: event.target.type === "checkbox" ? event.target.checked : event.target.value });
  const leave = (/** @type {KeyboardEvent} */ event) =>
    (event.key === "Escape" || event.key === "Enter") && /** @type {HTMLElement} */ (event.target).blur();
  const [open, setOpen] = useState(isFiltering(filters));
  return html`<search class=${open ? "filters" : "filters closed"} aria-label="Filters of the queue">
    <fieldset class="orders">
      <legend>Order</legend>
      ${ORDERS.map(
        ([order, name]) =>
          html`<${Button} key=${order} aria-pressed=${filters.order === order} onClick=${() => change({ ...filters, order })}>${name}<//>`,
      )}
    </fieldset>
    <${Button} class="unfold" aria-expanded=${open} onClick=${() => setOpen(!open)}>Filters<//>
    <${Field} label="Card or terminal" class="of-text">${(/** @type {any} */ attributes) => html`<input
      ...${attributes}
      type="search"
      name="text"
      value=${filters.text}
      maxlength="64"
      autocomplete="off"
      spellcheck=${false}
      aria-keyshortcuts="/"
      placeholder="/"
      onInput=${set("text")}
      onKeyDown=${leave}
    />`}<//>
    <${Field} label="Severity">${(
      /** @type {any} */ attributes,
    ) => html`<select ...${attributes} name="severity" value=${filters.severity} onChange=${set("severity")}>
      <option value="">All</option>
      <option value="high">Blocked</option>
      <option value="medium">Review</option>
    </select>`}<//>
    <${Field} label="Rule" class="of-rule">${(
      /** @type {any} */ attributes,
    ) => html`<select ...${attributes} name="rule" value=${filters.rule} onChange=${set("rule")}>
      <option value="">Any or none</option>
      ${rules.map((name) => html`<option key=${name} value=${name}>${ruleWords(name)}</option>`)}
    </select>`}<//>
    <${Field} label="At stake, at least" class="of-least">${(/** @type {any} */ attributes) => html`<input
      ...${attributes}
      type="number"
      name="least"
      min="0"
      step="any"
      inputmode="decimal"
      value=${filters.least}
      onInput=${set("least")}
      onKeyDown=${leave}
    />`}<//>
    <label class="check"><input type="checkbox" name="snoozed" checked=${filters.snoozed} onChange=${set("snoozed")} /> Snoozed too</label>
    ${isFiltering(filters) && html`<${Button} kind="quiet" onClick=${() => change({ ...USUAL, order: filters.order, snoozed: filters.snoozed })}>Clear<//>`}
  </search>`;
}
