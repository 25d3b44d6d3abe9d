/** One key for what is done often. */

import { useLayoutEffect, useRef } from "../vendor/preact.js";

/**
 * @typedef {[(event: KeyboardEvent) => void, string]} Key what a key does, and in words
 */

/** @type {Set<{current: Record<string, Key>}>} */
const bound = new Set();
const BETWEEN_TWO_MS = 1500;
/** Keys that may be held down; of all others a held one counts once. */
const REPEATED = new Set(["j", "k", "ArrowDown", "ArrowUp"]);
/** Keys that belong to what has the focus, where that is a link or a button. */
const OF_CONTROLS = new Set(["Enter", " "]);

/**
 * Bind keys while a part of the page is shown. Names are those of `KeyboardEvent.key`; two after one another are
 * written with a space, such as `g q`. Where several parts bind one key, the one that came last has it.
 * @param {Record<string, Key>} keys
 * @param {boolean} [active]
 */
export function useKeys(keys, active = true) {
  const mine = useRef(keys);
  mine.current = keys;
  // With what it belongs to on the screen, and not a moment later: people who know the keys are faster than a frame.
  useLayoutEffect(() => {
    if (!active) return undefined;
    return bind(mine);
  }, [active]);
}

/** @param {{current: Record<string, Key>}} keys @returns {() => void} unbinds them */
export function bind(keys) {
  bound.add(keys);
  return () => {
    bound.delete(keys);
  };
}

/** Every key that does something now, with its words: for the help. @returns {[string, string][]} */
export function boundKeys() {
  const found = new Map();
  for (const keys of bound) {
    for (const [key, [, words]] of Object.entries(keys.current)) found.set(key, words);
  }
  return [...found];
}

let first = "";
let firstAt = 0;

/** @param {KeyboardEvent} event */
export function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (isTyping(event.target) || (event.repeat && !REPEATED.has(event.key))) return;
  if (document.querySelector("dialog[open]")) return;
  if (OF_CONTROLS.has(event.key) && isControl(event.target)) return;
  const before = event.timeStamp - firstAt < BETWEEN_TWO_MS ? first : "";
  first = "";
  const found = meant(before ? `${before} ${event.key}` : event.key);
  if (found) {
    event.preventDefault();
    found[0](event);
  } else if (
    !before &&
    [...bound].some((keys) => Object.keys(keys.current).some((key) => key.startsWith(`${event.key} `)))
  ) {
    first = event.key;
    firstAt = event.timeStamp;
  }
}

/** @param {string} key */
function meant(key) {
  return [...bound].reverse().find((keys) => Object.hasOwn(keys.current, key))?.current[key];
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return (
    target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")
  );
}

/** @param {EventTarget | null} target */
function isControl(target) {
  return target instanceof HTMLElement && target.matches("a[href], button, summary, [role=tab], input");
}

globalThis.addEventListener?.("keydown", pressed);
