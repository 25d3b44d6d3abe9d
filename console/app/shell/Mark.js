/** The product's sign. */

import { html } from "../../vendor/preact.js";

/** The same drawing as icon.svg. */
export function Mark() {
  return html`<svg viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="7" fill="#1f57c3" />
    <path d="M6 21c4 0 4-9 8-9s4 9 8 9 2.5-4 4-6" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" />
    <circle cx="25" cy="9" r="3.5" fill="#ff8a80" />
  </svg>`;
}
