/** A moment: in the reader's zone, and as the system has it when pointed at. */

import { html } from "../../vendor/preact.js";
import { ago, utc, when } from "../words.js";

/** @param {{at: string, relative?: boolean, ago?: boolean, now?: number}} props ago: how long ago, in place of when */
export function Moment({ at, relative, ago: how = relative ?? false, now }) {
  const shown = how ? ago(at, now) : when(at);
  return html`<time datetime=${at} title=${how ? `${when(at)} · ${utc(at)}` : utc(at)}>${shown}</time>`;
}
