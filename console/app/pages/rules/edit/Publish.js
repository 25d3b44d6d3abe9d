/** Making a text live: what changes, whether it was tried, why; and what to do where somebody else was faster. */

import { html, useEffect, useState } from "../../../../vendor/preact.js";
import { get, post } from "../../../api.js";
import { Button } from "../../../parts/Button.js";
import { Dialog } from "../../../parts/Dialog.js";
import { Field } from "../../../parts/Field.js";
import { Moment } from "../../../parts/Moment.js";
import { verdict, whole } from "../backtest/figures.js";
import { Changes } from "../Text.js";

const LONGEST_WHY = 500;

/**
 * @param {{yaml: string, basedOn: string, checked: import("./drafts.js").Checked, run: import("../backtest/Backtest.js").Run | null,
 *   close: () => void, published: (answer: any) => void, compare: (version: string) => void, rebase: (version: string) => void}} props
 *   run: the backtest of exactly this text, if there is one that is done
 */
export function Publish({ yaml, basedOn, checked, run, close, published, compare, rebase }) {
  const [why, setWhy] = useState("");
  const [without, setWithout] = useState(false);
  const [sending, setSending] = useState(false);
  const [refused, setRefused] = useState(/** @type {any} */ (null));
  const [asked, setAsked] = useState(false);
  useEffect(() => setRefused(null), [basedOn]);

  const missing = !why.trim()
    ? "Say why: it stands in the history."
    : !run && !without
      ? "Backtest it first, or say that you publish without."
      : null;
  const send = async () => {
    setAsked(true);
    if (missing || sending) return;
    setSending(true);
    setRefused(null);
    try {
      published(await post("rules", { yaml, why: why.trim(), replaces: basedOn }));
    } catch (error) {
      setRefused(await told(/** @type {any} */ (error)));
      setSending(false);
    }
  };
  const live = refused?.live ?? null;
  return html`<${Dialog} title=${`Publish ${checked.version}`} onClose=${sending ? null : close} wide
    actions=${html`<${Button} onClick=${close}>Cancel</${Button}>
      <${Button} kind="primary" busy=${sending} why=${asked ? missing : null} onClick=${send}>Publish</${Button}>`}>
    <form class="stack" onSubmit=${(/** @type {Event} */ event) => {
      event.preventDefault();
      send();
    }}>
      <section class="stack-s">
        <h3>What will change</h3>
        <${Changes} lines=${checked.changes} none="Nothing that is decided: only the version, comments or the form." />
        <p class="soft small">It takes the place of ${basedOn}, and decides within half a minute.</p>
      </section>
      ${
        run
          ? html`<${Tried} run=${run} />`
          : html`<label class="check"><input type="checkbox" checked=${without}
            onChange=${(/** @type {any} */ event) => setWithout(event.currentTarget.checked)} />
            <span>Publish without a backtest of exactly this text</span></label>`
      }
      <${Field} label="Why" hint="For the history: whoever asks later reads this."
        error=${asked && !why.trim() ? missing : null}>
        ${(
          /** @type {any} */ attributes,
        ) => html`<textarea ...${attributes} rows="2" maxlength=${LONGEST_WHY} required value=${why}
          onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
          }}
          onInput=${(/** @type {any} */ event) => setWhy(event.currentTarget.value)}></textarea>`}
      </${Field}>
      ${
        asked &&
        missing &&
        why.trim() &&
        html`<p class="notice warn" role="alert"><span class="grow">${missing}</span>
        </p>`
      }
      ${
        refused &&
        html`<div class="notice bad" role="alert">
          <div class="grow stack-s">
            <p><strong>${live ? "Somebody else published meanwhile." : "It was not published."}
              </strong> ${!live && html`<span class="breaks">${refused.message}</span>`}</p>
            ${live && html`<${Meanwhile} live=${live} compare=${compare} rebase=${rebase} />`}
          </div>
        </div>`
      }
    </form>
  </${Dialog}>`;
}

/**
 * What was refused and, where somebody else was faster, what is live now.
 * @param {import("../../../api.js").ApiError & {said?: any}} error
 */
async function told({ status, reason, message, said }) {
  const beaten = status === 409 && reason === "rules_conflict";
  const live = beaten ? (said?.live ?? (await get("rules").catch(() => null))) : null;
  return { message, live };
}

/** @param {{run: import("../backtest/Backtest.js").Run}} props */
function Tried({ run }) {
  const said = verdict(run.report, whole);
  return html`<section class="stack-s">
    <h3>What it would have done, over ${run.days} ${run.days === 1 ? "day" : "days"}</h3>
    <p>${said.head} ${said.text}</p>
  </section>`;
}

/** @param {{live: any, compare: (version: string) => void, rebase: (version: string) => void}} props */
function Meanwhile({ live, compare, rebase }) {
  return html`
    <p>
      <span class="mono breaks">${live.version}</span> is live now${
        live.author &&
        html`, by <bdi class="mono breaks">
        ${live.author}</bdi>`
      }${live.at && html`, <${Moment} at=${live.at} />`}${
        live.why &&
        html`: <bdi
          class="breaks">“${live.why}”</bdi>`
      }
    </p>
    <p>Nothing of either is lost. Look at what it changed, take it into your text where it matters, then publish in its place.</p>
    <div class="row">
      <${Button} onClick=${() => compare(live.version)}>Compare with your text</${Button}>
      <${Button} kind="quiet" onClick=${() => rebase(live.version)}>Publish in its place</${Button}>
    </div>
  `;
}
