/** Short words on what was just done, with a way back where there is one. */

import { html, useEffect, useState } from "../../vendor/preact.js";
import { useKeys } from "../keys.js";
import { classes } from "./classes.js";

/**
 * @typedef {object} Shown
 * @property {number} id
 * @property {string} text
 * @property {"info" | "good" | "bad"} kind
 * @property {{label: string, run: () => void, hint?: string} | null} action hint: `u` where the key u does it
 */

/** @type {Shown[]} */
let shown = [];
let count = 0;
const changed = new EventTarget();

/** @param {Shown[]} next */
function show(next) {
  shown = next;
  changed.dispatchEvent(new Event("change"));
}

/**
 * Say something for a while.
 * @param {string} text
 * @param {{kind?: Shown["kind"], action?: Shown["action"], forMs?: number}} [options]
 * @returns {() => void} takes it away
 */
export function toast(text, { kind = "info", action = null, forMs = 6000 } = {}) {
  const id = ++count;
  const away = () => show(shown.filter((one) => one.id !== id));
  show([...shown.slice(-4), { id, text, kind, action }]);
  setTimeout(away, forMs);
  return away;
}

/** Do what the newest of them offers. */
function actNewest() {
  const newest = shown.findLast((one) => one.action?.hint === "u");
  if (newest) act(newest);
}

/** @param {Shown} one */
function act(one) {
  show(shown.filter((other) => other !== one));
  one.action?.run();
}

/** All that is being said; once, in the shell. */
export function Toasts() {
  useKeys({ u: [actNewest, "Undo"] });
  const [list, setList] = useState(shown);
  useEffect(() => {
    const follow = () => setList(shown);
    follow();
    changed.addEventListener("change", follow);
    return () => changed.removeEventListener("change", follow);
  }, []);
  return html`<div class="toasts" role="status" aria-live="polite">
    ${list.map(
      (one) => html`<div class=${classes("toast", one.kind)} key=${one.id}>
        <span>${one.text}</span>
        ${
          one.action &&
          html`<button type="button" class="button quiet" onClick=${() => act(one)}>
            ${one.action.label}${one.action.hint && html`<kbd aria-hidden="true">${one.action.hint}</kbd>`}
          </button>`
        }
      </div>`,
    )}
  </div>`;
}
