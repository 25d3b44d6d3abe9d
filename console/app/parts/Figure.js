/** A picture with its title, what it says in words, and its numbers as a table. */

import { html } from "../../vendor/preact.js";
import { classes } from "./classes.js";

/**
 * @param {{title?: any, note?: any, table?: any, class?: string, children?: any}} props
 *   table: the same numbers as a `<table>`, for who cannot see the picture and who wants to know exactly
 */
export function Figure({ title, note, table, class: added, children, ...rest }) {
  return html`<figure class=${classes("figure", added)} ...${rest}>
    ${title && html`<figcaption>${title}</figcaption>`} ${children} ${note && html`<p class="note">${note}</p>`}
    ${
      table &&
      html`<details>
        <summary>As a table</summary>
        <div class="scroll" tabindex="0" role="group" aria-label="Table">${table}</div>
      </details>`
    }
  </figure>`;
}
