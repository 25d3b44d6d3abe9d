/** The models' lives in lanes and in words: when each was registered, decided, was refused or taken back. */

import { html, useState } from "../../../vendor/preact.js";
import { Badge } from "../../parts/Badge.js";
import { Card } from "../../parts/Card.js";
import { Moment } from "../../parts/Moment.js";
import { href } from "../../routes.js";

/**
 * @typedef {"registered" | "live" | "rolled_back" | "refused" | "failed"} Kind
 * @typedef {{at: string, kind: Kind, model_version: string | null, text: string}} Happened
 * @typedef {{from: string, until: string | null}} Period until: null while it goes on
 * @typedef {{model_version: string, first: string, periods: Period[], happened: Happened[]}} Lane
 */

/**
 * When each model decided. One is live until the next goes live, or until it is taken back: then the one before is
 * live again.
 * @param {Happened[]} events in any order
 * @returns {Map<string, Period[]>}
 */
export function livePeriods(events) {
  /** @type {Map<string, Period[]>} */
  const found = new Map();
  /** @type {string[]} */
  const before = [];
  /** @type {string | null} */
  let current = null;
  const ends = (/** @type {string} */ at) => {
    const last = current && found.get(current)?.at(-1);
    if (last) last.until = at;
  };
  const begins = (/** @type {string} */ version, /** @type {string} */ at) => {
    found.set(version, [...(found.get(version) ?? []), { from: at, until: null }]);
    current = version;
  };
  for (const { at, kind, model_version: version } of ordered(events)) {
    if (kind === "live" && version && version !== current) {
      ends(at);
      if (current) before.push(current);
      begins(version, at);
    } else if (kind === "rolled_back" && version && version === current) {
      ends(at);
      current = null;
      const back = before.pop();
      if (back) begins(back, at);
    }
  }
  return found;
}

/**
 * A lane for each model, the newest first.
 * @param {Happened[]} events
 * @param {number} most
 * @returns {Lane[]}
 */
export function lanes(events, most) {
  const periods = livePeriods(events);
  /** @type {Map<string, Lane>} */
  const found = new Map();
  for (const event of ordered(events)) {
    const name = event.model_version;
    if (!name) continue;
    const lane = found.get(name) ?? {
      model_version: name,
      first: event.at,
      periods: periods.get(name) ?? [],
      happened: [],
    };
    lane.happened.push(event);
    found.set(name, lane);
  }
  const all = [...found.values()].reverse();
  // Whoever decided is never left out for one who only tried.
  const kept = new Set(
    [...all].sort((one, other) => Number(other.periods.length > 0) - Number(one.periods.length > 0)).slice(0, most),
  );
  return all.filter((lane) => kept.has(lane));
}

/**
 * From the first moment to the last, in milliseconds.
 * @param {Lane[]} some
 * @param {number} now
 * @returns {[number, number]}
 */
export function span(some, now) {
  const moments = some.flatMap((lane) => lane.happened.map((event) => Date.parse(event.at)));
  const from = Math.min(now - 3_600_000, ...moments);
  return [from, Math.max(now, ...moments)];
}

/** @template {{at: string}} T @param {T[]} events @returns {T[]} */
function ordered(events) {
  return [...events].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

const LANES = 8;
const SHOWN = 8;
const WORDS = /** @type {Record<string, [string, string]>} */ ({
  registered: ["info", "Registered"],
  live: ["good", "Live"],
  rolled_back: ["bad", "Rolled back"],
  refused: ["warn", "Refused"],
  failed: ["bad", "Failed"],
});

/** @param {{events: Happened[], champion: string | null}} props */
export function Timeline({ events, champion }) {
  const [all, setAll] = useState(false);
  const shown = all ? events : events.slice(0, SHOWN);
  return html`<${Card} title="What happened" id="timeline">
    <${Lanes} events=${events} champion=${champion} />
    <ol class="events">
      ${shown.map((event) => {
        const [kind, word] = WORDS[event.kind] ?? ["neutral", event.kind];
        return html`<li>
          <span class="event-at soft"><${Moment} at=${event.at} /></span>
          <span><${Badge} kind=${kind}>${word}</${Badge}></span>
          <span class="event-text">
            ${
              event.model_version
                ? html`<a class="mono breaks" href=${href("models", event.model_version)}>
              ${event.model_version}</a>`
                : html`<span class="soft">a run without a model</span>`
            }
            ${event.text && html`<span class="breaks">${event.text}</span>`}
          </span>
        </li>`;
      })}
    </ol>
    ${
      events.length > SHOWN &&
      html`<button type="button" class="link-button" onClick=${() => setAll(!all)}>
      ${all ? "Show the latest only" : `Show all ${events.length}`}</button>`
    }
  </${Card}>`;
}

/**
 * A picture of what the list below says; so it is hidden from who hears the page.
 * @param {{events: Happened[], champion: string | null}} props
 */
function Lanes({ events, champion }) {
  const found = lanes(events, LANES);
  if (!found.length) return null;
  const now = Date.now();
  const [from, until] = span(found, now);
  const at = (/** @type {string | null} */ iso) =>
    `${(((iso ? Date.parse(iso) : until) - from) / (until - from)) * 100}%`;
  return html`<div class="lanes" aria-hidden="true">
    ${found.map(
      (lane) => html`<div class="lane" key=${lane.model_version}>
        <span class=${`lane-name mono${lane.model_version === champion ? " lane-champion" : ""}`}
          title=${lane.model_version}>${lane.model_version}</span>
        <span class="lane-track">
          ${lane.periods.map(
            (period) => html`<span class="lane-live"
            style=${{ left: at(period.from), right: `calc(100% - ${at(period.until)})` }} title="live"></span>`,
          )}
          ${lane.happened
            .filter(({ kind }) => kind !== "live")
            .map(
              (event) =>
                html`<span class=${`lane-mark lane-${event.kind}`} style=${{ left: at(event.at) }}
                  title=${WORDS[event.kind]?.[1] ?? event.kind}></span>`,
            )}
        </span>
      </div>`,
    )}
    <div class="lane lane-axis"><span></span><span class="lane-track"><span>${moment(from, until - from)}</span><span>${moment(until, until - from)}
      </span></span></div>
    <p class="lane-key">
      <span class="lane-key-live">live</span><span class="lane-key-registered">registered</span>
        <span class="lane-key-refused">refused</span><span class="lane-key-rolled_back">rolled back or failed</span>
    </p>
  </div>`;
}

/** A moment as fine as the span asks for. @param {number} ms @param {number} length of the span, milliseconds */
function moment(ms, length) {
  const timeStyle = length < 3 * 86_400_000 ? "short" : undefined;
  return new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle }).format(new Date(ms));
}
