/** Trying a text on the archive: begun, followed, told. It goes on without the page; one comes back to it in the same tab. */

import { html, useCallback, useEffect, useState } from "../../../../vendor/preact.js";
import { get, post } from "../../../api.js";
import { Button } from "../../../parts/Button.js";
import { who } from "../../../session.js";
import { number } from "../../../words.js";

const EVERY_MS = 1_500;
const key = () => `fraudstream.rules.backtest.${who()?.subject ?? ""}`;

/**
 * @typedef {object} Run
 * @property {string} yaml the very text that is tried
 * @property {number} days
 * @property {string | null} id
 * @property {"asking" | "waiting" | "running" | "done" | "failed"} state
 * @property {number} progress 0 to 1
 * @property {string | null} why it failed
 * @property {any} report
 */

/** @returns {{run: Run | null, start: (yaml: string, days: number) => Promise<void>, forget: () => void}} */
export function useBacktest() {
  const [run, setRun] = useState(remembered);
  const id = run && run.state !== "done" && run.state !== "failed" ? run.id : null;

  useEffect(() => {
    if (!id) return undefined;
    const stop = new AbortController();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let next;
    const look = async () => {
      try {
        const { state, progress, why, report } = await get(`rules/backtests/${encodeURIComponent(id)}`, stop.signal);
        setRun((now) => now && { ...now, state, progress: progress ?? 0, why: why ?? null, report: report ?? null });
      } catch (error) {
        if (stop.signal.aborted) return;
        const { status, message } = /** @type {import("../../../api.js").ApiError} */ (error);
        // What is refused stays refused; what is away comes back.
        if (status >= 400 && status < 500 && status !== 429)
          setRun((now) => now && { ...now, state: "failed", why: message });
        else setRun((now) => now && { ...now, why: message });
      }
      if (!stop.signal.aborted) next = setTimeout(look, EVERY_MS);
    };
    look();
    return () => {
      stop.abort();
      clearTimeout(next);
    };
  }, [id]);

  const start = useCallback(async (/** @type {string} */ yaml, /** @type {number} */ days) => {
    const begun = /** @type {Run} */ ({ yaml, days, id: null, state: "asking", progress: 0, why: null, report: null });
    setRun(begun);
    try {
      const { backtest_id } = await post("rules/backtests", { yaml, days });
      remember({ yaml, days, id: backtest_id });
      setRun({ ...begun, id: backtest_id, state: "waiting" });
    } catch (error) {
      setRun({ ...begun, state: "failed", why: /** @type {Error} */ (error).message });
    }
  }, []);

  const forget = useCallback(() => {
    remember(null);
    setRun(null);
  }, []);

  return { run, start, forget };
}

/** @param {{yaml: string, days: number, id: string} | null} begun */
function remember(begun) {
  try {
    if (begun) sessionStorage.setItem(key(), JSON.stringify(begun));
    else sessionStorage.removeItem(key());
  } catch {
    // Without storage it is followed for as long as the page is open.
  }
}

/** @returns {Run | null} */
function remembered() {
  try {
    const found = JSON.parse(sessionStorage.getItem(key()) ?? "null");
    return found && { ...found, state: "waiting", progress: 0, why: null, report: null };
  } catch {
    return null;
  }
}

/** @type {[number, string][]} */
const DAYS = [
  [1, "1 day"],
  [7, "7 days"],
  [30, "30 days"],
];

/**
 * @param {{run: Run | null, yaml: string, why: string | null, days: number, choose: (days: number) => void,
 *   start: () => void}} props why: why it cannot be begun
 */
export function Backtest({ run, yaml, why, days, choose, start }) {
  const busy = run !== null && !["done", "failed"].includes(run.state);
  const stale = run !== null && run.yaml !== yaml;
  return html`<div class="stack-s">
    <div class="row">
      <fieldset class="segments segments-s">
        <legend class="hidden">How far back</legend>
        ${DAYS.map(
          ([count, name]) => html`<label>
            <input type="radio" name="backtest-days" checked=${days === count} onChange=${() => choose(count)} />
            <span>${name}</span>
          </label>`,
        )}
      </fieldset>
      <${Button} onClick=${start} busy=${busy} why=${busy ? null : why} hint="b">Backtest</${Button}>
    </div>
    <div role="status">${
      run
        ? html`<${State} run=${run} stale=${stale} />`
        : html`<p class="soft small">Tries your text on what was decided, beside the live rules. It changes nothing.</p>`
    }</div>
  </div>`;
}

/** @param {{run: Run, stale: boolean}} props */
function State({ run, stale }) {
  const over = `${run.days} ${run.days === 1 ? "day" : "days"}`;
  if (run.state === "failed")
    return html`<p class="notice bad"><span class="grow breaks">${run.why ?? "It failed."}</span></p>`;
  if (run.state === "done") {
    return stale
      ? html`<p class="notice warn"><span class="grow">The text has changed since it was tried over ${over}: what stands below is of the earlier text.</span></p>`
      : html`<p class="notice good"><span class="grow">Exactly this text was tried over ${over}. <a href="#/rules?edit"
        onClick=${jump}>See what it would have done</a></span></p>`;
  }
  const share = Math.round(run.progress * 100);
  return html`
    <label class="small">
      ${run.state === "running" ? `Trying it over ${over}: ${number(share, 0)}%` : `Waiting to begin, over ${over}`}
      <progress max="100" value=${run.state === "running" ? share : undefined}></progress>
    </label>
    ${stale && html`<p class="soft small">Of the text as it was when you began.</p>`}
    ${run.why && html`<p class="soft small">${run.why}</p>`}
  `;
}

/** @param {Event} event */
function jump(event) {
  event.preventDefault();
  const found = document.getElementById("backtest-figures");
  found?.scrollIntoView({ behavior: "smooth", block: "start" });
  found?.querySelector("h2")?.setAttribute("tabindex", "-1");
  /** @type {HTMLElement | null | undefined} */ (found?.querySelector("h2"))?.focus({ preventScroll: true });
}
