/** An id as its producer wrote it: any text, so it keeps its direction to itself and wraps where it must. */

import { html } from "../../vendor/preact.js";

/** @param {{children?: any, title?: string}} props */
export function Id({ children, title }) {
  return html`<bdi class="mono breaks" title=${title}>${children}</bdi>`;
}
