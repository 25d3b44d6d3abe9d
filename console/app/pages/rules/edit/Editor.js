/** The editor: what it begins from, its check, what it changes, its backtest, and publishing it. */

import { html, useCallback, useEffect, useMemo, useRef, useState } from "../../../../vendor/preact.js";
import { get } from "../../../api.js";
import { useKeys } from "../../../keys.js";
import { Failed, Loaded, useLoaded } from "../../../loading.js";
import { Button } from "../../../parts/Button.js";
import { Card } from "../../../parts/Card.js";
import { Moment } from "../../../parts/Moment.js";
import { PageHead } from "../../../parts/PageHead.js";
import { toast } from "../../../parts/Toast.js";
import { go, href } from "../../../routes.js";
import { useMay, who } from "../../../session.js";
import { useTitle } from "../../../title.js";
import { Backtest, useBacktest } from "../backtest/Backtest.js";
import { Report } from "../backtest/Report.js";
import { spanOf } from "../lines.js";
import { Changes, Difference } from "../Text.js";
import { Problems, useChecks } from "./Checks.js";
import { CodeField } from "./CodeField.js";
import { inOrder, keepDraft, nextVersion, readDraft, whyNot, withVersion } from "./drafts.js";
import { Publish } from "./Publish.js";

/** @param {{from: string | null}} props from: the version to begin from; the live one where null */
export function Editing({ from }) {
  useTitle("Edit the rules");
  const [turn, setTurn] = useState(0);
  const loaded = useLoaded((signal) => begin(from, signal), [from, turn]);
  const subject = who()?.subject ?? "";
  return html`
    <${PageHead} title="Edit the rules">
      <a href=${href("rules")}>Rules</a> · nothing decides before you publish it</${PageHead}>
    <${Loaded} of=${loaded}>
      ${(/** @type {any} */ found) => html`<${Begun} found=${found} from=${from} subject=${subject} again=${() => setTurn((before) => before + 1)} />`}
    </${Loaded}>
  `;
}

/** @param {{found: any, from: string | null, subject: string, again: () => void}} props */
function Begun({ found, from, subject, again }) {
  const { base, live, versions } = found;
  const draft = useMemo(() => readDraft(subject), [subject]);
  const start = useMemo(() => {
    const used = versions.map((/** @type {any} */ each) => each.version);
    return withVersion(base.yaml ?? "", nextVersion([...used, live.document.version], new Date()));
  }, [found]);
  return html`<${Editor} subject=${subject} start=${start} draft=${draft} liveVersion=${live.document.version}
    versions=${versions} from=${from} again=${again} />`;
}

/** @param {string | null} from @param {AbortSignal} signal */
async function begin(from, signal) {
  const { versions } = await get("rules/versions?limit=100", signal);
  const name = versions.find((/** @type {any} */ each) => each.live)?.version ?? "shipped";
  const of = (/** @type {string} */ version) => get(`rules/versions/${encodeURIComponent(version)}`, signal);
  const [live, base] = await Promise.all([of(name), from && from !== name ? of(from) : null]);
  return { versions, live, base: base ?? live };
}

const KEEP_MS = 300;

/**
 * @param {{subject: string, start: string, draft: import("./drafts.js").Draft | null, liveVersion: string, versions: any[],
 *   from: string | null, again: () => void}} props start: the text to begin from where there is no draft; liveVersion: what was live when this
 *   was asked for; versions: to compare with; again: begin anew, from what is live then
 */
export function Editor({ subject, start, draft, liveVersion, versions, from, again }) {
  const may = useMay("rules");
  const [yaml, setYaml] = useState(draft?.yaml ?? start);
  const [basedOn, setBasedOn] = useState(draft?.based_on ?? liveVersion);
  const [live, setLive] = useState(liveVersion);
  const [begun, setBegun] = useState(draft?.at ?? null);
  const [kept, setKept] = useState(true);
  const [days, setDays] = useState(30);
  const [publishing, setPublishing] = useState(false);
  const [other, setOther] = useState("");
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const checks = useChecks(yaml, may.ok);
  const backtest = useBacktest();
  const forget = useDraft(subject, begun ? { yaml, based_on: basedOn, at: begun } : null, setKept);

  const why = whyNot({
    may: may.ok ? null : may.why,
    checked: checks.checked,
    failed: checks.error !== null,
    liveVersion: live,
  });
  const notTried = may.ok ? (checks.checked && !checks.checked.valid ? "Mend the problems first." : null) : may.why;
  const tried = backtest.run?.state === "done" && backtest.run.yaml === yaml ? backtest.run : null;
  const problems = checks.checked ? inOrder(checks.checked.problems) : [];
  const write = useCallback((/** @type {string} */ text) => {
    setYaml(text);
    setBegun((before) => before ?? new Date().toISOString());
  }, []);
  const discard = () => {
    const lost = { yaml, based_on: basedOn, at: begun ?? new Date().toISOString() };
    const back = () => {
      keepDraft(subject, lost);
      again();
    };
    forget();
    again();
    toast("Your draft is discarded.", { action: { label: "Undo", hint: "u", run: back } });
  };
  const rebase = (/** @type {string} */ version) => {
    setLive(version);
    setBasedOn(version);
  };
  const jump = (/** @type {import("../lines.js").Problem} */ problem) => {
    const area = field.current;
    if (!area) return;
    area.focus({ preventScroll: true });
    area.setSelectionRange(...spanOf(area.value, problem));
    area.parentElement?.querySelectorAll(".code-line")[problem.line - 1]?.scrollIntoView({ block: "center" });
  };
  const tryIt = () => backtest.start(yaml, days);
  const compare = (/** @type {string} */ version) => {
    setPublishing(false);
    setOther(version);
    requestAnimationFrame(() => document.getElementById("compared")?.scrollIntoView({ block: "start" }));
  };
  const published = (/** @type {any} */ answer) => {
    forget();
    backtest.forget();
    toast(`${answer.version} is live; it decides within half a minute.`, { kind: "good" });
    go(href("rules"));
  };
  useKeys(
    {
      c: [() => checks.now(), "Check the text"],
      b: [() => !notTried && tryIt(), "Backtest the text"],
      p: [() => !why && setPublishing(true), "Publish the text"],
      e: [() => field.current?.focus(), "Go into the text"],
      "Ctrl+Enter": [() => checks.now(), "Check, while writing"],
    },
    !publishing,
  );

  const attributes = {
    id: "rules-text",
    "aria-describedby": "rules-text-hint",
    "aria-invalid": problems.length ? "true" : undefined,
  };
  const names = [...new Set([...versions.map((each) => each.version), ...(other ? [other] : [])])];
  return html`<div class="stack">
    ${
      !may.ok &&
      html`<p class="notice warn"><span class="grow">You can read the text, not change it. ${may.why}.</span>
      </p>`
    }
    ${
      begun &&
      html`<div class="notice">
        <p>
          Your draft of <${Moment} at=${begun} />, begun from <span class="mono breaks">${basedOn}</span>${". "}
          ${kept ? "It is kept in this browser." : "This browser cannot keep it: publish or copy it before you leave."}
          ${from && ` Discard it to begin from ${from} instead.`}
        </p>
        <${Button} kind="quiet" onClick=${discard}>Discard</${Button}>
      </div>`
    }
    ${
      basedOn !== live &&
      html`<div class="notice warn">
        <p>
          <span class="mono breaks">${live}</span> became live since you began from
          ${" "}<span class="mono breaks">${basedOn}</span>. Take what it changed into your text before you publish.
        </p>
        <${Button} onClick=${() => compare(live)}>Compare</${Button}>
        <${Button} kind="quiet" onClick=${() => rebase(live)}>I have taken it in</${Button}>
      </div>`
    }
    <div class="editor">
      <div class="editor-text">
        <label class="hidden" for="rules-text">The document, YAML</label>
        <${CodeField} value=${yaml} write=${write} problems=${problems} field=${field} check=${checks.now}
          readOnly=${!may.ok}
          attributes=${attributes} />
        <p id="rules-text-hint"
          class="soft small">Tab indents; Escape, then Tab leaves the text. Ctrl or Cmd and Enter checks.</p>
      </div>
      <div class="editor-side stack">
        <${Card} title="Check" id="check">
          <${Problems} checks=${checks} problems=${problems} jump=${jump} why=${may.ok ? null : may.why} /></${Card}>
        <${Card} title="Changes against live" id="changes">
          ${
            checks.latest?.valid
              ? html`<${Changes} lines=${checks.latest.changes} />`
              : html`<p class="soft">Known once the text is valid.</p>`
          }
        </${Card}>
        <${Card} title="Backtest" id="backtest">
          <${Backtest} run=${backtest.run} yaml=${yaml} why=${notTried} days=${days} choose=${setDays} start=${tryIt} />
            </${Card}>
        <${Card} title="Publish" id="publish">
          <div class="row">
            <p class="grow soft small">
              ${why ?? (tried ? "Checked and backtested." : "Checked, not backtested as it stands.")}</p>
            <${Button} kind="primary" why=${why} hint="p" onClick=${() => setPublishing(true)}>Publish…</${Button}>
          </div>
        </${Card}>
      </div>
    </div>
    ${backtest.run?.state === "done" && backtest.run.report && html`<${Report} report=${backtest.run.report} />`}
    <${Card} title="Compare your text" id="compared"
      actions=${html`<label class="row"><span class="soft">with</span>
        <select value=${other} onChange=${(/** @type {any} */ event) => setOther(event.currentTarget.value)}>
          <option value="">choose a version</option>
          ${names.map((name) => html`<option value=${name}>${name}${name === live ? " (live)" : ""}</option>`)}
        </select></label>`}>
      ${
        other
          ? html`<${Compared} version=${other} yaml=${yaml} />`
          : html`<p class="soft">Line by line, with any version.</p>`
      }
    </${Card}>
    ${
      publishing &&
      checks.checked &&
      html`<${Publish} yaml=${yaml} basedOn=${basedOn} checked=${checks.checked} run=${tried}
        close=${() => setPublishing(false)}
        published=${published} compare=${compare} rebase=${rebase} />`
    }
  </div>`;
}

/** @param {{version: string, yaml: string}} props */
function Compared({ version, yaml }) {
  const loaded = useLoaded((signal) => get(`rules/versions/${encodeURIComponent(version)}`, signal), [version]);
  return html`<${Loaded} of=${loaded}>
    ${(/** @type {any} */ found) =>
      found.yaml
        ? html`<${Difference} before=${found.yaml} after=${yaml} names=${[version, "your text"]} />`
        : html`<${Failed} error=${new Error("The text of this version is not kept.")} retry=${loaded.reload} />`}
  </${Loaded}>`;
}

/**
 * Keep a draft a moment after it was changed, and when one leaves.
 * @param {string} subject
 * @param {import("./drafts.js").Draft | null} draft null where nothing is changed yet
 * @param {(kept: boolean) => void} tell
 * @returns {() => void} forgets it, for good
 */
function useDraft(subject, draft, tell) {
  const latest = useRef(draft);
  latest.current = draft;
  const over = useRef(false);
  const keep = () => {
    if (latest.current && !over.current) tell(keepDraft(subject, latest.current));
  };
  useEffect(() => {
    if (!draft) return undefined;
    const wait = setTimeout(keep, KEEP_MS);
    return () => clearTimeout(wait);
  }, [draft?.yaml, draft?.based_on]);
  useEffect(() => {
    addEventListener("pagehide", keep);
    return () => {
      removeEventListener("pagehide", keep);
      keep();
    };
  }, []);
  return () => {
    over.current = true;
    keepDraft(subject, null);
  };
}
