/** Models: the champion, the others, and what each showed. */

import { html } from "../../../vendor/preact.js";
import { get } from "../../api.js";
import { Loaded, useLoaded } from "../../loading.js";
import { Card } from "../../parts/Card.js";
import { Moment } from "../../parts/Moment.js";
import { PageHead } from "../../parts/PageHead.js";
import { go, href } from "../../routes.js";
import { useTitle } from "../../title.js";
import { number } from "../../words.js";
import { Compare } from "./Compare.js";
import { Report } from "./Report.js";
import { Approval, Table } from "./Table.js";
import { Timeline } from "./Timeline.js";

const EVERY_MS = 60_000;

/** `#/models`, `#/models/<version>?with=<other>`. @param {{route: import("../../routes.js").Route}} props */
export function Page({ route }) {
  return route.id
    ? html`<${One} key=${route.id} version=${route.id} other=${route.query.get("with")} />`
    : html`<${All} />`;
}

function All() {
  useTitle("Models");
  const loaded = useLoaded((signal) => get("models", signal), [], { every: EVERY_MS });
  const champion = loaded.value?.champion;
  return html`
    <${PageHead} title="Models">
      ${
        loaded.value &&
        (champion
          ? html`<a class="mono breaks" href=${href("models", champion)}>${champion}
        </a> scores every transaction.`
          : "No model scores yet: rules alone decide.")
      }
    </${PageHead}>
    <${Loaded} of=${loaded} isEmpty=${(/** @type {any} */ found) => !found.models.length && !found.events.length}
      empty=${html`<${Card}><div class="empty"><p>No model yet.</p>
        <p>Rules alone decide until the first is trained, evaluated and deployed.</p></div></${Card}>`}>
      ${(/** @type {any} */ found) => html`<div class="stack">
        ${found.models.length > 0 && html`<${Table} models=${found.models} champion=${found.champion} />`}
        ${found.events.length > 0 && html`<${Timeline} events=${found.events} champion=${found.champion} />`}
      </div>`}
    </${Loaded}>
  `;
}

/** @param {{version: string, other: string | null}} props */
function One({ version, other }) {
  useTitle(`Model ${version}`);
  const loaded = useLoaded((signal) => get(`models/${encodeURIComponent(version)}`, signal), [version]);
  const all = useLoaded((signal) => get("models", signal), []);
  const others = (all.value?.models ?? []).filter((/** @type {any} */ each) => each.model_version !== version);
  const compare = (/** @type {any} */ event) =>
    go(href("models", version, event.currentTarget.value ? { with: event.currentTarget.value } : {}), {
      replace: true,
    });
  return html`
    <${PageHead}
      title=${html`Model <bdi class="mono breaks">${version}</bdi>`}
      actions=${
        others.length > 0 &&
        html`<label class="row"><span class="soft">Compare with</span>
          <select value=${other ?? ""} onChange=${compare}>
            <option value="">nothing</option>
            ${others.map(
              (/** @type {any} */ each) => html`<option value=${each.model_version}
              selected=${each.model_version === other}>${each.model_version}${each.live ? " (champion)" : ""}
                </option>`,
            )}
          </select></label>`
      }
    >
      <a href=${href("models")}>Models</a>
      ${
        loaded.value &&
        html` · <${Approval} approval=${loaded.value.approval} live=${loaded.value.live ?? false} />
          ${loaded.value.registered_at && html` · <${Moment} at=${loaded.value.registered_at} />`}
          ${loaded.value.thresholds && ` · ${limits(loaded.value.thresholds)}`}`
      }
    </${PageHead}>
    <${Loaded} of=${loaded}>
      ${(/** @type {any} */ model) => html`<div class="stack">
        ${other ? html`<${Compare} key=${other} model=${model} other=${other} />` : html`<${Report} model=${model} />`}
      </div>`}
    </${Loaded}>
  `;
}

/** @param {{review: number, block: number}} thresholds */
function limits({ review, block }) {
  return `review from ${number(review, 4)}, block from ${number(block, 4)}`;
}
