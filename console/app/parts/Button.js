/** A button that says why it cannot be pressed, where it cannot. */

import { html } from "../../vendor/preact.js";
import { classes } from "./classes.js";

/**
 * @typedef {object} Props
 * @property {"plain" | "primary" | "danger" | "approve" | "quiet"} [kind]
 * @property {(event: Event) => void} [onClick]
 * @property {boolean} [busy] what it does is being done
 * @property {string | null} [why] why it cannot be pressed; it stays in the order of focus, so that everybody can learn it
 * @property {string} [hint] the key that does the same
 * @property {string} [class]
 * @property {string} [title]
 * @property {any} [children]
 */

/** @param {Props & Record<string, any>} props anything else goes to the element */
export function Button({
  kind = "plain",
  onClick,
  busy = false,
  why = null,
  hint,
  class: added,
  title,
  children,
  ...rest
}) {
  const cannot = busy || why !== null;
  return html`<button
    type="button"
    ...${rest}
    class=${classes("button", kind !== "plain" && kind, added)}
    title=${why ?? title}
    aria-disabled=${cannot || undefined}
    aria-busy=${busy || undefined}
    aria-keyshortcuts=${hint}
    onClick=${(/** @type {Event} */ event) => (cannot ? event.preventDefault() : onClick?.(event))}
  >
    ${busy && html`<span class="busy" aria-hidden="true"></span>`}${children}${hint && html`<kbd aria-hidden="true">${hint}</kbd>`}
    ${why !== null && html`<span class="hidden"> (${why})</span>`}
  </button>`;
}
