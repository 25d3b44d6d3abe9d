/** Something to fill in, with its label, a hint, and what is wrong with it. */

import { html, useRef } from "../../vendor/preact.js";
import { classes } from "./classes.js";

let count = 0;

/**
 * @param {{label: any, hint?: any, error?: any, class?: string, children: (attributes: Record<string, any>) => any}} props
 *   children: draws the control with the attributes that tie it to its label and its words
 */
export function Field({ label, hint, error, class: added, children }) {
  const id = useRef("");
  id.current ||= `field-${++count}`;
  const said = `${id.current}-said`;
  const attributes = {
    id: id.current,
    "aria-describedby": hint || error ? said : undefined,
    "aria-invalid": error ? "true" : undefined,
  };
  return html`<div class=${classes("field", added)}>
    <label for=${id.current}>${label}</label>
    ${children(attributes)}
    ${
      (hint || error) &&
      html`<div id=${said}>
        ${error && html`<p class="wrong">${error}</p>`} ${hint && html`<p class="hint">${hint}</p>`}
      </div>`
    }
  </div>`;
}
