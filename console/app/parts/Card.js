/** A panel: a part of a page with a heading of its own. */

import { html } from "../../vendor/preact.js";
import { classes } from "./classes.js";

/**
 * @param {{title?: any, actions?: any, note?: any, level?: 2 | 3, id?: string, class?: string, children?: any}} props
 *   id: of the section; its heading is `<id>-title`
 */
export function Card({ title, actions, note, level = 2, id, class: added, children, ...rest }) {
  const named = id && title ? `${id}-title` : undefined;
  return html`<section class=${classes("panel", added)} id=${id} aria-labelledby=${named} ...${rest}>
    ${
      title &&
      html`<header>
        <${level === 2 ? "h2" : "h3"} id=${named}>${title}<//>
        ${actions && html`<div class="row">${actions}</div>`} ${note && html`<p class="note">${note}</p>`}
      </header>`
    }
    ${children}
  </section>`;
}
