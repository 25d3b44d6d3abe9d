/** Who is signed in, what they may do, and until when. */

import { useEffect, useState } from "../vendor/preact.js";
import { config } from "./config.js";

/**
 * @typedef {object} Session
 * @property {string} token for the API
 * @property {number | null} ends_at epoch in milliseconds; null where the issuer does not say
 * @property {string[] | null} scopes null where the issuer does not say: the API will
 * @property {string} subject the issuer's name of the person; may be empty
 * @property {string} name for people; may be empty
 * @property {string | null} leave where the issuer ends its own session
 */

/** @typedef {"read" | "review" | "rules"} Scope */

// The token is kept in the session storage of this tab: a reload finds it, a closed tab takes it along, and no other
// tab or origin reads it. A token in memory alone would ask for a sign-in at every reload; one in local storage would
// outlive the person. No refresh token is asked for, so none can be stolen: after an hour or so one signs in again.
const KEY = "fraudstream.session";
/** Where findings wait (app/findings.js). */
const UNSENT = "fraudstream.findings.";
const NOTICE_MS = 5 * 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** @type {Session | null} */
let held = null;
let isOver = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
const changes = new EventTarget();

/** Take up the session this tab had before it was loaded again. */
export function resume() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (kept && (kept.ends_at === null || kept.ends_at > Date.now())) held = kept;
  } catch {
    sessionStorage.removeItem(KEY);
  }
  watch();
}

/** @param {Session} session */
export function signedIn(session) {
  held = session;
  isOver = false;
  sessionStorage.setItem(KEY, JSON.stringify(session));
  changed();
}

/** Forget the session, and what this tab kept of one's work but what is still to be sent. */
export function signedOut() {
  held = null;
  isOver = false;
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("fraudstream.") && !key.startsWith(UNSENT)) sessionStorage.removeItem(key);
  }
  changed();
}

/** Note that the session has ended by itself: what is on the screen stays there until one is signed in again. */
export function ended() {
  if (isOver || held === null) return;
  isOver = true;
  sessionStorage.removeItem(KEY);
  changed();
}

/** The access token, or null. */
export function token() {
  return isOver ? null : (held?.token ?? null);
}

/** Who it is. @returns {{subject: string, name: string} | null} */
export function who() {
  return held && { subject: held.subject, name: held.name };
}

/** Where the issuer ends its own session, or null. */
export function leaving() {
  return held?.leave ?? null;
}

/**
 * Whether the token allows something, and if not, why.
 * @param {Scope} scope
 * @returns {{ok: boolean, why: string | null}}
 */
export function may(scope) {
  if (held === null) return { ok: false, why: "You are not signed in" };
  const name = config().scopes?.[scope];
  if (held.scopes === null || (name && held.scopes.includes(name))) return { ok: true, why: null };
  return { ok: false, why: `Your account may not do this: it lacks ${name || `the scope for ${scope}`}` };
}

/** Whether the token allows something, kept up to date. @param {Scope} scope */
export function useMay(scope) {
  useSession();
  return may(scope);
}

/**
 * How things stand, kept up to date.
 * @returns {{state: "in" | "over" | "out", session: Session | null, endsSoon: boolean}}
 */
export function useSession() {
  const [, again] = useState(0);
  useEffect(() => {
    const follow = () => again((/** @type {number} */ count) => count + 1);
    changes.addEventListener("change", follow);
    return () => changes.removeEventListener("change", follow);
  }, []);
  const left = held?.ends_at ? held.ends_at - Date.now() : Infinity;
  return { state: isOver ? "over" : held ? "in" : "out", session: held, endsSoon: !isOver && left <= NOTICE_MS };
}

/** @param {() => void} follow called whenever the session begins, ends or is about to */
export function onSession(follow) {
  changes.addEventListener("change", follow);
}

function changed() {
  watch();
  changes.dispatchEvent(new Event("change"));
}

/** Wake for the notice, and at the end; a machine that slept past either is told when it wakes. */
function watch() {
  clearTimeout(timer);
  if (!held?.ends_at || isOver) return;
  const left = held.ends_at - Date.now();
  const next = left > NOTICE_MS ? left - NOTICE_MS : left;
  timer = setTimeout(() => (held?.ends_at && held.ends_at <= Date.now() ? ended() : changed()), bounded(next));
}

/** @param {number} milliseconds */
function bounded(milliseconds) {
  return Math.min(Math.max(milliseconds, 0) + 50, LONGEST_TIMER_MS);
}
