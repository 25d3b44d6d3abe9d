/** What an analyst says of transactions: held back for a moment, sent, and shown until the system knows it. */

import { useEffect, useState } from "../vendor/preact.js";
import { post } from "./api.js";
import { HELD_MS, Outbox } from "./findings/outbox.js";
import { toast } from "./parts/Toast.js";
import { onSession, token, who } from "./session.js";

/** @typedef {import("./findings/outbox.js").Finding} Finding */
/** @typedef {import("./findings/outbox.js").Subject} Subject */
/** @typedef {import("./findings/outbox.js").Disposition} Disposition */

const MOST_SAID = 20;
const changes = new EventTarget();
/** Toasts by finding: one goes with what it offers to undo. @type {Map<string, () => void>} */
const shown = new Map();

const outbox = new Outbox({
  send: (body, keepalive) => post("dispositions", body, { keepalive }),
  changed,
  now: () => Date.now(),
  later: (run, milliseconds) => setTimeout(run, milliseconds),
  name: () => crypto.randomUUID(),
});

/** Whose findings these are: nobody sends another person's in their own name. Who signs in loads the page anew. */
let owner = "";

/** @param {"findings" | "said"} [what] */
function place(what = "findings") {
  return `fraudstream.${what}.${owner}`;
}

/** Take up what an earlier page of this tab left, and send what is held when this one is left. */
export function startFindings() {
  owner = who()?.subject ?? "";
  const follow = () => {
    const rests = token() === null;
    if (outbox.rests !== rests) outbox.rest(rests);
  };
  follow();
  onSession(follow);
  addEventListener("pagehide", sendNow);
  if (who() === null) return;
  try {
    const kept = JSON.parse(sessionStorage.getItem(place()) ?? "[]");
    outbox.restore(kept);
    for (const one of outbox.list) if (one.state === "held" && one.due > Date.now()) offerUndo(one);
  } catch {
    sessionStorage.removeItem(place());
  }
}

/** Send all that is held, at once: before one leaves. */
export function sendNow() {
  outbox.flush();
}

/**
 * Say that a transaction, or all that is open in a case, is fraud or legitimate. It is sent after a few seconds, and
 * until then it can be taken back.
 * @param {Subject} subject
 * @param {Disposition} disposition
 * @param {string | null} [note] up to 500 characters; kept with the label
 * @returns {Finding}
 */
export function say(subject, disposition, note = null) {
  const finding = outbox.say(subject, disposition, note);
  offerUndo(finding);
  return finding;
}

/** Take a finding back. @param {string} id @returns {boolean} whether it was still there to be taken back */
export function undo(id) {
  shown.get(id)?.();
  const undone = outbox.undo(id);
  if (undone === null) {
    toast("Too late to undo: it was sent. Say the opposite; the later finding holds.", { kind: "info" });
  }
  return undone !== null;
}

/** Send what failed again. @param {string} id */
export function retry(id) {
  outbox.retry(id);
}

/** Forget what failed. @param {string} id */
export function discard(id) {
  outbox.discard(id);
}

/**
 * Tell what the API says transactions were found to be, so that what was sent need not be remembered any longer.
 * @param {(transaction_id: string) => Disposition | null | undefined} known undefined where its answer does not say
 */
export function settle(known) {
  outbox.settle(known);
}

/**
 * All findings that are not through yet, kept up to date.
 * @returns {{list: readonly Finding[], of: (transaction: {transaction_id: string}) => Finding | null}}
 */
export function useFindings() {
  const [list, setList] = useState(outbox.list);
  useEffect(() => {
    const follow = () => setList(outbox.list);
    follow();
    changes.addEventListener("change", follow);
    return () => changes.removeEventListener("change", follow);
  }, []);
  return { list, of: ({ transaction_id }) => outbox.of(transaction_id) };
}

/**
 * @typedef {object} Said
 * @property {string} id
 * @property {string} card_id
 * @property {string[]} transaction_ids
 * @property {Disposition} disposition
 * @property {number} sent_at
 */

/** What was said and sent in this tab, the latest first. @returns {Said[]} */
export function saidLately() {
  try {
    return JSON.parse(sessionStorage.getItem(place("said")) ?? "[]");
  } catch {
    return [];
  }
}

/** @param {Finding} finding */
function remember({ id, card_id, transaction_ids, disposition, sent_at }) {
  if (who() === null) return; // it was sent on the way out
  const said = { id, card_id, transaction_ids, disposition, sent_at };
  sessionStorage.setItem(place("said"), JSON.stringify([said, ...saidLately()].slice(0, MOST_SAID)));
}

/** @param {Disposition} disposition */
export function markedAs(disposition) {
  return disposition === "fraud" ? "Marked fraud" : "Marked legitimate";
}

/** @param {Finding} finding */
function offerUndo(finding) {
  const count = finding.transaction_ids.length;
  const words = `${markedAs(finding.disposition)}${count > 1 ? ` · ${count} transactions` : ""}`;
  const away = toast(words, {
    kind: finding.disposition === "fraud" ? "bad" : "good",
    action: { label: "Undo", hint: "u", run: () => undo(finding.id) },
    forMs: Math.max(0, Math.min(HELD_MS, finding.due - Date.now())),
  });
  shown.set(finding.id, away);
}

/** @type {Map<string, Finding["state"]>} */
let states = new Map();

/** @param {readonly Finding[]} list */
function changed(list) {
  const kept = who() === null ? list.filter((one) => one.state !== "sent") : list;
  sessionStorage.setItem(place(), JSON.stringify(kept));
  for (const one of list) {
    if (one.state !== "held") {
      shown.get(one.id)?.();
      shown.delete(one.id);
    }
    if (one.state === "sent" && states.get(one.id) !== "sent") {
      remember(one);
      dispatchEvent(new CustomEvent("finding-sent", { detail: one }));
    }
  }
  states = new Map(list.map((one) => [one.id, one.state]));
  changes.dispatchEvent(new Event("change"));
}
