/** Rules: what decides, how it came about, and changing it. */

import { html } from "../../../vendor/preact.js";
import { get } from "../../api.js";
import { useKeys } from "../../keys.js";
import { Loaded, useLoaded } from "../../loading.js";
import { Badge } from "../../parts/Badge.js";
import { Button } from "../../parts/Button.js";
import { Card } from "../../parts/Card.js";
import { Moment } from "../../parts/Moment.js";
import { PageHead } from "../../parts/PageHead.js";
import { go, href } from "../../routes.js";
import { useMay, who } from "../../session.js";
import { useTitle } from "../../title.js";
import { Document } from "./Document.js";
import { readDraft } from "./edit/drafts.js";
import { Editing } from "./edit/Editor.js";
import { Changes } from "./Text.js";
import { Version } from "./Version.js";

/** `#/rules`, `#/rules?edit`, `#/rules/<version>?with=<other>`. @param {{route: import("../../routes.js").Route}} props */
export function Page({ route }) {
  if (route.id) return html`<${Version} key=${route.id} version=${route.id} other=${route.query.get("with")} />`;
  if (route.query.has("edit")) return html`<${Editing} from=${route.query.get("from")} />`;
  return html`<${Present} />`;
}

const EVERY_MS = 60_000;

export function Present() {
  useTitle("Rules");
  const may = useMay("rules");
  const live = useLoaded((signal) => get("rules", signal), [], { every: EVERY_MS });
  const history = useLoaded((signal) => get("rules/versions?limit=30", signal), [], { every: EVERY_MS });
  const models = useLoaded((signal) => get("models", signal), []);
  const edit = () => go(href("rules", null, { edit: "" }));
  useKeys({ e: [edit, "Edit the rules"] }, may.ok);
  const draft = readDraft(who()?.subject ?? "");
  const rules = live.value;
  return html`
    <${PageHead}
      title="Rules"
      actions=${html`<${Button} kind="primary" hint="e" why=${may.ok ? null : may.why} onClick=${edit}>
        ${draft ? "Go on with your draft" : "Edit"}</${Button}>`}
    >
      ${
        rules &&
        html`<span class="mono breaks">${rules.version}</span>${
          rules.at
            ? html` · live since <${Moment} at=${rules.at} /> · by <bdi class="mono breaks">${rules.author}</bdi>`
            : " · as it ships: nothing was published yet"
        }`
      }
      ${rules?.why && html`<p class="breaks"><bdi>“${rules.why}”</bdi></p>`}
    </${PageHead}>
    ${
      !may.ok &&
      html`<p class="notice rules-read-only"><span class="grow">You can read the rules. ${may.why}.</span>
      </p>`
    }
    <div class="rules-page">
      <div><${Loaded} of=${live}>${(/** @type {any} */ found) => html`<${Document} document=${found.document} ofModel=${thresholdsOf(models.value)} />`}
        </${Loaded}></div>
      <div>
        <${Loaded} of=${history} isEmpty=${(/** @type {any} */ found) => found.versions.length === 0}
          empty=${html`<${Card} title="History">
            <p class="empty">Nothing was published yet: the rules that ship decide.</p></${Card}>`}>
          ${(/** @type {any} */ found) => html`<${History} versions=${found.versions} />`}
        </${Loaded}>
      </div>
    </div>
  `;
}

/** Of the champion; null where there is none, or where it is not known. @param {any} told what GET /models says */
function thresholdsOf(told) {
  return told?.models.find((/** @type {any} */ each) => each.model_version === told.champion)?.thresholds ?? null;
}

/** @param {{versions: any[]}} props */
export function History({ versions }) {
  return html`<${Card} title="History" id="history">
    <ol class="history">
      ${versions.map(
        (each, at) => html`<li>
          <div class="row">
            <h3><a class="mono breaks" href=${href("rules", each.version)}>${each.version}</a></h3>
            ${each.live && html`<${Badge} kind="good">Live</${Badge}>`}
            ${
              versions[at + 1] &&
              html`<a class="small"
              href=${href("rules", each.version, { with: versions[at + 1].version })}>compare<span
                class="hidden"> ${each.version} with ${versions[at + 1].version}</span></a>`
            }
          </div>
          <${By} of=${each} />
          ${
            each.at &&
            html`<${Changes} lines=${each.changes ?? []}
            none=${each.replaces ? "It decides as the one before." : "The first that was published."} />`
          }
        </li>`,
      )}
    </ol>
  </${Card}>`;
}

/** Who made a version live, when, and why. @param {{of: any}} props */
export function By({ of: { author, at, why } }) {
  if (!at) return html`<p class="soft">It ships with the system: it decides until a team publishes its own.</p>`;
  return html`
    <p class="soft small"><${Moment} at=${at} /> · by <bdi class="mono breaks">${author ?? "somebody"}</bdi></p>
    ${why && html`<p class="breaks"><bdi>${why}</bdi></p>`}
  `;
}
