/** The head of a page: its one first heading, a line below, and what one can do with the whole. */

import { html } from "../../vendor/preact.js";

/** @param {{title: any, actions?: any, children?: any}} props children: the line below the title */
export function PageHead({ title, actions, children }) {
  return html`<div class="page-head">
    <div class="grow">
      <h1>${title}</h1>
      ${children && html`<div class="sub">${children}</div>`}
    </div>
    ${actions && html`<div class="row">${actions}</div>`}
  </div>`;
}
