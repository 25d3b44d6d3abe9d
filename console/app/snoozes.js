/** Cases put aside for a while, and what the page shows until the queue's index knows it. */

import { useEffect, useState } from "../vendor/preact.js";
import { post } from "./api.js";
import { toast } from "./parts/Toast.js";
import { when } from "./words.js";

const HOUR = 3_600_000;
const MORNING = 8;
/** For so long the queue's index may still show what it was. */
const BELIEVED_MS = 15_000;

/** Until when cards were put aside here lately; null: put back. @type {Map<string, {until: string | null, at: number}>} */
const lately = new Map();
const changes = new EventTarget();

/**
 * What one can choose.
 * @param {Date} now
 * @returns {{name: string, until: string}[]}
 */
export function choices(now) {
  const morning = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING);
  return [
    { name: "1 hour", until: after(now, HOUR) },
    { name: "8 hours", until: after(now, 8 * HOUR) },
    { name: "Tomorrow morning", until: morning.toISOString() },
    { name: "3 days", until: after(now, 72 * HOUR) },
  ];
}

/** @param {Date} now @param {number} milliseconds */
function after(now, milliseconds) {
  return new Date(now.getTime() + milliseconds).toISOString();
}

/**
 * Put a card's case aside until a moment, or back.
 * @param {string} card_id
 * @param {string | null} until
 * @param {string | null} [before] what it was, for who wants to undo it
 */
export async function snooze(card_id, until, before = null) {
  note(card_id, until);
  const away = toast(until === null ? "Put back into the queue" : `Snoozed until ${when(until)}`, {
    action: { label: "Undo", hint: "u", run: () => void snooze(card_id, stillAhead(before), until) },
  });
  try {
    await post(`cards/${encodeURIComponent(card_id)}/snooze`, { until });
    return true;
  } catch (error) {
    away();
    forget(card_id);
    toast(`Not snoozed. ${error instanceof Error ? error.message : error}`, { kind: "bad", forMs: 10_000 });
    return false;
  }
}

/** @param {string | null} until */
function stillAhead(until) {
  return until !== null && Date.parse(until) > Date.now() ? until : null;
}

/**
 * Until when a case is put aside, as was said here or else as the API has it.
 * @param {{card_id: string, snoozed_until?: string | null}} item
 * @returns {string | null} null where it is not, or no longer
 */
export function snoozedUntil({ card_id, snoozed_until }) {
  const here = lately.get(card_id);
  const until = here && Date.now() - here.at < BELIEVED_MS ? here.until : (snoozed_until ?? null);
  return stillAhead(until);
}

/** Draw again when something is put aside. */
export function useSnoozes() {
  const [, again] = useState(0);
  useEffect(() => {
    const follow = () => again((/** @type {number} */ count) => count + 1);
    changes.addEventListener("change", follow);
    return () => changes.removeEventListener("change", follow);
  }, []);
}

/** @param {string} card_id @param {string | null} until */
function note(card_id, until) {
  lately.set(card_id, { until, at: Date.now() });
  changes.dispatchEvent(new Event("change"));
}

/** @param {string} card_id */
function forget(card_id) {
  lately.delete(card_id);
  changes.dispatchEvent(new Event("change"));
}
