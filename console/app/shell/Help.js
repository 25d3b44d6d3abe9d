/** Which keys do what, here and now. */

import { html, useState } from "../../vendor/preact.js";
import { boundKeys } from "../keys.js";
import { Button } from "../parts/Button.js";
import { Dialog } from "../parts/Dialog.js";
import { Key } from "../parts/Key.js";

/** @param {{close: () => void}} props */
export function Help({ close }) {
  const [groups] = useState(() => together(boundKeys()));
  return html`<${Dialog} title="Keys" onClose=${close} actions=${html`<${Button} kind="primary" onClick=${close}>Close<//>`}>
    <dl class="help-keys">
      ${groups.map(([words, keys]) => html`<dt key=${words}>${keys.map((key) => html`<span key=${key}><${Key}>${key}<//></span>`)}</dt><dd>${words}</dd>`)}
    </dl>
    <p class="soft small">They rest while you type in a field; Escape leaves the field.</p>
  <//>`;
}

/**
 * What several keys do is said once; what the page binds comes before what is bound everywhere.
 * @param {[string, string][]} keys
 * @returns {[string, string[]][]} words, and the keys that do that
 */
function together(keys) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const [key, words] of keys) groups.set(words, [...(groups.get(words) ?? []), key]);
  const everywhere = ([, [key]] = /** @type {[string, string[]]} */ (["", [""]])) =>
    key === "?" || key.startsWith("g ");
  const all = [...groups];
  return [...all.filter((group) => !everywhere(group)), ...all.filter((group) => everywhere(group))];
}
