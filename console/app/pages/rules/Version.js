/** One version: what it says, what it changed, and how it differs from another one. */

import { html, useMemo } from "../../../vendor/preact.js";
import { get } from "../../api.js";
import { Loaded, useLoaded } from "../../loading.js";
import { Badge } from "../../parts/Badge.js";
import { Card } from "../../parts/Card.js";
import { PageHead } from "../../parts/PageHead.js";
import { go, href } from "../../routes.js";
import { useMay } from "../../session.js";
import { useTitle } from "../../title.js";
import { Document } from "./Document.js";
import { By } from "./page.js";
import { changes } from "./policy.js";
import { Changes, Difference } from "./Text.js";

/** @param {{version: string, other: string | null}} props other: the version it is compared with */
export function Version({ version, other }) {
  useTitle(`Rules ${version}`);
  const may = useMay("rules");
  const loaded = useLoaded(
    async (signal) => {
      const [found, { versions }] = await Promise.all([one(version, signal), get("rules/versions?limit=100", signal)]);
      return { found, versions };
    },
    [version],
  );
  const choose = (/** @type {any} */ event) =>
    go(href("rules", version, event.currentTarget.value ? { with: event.currentTarget.value } : {}), { replace: true });
  return html`<${Loaded} of=${loaded}>
    ${(/** @type {any} */ { found, versions }) => html`
      <${PageHead}
        title=${html`Rules <span class="mono breaks">${version}</span>`}
        actions=${
          may.ok &&
          html`<a class="button"
          href=${href("rules", null, { edit: "", from: version })}>Begin from this one</a>`
        }
      >
        <a href=${href("rules")}>Rules</a> ${found.live && html` · <${Badge} kind="good">Live</${Badge}>`}
      </${PageHead}>
      <div class="stack">
        <${Card} title="Published" id="published">
          <div class="stack-s"><${By} of=${found} />
            ${
              found.at &&
              html`<${Changes} lines=${found.changes ?? []}
              none="The first that was published, or it decides as the one before." />`
            }</div>
        </${Card}>
        <${Card} title="Compare" id="compare"
          actions=${html`<label class="row"><span class="soft">with</span>
            <select value=${other ?? ""}
              onChange=${choose}>
              <option value="">choose a version</option>
              ${versions.filter((/** @type {any} */ each) => each.version !== version).map((/** @type {any} */ each) => html`<option value=${each.version} selected=${each.version === other}>${each.version}${each.live ? " (live)" : ""}</option>`)}
            </select></label>`}>
          ${
            other
              ? html`<${Compared} key=${other} found=${found} other=${other} />`
              : html`<p class="soft">In words, and line by line.</p>`
          }
        </${Card}>
        <${Document} document=${found.document} />
      </div>
    `}
  </${Loaded}>`;
}

/** @param {{found: any, other: string}} props */
function Compared({ found, other }) {
  const loaded = useLoaded((signal) => one(other, signal), [other]);
  return html`<${Loaded} of=${loaded}>
    ${(/** @type {any} */ before) => html`<${Both} before=${before} after=${found} names=${[other, found.version]} />`}
  </${Loaded}>`;
}

/** @param {{before: any, after: any, names: [string, string]}} props */
function Both({ before, after, names }) {
  const lines = useMemo(() => changes(before.document, after.document), [before, after]);
  return html`<div class="stack">
    <p class="soft">From <span class="mono">${names[0]}</span> to <span class="mono">${names[1]}</span>:</p>
    <${Changes} lines=${lines} none="Both decide alike." />
    ${
      before.yaml && after.yaml
        ? html`<${Difference} before=${before.yaml} after=${after.yaml}
      names=${names} />`
        : html`<p class="soft">The text of one of them is not kept, so only the words above tell.</p>`
    }
  </div>`;
}

/** @param {string} version @param {AbortSignal} signal */
function one(version, signal) {
  return get(`rules/versions/${encodeURIComponent(version)}`, signal);
}
