/** The button that puts a case aside, and for how long. */

import { html, useLayoutEffect, useRef, useState } from "../../vendor/preact.js";
import { useKeys } from "../keys.js";
import { useMay } from "../session.js";
import { choices, snooze, snoozedUntil, useSnoozes } from "../snoozes.js";
import { when } from "../words.js";
import { Button } from "./Button.js";

/**
 * @param {{card_id: string, until?: string | null, keys?: boolean, why?: string | null, onDone?: () => void}} props
 *   until: as the API has it; why: why it cannot be snoozed here
 */
export function SnoozeMenu({ card_id, until = null, keys = true, why = null, onDone }) {
  const [open, setOpen] = useState(false);
  const allowed = useMay("review");
  const menu = useRef(/** @type {HTMLElement | null} */ (null));
  useSnoozes();
  const aside = snoozedUntil({ card_id, snoozed_until: until });
  const cannot = allowed.ok ? why : allowed.why;
  useKeys({ s: [() => cannot === null && setOpen(true), "Snooze"] }, keys);
  // At once: the next key is about the menu.
  useLayoutEffect(() => {
    if (!open) return undefined;
    menu.current?.querySelector(/** @type {"button"} */ (".choices button"))?.focus();
    const outside = (/** @type {Event} */ event) => {
      if (!menu.current?.contains(/** @type {Node} */ (event.target))) setOpen(false);
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, [open]);
  const choose = (/** @type {string | null} */ moment) => {
    close();
    snooze(card_id, moment, aside);
    onDone?.();
  };
  const close = () => {
    setOpen(false);
    menu.current?.querySelector("button")?.focus();
  };
  const move = (/** @type {KeyboardEvent} */ event) => {
    if (!open) return;
    const buttons = [...(menu.current?.querySelectorAll(/** @type {"button"} */ (".choices button")) ?? [])];
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close();
    else if (step) buttons[(at + step + buttons.length) % buttons.length]?.focus();
    else if (/^[1-9]$/.test(event.key)) buttons[Number(event.key) - 1]?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="menu" ref=${menu} onKeyDown=${move}>
    <${Button} hint=${keys ? "s" : undefined} why=${cannot} aria-expanded=${open} aria-haspopup="true" onClick=${() => setOpen(!open)}
      >${aside ? "Snoozed" : "Snooze"}<//
    >
    ${
      open &&
      html`<div class="choices" role="group" aria-label="Snooze for">
        ${choices(new Date()).map(
          ({ name, until: moment }, index) => html`<${Button}
            kind="quiet"
            key=${name}
            title=${`Until ${when(moment)}`}
            hint=${String(index + 1)}
            onClick=${() => choose(moment)}
            >${name}<//
          >`,
        )}
        ${aside && html`<${Button} kind="quiet" onClick=${() => choose(null)}>Put back now<//>`}
      </div>`
    }
  </div>`;
}
