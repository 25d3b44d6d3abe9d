/** A question in front of the page: shown while it is rendered, the focus kept within, Escape closes it. */

import { html, useEffect, useRef } from "../../vendor/preact.js";
import { classes } from "./classes.js";

let count = 0;

/**
 * @param {{title: string, onClose: (() => void) | null, actions?: any, wide?: boolean, class?: string, children?: any}} props
 *   onClose: null where there is no way round it
 */
export function Dialog({ title, onClose, actions, wide = false, class: added, children }) {
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useRef(`dialog-${++count}`);
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const cancel = (/** @type {Event} */ event) => {
    event.preventDefault();
    onClose?.();
  };
  const click = (/** @type {MouseEvent} */ event) => event.target === element.current && onClose?.();
  // Chromium lets a second Escape close a dialog that would rather stay.
  const keep = (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && cancel(event);
  return html`<dialog
    ref=${element}
    class=${classes("dialog", wide && "wide", added)}
    aria-labelledby=${id.current}
    onCancel=${cancel}
    onKeyDown=${keep}
    onMouseDown=${click}
  >
    <h2 id=${id.current}>${title}</h2>
    ${children} ${actions && html`<div class="actions">${actions}</div>`}
  </dialog>`;
}
