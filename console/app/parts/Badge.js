/** A word on what something is, with a shape of its own: nothing is said by colour alone. */

import { html } from "../../vendor/preact.js";
import { classes } from "./classes.js";

/**
 * @typedef {"approve" | "review" | "block" | "fraud" | "legitimate" | "high" | "medium" | "good" | "warn" | "bad"
 *   | "info" | "neutral"} Kind
 */

const TICK = "M1 5.2 3.6 8 9 1.8 7.7.7 3.5 5.6 2.2 4.1z";
const TRIANGLE = "M5 .6 9.8 9.4H.2z";
const OCTAGON = "M3 .4h4L9.6 3v4L7 9.6H3L.4 7V3z";
const CIRCLE = "M5 1a4 4 0 1 1 0 8 4 4 0 0 1 0-8z";

/** @type {Partial<Record<Kind, string>>} */
const SHAPES = {
  approve: TICK,
  legitimate: TICK,
  good: TICK,
  review: TRIANGLE,
  medium: TRIANGLE,
  warn: TRIANGLE,
  block: OCTAGON,
  fraud: OCTAGON,
  high: OCTAGON,
  bad: OCTAGON,
  info: CIRCLE,
};

/** @param {{kind?: Kind, class?: string, title?: string, children?: any}} props */
export function Badge({ kind = "neutral", class: added, children, ...rest }) {
  const shape = SHAPES[kind];
  return html`<span class=${classes("badge", kind, added)} ...${rest}
    >${shape && html`<svg viewBox="0 0 10 10" aria-hidden="true"><path d=${shape} /></svg>`}${children}</span
  >`;
}
