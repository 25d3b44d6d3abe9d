/** The buttons by which an analyst says what they found, and what became of it. */

import { html, useLayoutEffect, useRef, useState } from "../../vendor/preact.js";
import { markedAs, retry, say, undo, useFindings } from "../findings.js";
import { useKeys } from "../keys.js";
import { useMay } from "../session.js";
import { Badge } from "./Badge.js";
import { Button } from "./Button.js";
import { Field } from "./Field.js";

const LONGEST_NOTE = 500;

/**
 * @typedef {object} Props
 * @property {import("../findings.js").Subject} subject one transaction, or a whole case with its open transactions
 * @property {import("../findings.js").Disposition | null} [disposition] what it was found to be before
 * @property {boolean} [keys] whether f, l and n are bound to them
 * @property {(disposition: import("../findings.js").Disposition) => void} [onSaid]
 * @property {any} [children] more buttons in the same row
 */

/** @param {Props} props */
export function FindingButtons({ subject, disposition = null, keys = true, onSaid, children }) {
  const { list, of } = useFindings();
  const { ok, why } = useMay("review");
  const [note, setNote] = useState("");
  const [open, setOpen] = useState(false);
  const field = useRef(/** @type {HTMLElement | null} */ (null));
  const names = "transaction_id" in subject ? [subject.transaction_id] : subject.transaction_ids;
  const found = names.length > 0 ? of({ transaction_id: names[0] }) : null;
  const failed = list.findLast(
    (one) => one.state === "failed" && one.transaction_ids.some((name) => names.includes(name)),
  );

  const mark = (/** @type {import("../findings.js").Disposition} */ what) => {
    if (!ok || names.length === 0) return;
    say(subject, what, note.trim() || null);
    setNote("");
    setOpen(false);
    onSaid?.(what);
  };
  const focus = () => field.current?.querySelector("input")?.focus();
  const write = () => {
    if (!ok) return;
    setOpen(true);
    focus();
  };
  // At once: the next key is a letter of the note, and not a finding.
  useLayoutEffect(() => {
    if (open) focus();
  }, [open]);
  useKeys(
    {
      f: [() => mark("fraud"), "Confirm fraud"],
      l: [() => mark("legitimate"), "Mark legitimate"],
      n: [write, "Write a note with the finding"],
    },
    keys,
  );
  const cannot = ok ? (names.length === 0 ? "Nothing is open here" : null) : why;
  return html`<div class="finding">
    <div class="row">
      <${Button} kind="danger" hint=${keys ? "f" : undefined} why=${cannot} onClick=${() => mark("fraud")}>Fraud<//>
      <${Button} kind="approve" hint=${keys ? "l" : undefined} why=${cannot} onClick=${() => mark("legitimate")}>Legitimate<//>
      <${Button} hint=${keys ? "n" : undefined} why=${cannot} aria-expanded=${open} onClick=${() => (open ? setOpen(false) : write())}>Note<//>
      ${children}
    </div>
    <div ref=${field}>
      ${
        open &&
        html`<${Field} label="Note, kept with the finding" hint="No card numbers. Enter or Escape leaves the field.">${(
          /** @type {any} */ attributes,
        ) => html`<input
          ...${attributes}
          class="note-field"
          maxlength=${LONGEST_NOTE}
          value=${note}
          autocomplete="off"
          onInput=${(/** @type {any} */ event) => setNote(event.target.value)}
          onKeyDown=${leaveField}
        />`}<//>`
      }
    </div>
    ${!ok && html`<p class="soft small">${why}.</p>`}
    <${State} found=${found} failed=${failed} disposition=${disposition} />
  </div>`;
}

/** @param {KeyboardEvent} event */
function leaveField(event) {
  if (event.key === "Enter" || event.key === "Escape") /** @type {HTMLElement} */ (event.target).blur();
}

/**
 * @param {{found: import("../findings.js").Finding | null, failed: import("../findings.js").Finding | undefined,
 *   disposition: import("../findings.js").Disposition | null}} props
 */
function State({ found, failed, disposition }) {
  if (found?.state === "held") {
    return html`<p class="row" role="status">
      <${Badge} kind=${found.disposition}>${markedAs(found.disposition)}<//> Sent in a moment.
      <button type="button" class="link-button" onClick=${() => undo(found.id)}>Undo</button>
    </p>`;
  }
  if (found) {
    return html`<p class="row" role="status">
      <${Badge} kind=${found.disposition}>${markedAs(found.disposition)}<//>
      ${found.state === "sending" ? "Being sent…" : "Sent. Wrong? Say the opposite: the later finding holds."}
    </p>`;
  }
  if (failed) {
    return html`<p class="row" role="alert">
      <${Badge} kind="bad">Not sent<//> ${failed.why}
      <button type="button" class="link-button" onClick=${() => retry(failed.id)}>Retry</button>
    </p>`;
  }
  return (
    disposition &&
    html`<p class="row">
      <${Badge} kind=${disposition}>Found ${disposition}<//>
      <span class="soft">Wrong? Say the opposite: the later finding holds.</span>
    </p>`
  );
}
