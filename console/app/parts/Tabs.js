/** Several views of one thing, one at a time; arrows move between them, as tabs do. */

import { html, useRef } from "../../vendor/preact.js";

/**
 * @param {{tabs: {id: string, name: any}[], chosen: string, choose: (id: string) => void, label: string}} props
 *   the panel of a tab is the caller's: `<div role="tabpanel" aria-labelledby="tab-<id>">`
 */
export function Tabs({ tabs, chosen, choose, label }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const move = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const at = tabs.findIndex((tab) => tab.id === chosen);
    const next = Number.isFinite(step) ? (at + step + tabs.length) % tabs.length : step < 0 ? 0 : tabs.length - 1;
    choose(tabs[next].id);
    /** @type {HTMLElement | undefined} */ (list.current?.children[next])?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} ref=${list} onKeyDown=${move}>
    ${tabs.map(
      (tab) => html`<button
        type="button"
        role="tab"
        key=${tab.id}
        id=${`tab-${tab.id}`}
        aria-selected=${tab.id === chosen}
        tabindex=${tab.id === chosen ? 0 : -1}
        onClick=${() => choose(tab.id)}
      >
        ${tab.name}
      </button>`,
    )}
  </div>`;
}
