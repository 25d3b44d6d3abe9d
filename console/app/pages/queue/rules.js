/** Rules in words: their names, and what their authors say of them. */

import { get } from "../../api.js";
import { useLoaded } from "../../loading.js";
import { spoken } from "../../words.js";

const SHADOW = "shadow:";

/** @param {string} name as a decision lists it */
export function ruleWords(name) {
  return name.startsWith(SHADOW) ? `${spoken(name.slice(SHADOW.length))} (shadow)` : spoken(name);
}

/** Why each live rule is there, by its name; empty until it is known, and where it cannot be. @returns {Map<string, string>} */
export function useReasons() {
  const { value } = useLoaded((signal) => get("rules", signal), []);
  /** @type {{name: string, because?: string}[]} */
  const rules = value?.document?.rules ?? [];
  return new Map(rules.map(({ name, because }) => [name, because ?? ""]));
}

/** @param {Map<string, string>} reasons @param {string} name */
export function reasonOf(reasons, name) {
  return reasons.get(name.startsWith(SHADOW) ? name.slice(SHADOW.length) : name) || undefined;
}
