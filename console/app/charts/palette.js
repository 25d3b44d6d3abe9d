/** Colours for canvases: what the style sheets say, read again when the theme changes. */

import { useEffect, useState } from "../../vendor/preact.js";

const PROPERTY = {
  approve: "--approve-fill",
  review: "--review-fill",
  block: "--block-fill",
  one: "--series-1",
  two: "--series-2",
  three: "--series-3",
  four: "--series-4",
  muted: "--soft",
};

/**
 * @typedef {object} Palette
 * @property {(tone: string) => string} line
 * @property {(tone: string, share: number) => string} fill the same, with light through it; share: 0 to 1
 * @property {string} text
 * @property {string} grid
 * @property {string} ground
 * @property {string} font
 */

/** @returns {Palette} */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const read = (name) => style.getPropertyValue(name).trim() || "gray";
  /** @param {string} tone */
  const line = (tone) => read(PROPERTY[/** @type {keyof typeof PROPERTY} */ (tone)] ?? PROPERTY.one);
  return {
    line,
    fill: (tone, share) => `color-mix(in srgb, ${line(tone)} ${Math.round(share * 100)}%, transparent)`,
    text: read("--soft"),
    grid: read("--line"),
    ground: read("--surface"),
    font: `11.5px ${getComputedStyle(document.body).fontFamily}`,
  };
}

/** Counts changes of the theme: what is drawn on a canvas depends on it. @returns {number} */
export function useThemeChanges() {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const changed = () => setChanges((/** @type {number} */ before) => before + 1);
    const watch = new MutationObserver(changed);
    watch.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => watch.disconnect();
  }, []);
  return changes;
}
