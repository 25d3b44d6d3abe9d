/** A key of the keyboard. */

import { html } from "../../vendor/preact.js";

/** @type {Record<string, string>} */
const SIGNS = { ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", " ": "Space" };

/** @param {{children?: any}} props as `KeyboardEvent.key` names it; two after one another with a space between */
export function Key({ children }) {
  const keys = String(children).split(/(?<=.) /);
  return html`${keys.map((key, index) => html`${index > 0 && " "}<kbd>${SIGNS[key] ?? key}</kbd>`)}`;
}
